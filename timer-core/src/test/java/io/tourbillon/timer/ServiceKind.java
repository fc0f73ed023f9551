package io.tourbillon.timer;

import java.time.Duration;
import java.util.Random;

/** The kinds of services, and how a test lets time pass for each of them. */
public enum ServiceKind {
  /** With a thread of its own. */
  DRIVEN,
  /** Polled, and used by one thread. */
  CONFINED,
  /** Polled, and used by any thread. */
  SHARED;

  public TimerService build(TimerService.Builder builder) {
    return switch (this) {
      case DRIVEN -> builder.build();
      case CONFINED -> builder.buildPolled();
      case SHARED -> builder.buildPolled(NoTask.NOTHING);
    };
  }

  /** Advances time, and fires everything at its time. */
  public static void advance(
      TimerService timers, VirtualClock clock, Duration duration, Random budgets) {
    if (timers instanceof PolledTimerService polled) {
      long leftNanos = duration.toNanos();
      long nextNanos = polled.nanosToNextEvent();
      while (nextNanos <= leftNanos) {
        clock.advance(Duration.ofNanos(nextNanos));
        leftNanos -= nextNanos;
        pollAll(polled, budgets);
        nextNanos = polled.nanosToNextEvent();
      }
      clock.advance(Duration.ofNanos(leftNanos));
      pollAll(polled, budgets);
    } else {
      clock.advance(duration);
    }
  }

  /** Advances time in one step, and fires what is due then. */
  public static void jump(
      TimerService timers, VirtualClock clock, Duration duration, Random budgets) {
    clock.jump(duration);
    if (timers instanceof PolledTimerService polled) {
      pollAll(polled, budgets);
    }
  }

  private static void pollAll(PolledTimerService polled, Random budgets) {
    int budget;
    do {
      budget = budgets.nextBoolean() ? 1 + budgets.nextInt(4) : Integer.MAX_VALUE;
    } while (polled.poll(budget) == budget);
  }
}
