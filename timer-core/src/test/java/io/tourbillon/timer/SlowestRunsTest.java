package io.tourbillon.timer;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.TimerTask;
import io.tourbillon.timer.internal.AccountableTask;
import io.tourbillon.timer.netty.NettyTimer;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which runs the statistics list as the slowest, and how they are named. */
class SlowestRunsTest {
  private static final Duration TEN = Duration.ofMillis(10);

  private final VirtualClock clock = new VirtualClock();
  private final TaskTimeClock taskTime = new TaskTimeClock(clock);
  private final TimerService timers =
      TimerService.builder()
          .clock(taskTime)
          .recordStats()
          .exceptionHandler((task, error) -> {})
          .build();

  @AfterEach
  void close() {
    timers.close();
  }

  /** A task with its own class. */
  private final class Spending implements Runnable, Callable<Long>, TimerTask {
    private final long millis;

    Spending(long millis) {
      this.millis = millis;
    }

    @Override
    public void run() {
      taskTime.spend(Duration.ofMillis(millis));
    }

    @Override
    public Long call() {
      run();
      return millis;
    }

    @Override
    public void run(io.netty.util.Timeout timeout) {
      run();
    }
  }

  /** Runs tasks that take this long, one after the other. */
  private void runMillis(LongStream millis) {
    millis.forEach(
        each -> {
          timers.schedule(Duration.ofMillis(1), new Spending(each));
          clock.advance(Duration.ofMillis(1));
        });
  }

  private List<Long> slowestMillis() {
    return timers.stats().slowest().stream().map(run -> run.runNanos() / 1_000_000).toList();
  }

  private String nameOfTheOnlyRun() {
    List<SlowRun> slowest = timers.stats().slowest();
    assertEquals(1, slowest.size(), slowest.toString());
    return slowest.getFirst().task();
  }

  @Test
  void slowest_fewRuns_areAllThereLongestFirst() {
    runMillis(LongStream.of(3, 9, 1));
    assertEquals(List.of(9L, 3L, 1L), slowestMillis());
  }

  @Test
  void slowest_manyRuns_areTheTenLongest() {
    runMillis(LongStream.rangeClosed(1, 30).map(i -> i * 7 % 31));
    assertEquals(IntStream.range(0, 10).mapToObj(i -> 30L - i).toList(), slowestMillis());
  }

  @Test
  void slowest_ofSeveralShards_areTheLongestOfAll() throws InterruptedException {
    for (int i = 1; i <= 24; i++) {
      Spending task = new Spending(i);
      // Threads with consecutive ids use different shards.
      Thread thread = Thread.ofPlatform().start(() -> timers.schedule(TEN, task));
      thread.join();
    }
    clock.advance(TEN);
    assertEquals(IntStream.range(0, 10).mapToObj(i -> 24L - i).toList(), slowestMillis());
  }

  @Test
  void slowest_slowStart_isForgottenAfterTwoMinutesAtMost() {
    runMillis(LongStream.of(500));
    clock.advance(Duration.ofSeconds(59));
    runMillis(LongStream.of(2));
    assertEquals(List.of(500L, 2L), slowestMillis());
    clock.advance(Duration.ofSeconds(58));
    runMillis(LongStream.of(3));
    assertEquals(List.of(500L, 3L, 2L), slowestMillis(), "it is of the minute before this one");
    clock.advance(Duration.ofSeconds(3));
    assertEquals(List.of(3L), slowestMillis(), "nothing has run since, but time has passed");
    clock.advance(Duration.ofSeconds(60));
    assertEquals(List.of(), slowestMillis());
  }

  @Test
  void slowest_newMinute_beginsWithoutTheBarOfTheOneBefore() {
    runMillis(LongStream.rangeClosed(101, 110));
    clock.advance(Duration.ofMinutes(1));
    runMillis(LongStream.of(1, 2));
    clock.advance(Duration.ofMinutes(1));
    assertEquals(List.of(2L, 1L), slowestMillis());
  }

  @Test
  void slowest_afterALongSilence_areNone() {
    runMillis(LongStream.of(1));
    clock.advance(Duration.ofDays(365));
    runMillis(LongStream.of(2));
    assertEquals(List.of(2L), slowestMillis());
  }

