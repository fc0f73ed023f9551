package io.tourbillon.bench.work;

import io.tourbillon.bench.durable.Due;
import io.tourbillon.bench.durable.DurableSubject;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.IntFunction;

/**
 * A round of durable timers: several callers schedule all of them, all fire, and all are removed.
 * Checks that each fires once and none early. Lateness is by the clock of the system, which the
 * database uses as well.
 */
public final class DurableRound {
  /** Callers of a round. Each waits until its batch is durable before it makes the next. */
  private static final int CALLERS = 8;

  private static final int BATCH = 100;
  private static final long PATIENCE_SECONDS = 120;

  private final int timers;

  /** Each element is written by a caller before its timer is scheduled, and then only read. */
  private final long[] dueMicros;

  /** Each element is written by the handler, and read after the latch. */
  private final long[] latenessNanos;

  private final AtomicIntegerArray fired;
  private final CountDownLatch missing;

  /** Creates a round, which runs once. */
  public DurableRound(int timers) {
    this.timers = timers;
    dueMicros = new long[timers];
    latenessNanos = new long[timers];
    fired = new AtomicIntegerArray(timers);
    missing = new CountDownLatch(timers);
  }

  /** Called when a timer fires, by several threads. */
  public void fired(int timer) {
    long nowNanos = TimeUnit.NANOSECONDS.convert(durationSinceEpoch(Instant.now()));
    if (fired.incrementAndGet(timer) == 1) {
      latenessNanos[timer] = nowNanos - 1000 * dueMicros[timer];
      missing.countDown();
    }
  }

  private static Duration durationSinceEpoch(Instant instant) {
    return Duration.between(Instant.EPOCH, instant);
  }

  /**
   * Schedules all timers.
   *
   * @param due when a timer is due; called right before it is scheduled
   * @throws IllegalStateException if a caller fails
   */
  public void schedule(DurableSubject subject, IntFunction<Instant> due)
      throws InterruptedException {
    int batches = (timers + BATCH - 1) / BATCH;
    Callers.run(
        Math.min(CALLERS, batches),
        batch -> {
          if (batch >= batches) {
            return false;
          }
          subject.schedule(batch(batch * BATCH, due));
          return true;
        });
  }

  private List<Due> batch(int first, IntFunction<Instant> due) {
    List<Due> batch = new ArrayList<>(BATCH);
    for (int timer = first; timer < Math.min(timers, first + BATCH); timer++) {
      // Databases store microseconds.
      Instant at = due.apply(timer).truncatedTo(ChronoUnit.MICROS);
      dueMicros[timer] = TimeUnit.MICROSECONDS.convert(durationSinceEpoch(at));
      batch.add(new Due(timer, at));
    }
    return batch;
  }

  /**
   * Waits until all timers have fired and none is stored any more.
   *
   * @throws IllegalStateException if that takes two minutes longer than the last is due
   */
  public void awaitEnd(DurableSubject subject, long untilDueNanos) throws InterruptedException {
    long nanos = untilDueNanos + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    long endNanos = System.nanoTime() + nanos;
    if (!missing.await(nanos, TimeUnit.NANOSECONDS)) {
      throw new IllegalStateException(
          "all " + timers + " timers must fire, and " + missing.getCount() + " did not");
    }
    long stored = subject.stored();
    while (stored > 0) {
      if (System.nanoTime() - endNanos > 0) {
        throw new IllegalStateException("timers that have fired must be removed: " + stored);
      }
      TimeUnit.MILLISECONDS.sleep(10);
      stored = subject.stored();
    }
  }

  /**
   * How late the timers were, after checking them.
   *
   * @throws IllegalStateException if a timer fired early or twice
   */
  public Percentiles lateness() {
    for (int timer = 0; timer < timers; timer++) {
      if (fired.get(timer) != 1) {
        throw new IllegalStateException("a timer must fire once: " + fired.get(timer) + " times");
      }
    }
    return Percentiles.ofLateness(latenessNanos.clone());
  }
}
