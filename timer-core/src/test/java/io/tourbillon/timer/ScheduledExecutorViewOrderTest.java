package io.tourbillon.timer;

import static java.util.concurrent.TimeUnit.MICROSECONDS;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tasks of a view run by deadline in nanoseconds, then by submission, as in the JDK. */
@Timeout(60)
class ScheduledExecutorViewOrderTest {
  private final VirtualClock clock = new VirtualClock();
  private final List<Object> ran = Collections.synchronizedList(new ArrayList<>());

  enum Tasks {
    ON_DRIVER,
    ON_EXECUTOR
  }

  private TimerService timers(Tasks tasks, Duration tick) {
    TimerService.Builder builder = TimerService.builder().clock(clock).tick(tick);
    return (tasks == Tasks.ON_EXECUTOR ? builder.executor(Runnable::run) : builder).build();
  }

  private TimerService timers(Tasks tasks) {
    return timers(tasks, Duration.ofMillis(20));
  }

  /**
   * Blocks the driver until the clock is advanced, so that everything submitted meanwhile queues.
   */
  private static CountDownLatch holdDriver(ScheduledExecutorView view) throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch held = new CountDownLatch(1);
    view.execute(
        () -> {
          begun.countDown();
          try {
            assertTrue(held.await(50, SECONDS));
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        });
    assertTrue(begun.await(50, SECONDS));
    return held;
  }

  @ParameterizedTest
  @EnumSource(Tasks.class)
  void execute_threadsOneAfterTheOther_runsInThatOrderWithoutATick(Tasks tasks) throws Exception {
    try (TimerService timers = timers(tasks)) {
      ScheduledExecutorView view = timers.asScheduledExecutor();
      CountDownLatch held = holdDriver(view);
      List<Object> expected = new ArrayList<>();
      for (int thread = 0; thread < 64; thread++) {
        int number = thread;
        expected.add(number);
        Thread.ofPlatform().start(() -> view.execute(() -> ran.add(number))).join();
      }
      held.countDown();
      clock.advance(Duration.ZERO);
      assertEquals(expected, ran);
      assertEquals(0, clock.nanoTime());
    }
  }

  @ParameterizedTest
  @EnumSource(Tasks.class)
  void schedule_sameDeadline_runsInOrderOfSubmission(Tasks tasks) throws Exception {
    try (TimerService timers = timers(tasks)) {
      ScheduledExecutorView view = timers.asScheduledExecutor();
      List<Object> expected = new ArrayList<>();
      for (int thread = 0; thread < 64; thread++) {
        int number = thread;
        expected.add(number);
        Runnable submission =
            () -> {
              ScheduledFuture<?> _ = view.schedule(() -> ran.add(number), 5, MILLISECONDS);
            };
        Thread.ofPlatform().start(submission).join();
      }
      clock.advance(Duration.ofMillis(20));
      assertEquals(expected, ran);
    }
  }

  @ParameterizedTest
  @EnumSource(Tasks.class)
  void schedule_deadlinesWithinATick_runsByNanoseconds(Tasks tasks) {
    try (TimerService timers = timers(tasks)) {
      ScheduledExecutorView view = timers.asScheduledExecutor();
      for (long nanos : new long[] {900, 5, 300, 4, 299, 2}) {
        ScheduledFuture<?> _ = view.schedule(() -> ran.add(nanos), nanos, NANOSECONDS);
      }
      clock.advance(Duration.ofMillis(20));
      assertEquals(List.of(2L, 4L, 5L, 299L, 300L, 900L), ran);
    }
  }

  /** Without this order, the end of a stream overtook its elements. */
  @ParameterizedTest
  @EnumSource(Tasks.class)
  void execute_afterADelayedTaskCameDueWithinTheTick_comesAfterIt(Tasks tasks) {
    try (TimerService timers = timers(tasks)) {
      ScheduledExecutorView view = timers.asScheduledExecutor();
      ScheduledFuture<?> _ = view.schedule(() -> ran.add("due at 3"), 3, MILLISECONDS);
      ScheduledFuture<?> _ = view.schedule(() -> ran.add("due at 9"), 9, MILLISECONDS);
      clock.advance(Duration.ofMillis(5));
      assertEquals(List.of(), ran);
      view.execute(() -> ran.add("submitted at 5"));
      clock.advance(Duration.ZERO);
      assertEquals(List.of("due at 3", "submitted at 5"), ran);
      clock.advance(Duration.ofMillis(14));
      assertEquals(2, ran.size(), "never before the tick ends by itself");
      clock.advance(Duration.ofMillis(1));
      assertEquals(List.of("due at 3", "submitted at 5", "due at 9"), ran);
    }
  }

