package io.tourbillon.timer;

import static java.util.concurrent.TimeUnit.MICROSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.TimerHandle.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Real threads that race each other, the driver and the shutdown for the same timers. Each timer
 * counts how often it ended, which must be exactly once.
 */
@RealTime
@Timeout(300)
class EndingsRaceTest {
  private static final Duration TICK = Duration.ofNanos(100_000);
  private static final int THREADS = 3;
  private static final int SLOTS = 24;
  private static final long MAX_DELAY_MICROS = 1_500;

  /** A timer that several threads use. */
  private static final class Contested implements Runnable {
    final AtomicInteger runs = new AtomicInteger();
    final AtomicInteger cancels = new AtomicInteger();
    final AtomicInteger running = new AtomicInteger();
    final AtomicInteger overlaps = new AtomicInteger();
    volatile TimerHandle handle;
    volatile long id;

    @Override
    public void run() {
      if (running.getAndIncrement() != 0) {
        overlaps.incrementAndGet();
      }
      runs.incrementAndGet();
      running.decrementAndGet();
    }

    void cancel(TimerService timers) {
      if (handle == null ? timers.cancel(id) : handle.cancel()) {
        cancels.incrementAndGet();
      }
    }

    void rearm(TimerService timers, long delayMicros) {
      if (handle == null) {
        timers.rearm(id, delayMicros, MICROSECONDS);
      } else {
        handle.reschedule(Duration.ofNanos(delayMicros * 1000));
      }
    }
  }

  /** One service, from its creation to its end. */
  private static final class Round {
    private final TimerService timers;
    private final boolean periodic;
    private final AtomicReferenceArray<Contested> slots = new AtomicReferenceArray<>(SLOTS);
    private final Queue<Contested> accepted = new ConcurrentLinkedQueue<>();
    private final Queue<String> complaints = new ConcurrentLinkedQueue<>();

    Round(TimerService timers, boolean periodic) {
      this.timers = timers;
      this.periodic = periodic;
    }

    /** What each racing thread does until the service is shut down. */
    private void race(long seed) {
      Random random = new Random(seed);
      try {
        while (true) {
          int slot = random.nextInt(SLOTS);
          Contested timer = slots.get(slot);
          switch (random.nextInt(8)) {
            case 0, 1, 2 -> arm(slot, random);
            case 3, 4 -> {
              if (timer != null) {
                timer.cancel(timers);
              }
            }
            case 5, 6 -> {
              if (timer != null) {
                timer.rearm(timers, random.nextLong(MAX_DELAY_MICROS));
              }
            }
            default -> {
              if (random.nextInt(50) == 0) {
                timers.dump();
                timers.stats();
              }
              long pending = timers.pending();
              if (pending < 0) {
                complaints.add("pending " + pending);
              }
            }
          }
        }
      } catch (RejectedExecutionException shutDown) {
        // The round is over.
      } catch (RuntimeException | Error failure) {
        complaints.add("a thread failed: " + failure);
      }
    }

    private void arm(int slot, Random random) {
      Contested timer = new Contested();
      long delayMicros = random.nextLong(MAX_DELAY_MICROS);
      if (periodic) {
        Duration delay = Duration.ofNanos(delayMicros * 1000);
        timer.handle =
            random.nextBoolean()
                ? timers.scheduleAtFixedRate(delay, TICK.multipliedBy(2), timer)
                : timers.scheduleWithFixedDelay(delay, TICK, timer);
      } else if (random.nextBoolean()) {
        timer.handle = timers.schedule(delayMicros, MICROSECONDS, timer);
      } else {
        timer.id = timers.arm(delayMicros, MICROSECONDS, timer);
      }
      accepted.add(timer);
      Contested replaced = slots.getAndSet(slot, timer);
      if (periodic && replaced != null) {
        replaced.cancel(timers);
      }
    }

