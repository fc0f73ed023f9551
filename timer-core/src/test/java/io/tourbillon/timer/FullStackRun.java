package io.tourbillon.timer;

import static io.tourbillon.timer.NoTask.NOTHING;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Does each operation of a service at every depth of a nearly full stack. Then checks that the
 * service is as if the failed operations had not been tried. {@link SurvivalTest} runs it in a
 * separate JVM, because a full stack may also leave classes of the JDK unusable.
 */
final class FullStackRun {
  private static final Duration TEN = Duration.ofMillis(10);
  private static final int ROUNDS = 20;

  private final VirtualClock clock = new VirtualClock();
  private final AtomicInteger runs = new AtomicInteger();
  private final AtomicInteger overflows = new AtomicInteger();

  private FullStackRun() {}

  public static void main(String[] args) throws Exception {
    new FullStackRun().leavesTheServiceAsItWas();
    new FullStackRun().leaksNoPermit();
    new FullStackRun().pollsAtEveryDepth();
    System.out.println("ok");
  }

  /** Recurses until the stack is full, and runs the operation at every depth on the way back. */
  @SuppressWarnings("InfiniteRecursion") // Fills the stack.
  private void atEveryDepth(Runnable operation) {
    try {
      atEveryDepth(operation);
    } catch (StackOverflowError deepest) {
      // From here on, the stack has more and more room.
    }
    try {
      operation.run();
    } catch (StackOverflowError noRoom) {
      overflows.incrementAndGet();
    }
  }

  private void onASmallStack(Runnable operation) throws InterruptedException {
    // The first call has room on the stack, so that it loads all classes.
    operation.run();
    overflows.set(0);
    AtomicReference<Throwable> unexpected = new AtomicReference<>();
    for (int round = 0; round < ROUNDS; round++) {
      // A different size each time, so that the stack ends in different frames.
      Thread thread =
          new Thread(null, () -> atEveryDepth(operation), "deep", 160 * 1024 + 4096L * round);
      thread.setUncaughtExceptionHandler((_, error) -> unexpected.set(error));
      thread.start();
      thread.join();
    }
    require(unexpected.get() == null, "unexpected: " + unexpected);
    require(overflows.get() > ROUNDS, "the stack was not full: " + overflows);
  }

  private void leavesTheServiceAsItWas() throws InterruptedException {
    try (TimerService timers =
        TimerService.builder().clock(clock).maxPending(10_000_000).recordStats().build()) {
      ScheduledExecutorService view = timers.asScheduledExecutor();
      AtomicInteger accepted = new AtomicInteger();
      onASmallStack(
          () -> {
            timers.arm(10, MILLISECONDS, runs::incrementAndGet);
            accepted.incrementAndGet();
          });
      onASmallStack(
          () -> {
            timers.schedule(TEN, runs::incrementAndGet);
            accepted.incrementAndGet();
          });
      LongTimers numbers = timers.longTimers(_ -> runs.incrementAndGet());
      onASmallStack(
          () -> {
            numbers.arm(10, MILLISECONDS, 1);
            accepted.incrementAndGet();
          });
      onASmallStack(() -> endLater(numbers, numbers.arm(1, MILLISECONDS, 1), accepted));
      onASmallStack(() -> timers.cancel(timers.arm(1, MILLISECONDS, NOTHING)));
      onASmallStack(() -> timers.schedule(TEN, NOTHING).cancel());
      onASmallStack(() -> timers.schedule(TEN, NOTHING).reschedule(Duration.ofMillis(5)));
      onASmallStack(() -> view.schedule(NOTHING, 10, MILLISECONDS).cancel(false));
      Internals.checkInvariants(timers);
      clock.advance(Duration.ofSeconds(1));
      requireEqual(accepted.get(), runs.get(), "timers of the deep threads");
      armOnOtherThreads(timers);
      ScheduledFuture<?> last = view.schedule(runs::incrementAndGet, 10, MILLISECONDS);
      clock.advance(Duration.ofSeconds(1));
      requireEqual(accepted.get() + 16_001, runs.get(), "timers of all threads");
      require(last.isDone(), "the task of the view has not run");
      requireEqual(0, timers.pending(), "pending");
    }
  }

