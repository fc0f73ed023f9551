package io.tourbillon.bench.account;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.Coroutines;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.ValueRecorder;
import org.jspecify.annotations.Nullable;

/**
 * What has become of one kind of timer, delay or coroutine. Written by any thread; the counts agree
 * once all of them have ended.
 *
 * <p>Entries allocate nothing, so that none is lost while the heap is full. A {@code LongAdder}
 * would need memory when threads meet.
 */
public final class Account {
  /** Anything later is recorded as this late. */
  public static final long MAX_LATENESS_NANOS = TimeUnit.HOURS.toNanos(1);

  /** How a timer or a delay ends. A coroutine that has ended in any way counts as fired. */
  public enum End {
    FIRED,
    CANCELLED,
    HANDED_BACK
  }

  private final String kind;
  private final ValueRecorder latenessNanos;
  private final AtomicLong begun = new AtomicLong();
  private final AtomicLong fired = new AtomicLong();
  private final AtomicLong cancelled = new AtomicLong();
  private final AtomicLong handedBack = new AtomicLong();
  private final AtomicLong endedAgain = new AtomicLong();
  private final AtomicLong early = new AtomicLong();
  private final AtomicLong earliestNanos = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private final AtomicReference<@Nullable Throwable> firstFailure = new AtomicReference<>();

  /**
   * Opens an account.
   *
   * @param latenessNanos gets how late each run was, up to {@link #MAX_LATENESS_NANOS}
   */
  public Account(String kind, ValueRecorder latenessNanos) {
    this.kind = kind;
    this.latenessNanos = latenessNanos;
  }

  /** A timer was accepted, a delay begun, a coroutine spawned. */
  public void begin() {
    begun.incrementAndGet();
  }

  /** A timer, delay or coroutine has ended. */
  public void end(End end) {
    counterOf(end).incrementAndGet();
  }

  private AtomicLong counterOf(End end) {
    return switch (end) {
      case FIRED -> fired;
      case CANCELLED -> cancelled;
      case HANDED_BACK -> handedBack;
    };
  }

  /** What had ended has ended once more. */
  public void endAgain() {
    endedAgain.incrementAndGet();
  }

  /** Enters a coroutine that has ended. */
  public void end(Coroutine<?> coroutine) {
    end(End.FIRED);
    if (coroutine.state() == Coroutine.State.FAILED) {
      fail(coroutine.toFuture().exceptionNow());
    }
  }

  /** Enters a failure; the first one is kept. */
  public void fail(Throwable failure) {
    failed.incrementAndGet();
    // null -> the first.
    firstFailure.compareAndSet(null, failure);
  }

  /** A task began to run so long after its deadline; before it if the number is negative. */
  public void run(long lateNanos) {
    if (lateNanos < 0) {
      early.incrementAndGet();
      earliestNanos.accumulateAndGet(-lateNanos, Math::max);
    }
    latenessNanos.recordValue(Math.clamp(lateNanos, 0, MAX_LATENESS_NANOS));
  }

  /**
   * Suspends the calling coroutine, and enters that delay.
   *
   * @throws io.tourbillon.coroutine.CoroutineCancelledException if the coroutine is cancelled
   */
  public void delay(long delayNanos) {
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
  public String kind() {
    return kind;
  }

  public long begun() {
    return begun.get();
  }

  public long ended(End end) {
    return counterOf(end).get();
  }

  public long failed() {
    return failed.get();
  }

  public @Nullable Throwable firstFailure() {
    return firstFailure.get();
  }

  /** Adds a sentence for each promise about timers or delays that was broken. */
  public void addBrokenOfTimers(List<String> broken) {
    addBrokenOfTimers(broken, 0);
  }

  /**
   * As {@link #addBrokenOfTimers(List)}.
   *
   * @param mostLost so many may have begun and not ended: delays of coroutines whose loop has died
   */
  public void addBrokenOfTimers(List<String> broken, long mostLost) {
    long ended = fired.get() + cancelled.get() + handedBack.get();
    long lost = begun() - ended;
    if (lost < 0 || lost > mostLost) {
      broken.add(
          String.format(
              Locale.ROOT,
              "no timer is lost: %,d %s were accepted, but %,d fired + %,d were cancelled"
                  + " + %,d handed back = %,d",
              begun(),
              kind,
              fired.get(),
              cancelled.get(),
              handedBack.get(),
              ended));
    }
    if (endedAgain.get() > 0) {
      broken.add(
          String.format(
              Locale.ROOT,
              "a timer ends once: %,d of the %s ended a second time",
              endedAgain.get(),
              kind));
    }
    if (early.get() > 0) {
      broken.add(
          String.format(
              Locale.ROOT,
              "never early: %,d of the %s fired before the deadline, by up to %.3f ms",
              early.get(),
              kind,
              earliestNanos.get() / 1e6));
    }
  }

  /** Adds a sentence for each promise about coroutines that was broken. */
  public void addBrokenOfCoroutines(List<String> broken) {
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
