package io.tourbillon.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.TimerHandle.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A cancel that waits for the run that is in progress. */
@RealTime
@Timeout(120)
class CancelAndWaitTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private final ExecutorService pool = Executors.newFixedThreadPool(2);
  private final ExecutorService callers = Executors.newFixedThreadPool(2);

  @AfterEach
  void close() {
    pool.shutdownNow();
    callers.shutdownNow();
  }

  private TimerService newService(boolean onExecutor) {
    TimerService.Builder builder = TimerService.builder();
    return onExecutor ? builder.executor(pool).build() : builder.build();
  }

  /** A task that says when it runs, and runs until it is told to end. */
  private static final class Held implements Runnable {
    final CountDownLatch begun = new CountDownLatch(1);
    final CountDownLatch mayEnd = new CountDownLatch(1);
    volatile boolean ended;

    @Override
    public void run() {
      begun.countDown();
      try {
        mayEnd.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      ended = true;
    }
  }

  private static void assertWaitsFor(Held task, Future<Boolean> call, boolean result)
      throws Exception {
    assertThrows(
        java.util.concurrent.TimeoutException.class, () -> call.get(50, TimeUnit.MILLISECONDS));
    task.mayEnd.countDown();
    assertEquals(result, call.get(60, TimeUnit.SECONDS));
    assertTrue(task.ended);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void timerThatIsRunning_isWaitedFor(boolean onExecutor) throws Exception {
    try (TimerService timers = newService(onExecutor)) {
      Held task = new Held();
      TimerHandle timer = timers.schedule(Duration.ZERO, task);
      assertTrue(task.begun.await(60, TimeUnit.SECONDS));
      assertEquals(State.FIRED, timer.state());
      assertWaitsFor(task, callers.submit(timer::cancelAndWait), false);
      assertFalse(timer.cancelAndWait());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void periodicTimerThatIsRunning_isCancelledAtOnceAndWaitedFor(boolean onExecutor)
      throws Exception {
    try (TimerService timers = newService(onExecutor)) {
      Held task = new Held();
      TimerHandle timer = timers.scheduleAtFixedRate(Duration.ZERO, Duration.ofMillis(1), task);
      assertTrue(task.begun.await(60, TimeUnit.SECONDS));
      Future<Boolean> call = callers.submit(timer::cancelAndWait);
      while (timer.state() == State.PENDING) {
        Thread.onSpinWait();
      }
      assertEquals(State.CANCELLED, timer.state());
      assertEquals(0, timers.pending());
      // A second caller waits as well.
      Future<Boolean> second = callers.submit(timer::cancelAndWait);
      assertWaitsFor(task, call, true);
      assertFalse(second.get(60, TimeUnit.SECONDS));
      assertEquals(State.CANCELLED, timer.state());
    }
  }

  @Test
  void timerThatIsNotRunning_isCancelledWithoutAWait() throws Exception {
    try (TimerService timers = newService(false)) {
      Held other = new Held();
      timers.schedule(Duration.ZERO, other);
      assertTrue(other.begun.await(60, TimeUnit.SECONDS));
      TimerHandle pending = timers.schedule(HOUR, NoTask.NOTHING);
      TimerHandle periodic = timers.scheduleAtFixedRate(HOUR, HOUR, NoTask.NOTHING);
      assertTrue(pending.cancelAndWait());
      assertFalse(pending.cancelAndWait());
      assertTrue(periodic.cancelAndWait());
      other.mayEnd.countDown();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void insideTheTask_doesNotWait(boolean onExecutor) throws Exception {
    try (TimerService timers = newService(onExecutor)) {
      AtomicReference<TimerHandle> own = new AtomicReference<>();
      CountDownLatch armed = new CountDownLatch(1);
      CountDownLatch returned = new CountDownLatch(2);
      List<Boolean> results = new ArrayList<>();
      Runnable task =
          () -> {
            try {
              armed.await();
              results.add(own.get().cancelAndWait());
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
            returned.countDown();
          };
      own.set(timers.scheduleAtFixedRate(Duration.ZERO, HOUR, task));
      armed.countDown();
      while (returned.getCount() == 2) {
        Thread.onSpinWait();
      }
      own.set(timers.schedule(Duration.ofMillis(20), task));
      assertTrue(returned.await(60, TimeUnit.SECONDS));
      assertEquals(List.of(true, false), results);
    }
  }

  /** The driver may run tasks of others while a thread of the executor runs this one. */
  @Test
  void onTheDriverOfAnExecutor_waitsForTheExecutor() throws Exception {
    ThreadPoolExecutor one =
        new ThreadPoolExecutor(
            1,
            1,
            1,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            new ThreadPoolExecutor.CallerRunsPolicy());
    try (TimerService timers = TimerService.builder().executor(one).build()) {
      Held task = new Held();
      TimerHandle timer = timers.schedule(Duration.ZERO, task);
      assertTrue(task.begun.await(60, TimeUnit.SECONDS));
      CompletableFuture<Boolean> endedBefore = new CompletableFuture<>();
      timers.schedule(
          Duration.ZERO, // Runs on the driver, as the executor is busy.
          () -> {
            try {
              boolean _ = timer.cancelAndWait();
              endedBefore.complete(task.ended);
            } catch (InterruptedException e) {
              endedBefore.completeExceptionally(e);
            }
          });
      assertThrows(
          java.util.concurrent.TimeoutException.class,
          () -> endedBefore.get(50, TimeUnit.MILLISECONDS));
      task.mayEnd.countDown();
      assertTrue(endedBefore.get(60, TimeUnit.SECONDS));
    } finally {
      one.shutdownNow();
    }
  }

  @Test
  void interrupt_endsTheWaitAndLeavesTheTimerCancelled() throws Exception {
    try (TimerService timers = newService(false)) {
      Held task = new Held();
      TimerHandle timer = timers.scheduleAtFixedRate(Duration.ZERO, HOUR, task);
      assertTrue(task.begun.await(60, TimeUnit.SECONDS));
      Future<Boolean> call =
          callers.submit(
              () -> {
                Thread.currentThread().interrupt();
                assertThrows(InterruptedException.class, timer::cancelAndWait);
                return Thread.interrupted();
              });
      assertFalse(call.get(60, TimeUnit.SECONDS));
      assertEquals(State.CANCELLED, timer.state());
      task.mayEnd.countDown();
    }
  }

  @Test
  void executorThatRefuses_leavesNothingToWaitFor() throws Exception {
    try (VirtualTime time = new VirtualTime()) {
      TimerHandle once = time.timers.schedule(Duration.ofMillis(1), NoTask.NOTHING);
      TimerHandle periodic =
          time.timers.scheduleAtFixedRate(
              Duration.ofMillis(1), Duration.ofMillis(1), NoTask.NOTHING);
      time.clock.advance(Duration.ofMillis(2));
      assertEquals(State.FIRED, once.state());
      assertFalse(once.cancelAndWait());
      assertTrue(periodic.cancelAndWait());
    }
  }

  private static final class VirtualTime implements AutoCloseable {
    final VirtualClock clock = new VirtualClock();
    final TimerService timers =
        TimerService.builder()
            .clock(clock)
            .exceptionHandler(new Failures())
            .executor(
                _ -> {
                  throw new RejectedExecutionException("full");
                })
            .build();

    @Override
    public void close() {
      timers.close();
    }
  }

  /** What the task uses is released right after each call, while other threads run it. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void manyTimers_noneRunsAfterTheCall(boolean onExecutor) throws Exception {
    try (TimerService timers = newService(onExecutor)) {
      for (int round = 0; round < 3_000; round++) {
        Resource resource = new Resource();
        TimerHandle timer =
            round % 2 == 0
                ? timers.schedule(Duration.ZERO, resource)
                : timers.scheduleAtFixedRate(Duration.ZERO, Duration.ofMillis(1), resource);
        for (int i = round % 50 * 100; i > 0; i--) {
          Thread.onSpinWait();
        }
        while (round % 3 == 0 && resource.runs == 0) {
          Thread.onSpinWait();
        }
        timer.cancelAndWait();
        resource.released = true;
        assertFalse(resource.isRunning, "round " + round);
        assertFalse(resource.usedAfterRelease, "round " + round);
      }
    }
  }

  private static final class Resource implements Runnable {
    volatile boolean released;
    volatile boolean isRunning;
    volatile boolean usedAfterRelease;
    volatile int runs;

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // Runs do not overlap.
    public void run() {
      isRunning = true;
      runs++;
      for (int i = 0; i < 2_000; i++) {
        usedAfterRelease |= released;
      }
      isRunning = false;
    }
  }
}
