package io.tourbillon.timer;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A program for a runtime without modules except java.base: fires, records and pauses. */
final class SmallRuntimeRun {
  private SmallRuntimeRun() {}

  /** Prints what happened to the timers. */
  public static void main(String[] arguments) throws InterruptedException {
    CountDownLatch stalled = new CountDownLatch(1);
    VirtualClock clock = new VirtualClock();
    TimerListener listener =
        new TimerListener() {
          @Override
          public void stalled(StallReport report) {
            stalled.countDown();
          }
        };
    try (TimerService timers =
        TimerService.builder()
            .clock(clock)
            .recordStats()
            .listener(listener)
            .watchdog(Duration.ofMillis(10))
            .build()) {
      timers.schedule(Duration.ofMillis(1), () -> await(stalled));
      clock.jump(Duration.ofSeconds(1));
      clock.advance(Duration.ZERO);
      TimerStats stats = timers.stats();
      System.out.printf(
          Locale.ROOT,
          "runs: %d, pauses: %d, stalls: %d%n",
          stats.runs(),
          stats.pauses(),
          stats.stalls());
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      if (!latch.await(30, TimeUnit.SECONDS)) {
        throw new IllegalStateException("no stall was reported");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
