package io.tourbillon.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.TimerHandle.State;
import io.tourbillon.timer.internal.PendingLimit;
import io.tourbillon.timer.internal.TickScale;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What ends a timer: threads race for the end of the same timers. A broken twin races, too: a test
 * that does not catch the twin proves nothing about the original.
 */
@RealTime
@Timeout(120)
class ShardRaceTest {
  private static final int TIMERS = 2000;
  private static final int ROUNDS = 100;

  /** Timers 0 to 1999. Three threads race to end them. */
  private interface Scheme {
    boolean cancel(int number);

    /** Ends what is due at this tick: the timer with that number. */
    void fire(int number, IntConsumer ended);

    void close(IntConsumer ended);
  }

  /** The original: under one lock, each thread checks before it acts. */
  private static final class Original implements Scheme {
    private final Events events = new Events(null, TimerExceptionHandler.logging());
    private final TickScale scale = new TickScale(0, 1);
    private final Clock clock = Clock.system();
    private final Waker waker = new Waker(clock.newAlarm(Thread.currentThread()));
    private final Shard shard =
        new Shard(
            new ServiceParts(
                scale,
                clock,
                new PendingLimit(TIMERS),
                waker,
                events,
                new RunEnds(),
                NotedTask.Notes.NONE,
                true,
                null),
            0);
    private final Batch batch = new Batch(shard);
    private final ScheduledTimer[] timers = new ScheduledTimer[TIMERS];

    Original() {
      for (int number = 0; number < TIMERS; number++) {
        timers[number] = new ScheduledTimer(shard, new Numbered(number));
        shard.arm(timers[number], number + 1L, number + 1L);
      }
    }

    private record Numbered(int number) implements Runnable {
      @Override
      public void run() {}
    }

    @Override
    public boolean cancel(int number) {
      return shard.cancel(timers[number]);
    }

    @Override
    public void fire(int number, IntConsumer ended) {
      shard.advance(number + 1L, batch, 0);
      for (int index = 0; index < batch.size(); index++) {
        // A cancel may come between the batch and this call.
        if (((ScheduledTimer) batch.task(index)).begin() instanceof Numbered task) {
          ended.accept(task.number);
        }
      }
      batch.clear();
    }

    @Override
    public void close(IntConsumer ended) {
      shard.close();
      HandBack handBack = new HandBack(events, true);
      for (int page = 0; page < shard.pageCount(); page++) {
        shard.drain(page, handBack);
      }
      handBack.finish().forEach(task -> ended.accept(((Numbered) task).number));
    }
  }

  /** Timers that are a number each, of a service whose driver takes a turn for each tick. */
  private static final class Numbers implements Scheme {
    private final FirstUse.ManualClock clock = new FirstUse.ManualClock();
    private final PolledTimerService service =
        TimerService.builder().clock(clock).recordStats().buildPolled(() -> {});
    private final List<Integer> fired = new ArrayList<>();
    private final LongTimers timers = service.longTimers(payload -> fired.add((int) payload));
    private final long[] ids = new long[TIMERS];

    Numbers() {
      for (int number = 0; number < TIMERS; number++) {
        ids[number] = timers.arm(number + 1L, TimeUnit.MILLISECONDS, number);
      }
    }

    @Override
    public boolean cancel(int number) {
      return timers.cancel(ids[number]);
    }

    @Override
    public void fire(int number, IntConsumer ended) {
      clock.nanos = TimeUnit.MILLISECONDS.toNanos(number + 1L);
      int _ = service.poll(Integer.MAX_VALUE);
      fired.forEach(ended::accept);
      fired.clear();
    }

    /** By the view's shutdown, and the service's in every other round. */
    @Override
    public void close(IntConsumer ended) {
      if (clock.nanos % 2_000_000 == 0) {
        Arrays.stream(timers.shutdownNow()).forEach(payload -> ended.accept((int) payload));
      }
      for (Runnable task : service.shutdownNow()) {
        ended.accept((int) ((LongTimers.Task) task).payload());
      }
    }
  }

  /** The twin: each thread checks, and then acts without checking again. */
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
      if (number % 64 == 0) {
        LockSupport.parkNanos(1); // Lets others in between, even on a busy machine.
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

  /** Races three threads to end many timers, and returns how many did not end exactly once. */
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
  void numbers_threadsRacingOverTheEndOfTimers_endEachExactlyOnce() throws InterruptedException {
    assertEquals(0, wrongEndings(Numbers::new));
  }

  @Test
  void shardsTwin_threadsRacingOverTheEndOfTimers_isCaught() throws InterruptedException {
    assertTrue(wrongEndings(LooksOnce::new) > 0, "the race that the test needs did not happen");
  }
}
