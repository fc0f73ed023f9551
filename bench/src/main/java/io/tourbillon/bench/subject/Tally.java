package io.tourbillon.bench.subject;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Counts the operations of a {@link Talk} while it goes on, and ends it. Each counter is written by
 * one coroutine, after each batch of operations, with a store that does not wait for other cores.
 * Any thread may read the total at any time.
 */
public final class Tally {
  /**
   * The number of operations between two looks at the tally. A batch is a method call, so that it
   * runs in compiled code soon after the start, which a loop that never ends would not.
   */
  public static final int BATCH = 100;

  /** Keeps the counters of two coroutines out of the same cache line. */
  private static final int STRIDE = 16;

  private static final int PATIENCE_SECONDS = 60;

  private final Talk talk;
  private final AtomicLongArray counts;
  private final CountDownLatch ended;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile boolean over;

  public Tally(Talk talk) {
    this.talk = talk;
    counts = new AtomicLongArray(talk.counters() * STRIDE);
    ended = new CountDownLatch(talk.coroutines());
  }

  /** Returns true if the coroutines must end. */
  public boolean isOver() {
    return over;
  }

  /** Adds operations to a counter. Called by the coroutine that owns the counter. */
  public void add(int counter, int operations) {
    int place = counter * STRIDE;
    counts.setOpaque(place, counts.getPlain(place) + operations);
  }

  /** The number of operations so far. Exact after the coroutines have ended. */
  public long total() {
    long total = 0;
    for (int counter = 0; counter < talk.counters(); counter++) {
      total += counts.getOpaque(counter * STRIDE);
    }
    return total;
  }

  /**
   * Called by the coroutine that counts, at its end, or by the last of them.
   *
   * @param found the number of operations, as seen by the other side of the talk
   * @throws IllegalStateException if it is not the total
   */
  public void requireTotal(long found) {
    if (found != total()) {
      throw new IllegalStateException(
          "as many operations must have an effect as were counted, " + total() + ": " + found);
    }
  }

  /** Runs the body of one of the coroutines, and records its end or its failure. */
  void attend(Runnable body) {
    try {
      body.run();
      recordEnd();
    } catch (RuntimeException | Error failure) {
      recordFailure(failure);
    }
  }

  /** Called by each of the coroutines at its end. */
  void recordEnd() {
    ended.countDown();
  }

  /** Called by a coroutine that fails. The others may wait for it in vain, so they do not count. */
  void recordFailure(Throwable cause) {
    failure.compareAndSet(null, cause);
    over = true;
    while (ended.getCount() > 0) {
      ended.countDown();
    }
  }

  /**
   * Ends the talk and checks it.
   *
   * @throws IllegalStateException if a coroutine failed, did nothing, or does not end
   */
  public void end() throws InterruptedException {
    over = true;
    boolean all = ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    Throwable cause = failure.get();
    if (cause != null) {
      throw new IllegalStateException("a coroutine failed: " + cause, cause);
    }
    if (!all) {
      throw new IllegalStateException("all coroutines must end: " + ended.getCount() + " did not");
    }
    for (int counter = 0; counter < talk.counters(); counter++) {
      if (counts.get(counter * STRIDE) == 0) {
        throw new IllegalStateException(
            "each coroutine must do something: " + counter + " did not");
      }
    }
  }
}
