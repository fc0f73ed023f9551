package io.tourbillon.timer;

import static io.tourbillon.timer.NoTask.NOTHING;
import static java.util.concurrent.TimeUnit.HOURS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tourbillon.timer.TimerHandle.State;
import java.time.Duration;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The two schemes on which all else rests, each tested beside a twin that is broken on purpose: a
 * test that does not catch the twin shows nothing about the original.
 */
@RealTime
@Timeout(120)
class BrokenTwinTest {
  private static final int TIMERS = 2000;
  private static final int ROUNDS = 100;

  // Who ends a timer.

  /** Timers 0 to 1999, over whose end three threads race. */
  private interface Scheme {
    boolean cancel(int number);

    /** Ends what is due at this tick: the timer of that number. */
    void fire(int number, IntConsumer ended);

    void close(IntConsumer ended);
  }

  /** The original: one lock, under which each looks before it acts. */
  private static final class Original implements Scheme {
    private final Shard shard = new Shard(0, true);
    private final TickScale scale = new TickScale(0, 1);
    private final Batch batch = new Batch(shard);
    private final ScheduledTimer[] timers = new ScheduledTimer[TIMERS];

    Original() {
      for (int number = 0; number < TIMERS; number++) {
        timers[number] = new ScheduledTimer(null, shard, new Numbered(number));
        shard.arm(number + 1L, timers[number]);
      }
    }

    private record Numbered(int number) implements Runnable {
      @Override
      public void run() {}
    }

    @Override
    public boolean cancel(int number) {
      return shard.cancel(timers[number]) != null;
    }

    @Override
    public void fire(int number, IntConsumer ended) {
      shard.advance(number + 1L, batch, scale, 0);
      for (int index = 0; index < batch.size(); index++) {
        Runnable task = ((ScheduledTimer) batch.task(index)).takeTask();
        ended.accept(((Numbered) task).number);
      }
      batch.clear();
    }

    @Override
    public void close(IntConsumer ended) {
      shard.close(
          (_, _, armed) -> {
            Runnable task = ((ScheduledTimer) armed).ended(State.HANDED_BACK);
            ended.accept(((Numbered) task).number);
          });
    }
  }

  /** The twin: each looks, and then acts without looking again. */
  private static final class LooksOnce implements Scheme {
    private final AtomicReferenceArray<State> states = new AtomicReferenceArray<>(TIMERS);

    LooksOnce() {
      for (int number = 0; number < TIMERS; number++) {
        states.set(number, State.PENDING);
      }
    }

    private boolean end(int number, State end) {
      if (states.get(number) != State.PENDING) {
        return false;
      }
      states.set(number, end);
      return true;
    }

    @Override
    public boolean cancel(int number) {
      return end(number, State.CANCELLED);
    }

    @Override
    public void fire(int number, IntConsumer ended) {
      if (end(number, State.FIRED)) {
        ended.accept(number);
      }
    }

    @Override
    public void close(IntConsumer ended) {
      for (int number = TIMERS - 1; number >= 0; number--) {
        if (end(number, State.HANDED_BACK)) {
          ended.accept(number);
        }
      }
    }
  }

  /** Races three threads over the end of many timers and says how many ended not once. */
  private static int wrongEndings(Supplier<Scheme> schemes) throws InterruptedException {
    int wrong = 0;
    for (int round = 0; round < ROUNDS && wrong == 0; round++) {
      Scheme scheme = schemes.get();
      AtomicIntegerArray endings = new AtomicIntegerArray(TIMERS);
      CyclicBarrier start = new CyclicBarrier(3);
      int closeAfter = round * TIMERS / ROUNDS;
      AtomicInteger progress = new AtomicInteger();
      Thread firing =
          race(
              start,
              () -> {
                for (int number = 0; number < TIMERS; number++) {
                  scheme.fire(number, endings::getAndIncrement);
                  progress.set(number);
                }
              });
      Thread cancelling =
          race(
              start,
              () -> {
                for (int number = 0; number < TIMERS; number++) {
                  if (scheme.cancel(number)) {
                    endings.getAndIncrement(number);
                  }
                }
              });
      Thread closing =
          race(
              start,
              () -> {
                while (progress.get() < closeAfter) {
                  Thread.onSpinWait();
                }
                scheme.close(endings::getAndIncrement);
              });
      firing.join();
      cancelling.join();
      closing.join();
      for (int number = 0; number < TIMERS; number++) {
        if (endings.get(number) != 1) {
          wrong++;
        }
      }
    }
    return wrong;
  }

  private static Thread race(CyclicBarrier start, Runnable body) {
    return Thread.ofPlatform()
        .start(
            () -> {
              try {
                start.await();
              } catch (InterruptedException | BrokenBarrierException e) {
                throw new AssertionError(e);
              }
              body.run();
            });
  }

  @Test
  void shard_threadsRacingOverTheEndOfTimers_endsEachExactlyOnce() throws InterruptedException {
    assertEquals(0, wrongEndings(Original::new));
  }

  @Test
  void shardsTwin_threadsRacingOverTheEndOfTimers_isCaught() throws InterruptedException {
    assertTrue(wrongEndings(LooksOnce::new) > 0, "the race that the test needs did not happen");
  }

  // Who wakes the driver.

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
