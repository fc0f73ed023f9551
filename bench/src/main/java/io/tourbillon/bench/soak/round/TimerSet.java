package io.tourbillon.bench.soak.round;

import io.tourbillon.bench.account.Account;
import io.tourbillon.bench.account.CheckedTimer;
import io.tourbillon.timer.TimerHandle;
import io.tourbillon.timer.TimerService;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Timers that one thread arms, cancels and pushes out at random: half of them by ids, half by
 * handles.
 */
final class TimerSet implements Churn.Step {
  private static final int SIZE = 200;
  private static final long SHORT_MICROS = 50_000;
  private static final long MIDDLE_MICROS = 1_000_000;
  private static final long LONG_MICROS = TimeUnit.HOURS.toMicros(1);

  private static final long OVERDUE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final TimerService service;
  private final SplittableRandom random;
  private final CheckedTimer[] timers = new CheckedTimer[SIZE];
  private final long[] ids = new long[SIZE];
  private final @Nullable TimerHandle[] handles = new TimerHandle[SIZE];

  TimerSet(TimerService service, Account account, SplittableRandom random) {
    this.service = service;
    this.random = random;
    for (int slot = 0; slot < SIZE; slot++) {
      timers[slot] = new CheckedTimer(account);
    }
  }

  /**
   * Does something with one of the timers.
   *
   * @throws java.util.concurrent.RejectedExecutionException as the service does
   */
  @Override
  public void step() {
    int slot = random.nextInt(SIZE);
    CheckedTimer timer = timers[slot];
    if (!timer.isPending()) {
      arm(slot, timer);
      return;
    }
    switch (random.nextInt(8)) {
      case 0 -> cancel(slot, timer);
      case 1, 2 -> pushOut(slot, timer);
      default -> {
        // It goes on.
      }
    }
  }

  private void arm(int slot, CheckedTimer timer) {
    if (isById(slot)) {
      ids[slot] = timer.arm(service, delayMicros(), TimeUnit.MICROSECONDS);
    } else {
      handles[slot] = timer.schedule(service, micros(delayMicros()));
    }
  }

  private void cancel(int slot, CheckedTimer timer) {
    TimerHandle handle = handles[slot];
    if (handle != null) {
      timer.cancel(handle);
    } else {
      timer.cancel(service, ids[slot]);
    }
  }

  private void pushOut(int slot, CheckedTimer timer) {
    TimerHandle handle = handles[slot];
    if (handle != null) {
      timer.reschedule(handle, micros(delayMicros()));
    } else {
      timer.rearm(service, ids[slot], delayMicros(), TimeUnit.MICROSECONDS);
    }
  }

  @Override
  public Optional<String> overdue() {
    long nowNanos = System.nanoTime();
    long count = 0;
    long mostNanos = 0;
    for (CheckedTimer timer : timers) {
      long overdueNanos = nowNanos - timer.deadlineNanos();
      if (timer.isPending() && overdueNanos > OVERDUE_NANOS) {
        count++;
        mostNanos = Math.max(mostNanos, overdueNanos);
      }
    }
    return count == 0
        ? Optional.empty()
        : Optional.of(
            count
                + " timers are pending, the deadline of one has passed by ms "
                + TimeUnit.NANOSECONDS.toMillis(mostNanos));
  }

  private static boolean isById(int slot) {
    return slot % 2 == 0;
  }

  private static Duration micros(long micros) {
    return Duration.ofNanos(TimeUnit.MICROSECONDS.toNanos(micros));
  }

  private long delayMicros() {
    int kind = random.nextInt(100);
    return kind < 85
        ? random.nextLong(SHORT_MICROS)
        : kind < 98 ? random.nextLong(MIDDLE_MICROS) : LONG_MICROS;
  }
}
