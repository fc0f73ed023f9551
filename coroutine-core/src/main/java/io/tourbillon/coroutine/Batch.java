package io.tourbillon.coroutine;

import java.util.Objects;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The next few tasks of a loop, whose memory is asked for together. Among a million coroutines each
 * turn finds its objects in main memory, one behind the other; reading those of a whole batch first
 * lets the processor wait for many of them at a time.
 *
 * <p>The loop's own.
 */
final class Batch {
  private static final int MOST = 32;

  private final @Nullable Runnable[] tasks = new @Nullable Runnable[MOST];
  private final @Nullable Strand[] strands = new @Nullable Strand[MOST];

  /** Written so that what it counts must be read. */
  private int alive;

  /**
   * Takes tasks from a queue.
   *
   * @return how many; 0 only if the queue is empty or the limit is 0
   */
  int fill(Queue<Runnable> ready, int limit) {
    int most = Math.min(limit, MOST);
    int size = 0;
    for (Runnable task; size < most && (task = ready.poll()) != null; size++) {
      tasks[size] = task;
    }
    if (size > 1) {
      lookAhead(size);
    }
    return size;
  }

  private void lookAhead(int size) {
    for (int place = 0; place < size; place++) {
      strands[place] =
          tasks[place] instanceof CoroutineTask<?> coroutine ? coroutine.strand() : null;
    }
    int count = 0;
    for (int place = 0; place < size; place++) {
      Strand strand = strands[place];
      if (strand != null && strand.isAlive()) {
        count++;
      }
      strands[place] = null;
    }
    alive = count;
  }

  /** Takes one out, by its place from 0 on. */
  Runnable take(int place) {
    Runnable task = Objects.requireNonNull(tasks[place]);
    tasks[place] = null;
    return task;
  }

  @Override
  public String toString() {
    return "a batch with " + alive + " coroutines";
  }
}
