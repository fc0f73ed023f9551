package io.tourbillon.timer;

import static io.tourbillon.timer.NoTask.NOTHING;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.internal.AccountableTask;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tasks that are notified of what happens to their timer. */
class AccountableTaskTest {
  private static final Duration TEN = Duration.ofMillis(10);

  private final VirtualClock clock = new VirtualClock();
  private final Failures failures = new Failures();
  private TimerService timers = on(Runnable::run);

  /** Records the calls that it receives. */
  private static final class Noting implements AccountableTask {
    final List<String> told = new CopyOnWriteArrayList<>();
    final @Nullable Runnable passedIn;
    Runnable body = NOTHING;

    Noting(@Nullable Runnable passedIn) {
      this.passedIn = passedIn;
    }

    @Override
    public void run() {
      told.add("run");
      body.run();
    }

    @Override
    public void cancelled() {
      told.add("cancelled");
    }

    @Override
    public void refused(RejectedExecutionException why) {
      told.add("refused: " + why.getMessage());
    }

    @Override
    public void handedBack(RejectedExecutionException why) {
      told.add("handed back: " + why.getMessage());
    }

    @Override
    public @Nullable Runnable passedIn() {
      return passedIn;
    }
  }

  private final Noting task = new Noting(NOTHING);

  private TimerService on(Executor executor) {
    return TimerService.builder()
        .clock(clock)
        .executor(executor)
        .exceptionHandler(failures)
        .build();
  }

  private void refuseAll() {
    timers.close();
    timers =
        on(
            command -> {
              throw new RejectedExecutionException("full");
            });
  }

  @AfterEach
  void close() {
    timers.close();
  }

  @Test
  void accountableTask_ofATimerThatFires_runsAndIsToldNothing() {
    timers.schedule(TEN, task);
    clock.advance(TEN);
    timers.close();
    assertEquals(List.of("run"), task.told);
  }

  @Test
  void accountableTask_cancelledByHandle_isToldOnce() {
    TimerHandle timer = timers.schedule(TEN, task);
    timer.cancel();
    timer.cancel();
    timers.close();
    assertEquals(List.of("cancelled"), task.told);
  }

  @Test
  void accountableTask_cancelledById_isToldNothing() {
    assertTrue(timers.cancel(timers.arm(10, MILLISECONDS, task)));
    timers.close();
    assertEquals(List.of(), task.told);
  }

  @Test
  void accountableTask_refusedByTheExecutor_isToldAfterTheHandler() {
    refuseAll();
    timers.schedule(TEN, task);
    timers.arm(10, MILLISECONDS, task);
    clock.advance(TEN);
    timers.close();
    assertEquals(List.of("refused: full", "refused: full"), task.told);
    assertEquals(2, failures.count());
    assertSame(NOTHING, failures.all().getFirst().task(), "what was passed in");
  }

  @Test
  void accountableTask_pendingAtShutdown_isToldAndWhatWasPassedInIsHandedBack() {
    Noting without = new Noting(null);
    timers.schedule(TEN, task);
    timers.arm(10, MILLISECONDS, without);
    timers.scheduleAtFixedRate(TEN, TEN, task);
    assertEquals(List.of(NOTHING, NOTHING), timers.shutdownNow());
    String told = "handed back: the timer service has been shut down";
    assertEquals(List.of(told, told), task.told);
    assertEquals(List.of(told), without.told);
  }

  @Test
  void accountableTask_thatThrows_isReportedAsWhatWasPassedIn() {
    task.body =
        () -> {
          throw new IllegalStateException("failing");
        };
    timers.schedule(TEN, task);
    Noting without = new Noting(null);
    without.body = task.body;
    timers.schedule(Duration.ofMillis(11), without);
    clock.advance(Duration.ofMillis(11));
    assertEquals(
        List.of(NOTHING, without), failures.all().stream().map(Failures.Failure::task).toList());
  }

  @Test
  void accountableTask_ofAPeriodicTimer_runsUntilItIsToldTheEnd() {
    TimerHandle timer = timers.scheduleAtFixedRate(TEN, TEN, task);
    clock.advance(Duration.ofMillis(25));
    timer.cancel();
    timers.close();
    assertEquals(List.of("run", "run", "cancelled"), task.told);
  }

  @Test
  void accountableTask_ofAPeriodicTimerCancelledFromItsRun_isToldOnce() {
    TimerHandle[] self = new TimerHandle[1];
    task.body = () -> self[0].cancel();
    self[0] = timers.scheduleAtFixedRate(TEN, TEN, task);
    clock.advance(Duration.ofMillis(25));
    assertEquals(List.of("run", "cancelled"), task.told);
  }

  @Test
  void accountableTask_ofAPeriodicTimerInWhoseRunTheShutdownComes_isToldAfterIt() {
    task.body =
        () -> {
          assertEquals(List.of(), timers.shutdownNow());
          task.told.add("shut down");
        };
    timers.scheduleAtFixedRate(TEN, TEN, task);
    clock.advance(TEN);
    timers.close();
    assertEquals(
        List.of("run", "shut down", "handed back: the timer service has been shut down"),
        task.told);
    assertEquals(List.of(), failures.all());
  }

  @Test
  void accountableTask_ofAPeriodicTimerThatItsExceptionStops_isToldNothing() {
    task.body =
        () -> {
          throw new IllegalStateException("stop");
        };
    timers.scheduleAtFixedRate(
        TEN, TEN, task, TimerOptions.builder().onException(OnException.STOP).build());
    clock.advance(Duration.ofMillis(25));
    timers.close();
    assertEquals(List.of("run"), task.told);
  }

  @Test
  void accountableTask_ofAPeriodicTimerThatIsRefused_isToldEachTimeAndTheEnd() {
    refuseAll();
    TimerHandle timer = timers.scheduleAtFixedRate(TEN, TEN, task);
    clock.advance(Duration.ofMillis(25));
    timer.cancel();
    assertEquals(List.of("refused: full", "refused: full", "cancelled"), task.told);
  }
}