  @ParameterizedTest
  @EnumSource(Tasks.class)
  void periodic_missedRuns_takeTheirPlacesAmongOtherTasks(Tasks tasks) {
    try (TimerService timers = timers(tasks)) {
      ScheduledExecutorView view = timers.asScheduledExecutor();
      AtomicInteger runs = new AtomicInteger();
      ScheduledFuture<?> periodic =
          view.scheduleAtFixedRate(
              () -> ran.add("run " + runs.incrementAndGet()), 10, 10, MILLISECONDS);
      ScheduledFuture<?> _ = view.schedule(() -> ran.add("at 25"), 25, MILLISECONDS);
      ScheduledFuture<?> _ = view.schedule(() -> ran.add("at 30"), 30, MILLISECONDS);
      clock.jump(Duration.ofMillis(40));
      assertEquals(List.of("run 1", "run 2", "at 25", "run 3", "at 30", "run 4"), ran);
      assertTrue(periodic.cancel(false));
    }
  }

  @Test
  void viewAndOtherTimers_ofDifferentTicks_fireInOrderOfTicks() {
    try (TimerService timers = timers(Tasks.ON_DRIVER, Duration.ofMillis(1))) {
      ScheduledExecutorView view = timers.asScheduledExecutor();
      for (int millis : new int[] {50, 10, 30}) {
        ScheduledFuture<?> _ = view.schedule(() -> ran.add(millis), millis, MILLISECONDS);
      }
      for (int millis : new int[] {20, 60, 40}) {
        timers.arm(millis, MILLISECONDS, () -> ran.add(millis));
      }
      clock.jump(Duration.ofMillis(100));
      assertEquals(List.of(10, 20, 30, 40, 50, 60), ran);
    }
  }

  private record Submitted(long deadlineNanos, long number) {}

  /**
   * Random delays, some zero and some within a tick, with small and large steps of time and
   * cancels.
   */
  @ParameterizedTest
  @EnumSource(Tasks.class)
  void randomTasks_andCancels_runInTheOrderOfTheJdk(Tasks tasks) {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    long number = 0;
    List<Submitted> expected = new ArrayList<>();
    try (TimerService timers = timers(tasks, Duration.ofMillis(1))) {
      ScheduledExecutorView view = timers.asScheduledExecutor();
      for (int step = 0; step < 2000; step++) {
        List<ScheduledFuture<?>> futures = new ArrayList<>();
        List<Submitted> submitted = new ArrayList<>();
        for (int count = random.nextInt(6); count > 0; count--) {
          long micros =
              switch (random.nextInt(4)) {
                case 0 -> 0;
                case 1 -> random.nextInt(1000);
                case 2 -> random.nextInt(100_000);
                default -> random.nextInt(5) * 1000L;
              };
          Submitted task = new Submitted(clock.nanoTime() + micros * 1000, number++);
          // A task without a delay may run before the next line, so this test never cancels it.
          ScheduledFuture<?> future = view.schedule(() -> ran.add(task), micros, MICROSECONDS);
          if (micros > 0) {
            futures.add(future);
            submitted.add(task);
          } else {
            expected.add(task);
          }
        }
        for (int index = 0; index < futures.size(); index++) {
          if (random.nextInt(4) > 0 || !futures.get(index).cancel(false)) {
            expected.add(submitted.get(index));
          }
        }
        Duration move = Duration.ofNanos(random.nextInt(3_000_000));
        if (random.nextInt(10) == 0) {
          clock.jump(move.multipliedBy(20));
        } else {
          clock.advance(move);
        }
        assertEquals(timers.pending(), view.getQueueSize(), "seed " + seed);
      }
      clock.jump(Duration.ofSeconds(1));
    }
    expected.sort(
        Comparator.comparingLong(Submitted::deadlineNanos).thenComparingLong(Submitted::number));
    assertEquals(expected, ran, "seed " + seed);
  }

  /** Real time and racing threads: the tasks of each thread run in order, and all of them run. */
  @RealTime
  @ParameterizedTest
  @EnumSource(Tasks.class)
  void racingThreads_eachOnesTasks_runInOrder(Tasks tasks) throws Exception {
    TimerService.Builder builder = TimerService.builder();
    var pool = Executors.newSingleThreadExecutor();
    if (tasks == Tasks.ON_EXECUTOR) {
      builder.executor(pool);
    }
    int count = 20_000;
    List<List<Integer>> ranBy = new ArrayList<>();
    try (TimerService timers = builder.build()) {
      ScheduledExecutorView view = timers.asScheduledExecutor();
      List<Thread> threads = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        List<Integer> mine = new ArrayList<>();
        ranBy.add(mine);
        boolean delayed = thread % 2 == 0;
        threads.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      for (int i = 0; i < count; i++) {
                        int number = i;
                        if (delayed) {
                          ScheduledFuture<?> _ =
                              view.schedule(() -> mine.add(number), 700, MICROSECONDS);
                        } else {
                          view.execute(() -> mine.add(number));
                        }
                      }
                    }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      view.shutdown();
      assertTrue(view.awaitTermination(50, SECONDS));
    }
    pool.shutdown();
    for (List<Integer> mine : ranBy) {
      assertEquals(count, mine.size());
      assertEquals(mine.stream().sorted().toList(), mine);
    }
  }
}
