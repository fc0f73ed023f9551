package io.tourbillon.bench.demo;

import io.tourbillon.coroutine.Coroutine;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Which coroutines of one kind were spawned, and whether each has ended as it should. Written by
 * any thread; the counts fit together once all coroutines have ended.
 */
final class Roll {
  private static final long LOOK_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

  private final String kind;
  private final LongAdder spawned = new LongAdder();
  private final LongAdder ended = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final AtomicReference<@Nullable Throwable> firstFailure = new AtomicReference<>();

  /**
   * Opens a roll.
   *
   * @param kind what these coroutines are, in the plural
   */
  Roll(String kind) {
    this.kind = kind;
  }

  void spawn() {
    spawned.increment();
  }

  /** Enters one that has ended. */
  void end(Coroutine<?> coroutine) {
    ended.increment();
    if (coroutine.state() == Coroutine.State.FAILED) {
      failed.increment();
      // null -> the first.
      firstFailure.compareAndSet(null, coroutine.toFuture().exceptionNow());
    }
  }

  long spawned() {
    return spawned.sum();
  }

  /** The promises that were broken, each as a sentence; none if all is well. */
  List<String> broken() {
    List<String> broken = new ArrayList<>();
    if (spawned() != ended.sum()) {
      broken.add(
          String.format(
              Locale.ROOT,
              "every coroutine ends: %,d %s were spawned, but %,d ended",
              spawned(),
              kind,
              ended.sum()));
    }
    if (failed.sum() > 0) {
      broken.add(
          String.format(
              Locale.ROOT,
              "no coroutine fails: %,d of the %s did, the first by %s",
              failed.sum(),
              kind,
              firstFailure.get()));
    }
    return broken;
  }

  /**
   * Cancels coroutines, then waits until the last has ended; it does not enter them. It looks again
   * and again, because joining each costs an exception each; an interrupt does not hurry it.
   *
   * @param deadlineNanos until when they have time, by {@link System#nanoTime}
   * @throws IllegalStateException if one does not end in time
   */
  static void cancel(
      Iterable<? extends Coroutine<?>> coroutines, String reason, long deadlineNanos) {
    for (Coroutine<?> coroutine : coroutines) {
      coroutine.cancel(reason);
    }
    boolean interrupted = false;
    for (Coroutine<?> coroutine : coroutines) {
      while (!coroutine.state().isEnd()) {
        if (System.nanoTime() - deadlineNanos > 0) {
          throw new IllegalStateException("it has not ended in time: " + coroutine);
        }
        LockSupport.parkNanos(LOOK_NANOS);
        // With the status set it would not park.
        interrupted |= Thread.interrupted();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