  /** Cancels a timer, or counts it if there is no room for that. */
  private static void endLater(LongTimers numbers, long id, AtomicInteger accepted) {
    try {
      numbers.rearm(id, 5, MILLISECONDS);
      numbers.cancel(id);
    } catch (StackOverflowError noRoom) {
      accepted.incrementAndGet();
      throw noRoom;
    }
  }

  /** Arms timers from other threads, so that all shards are used. */
  private void armOnOtherThreads(TimerService timers) throws InterruptedException {
    List<Thread> others = new ArrayList<>();
    for (int thread = 0; thread < 8; thread++) {
      others.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int i = 0; i < 2000; i++) {
                      timers.arm(10, MILLISECONDS, runs::incrementAndGet);
                    }
                  }));
    }
    for (Thread other : others) {
      other.join();
    }
  }

  private void leaksNoPermit() throws InterruptedException {
    try (TimerService limited = TimerService.builder().clock(clock).maxPending(1).build()) {
      ScheduledExecutorService view = limited.asScheduledExecutor();
      onASmallStack(orRefused(() -> limited.cancel(limited.arm(1, MILLISECONDS, NOTHING))));
      clock.advance(TEN);
      onASmallStack(orRefused(() -> limited.schedule(TEN, NOTHING).cancel()));
      clock.advance(TEN);
      LongTimers numbers = limited.longTimers(_ -> {});
      onASmallStack(orRefused(() -> numbers.cancel(numbers.arm(1, MILLISECONDS, 1))));
      clock.advance(TEN);
      onASmallStack(orRefused(() -> view.schedule(NOTHING, 10, MILLISECONDS).cancel(false)));
      clock.advance(TEN);
      requireEqual(0, limited.pending(), "pending");
      require(limited.cancel(limited.arm(1, MILLISECONDS, NOTHING)), "no permit is left");
    }
  }

  /** A task may fail for lack of room, but each of them has its turn. */
  private void pollsAtEveryDepth() throws InterruptedException {
    AtomicInteger failed = new AtomicInteger();
    try (PolledTimerService timers =
        TimerService.builder()
            .clock(new Hasty())
            .exceptionHandler((_, _) -> failed.incrementAndGet())
            .recordStats()
            .buildPolled(NOTHING)) {
      AtomicInteger accepted = new AtomicInteger();
      onASmallStack(
          () -> {
            timers.arm(0, MILLISECONDS, runs::incrementAndGet);
            accepted.incrementAndGet();
            timers.poll(1);
            timers.schedule(Duration.ZERO, runs::incrementAndGet);
            accepted.incrementAndGet();
            timers.nanosToNextEvent();
            timers.poll(10);
          });
      require(!timers.isShutdown(), "the polled service was shut down");
      while (timers.pending() > 0) {
        timers.poll(100);
      }
      Internals.checkInvariants(timers);
      require(runs.get() > accepted.get() / 2, "most tasks failed: " + failed);
      requireEqual(accepted.get(), runs.get() + failed.get(), "timers that were polled");
    }
  }

  /** Advances by a tick with each reading. */
  private static final class Hasty implements Clock {
    private final AtomicLong nanos = new AtomicLong();

    @Override
    public long nanoTime() {
      return nanos.addAndGet(1_000_000);
    }

    @Override
    public Alarm newAlarm(Thread thread) {
      throw new AssertionError("nothing waits");
    }
  }

  /** If a timer was accepted but its cancel had no room, the next one is refused. */
  private static Runnable orRefused(Runnable operation) {
    return () -> {
      try {
        operation.run();
      } catch (RejectedExecutionException oneIsPending) {
        // Expected.
      }
    };
  }

  private static void requireEqual(long expected, long found, String what) {
    require(expected == found, what + ": " + found + ", not " + expected);
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      System.out.println(otherwise);
      System.out.flush();
      Runtime.getRuntime().halt(1);
    }
  }
}