    /** Races threads for a while, shuts down, and returns what went wrong. */
    List<String> play(long seed, long lengthNanos, @Nullable ExecutorService pool)
        throws InterruptedException {
      List<Thread> threads = new ArrayList<>();
      for (int number = 0; number < THREADS; number++) {
        long own = seed + number;
        threads.add(Thread.ofPlatform().start(() -> race(own)));
      }
      LockSupport.parkNanos(lengthNanos);
      List<Runnable> handedBack = timers.shutdownNow();
      for (Thread thread : threads) {
        thread.join();
      }
      timers.close();
      if (pool != null) {
        // Tasks that were handed over have fired, but may not have run yet.
        pool.shutdown();
        assertTrue(pool.awaitTermination(20, SECONDS));
      }
      IdentityHashMap<Runnable, Integer> back = new IdentityHashMap<>();
      handedBack.forEach(task -> back.merge(task, 1, Integer::sum));
      for (Contested timer : accepted) {
        check(timer, back.getOrDefault(timer, 0));
        back.remove(timer);
      }
      if (!back.isEmpty()) {
        complaints.add("handed back but never accepted: " + back.size());
      }
      long cancels = accepted.stream().mapToLong(timer -> timer.cancels.get()).sum();
      TimerStats stats = timers.stats();
      if (stats.scheduled() != accepted.size() || stats.cancelled() != cancels) {
        complaints.add(
            stats + ", but accepted were " + accepted.size() + " and cancelled " + cancels);
      }
      if (timers.pending() != 0) {
        complaints.add("pending at the end: " + timers.pending());
      }
      return List.copyOf(complaints);
    }

    private void check(Contested timer, int handedBack) {
      int cancels = timer.cancels.get();
      int fired = periodic ? 0 : timer.runs.get();
      State state = timer.handle == null ? null : timer.handle.state();
      if (periodic && state == State.FIRED) {
        fired = 1;
      }
      String endings = fired + " fired, " + cancels + " cancelled, " + handedBack + " handed back";
      if (fired + cancels + handedBack != 1) {
        complaints.add(endings + ", " + state);
      } else if (state != null && state != expected(fired, cancels)) {
        complaints.add(endings + ", but " + state);
      }
      if (timer.overlaps.get() != 0) {
        complaints.add("runs that overlapped: " + timer.overlaps);
      }
    }

    private static State expected(int fired, int cancels) {
      if (fired == 1) {
        return State.FIRED;
      }
      return cancels == 1 ? State.CANCELLED : State.HANDED_BACK;
    }
  }

  enum Tasks {
    ON_DRIVER,
    ON_EXECUTOR,
    /** Of a polled service, in the thread that polls. */
    IN_LOOP
  }

  enum Kind {
    ONE_SHOT,
    PERIODIC
  }

  /** Plays rounds until the time is over, and returns the number of timers. */
  private static int play(Duration length, Kind kind, Tasks tasks) throws InterruptedException {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    long startNanos = System.nanoTime();
    int timersSeen = 0;
    while (System.nanoTime() - startNanos < length.toNanos()) {
      TimerService.Builder builder = TimerService.builder().tick(TICK).recordStats(true);
      ExecutorService pool = null;
      if (tasks == Tasks.ON_EXECUTOR) {
        pool = Executors.newFixedThreadPool(2);
        builder.executor(pool);
      }
      TimerService timers =
          tasks == Tasks.IN_LOOP
              ? new PolledLoop(builder, Clock.system(), 7).timers
              : builder.build();
      Round round = new Round(timers, kind == Kind.PERIODIC);
      List<String> complaints = round.play(random.nextLong(), random.nextLong(15_000_000), pool);
      assertEquals(List.of(), complaints, "seed " + seed);
      timersSeen += round.accepted.size();
    }
    assertTrue(timersSeen > 1000, "too few timers for a race: " + timersSeen);
    return timersSeen;
  }

  @ParameterizedTest
  @EnumSource(Tasks.class)
  void oneShotTimers_threadsRacingOverTheirEnd_endExactlyOnce(Tasks tasks)
      throws InterruptedException {
    play(Duration.ofMillis(1200), Kind.ONE_SHOT, tasks);
  }

  @ParameterizedTest
  @EnumSource(Tasks.class)
  void periodicTimers_threadsRacingOverTheirEnd_endExactlyOnceAndNeverOverlap(Tasks tasks)
      throws InterruptedException {
    play(Duration.ofMillis(1200), Kind.PERIODIC, tasks);
  }

  @Tag("long")
  @Test
  void allTimers_threadsRacingForMinutes_endExactlyOnce() throws InterruptedException {
    for (Kind kind : Kind.values()) {
      for (Tasks tasks : Tasks.values()) {
        int timers = play(Duration.ofSeconds(30), kind, tasks);
        System.out.println(kind + " " + tasks + ": " + timers + " timers");
      }
    }
  }
}
