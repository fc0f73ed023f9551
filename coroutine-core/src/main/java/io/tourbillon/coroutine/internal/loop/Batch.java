package io.tourbillon.coroutine.internal.loop;

import io.tourbillon.coroutine.internal.engine.LoopConfined;
import io.tourbillon.coroutine.internal.engine.Strand;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The next few tasks of a loop, whose memory is read ahead together. With a million coroutines, the
 * objects of each turn are in main memory, not in a cache; reading those of a whole batch first
 * lets the processor wait for many of them at the same time.
 */
@LoopConfined
final class Batch {
  private static final int MOST = 32;

  private final @Nullable Runnable[] tasks = new @Nullable Runnable[MOST];
  private final @Nullable Strand[] strands = new @Nullable Strand[MOST];

  /** Written so that the compiler cannot drop the reads that it counts. */
  private int alive;

  private int size;
  private int place;

  boolean isEmpty() {
    return place == size;
  }

  /** Returns the next task, or null. Refills the batch from the queue when it is used up. */
  @Nullable Runnable poll(ArrivalRing ready) {
    if (place == size) {
      fill(ready);
      if (size == 0) {
        return null;
      }
    }
    Runnable task = tasks[place];
    tasks[place++] = null;
    return task;
  }

  /** Returns the number of tasks that have not been polled. */
  int size() {
    return size - place;
  }

  /** Returns at most a number of the tasks that have not been polled, after those to skip. */
  List<Runnable> some(int skip, int most) {
    List<Runnable> some = new ArrayList<>();
    for (int at = place + skip; at < size && some.size() < most; at++) {
      some.add(Objects.requireNonNull(tasks[at]));
    }
    return some;
  }

  private void fill(ArrivalRing ready) {
    place = 0;
    size = 0;
    for (Runnable task; size < MOST && (task = ready.poll()) != null; size++) {
      tasks[size] = task;
    }
    if (size > 1) {
      lookAhead();
    }
  }

  private void lookAhead() {
    for (int at = 0; at < size; at++) {
      strands[at] = tasks[at] instanceof LoopTask coroutine ? coroutine.strand() : null;
    }
    int count = 0;
    for (int at = 0; at < size; at++) {
      Strand strand = strands[at];
      if (strand != null && strand.isAlive()) {
        count++;
      }
      strands[at] = null;
    }
    alive = count;
  }

  @Override
  public String toString() {
    return "a batch with " + alive + " coroutines";
  }
}
