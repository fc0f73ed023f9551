package io.tourbillon.timer;

import static java.util.concurrent.TimeUnit.MICROSECONDS;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real threads, real time: every task ends in exactly one way. */
@Timeout(120)
class ScheduledExecutorViewRaceTest {
  private static final int THREADS = 3;
  private static final int TASKS = 2_000;

  /** A task and what happened to it. */
  private static final class Task implements Runnable {
    final AtomicInteger runs = new AtomicInteger();

    /** The future, which shutdownNow returns. */
    Runnable submitted;

    boolean cancelled;

    @Override
    public void run() {
      runs.incrementAndGet();
    }

    boolean isLost(Set<Runnable> handedBack) {
      return runs.get() == 0 && !cancelled && !handedBack.contains(submitted);
    }

    boolean hasTwoEndings(Set<Runnable> handedBack) {
      return runs.get() > 1 || (runs.get() == 1 && handedBack.contains(submitted));
    }
  }

  private static void inThreads(Runnable body) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int number = 0; number < THREADS; number++) {
      threads.add(Thread.ofPlatform().start(body));
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  /** Submits tasks until one is refused, and cancels some. */
  private static void submitAndCancel(ScheduledExecutorService executor, List<Task> accepted) {
    SplittableRandom random = new SplittableRandom(Thread.currentThread().threadId());
    try {
      for (int number = 0; number < TASKS; number++) {
        Task task = new Task();
        // If a task with a long delay were lost, it would stay pending.
        int delayMicros = random.nextBoolean() ? random.nextInt(2_000) : 100_000_000;
        Future<?> future = executor.schedule(task, delayMicros, MICROSECONDS);
        task.submitted = (Runnable) future;
        accepted.add(task);
        task.cancelled = random.nextInt(3) == 0 && future.cancel(random.nextBoolean());
      }
    } catch (RejectedExecutionException shutDown) {
      // This is the end that the other threads wait for.
    }
  }

  @Test
  void shutdownNow_racingSubmitCancelAndRun_everyTaskEndsOnce() throws Exception {
    int handedBackInAll = 0;
    for (int round = 0; round < 100; round++) {
      List<Task> accepted = Collections.synchronizedList(new ArrayList<>());
      Set<Runnable> handedBack = Collections.synchronizedSet(new HashSet<>());
      try (ExecutorService pool = round % 2 == 0 ? null : Executors.newFixedThreadPool(2);
          TimerService timers = service(pool)) {
        ScheduledExecutorService view = timers.asScheduledExecutor();
        int pauseMicros = round * 50;
        Thread stopper =
            Thread.ofPlatform()
                .start(
                    () -> {
                      pause(pauseMicros);
                      handedBack.addAll(view.shutdownNow());
                    });
        inThreads(() -> submitAndCancel(view, accepted));
        stopper.join();
        assertTrue(view.awaitTermination(50, SECONDS));
        assertEquals(0, timers.pending(), "round " + round);
      }
      handedBackInAll += handedBack.size();
      for (Task task : accepted) {
        assertFalse(task.isLost(handedBack), "lost");
        assertFalse(task.hasTwoEndings(handedBack), "two endings");
      }
    }
    assertTrue(handedBackInAll > 0, "no round met a pending task");
  }

  @Test
  void shutdownNow_brokenTwinIsCaught() throws Exception {
    ScheduledThreadPoolExecutor losing =
        new ScheduledThreadPoolExecutor(1) {
          @Override
          public List<Runnable> shutdownNow() {
            super.shutdownNow();
            return List.of();
          }
        };
    List<Task> accepted = new ArrayList<>();
    submitAndCancel(losing, accepted);
    Set<Runnable> handedBack = new HashSet<>(losing.shutdownNow());
    assertTrue(losing.awaitTermination(50, SECONDS));
    assertTrue(accepted.stream().anyMatch(task -> task.isLost(handedBack)));
  }

  @Test
  void serviceShutdown_racingSubmitAndRun_everyFutureIsDone() throws Exception {
    for (int round = 0; round < 100; round++) {
      try (TimerService timers = service(null)) {
        ScheduledExecutorService view = timers.asScheduledExecutor();
        List<List<Future<?>>> all = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int number = 0; number < THREADS; number++) {
          List<Future<?>> mine = new ArrayList<>();
          all.add(mine);
          threads.add(Thread.ofPlatform().start(() -> submitEverything(view, mine)));
        }
        pause(round * 50);
        timers.shutdownNow();
        for (Thread thread : threads) {
          thread.join();
        }
        assertTrue(view.awaitTermination(50, SECONDS));
        for (List<Future<?>> mine : all) {
          for (Future<?> future : mine) {
            assertTrue(future.isDone(), future::toString);
          }
        }
      }
    }
  }

  private static void submitEverything(ScheduledExecutorService view, List<Future<?>> futures) {
    Runnable nothing = Thread::onSpinWait;
    try {
      for (int number = 0; number < TASKS / 4; number++) {
        futures.add(view.submit(nothing));
        futures.add(view.schedule(nothing, 1, MILLISECONDS));
        futures.add(view.schedule(nothing, 1, SECONDS));
        futures.add(view.scheduleAtFixedRate(nothing, 0, 100, MICROSECONDS));
      }
    } catch (RejectedExecutionException shutDown) {
      // This is the end that the other threads wait for.
    }
  }

  @Test
  void cancel_racingPeriodicRun_timerIsGone() throws Exception {
    try (TimerService timers = service(null)) {
      ScheduledExecutorService view = timers.asScheduledExecutor();
      inThreads(
          () -> {
            SplittableRandom random = new SplittableRandom(Thread.currentThread().threadId());
            for (int number = 0; number < 3_000; number++) {
              ScheduledFuture<?> future =
                  view.scheduleAtFixedRate(Thread::onSpinWait, 0, 100, MICROSECONDS);
              pause(random.nextInt(300));
              assertTrue(future.cancel(true));
            }
          });
      assertEquals(0, timers.pending());
      view.shutdown();
      assertTrue(view.awaitTermination(50, SECONDS));
      assertEquals(0, timers.pending());
    }
  }

  @Test
  void cancelWithInterrupt_racingRuns_noStrangerIsInterrupted() throws Exception {
    try (TimerService timers = service(null)) {
      ScheduledExecutorService view = timers.asScheduledExecutor();
      AtomicInteger strangersInterrupted = new AtomicInteger();
      inThreads(
          () -> {
            for (int number = 0; number < TASKS; number++) {
              Future<?> future = view.submit(() -> pause(5));
              timers.arm(
                  0,
                  SECONDS,
                  () ->
                      strangersInterrupted.addAndGet(
                          Thread.currentThread().isInterrupted() ? 1 : 0));
              pause(number % 100);
              future.cancel(true);
            }
          });
      view.shutdown();
      assertTrue(view.awaitTermination(50, SECONDS));
      assertEquals(0, strangersInterrupted.get());
    }
  }

  private static TimerService service(ExecutorService pool) {
    TimerService.Builder builder =
        TimerService.builder()
            .tick(Duration.ofNanos(100_000))
            .exceptionHandler(
                (task, error) -> {
                  throw new AssertionError(error);
                });
    return pool == null ? builder.build() : builder.executor(pool).build();
  }

  private static void pause(int micros) {
    long end = System.nanoTime() + MICROSECONDS.toNanos(micros);
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }
}
