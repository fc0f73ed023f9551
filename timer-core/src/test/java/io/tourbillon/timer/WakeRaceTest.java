package io.tourbillon.timer;

import static io.tourbillon.timer.NoTask.NOTHING;
import static java.util.concurrent.TimeUnit.HOURS;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What wakes the driver: timers are armed just as it goes to rest. A broken twin is tested, too: a
 * test that does not catch the twin proves nothing about the original.
 */
@RealTime
@Timeout(120)
class WakeRaceTest {
  /** Runs something once, at the last moment before the driver waits with nothing pending. */
  private static final class InterposedClock implements Clock {
    private final Function<Thread, Alarm> alarms;
    private final AtomicReference<Runnable> beforeWait = new AtomicReference<>(NOTHING);

    InterposedClock(Function<Thread, Alarm> alarms) {
      this.alarms = alarms;
    }

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
          alarm.awaitUntil(deadlineNanos);
        }

        @Override
        public void await() {
          beforeWait.getAndSet(NOTHING).run();
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
  }

  /** The twin: it forgets a wake that comes before the wait. */
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

  /** Arms a timer when the driver has decided to wait, but has not begun to. */
  private static boolean forgetsATimerArmedBeforeTheWait(
      Function<Thread, Clock.Alarm> alarms, Duration patience) throws InterruptedException {
    InterposedClock clock = new InterposedClock(alarms);
    TimerService timers = TimerService.builder().clock(clock).build();
    CountDownLatch fired = new CountDownLatch(1);
    clock.beforeWait.set(
        () -> {
          Thread other =
              Thread.ofPlatform().start(() -> timers.arm(0, NANOSECONDS, fired::countDown));
          joinUninterruptibly(other);
        });
    // Makes the driver take a turn, in case it is waiting already.
    timers.arm(0, NANOSECONDS, NOTHING);
    boolean forgotten = !fired.await(patience.toMillis(), MILLISECONDS);
    // A close would wait for the driver, which a twin may not wake, so this only shuts down.
    timers.shutdownNow();
    return forgotten;
  }

  private static void joinUninterruptibly(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Arms timers repeatedly, and returns true if one was forgotten. */
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
    }
    return false;
  }

  @Test
  void driver_armedJustBeforeItWaits_forgetsNoTimer() throws Exception {
    assertFalse(forgetsATimerArmedBeforeTheWait(Clock.system()::newAlarm, Duration.ofSeconds(20)));
  }

  @Test
  void driverOnTheTwinOfTheClock_armedJustBeforeItWaits_isCaught() throws Exception {
    assertTrue(forgetsATimerArmedBeforeTheWait(ForgetfulAlarm::new, Duration.ofSeconds(1)));
  }

  /**
   * The driver has checked the first shard, and waits for the lock of the last one. On a machine
   * with one processor they are the same.
   */
  @Test
  void driver_armedWhileItLooksAtAnotherShard_forgetsNoTimer() throws Exception {
    try (TimerService timers = TimerService.builder().tick(Duration.ofNanos(100_000)).build()) {
      int shards = Internals.shards(timers).length;
      AtomicBoolean done = new AtomicBoolean();
      // Visits many timers under the lock of the last shard, again and again.
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

  /**
   * Far timers are armed in a stream while the driver ticks. Each turn of the driver searches the
   * shards, and timers that are armed during a search must not cause another one.
   */
  @Test
  void driver_farTimersArmedWhileItTicks_isNotWokenForThem() throws Exception {
    AtomicInteger waits = new AtomicInteger();
    Clock counting =
        new Clock() {
          @Override
          public long nanoTime() {
            return System.nanoTime();
          }

          @Override
          public Alarm newAlarm(Thread thread) {
            return countingWaits(Clock.system().newAlarm(thread), waits);
          }
        };
    try (TimerService timers = TimerService.builder().clock(counting).build()) {
      AtomicInteger runs = new AtomicInteger();
      timers.scheduleAtFixedRate(Duration.ofMillis(1), Duration.ofMillis(1), runs::incrementAndGet);
      long startNanos = System.nanoTime();
      while (System.nanoTime() - startNanos < 500_000_000) {
        timers.cancel(timers.arm(1, HOURS, NOTHING));
      }
      int seenWaits = waits.get();
      int seenRuns = runs.get();
      assertTrue(seenWaits <= 2 * seenRuns + 10, seenWaits + " waits for " + seenRuns + " runs");
    }
  }

  private static Clock.Alarm countingWaits(Clock.Alarm alarm, AtomicInteger waits) {
    return new Clock.Alarm() {
      @Override
      public void awaitUntil(long deadlineNanos) {
        waits.incrementAndGet();
        alarm.awaitUntil(deadlineNanos);
      }

      @Override
      public void await() {
        waits.incrementAndGet();
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

  /** Runs the body on a thread that uses this shard. */
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
