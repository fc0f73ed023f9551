package io.tourbillon.bench.demo;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.Coroutines;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * What has become of one kind of timer, delay or coroutine. Written by any thread; the counts agree
 * once all of them have ended.
 */
final class Account {
  /** Anything later is recorded as this late. */
  static final long MAX_LATENESS_NANOS = TimeUnit.HOURS.toNanos(1);

  /** How a timer or a delay ends. A coroutine that has ended in any way counts as fired. */
  enum End {
    FIRED,
    CANCELLED,
    HANDED_BACK
  }

  private final String kind;
  private final Histogram latenessNanos;
  private final LongAdder begun = new LongAdder();
  private final LongAdder fired = new LongAdder();
  private final LongAdder cancelled = new LongAdder();
  private final LongAdder handedBack = new LongAdder();
  private final LongAdder endedAgain = new LongAdder();
  private final LongAdder early = new LongAdder();
  private final LongAccumulator earliestNanos = new LongAccumulator(Math::max, 0);
  private final LongAdder failed = new LongAdder();
  private final AtomicReference<@Nullable Throwable> firstFailure = new AtomicReference<>();

  Account(String kind, Histogram latenessNanos) {
    this.kind = kind;
    this.latenessNanos = latenessNanos;
  }

  /** A timer was accepted, a delay begun, a coroutine spawned. */
  void begin() {
    begun.increment();
  }

  void end(End end) {
    counterOf(end).increment();
  }

  private LongAdder counterOf(End end) {
    return switch (end) {
      case FIRED -> fired;
      case CANCELLED -> cancelled;
      case HANDED_BACK -> handedBack;
    };
  }

  /** What had ended has ended once more. */
  void endAgain() {
    endedAgain.increment();
  }

  /** Enters a coroutine that has ended. */
  void end(Coroutine<?> coroutine) {
    end(End.FIRED);
    if (coroutine.state() == Coroutine.State.FAILED) {
      fail(coroutine.toFuture().exceptionNow());
    }
  }

  void fail(Throwable failure) {
    failed.increment();
    // null -> the first.
    firstFailure.compareAndSet(null, failure);
  }

  /** A task began to run so long after its deadline; before it if the number is negative. */
  void run(long lateNanos) {
    if (lateNanos < 0) {
      early.increment();
      earliestNanos.accumulate(-lateNanos);
    }
    latenessNanos.recordValue(Math.clamp(lateNanos, 0, MAX_LATENESS_NANOS));
  }

  /**
   * Suspends the calling coroutine, and enters that delay.
   *
   * @throws io.tourbillon.coroutine.CoroutineCancelledException if the coroutine is cancelled
   */
  void delay(long delayNanos) {
    // Read before the delay begins, so that the delay's own deadline is never earlier.
    long deadlineNanos = System.nanoTime() + delayNanos;
    begin();
    boolean over = false;
    try {
      Coroutines.delay(delayNanos, TimeUnit.NANOSECONDS);
      over = true;
    } finally {
      if (!over) {
        end(End.CANCELLED);
      }
    }
    run(System.nanoTime() - deadlineNanos);
    end(End.FIRED);
  }

  /** What it counts, in the plural. */
  String kind() {
    return kind;
  }

  long begun() {
    return begun.sum();
  }

  long ended(End end) {
    return counterOf(end).sum();
  }

  long failed() {
    return failed.sum();
  }

  @Nullable Throwable firstFailure() {
    return firstFailure.get();
  }

  void addBrokenOfTimers(List<String> broken) {
    long ended = fired.sum() + cancelled.sum() + handedBack.sum();
    if (begun() != ended) {
      broken.add(
          String.format(
              Locale.ROOT,
              "no timer is lost: %,d %s were accepted, but %,d fired + %,d were cancelled"
                  + " + %,d handed back = %,d",
              begun(),
              kind,
              fired.sum(),
              cancelled.sum(),
              handedBack.sum(),
              ended));
    }
    if (endedAgain.sum() > 0) {
      broken.add(
          String.format(
              Locale.ROOT,
              "a timer ends once: %,d of the %s ended a second time",
              endedAgain.sum(),
              kind));
    }
    if (early.sum() > 0) {
      broken.add(
          String.format(
              Locale.ROOT,
              "never early: %,d of the %s fired before the deadline, by up to %.3f ms",
              early.sum(),
              kind,
              earliestNanos.get() / 1e6));
    }
  }

  void addBrokenOfCoroutines(List<String> broken) {
    if (begun() != ended(End.FIRED)) {
      broken.add(
          String.format(
              Locale.ROOT,
              "every coroutine ends: %,d %s were spawned, but %,d ended",
              begun(),
              kind,
              ended(End.FIRED)));
    }
    if (failed() > 0) {
      broken.add(
          String.format(
              Locale.ROOT,
              "no coroutine fails: %,d of the %s did, the first by %s",
              failed(),
              kind,
              firstFailure()));
    }
  }
}
