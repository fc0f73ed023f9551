package io.tourbillon.timer;

import io.tourbillon.timer.internal.TickScale;
import io.tourbillon.timer.internal.observe.CloseReport;
import java.time.Duration;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the end of a service that has been shut down: for its driver, and then for the tasks
 * that the executor has not finished. Used by the threads that close the service.
 */
final class Termination {
  /** How often {@link #awaitWithin} interrupts tasks when the grace is over. */
  private static final int INTERRUPTS = 10;

  private static final long INTERRUPT_INTERVAL_NANOS = 100_000_000;

  /** The interval at which a waiting thread checks whether the executor has been terminated. */
  private static final long LOOK_NANOS = 100_000_000;

  private final Driver.Host driver;

  /** What the executor has, or null if the driver runs the tasks. */
  private final @Nullable ExecutorHandOff handOff;

  private final long reportAfterNanos;

  Termination(
      Driver.Host driver, @Nullable ExecutorHandOff handOff, Clock clock, Duration reportAfter) {
    this.driver = driver;
    this.handOff = handOff;
    // With another clock, a wait with a timeout would make time advance.
    reportAfterNanos = clock.equals(Clock.system()) ? reportAfter.toNanos() : Long.MAX_VALUE;
  }

  /** Waits for the driver alone, without a limit, until the thread is interrupted. */
  void awaitDriver() {
    try {
      boolean _ = awaitDriver(Long.MAX_VALUE, newReport());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Waits for the driver and the executor; when the grace is over, interrupts what runs and waits a
   * second more.
   *
   * @return true if all has ended
   */
  boolean awaitWithin(Duration grace) {
    CloseReport report = newReport();
    try {
      boolean ended = awaitAll(TickScale.nanosOf(grace), report);
      for (int attempt = 0; !ended && attempt < INTERRUPTS; attempt++) {
        driver.interrupt();
        if (handOff != null) {
          handOff.interruptRuns();
        }
        ended = awaitAll(INTERRUPT_INTERVAL_NANOS, report);
      }
      if (!ended) {
        report.gaveUp();
      }
      return ended;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private boolean awaitAll(long nanos, CloseReport report) throws InterruptedException {
    long startNanos = System.nanoTime();
    if (!awaitDriver(nanos, report)) {
      return false;
    }
    while (handOff != null) {
      handOff.dropFromTerminatedExecutor();
      long leftNanos = nanos - (System.nanoTime() - startNanos);
      if (handOff.awaitEmptied(Math.min(leftNanos, LOOK_NANOS))) {
        return true;
      }
      if (leftNanos <= LOOK_NANOS) {
        return false;
      }
      report.reportIfDue();
    }
    return true;
  }

  private boolean awaitDriver(long nanos, CloseReport report) throws InterruptedException {
    if (!driver.isStarted()) {
      return true;
    }
    long startNanos = System.nanoTime();
    while (true) {
      long leftNanos = nanos - (System.nanoTime() - startNanos);
      long waitNanos = Math.min(LOOK_NANOS, Math.min(leftNanos, report.nanosToNext()));
      if (driver.join(waitNanos)) {
        return true;
      }
      if (System.nanoTime() - startNanos >= nanos) {
        return false;
      }
      report.reportIfDue();
    }
  }

  private CloseReport newReport() {
    return new CloseReport(
        reportAfterNanos,
        new LongFunction<>() {
          @Override
          public String apply(long waitedNanos) {
            return driver.isAlive() || handOff == null
                ? driver.look(waitedNanos).toString()
                : handOff.describe();
          }
        });
  }
}
