package io.tourbillon.timer;

import static io.tourbillon.timer.NoTask.NOTHING;
import static java.util.concurrent.TimeUnit.HOURS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Who wakes the driver: timers armed just as it goes to rest, beside a twin that is broken on
 * purpose. A test that does not catch the twin shows nothing about the original.
 */
@RealTime
@Timeout(120)
class WakeRaceTest {
  /** The original, and twins of it; all dawdle before they wait, as a busy machine makes them. */
  private record DawdlingClock(Function<Thread, Alarm> alarms) implements Clock {
    @Override
    public long nanoTime() {
      return System.nanoTime();
    }

    @Override
    public Alarm newAlarm(Thread thread) {
      Alarm alarm = alarms.apply(thread);
      return new Alarm() {
        @Override
        public void awaitUntil(long deadlineNanos) {
          dawdle();
          alarm.awaitUntil(deadlineNanos);
        }

        @Override
        public void await() {
          dawdle();
          alarm.await();
        }

        @Override
        public void wake() {
          alarm.wake();
        }

        @Override
        public void close() {
          alarm.close();
        }
      };
    }

    private static void dawdle() {
      for (int spins = 100; spins > 0; spins--) {
        Thread.onSpinWait();
      }
    }
  }

  /** The twin: a wake that comes before the wait is forgotten. */
  private static final class ForgetfulAlarm implements Clock.Alarm {
    private final Thread thread;
    private volatile boolean waiting;

    ForgetfulAlarm(Thread thread) {
      this.thread = thread;
    }

    @Override
    public void awaitUntil(long deadlineNanos) {
      waiting = true;
      while (waiting && System.nanoTime() - deadlineNanos < 0) {
        LockSupport.parkNanos(deadlineNanos - System.nanoTime());
      }
      waiting = false;
    }

    @Override
    public void await() {
      awaitUntil(System.nanoTime() + Long.MAX_VALUE / 2);
    }

    @Override
    public void wake() {
      waiting = false;
      LockSupport.unpark(thread);
    }

    @Override
    public void close() {}
  }

  /** Arms timers just when the driver goes to rest, and says whether one was forgotten. */
  private static boolean forgetsATimer(TimerService timers, int rounds, Duration patience) {
    for (int round = 0; round < rounds; round++) {
      AtomicBoolean fired = new AtomicBoolean();
      timers.arm(0, NANOSECONDS, () -> fired.set(true));
      long startNanos = System.nanoTime();
      while (!fired.get()) {
        Thread.onSpinWait();
        if (System.nanoTime() - startNanos > patience.toNanos()) {
          return true;
        }
      }
      for (int spins = round % 100; spins > 0; spins--) {
        Thread.onSpinWait();
      }
    }
    return false;
  }

  private static TimerService serviceOn(Function<Thread, Clock.Alarm> alarms) {
    return TimerService.builder()
        .clock(new DawdlingClock(alarms))
        .tick(Duration.ofNanos(100_000))
        .build();
  }

  @Test
  void driver_armedJustWhenItGoesToRest_forgetsNoTimer() {
    try (TimerService timers = serviceOn(Clock.system()::newAlarm)) {
      assertFalse(forgetsATimer(timers, 3000, Duration.ofSeconds(20)));
    }
  }

  @Test
  void driverOnTheTwinOfTheClock_armedJustWhenItGoesToRest_isCaught() {
    TimerService timers = serviceOn(ForgetfulAlarm::new);
    assertTrue(
        forgetsATimer(timers, 20_000, Duration.ofSeconds(1)),
        "the race that the test needs did not happen");
    // It may forget this as well, so it is not closed, which would wait for it.
    timers.shutdownNow();
  }

  /** The driver has looked at the first shard, and waits for the lock of the second. */
  @Test
  void driver_armedWhileItLooksAtAnotherShard_forgetsNoTimer() throws Exception {
    try (TimerService timers = serviceOn(Clock.system()::newAlarm)) {
      int shards = Internals.shards(timers).length;
      assumeTrue(shards > 1, "one shard only");
      AtomicBoolean done = new AtomicBoolean();
      // Looks at many timers under the lock of the last shard, again and again.
      onShard(
              shards - 1,
              shards,
              () -> {
                for (int i = 0; i < 100_000; i++) {
                  timers.arm(i, HOURS, NOTHING);
                }
              })
          .get();
      Thread holder =
          Thread.ofPlatform()
              .start(
                  () -> {
                    while (!done.get()) {
                      timers.stats();
                    }
                  });
      CompletableFuture<Boolean> forgotten = new CompletableFuture<>();
      onShard(
              0,
              shards,
              () -> forgotten.complete(forgetsATimer(timers, 1500, Duration.ofSeconds(20))))
          .get();
      done.set(true);
      holder.join();
      assertFalse(forgotten.get());
    }
  }

  /** Runs something on a thread that belongs to this shard. */
  private static CompletableFuture<Void> onShard(int shard, int shards, Runnable body) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Thread thread;
    do {
      thread =
          Thread.ofPlatform()
              .unstarted(
                  () -> {
                    body.run();
                    done.complete(null);
                  });
    } while ((thread.threadId() & (shards - 1)) != shard);
    thread.start();
    return done;
  }
}