  @Test
  void turn_byAReaderWhoseClockReadingIsOld_forgetsNothing() {
    SlowestRuns runs = new SlowestRuns();
    long newMinuteNanos = 5 * SlowestRuns.GENERATION_NANOS;
    runs.turn(newMinuteNanos - 1);
    runs.add(new SlowestRuns.Run("before", 2, 0));
    runs.turn(newMinuteNanos);
    runs.add(new SlowestRuns.Run("now", 1, 0));
    runs.turn(newMinuteNanos - 1);
    List<SlowRun> found = new ArrayList<>();
    runs.addTo(found);
    assertEquals(2, found.size());
  }

  @Test
  void endEpochMillis_always_isTheWallClocks() {
    long before = System.currentTimeMillis();
    runMillis(LongStream.of(1));
    long endMillis = timers.stats().slowest().getFirst().endEpochMillis();
    assertTrue(before <= endMillis && endMillis <= System.currentTimeMillis());
  }

  @Test
  void task_withATag_isCalledByIt() {
    timers.schedule(TEN, new Spending(1), TimerOptions.tagged("idle-timeout"));
    clock.advance(TEN);
    assertEquals("idle-timeout", nameOfTheOnlyRun());
  }

  @Test
  void task_ofATaggedPeriodicTimer_isCalledByTheTag() {
    timers.scheduleAtFixedRate(TEN, TEN, new Spending(1), TimerOptions.tagged("heartbeat"));
    clock.advance(TEN);
    assertEquals("heartbeat", nameOfTheOnlyRun());
  }

  @Test
  void task_withoutATag_isCalledByItsClassHoweverItWasArmed() {
    timers.arm(10, MILLISECONDS, new Spending(1));
    timers.schedule(TEN, new Spending(1));
    timers.scheduleWithFixedDelay(TEN, TEN, new Spending(1));
    Future<?> _ =
        timers.asScheduledExecutor().schedule((Runnable) new Spending(1), 10, MILLISECONDS);
    Future<?> _ =
        timers.asScheduledExecutor().schedule((Callable<Long>) new Spending(1), 10, MILLISECONDS);
    new NettyTimer(timers).newTimeout(new Spending(1), 10, MILLISECONDS);
    clock.advance(TEN);
    List<String> names = timers.stats().slowest().stream().map(SlowRun::task).distinct().toList();
    assertEquals(6, timers.stats().slowest().size());
    assertEquals(List.of(Spending.class.getName()), names);
  }

  @Test
  void task_thatIsALambda_isCalledWithoutItsAddress() {
    timers.schedule(TEN, () -> taskTime.spend(TEN));
    clock.advance(TEN);
    assertEquals(SlowestRunsTest.class.getName() + "$$Lambda", nameOfTheOnlyRun());
  }

  @Test
  void task_whoseAdapterFailsToTellItsType_isCalledByTheAdapterAndHarmsNothing() {
    AccountableTask hostile =
        new AccountableTask() {
          @Override
          public void run() {}

          @Override
          public void cancelled() {}

          @Override
          public void refused(RejectedExecutionException why) {}

          @Override
          public void handedBack(RejectedExecutionException why) {}

          @Override
          public Runnable passedIn() {
            throw new IllegalStateException("hostile");
          }
        };
    TimerHandle timer = timers.scheduleAtFixedRate(TEN, TEN, hostile);
    clock.advance(Duration.ofMillis(25));
    assertEquals(2, timers.stats().runs());
    assertEquals(TimerHandle.State.PENDING, timer.state());
    assertEquals(hostile.getClass().getName(), timers.stats().slowest().getFirst().task());
    timer.cancel();
  }

  @Test
  void slowest_afterTheRun_keepNoTask() {
    WeakReference<Runnable> task = new WeakReference<>(armSpending());
    clock.advance(TEN);
    assertEquals(1, timers.stats().slowest().size());
    assertTrue(Internals.isCollected(task));
  }

  private Runnable armSpending() {
    Runnable task = new Spending(1);
    timers.schedule(TEN, task);
    return task;
  }

  @Test
  void slowest_byAnExecutor_areListedToo() {
    QueueingExecutor queue = new QueueingExecutor();
    try (TimerService pooled =
        TimerService.builder().clock(clock).executor(queue).recordStats().build()) {
      pooled.schedule(TEN, new Spending(1));
      clock.advance(TEN);
      queue.runAll();
      assertEquals(Spending.class.getName(), pooled.stats().slowest().getFirst().task());
    }
  }
}
