package io.tourbillon.timer;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The JDK's clock, with alarms that park a thread. */
@RealTime
@Timeout(60)
class SystemClockTest {
  private final Clock clock = Clock.system();

  @Test
  void nanoTime_always_isTheSystems() {
    long before = System.nanoTime();
    long reading = clock.nanoTime();
    long after = System.nanoTime();
    assertTrue(reading - before >= 0 && after - reading >= 0);
    assertSame(Clock.system(), clock);
  }

  @Test
  void wake_beforeTheWait_isNotLost() {
    Clock.Alarm alarm = clock.newAlarm(Thread.currentThread());
    alarm.wake();
    alarm.await();
    alarm.wake();
    alarm.awaitUntil(System.nanoTime() + SECONDS.toNanos(3600));
    alarm.close();
  }

  /** As happens when the driver waits for a lock on its way to rest. */
  @Test
  void wake_beforeTheWaitWithAnotherParkingInBetween_isNotLost() {
    Clock.Alarm alarm = clock.newAlarm(Thread.currentThread());
    alarm.wake();
    LockSupport.park(this);
    alarm.await();
    alarm.wake();
    LockSupport.park(this);
    alarm.awaitUntil(System.nanoTime() + SECONDS.toNanos(3600));
  }

  @Test
  void wake_whileItWaits_endsTheWait() throws Exception {
    CompletableFuture<Clock.Alarm> made = new CompletableFuture<>();
    Thread waiting =
        Thread.ofPlatform()
            .start(
                () -> {
                  Clock.Alarm alarm = clock.newAlarm(Thread.currentThread());
                  made.complete(alarm);
                  alarm.await();
                });
    Clock.Alarm alarm = made.get(20, SECONDS);
    while (waiting.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    alarm.wake();
    assertTrue(waiting.join(java.time.Duration.ofSeconds(20)));
  }

  @Test
  void awaitUntil_timeThatHasCome_returnsAtOnce() {
    Clock.Alarm alarm = clock.newAlarm(Thread.currentThread());
    alarm.awaitUntil(System.nanoTime());
    alarm.awaitUntil(System.nanoTime() - SECONDS.toNanos(3600));
  }

  @Test
  void awaitUntil_timeAhead_returnsThen() {
    Clock.Alarm alarm = clock.newAlarm(Thread.currentThread());
    long deadlineNanos = System.nanoTime() + 5_000_000;
    // The wait may return spuriously, so it is repeated.
    while (System.nanoTime() - deadlineNanos < 0) {
      alarm.awaitUntil(deadlineNanos);
    }
    assertTrue(System.nanoTime() - deadlineNanos >= 0);
  }

  @Test
  void await_interrupted_returnsAndClearsTheStatus() {
    Clock.Alarm alarm = clock.newAlarm(Thread.currentThread());
    Thread.currentThread().interrupt();
    alarm.await();
    assertFalse(Thread.currentThread().isInterrupted());
    Thread.currentThread().interrupt();
    alarm.awaitUntil(System.nanoTime() + SECONDS.toNanos(3600));
    assertFalse(Thread.currentThread().isInterrupted());
  }

  @Test
  void awaitUntil_thatSpins_isEndedByAWake() throws Exception {
    CompletableFuture<Clock.Alarm> made = new CompletableFuture<>();
    Thread waiting =
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  long spinNanos = SECONDS.toNanos(3600);
                  Clock.Alarm alarm = SystemClock.newAlarm(Thread.currentThread(), spinNanos);
                  made.complete(alarm);
                  alarm.awaitUntil(System.nanoTime() + spinNanos);
                });
    Clock.Alarm alarm = made.get(20, SECONDS);
    assertFalse(waiting.join(java.time.Duration.ofMillis(20)), "it did not wait");
    alarm.wake();
    assertTrue(waiting.join(java.time.Duration.ofSeconds(20)));
  }

  @Test
  void awaitUntil_interruptedBeforeTheSpin_waitsAgainInsteadOfSpinning() {
    Clock.Alarm alarm = SystemClock.newAlarm(Thread.currentThread(), 1_000_000);
    Thread.currentThread().interrupt();
    alarm.awaitUntil(System.nanoTime() + SECONDS.toNanos(3600));
    assertFalse(Thread.currentThread().isInterrupted());
  }

  @Test
  void awaitUntil_withASpin_parksUntilThen() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    Clock.Alarm alarm = SystemClock.newAlarm(Thread.currentThread(), 1_000_000);
    long cpuNanos = threads.getCurrentThreadCpuTime();
    long deadlineNanos = System.nanoTime() + 300_000_000;
    while (System.nanoTime() - deadlineNanos < 0) {
      alarm.awaitUntil(deadlineNanos);
    }
    cpuNanos = threads.getCurrentThreadCpuTime() - cpuNanos;
    assertTrue(cpuNanos < 100_000_000, "CPU of a wait of 300 ms: " + cpuNanos + " ns");
  }
}
