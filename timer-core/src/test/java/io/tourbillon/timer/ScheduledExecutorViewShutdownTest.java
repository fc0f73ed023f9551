package io.tourbillon.timer;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

/** How views end, each separately and all with the service. */
@Timeout(60)
class ScheduledExecutorViewShutdownTest {
  private final VirtualClock clock = new VirtualClock();
  private final TimerService timers = TimerService.builder().clock(clock).build();
  private final ScheduledExecutorService view = timers.asScheduledExecutor();
  private final AtomicInteger runs = new AtomicInteger();
  private final Runnable counting = runs::incrementAndGet;
  private final CountDownLatch started = new CountDownLatch(1);
  private final CountDownLatch released = new CountDownLatch(1);

  @AfterEach
  void close() {
    released.countDown();
    timers.close();
  }

  private void advance(long millis) {
    clock.advance(Duration.ofMillis(millis));
  }

  /** Advances time in another thread, because a task will block the driver. */
  private Thread advanceAside(long millis) {
    return Thread.ofPlatform().start(() -> advance(millis));
  }

  /** Runs until it is released, and ignores interrupts. */
  private void block() {
    started.countDown();
    boolean interrupted = false;
    while (released.getCount() > 0) {
      try {
        released.await();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void sleepUntilInterrupted(AtomicReference<Throwable> seen) {
    started.countDown();
    try {
      released.await();
    } catch (InterruptedException e) {
      seen.set(e);
    }
  }

  private void assertRefusesAll(ScheduledExecutorService executor) {
    for (Executable submission :
        List.<Executable>of(
            () -> executor.execute(counting),
            () -> executor.submit(counting),
            () -> executor.submit(counting, 1),
            () -> executor.schedule(counting, 1, SECONDS),
            () -> executor.schedule(Executors.callable(counting), 1, SECONDS),
            () -> executor.scheduleAtFixedRate(counting, 1, 1, SECONDS),
            () -> executor.scheduleWithFixedDelay(counting, 1, 1, SECONDS),
            () -> executor.invokeAll(List.of(Executors.callable(counting))),
            () -> executor.invokeAny(List.of(Executors.callable(counting))))) {
      assertThrows(RejectedExecutionException.class, submission);
    }
  }

  // shutdown

  @Test
  void shutdown_newTasks_areRefused() {
    view.shutdown();
    assertTrue(view.isShutdown());
    assertRefusesAll(view);
    assertEquals(0, timers.pending());
  }

  @Test
  void shutdown_nothingPending_terminatesAtOnce() throws InterruptedException {
    assertFalse(view.isTerminated());
    view.shutdown();
    assertTrue(view.isTerminated());
    assertTrue(view.awaitTermination(0, SECONDS));
  }

  @Test
  void shutdown_delayedTasks_stillRun() throws Exception {
    ScheduledFuture<String> delayed = view.schedule(() -> "late", 1, SECONDS);
    view.shutdown();
    assertFalse(view.isTerminated());
    assertFalse(view.awaitTermination(1, MILLISECONDS));
    advance(1_000);
    assertEquals("late", delayed.get());
    assertTrue(view.isTerminated());
  }

  @Test
  void shutdown_periodicTasks_areCancelled() {
    ScheduledFuture<?> rate = view.scheduleAtFixedRate(counting, 1, 1, SECONDS);
    ScheduledFuture<?> delay = view.scheduleWithFixedDelay(counting, 1, 1, SECONDS);
    view.shutdown();
    assertTrue(rate.isCancelled());
    assertTrue(delay.isCancelled());
    assertTrue(view.isTerminated());
    assertEquals(0, timers.pending());
  }

  @Test
  void shutdown_periodicTaskIsRunning_thatRunIsItsLast() throws Exception {
    ScheduledFuture<?> periodic =
        view.scheduleAtFixedRate(
            () -> {
              runs.incrementAndGet();
              block();
            },
            1,
            1,
            MILLISECONDS);
    Thread mover = advanceAside(10);
    started.await();
    view.shutdown();
    assertFalse(periodic.isDone());
    assertFalse(view.isTerminated());
    released.countDown();
    mover.join();
    assertTrue(periodic.isCancelled());
    assertTrue(view.isTerminated());
    assertEquals(1, runs.get());
    assertEquals(0, timers.pending());
  }

  @Test
  void shutdown_lastTaskCancelled_terminates() {
    ScheduledFuture<?> delayed = view.schedule(counting, 1, SECONDS);
    view.shutdown();
    assertTrue(delayed.cancel(false));
    assertTrue(view.isTerminated());
  }

  @Test
  void shutdown_fromInsideTask_terminatesAfterIt() {
    view.execute(view::shutdown);
    advance(1);
    assertTrue(view.isTerminated());
  }

  @Test
  void shutdown_serviceAndOtherViews_goOn() {
    ScheduledExecutorService other = timers.asScheduledExecutor();
    ScheduledFuture<?> others = other.schedule(counting, 1, MILLISECONDS);
    TimerHandle timer = timers.schedule(Duration.ofMillis(1), counting);
    assertEquals(List.of(), view.shutdownNow());
    advance(1);
    assertEquals(2, runs.get());
    assertTrue(others.isDone());
    assertEquals(TimerHandle.State.FIRED, timer.state());
    assertFalse(timers.isShutdown());
  }

  // shutdownNow

  @Test
  void shutdownNow_pendingTasks_areReturnedAsFuturesAndStayOpen() {
    ScheduledExecutorService other = timers.asScheduledExecutor();
    ScheduledFuture<?> others = other.schedule(counting, 1, SECONDS);
    Set<Object> own = new HashSet<>();
    own.add(view.schedule(counting, 1, SECONDS));
    own.add(view.schedule(() -> "", 1, SECONDS));
    own.add(view.scheduleAtFixedRate(counting, 1, 1, SECONDS));
    own.add(view.scheduleWithFixedDelay(counting, 1, 1, SECONDS));
    List<Runnable> returned = view.shutdownNow();
    assertEquals(own, new HashSet<>(returned));
    for (Runnable task : returned) {
      assertFalse(((Future<?>) task).isDone());
    }
    assertEquals(1, timers.pending());
    assertFalse(others.isDone());
    assertTrue(view.isTerminated());
    assertEquals(List.of(), view.shutdownNow());
    advance(2_000);
    assertEquals(1, runs.get());
  }

  @Test
  void shutdownNow_commands_areReturnedAsFutures() throws InterruptedException {
    view.execute(this::block);
    started.await();
    view.execute(counting);
    Runnable returned = view.shutdownNow().getFirst();
    assertInstanceOf(ScheduledFuture.class, returned);
  }

  @Test
  void run_ofReturnedTask_cancelsIt() {
    ScheduledFuture<?> future = view.schedule(counting, 1, SECONDS);
    view.shutdownNow().forEach(Runnable::run);
    assertTrue(future.isCancelled());
    assertEquals(0, runs.get());
  }

  @Test
  void cancel_ofReturnedTask_cancelsIt() {
    ScheduledFuture<?> future = view.schedule(counting, 1, SECONDS);
    List<Runnable> returned = view.shutdownNow();
    assertEquals(1, returned.size());
    assertTrue(future.cancel(false));
    assertTrue(view.isTerminated());
  }

  @Test
  void shutdownNow_taskRunning_isInterruptedAndNotReturned() throws Exception {
    AtomicReference<Throwable> seen = new AtomicReference<>();
    Future<?> running = view.submit(() -> sleepUntilInterrupted(seen));
    Thread mover = advanceAside(1);
    started.await();
    assertEquals(List.of(), view.shutdownNow());
    mover.join();
    assertInstanceOf(InterruptedException.class, seen.get());
    assertNull(running.get());
    assertTrue(view.isTerminated());
  }

  @Test
  void shutdownNow_taskRunningIgnoresInterrupt_noStrangerSeesIt() throws Exception {
    AtomicReference<Boolean> interrupted = new AtomicReference<>();
    view.execute(this::block);
    timers.arm(0, SECONDS, () -> interrupted.set(Thread.currentThread().isInterrupted()));
    Thread mover = advanceAside(1);
    started.await();
    view.shutdownNow();
    assertFalse(view.isTerminated());
    released.countDown();
    mover.join();
    assertEquals(false, interrupted.get());
    assertTrue(view.isTerminated());
  }

  @Test
  void shutdownNow_tasksOfTheRunningBatch_areReturnedAndDoNotRun() throws Exception {
    view.execute(this::block);
    view.execute(counting);
    view.execute(counting);
    Thread mover = advanceAside(1);
    started.await();
    assertEquals(2, view.shutdownNow().size());
    released.countDown();
    mover.join();
    assertEquals(0, runs.get());
    assertTrue(view.isTerminated());
  }

  @Test
  void shutdownNow_runningTaskGivesWay_noOtherBeginsInItsPlace() throws Exception {
    AtomicReference<Throwable> seen = new AtomicReference<>();
    view.execute(() -> sleepUntilInterrupted(seen));
    for (int number = 0; number < 10_000; number++) {
      view.execute(counting);
    }
    Thread mover = advanceAside(1);
    started.await();
    assertEquals(10_000, view.shutdownNow().size());
    mover.join();
    assertInstanceOf(InterruptedException.class, seen.get());
    assertEquals(0, runs.get());
    assertTrue(view.isTerminated());
  }

  @Test
  void shutdownNow_someoneInInvokeAllOrAny_doesNotWaitForEver() throws Exception {
    Callable<Integer> task = runs::incrementAndGet;
    AtomicReference<List<Future<Integer>>> all = new AtomicReference<>();
    AtomicReference<Throwable> any = new AtomicReference<>();
    timers.arm(0, MILLISECONDS, this::block);
    Thread mover = advanceAside(1);
    started.await();
    Thread waitsForAll =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    all.set(view.invokeAll(List.of(task)));
                  } catch (InterruptedException e) {
                    throw new AssertionError(e);
                  }
                });
    Thread waitsForAny =
        Thread.ofPlatform()
            .start(
                () ->
                    any.set(
                        assertThrows(
                            ExecutionException.class, () -> view.invokeAny(List.of(task)))));
    while (timers.pending() < 2) {
      Thread.onSpinWait();
    }
    assertEquals(2, view.shutdownNow().size());
    waitsForAll.join();
    waitsForAny.join();
    released.countDown();
    mover.join();
    assertTrue(all.get().getFirst().isCancelled());
    assertTrue(any.get().toString().contains("CancellationException"));
  }

  @Test
  void close_waitsForDelayedTasks() throws InterruptedException {
    ScheduledFuture<?> delayed = view.schedule(counting, 1, SECONDS);
    Thread closer = Thread.ofPlatform().start(view::close);
    while (!view.isShutdown()) {
      Thread.onSpinWait();
    }
    advance(999);
    assertTrue(closer.isAlive());
    advance(1);
    closer.join();
    assertTrue(delayed.isDone());
  }

  // The run of a task, and what interrupts it.

  @Test
  void cancel_mayInterruptWhileRunning_interruptsAndNoStrangerSeesIt() throws Exception {
    AtomicReference<Throwable> seen = new AtomicReference<>();
    AtomicReference<Boolean> interrupted = new AtomicReference<>();
    Future<?> running = view.submit(() -> sleepUntilInterrupted(seen));
    timers.arm(0, SECONDS, () -> interrupted.set(Thread.currentThread().isInterrupted()));
    Thread mover = advanceAside(1);
    started.await();
    assertTrue(running.cancel(true));
    assertTrue(running.isCancelled());
    mover.join();
    assertInstanceOf(InterruptedException.class, seen.get());
    assertEquals(false, interrupted.get());
  }

  @Test
  void cancel_whileRunning_viewTerminatesOnlyAfterTheRun() throws Exception {
    Future<?> running = view.submit(this::block);
    Thread mover = advanceAside(1);
    started.await();
    assertTrue(running.cancel(false));
    view.shutdown();
    assertFalse(view.isTerminated());
    released.countDown();
    mover.join();
    assertTrue(view.isTerminated());
  }

  @Test
  void cancel_periodicWhileRunning_freesItsPlaceAtOnce() throws Exception {
    ScheduledFuture<?> running = view.scheduleAtFixedRate(this::block, 0, 1, MILLISECONDS);
    Thread mover = advanceAside(5);
    started.await();
    assertEquals(1, timers.pending());
    assertTrue(running.cancel(false));
    assertEquals(0, timers.pending());
    released.countDown();
    mover.join();
    assertEquals(0, timers.pending());
  }

  // With the service.

  @Test
  void serviceShutdownNow_pendingFutures_failAndWhatWasPassedInIsReturned() {
    ScheduledFuture<?> runnable = view.schedule(counting, 1, SECONDS);
    ScheduledFuture<?> callable = view.schedule(() -> "", 1, SECONDS);
    ScheduledFuture<?> periodic = view.scheduleAtFixedRate(counting, 1, 1, SECONDS);
    assertEquals(List.of(counting, counting), timers.shutdownNow());
    for (Future<?> future : List.of(runnable, callable, periodic)) {
      assertInstanceOf(
          RejectedExecutionException.class,
          assertThrows(ExecutionException.class, future::get).getCause());
    }
    assertTrue(view.isShutdown());
    assertTrue(view.isTerminated());
    assertRefusesAll(view);
  }

  @Test
  void serviceClose_viewWithoutTasks_endsWaiting() throws InterruptedException {
    Thread closer = Thread.ofPlatform().unstarted(timers::close);
    Thread waiter =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    assertTrue(view.awaitTermination(50, SECONDS));
                  } catch (InterruptedException e) {
                    throw new AssertionError(e);
                  }
                });
    closer.start();
    closer.join();
    waiter.join();
    assertTrue(view.isTerminated());
  }

  @Test
  void serviceShutdownNow_periodicTaskIsRunning_itsFutureFailsAfterTheRun() throws Exception {
    ScheduledFuture<?> periodic = view.scheduleAtFixedRate(this::block, 0, 1, MILLISECONDS);
    Thread mover = advanceAside(5);
    started.await();
    assertEquals(List.of(), timers.shutdownNow());
    assertFalse(periodic.isDone());
    assertTrue(view.isShutdown());
    assertFalse(view.isTerminated());
    released.countDown();
    mover.join();
    assertThrows(ExecutionException.class, periodic::get);
    assertTrue(view.awaitTermination(50, SECONDS));
  }

  @Test
  void serviceShutdownNow_tasksDueThatHaveNotBegun_areHandedBack() throws Exception {
    view.execute(this::block);
    Future<?> due = view.submit(counting);
    started.await();
    assertEquals(List.of(counting), timers.shutdownNow());
    assertThrows(ExecutionException.class, () -> due.get(50, SECONDS));
    released.countDown();
    assertTrue(view.awaitTermination(50, SECONDS));
    assertEquals(0, runs.get());
  }

  @Test
  void asScheduledExecutor_afterServiceShutdown_isTerminated() {
    timers.close();
    ScheduledExecutorService late = timers.asScheduledExecutor();
    assertTrue(late.isTerminated());
    assertRefusesAll(late);
  }

  // With an executor.

  @Test
  void executorRefuses_futureFailsAndHandlerIsTold() {
    RejectedExecutionException refusal = new RejectedExecutionException("full");
    List<Object> told = new ArrayList<>();
    TimerService refusing =
        TimerService.builder()
            .clock(clock)
            .executor(
                task -> {
                  throw refusal;
                })
            .exceptionHandler(
                (task, error) -> {
                  told.add(task);
                  told.add(error);
                })
            .build();
    ScheduledExecutorService refused = refusing.asScheduledExecutor();
    Future<?> once = refused.submit(counting);
    advance(1);
    assertSame(refusal, assertThrows(ExecutionException.class, once::get).getCause());
    ScheduledFuture<?> periodic = refused.scheduleAtFixedRate(counting, 1, 1, MILLISECONDS);
    advance(5);
    assertSame(refusal, assertThrows(ExecutionException.class, periodic::get).getCause());
    assertEquals(List.of(counting, refusal, counting, refusal), told);
    assertEquals(0, refusing.pending());
    refused.shutdown();
    assertTrue(refused.isTerminated());
    refusing.close();
  }

  @Test
  void executorQueues_shutdownNow_returnsWhatHasNotBegun() {
    List<Runnable> queue = new ArrayList<>();
    TimerService queueing = TimerService.builder().clock(clock).executor(queue::add).build();
    ScheduledExecutorService queued = queueing.asScheduledExecutor();
    Future<?> future = queued.submit(counting);
    advance(1);
    assertEquals(1, queue.size());
    assertEquals(List.of(future), queued.shutdownNow());
    assertTrue(queued.isTerminated());
    queue.forEach(Runnable::run);
    assertEquals(0, runs.get());
    queueing.close();
  }

  @Test
  void close_fromInsideATask_shutsDownAndDoesNotWait() {
    view.execute(view::close);
    advance(1);
    assertTrue(view.isTerminated());
    timers.schedule(Duration.ofMillis(1), counting);
    advance(2);
    assertEquals(1, runs.get(), "the service goes on");
  }

  @Test
  void close_executorWasTerminatedBefore_returnsAndEndsTheFutures() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(1);
    try (TimerService onPool = TimerService.builder().executor(pool).build()) {
      ScheduledExecutorService dropped = onPool.asScheduledExecutor();
      Future<?> running = dropped.submit(this::block);
      started.await();
      Future<?> queued = dropped.submit(counting);
      Future<?> later = dropped.schedule(counting, 50, MILLISECONDS);
      while (((ThreadPoolExecutor) pool).getQueue().isEmpty()) {
        Thread.onSpinWait();
      }
      pool.shutdownNow();
      released.countDown();
      dropped.close();
      assertTrue(dropped.isTerminated());
      running.get(50, SECONDS);
      for (Future<?> future : List.of(queued, later)) {
        ExecutionException failure =
            assertThrows(ExecutionException.class, () -> future.get(50, SECONDS));
        assertInstanceOf(RejectedExecutionException.class, failure.getCause());
      }
      assertEquals(0, runs.get());
      assertEquals(0, onPool.pending());
    }
  }

  /** Nobody waits for the end of the view, so the driver must notice. */
  @Test
  void future_executorWasTerminated_failsByItself() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(1);
    try (TimerService onPool = TimerService.builder().executor(pool).build()) {
      Future<?> _ = onPool.asScheduledExecutor().submit(this::block);
      started.await();
      CompletableFuture<Void> after = onPool.after(Duration.ZERO);
      Future<?> queued = onPool.asScheduledExecutor().submit(counting);
      while (((ThreadPoolExecutor) pool).getQueue().size() < 2) {
        Thread.onSpinWait();
      }
      pool.shutdownNow();
      released.countDown();
      assertThrows(ExecutionException.class, () -> queued.get(50, SECONDS));
      assertThrows(ExecutionException.class, () -> after.get(50, SECONDS));
    }
  }

  // The policies.

  @Test
  void shutdown_periodicTasksMayContinue_runUntilTheyMayNot() throws Exception {
    ScheduledExecutorView ours = timers.asScheduledExecutor();
    ours.setContinueExistingPeriodicTasksAfterShutdownPolicy(true);
    assertTrue(ours.getContinueExistingPeriodicTasksAfterShutdownPolicy());
    ScheduledFuture<?> periodic = ours.scheduleAtFixedRate(counting, 1, 1, MILLISECONDS);
    ours.shutdown();
    advance(10);
    assertEquals(10, runs.get());
    assertFalse(ours.isTerminated());
    ours.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
    assertTrue(periodic.isCancelled());
    assertTrue(ours.awaitTermination(50, SECONDS));
    assertEquals(10, runs.get());
  }

  @Test
  void shutdown_delayedTasksMayNotRun_cancelsThem() throws Exception {
    ScheduledExecutorView ours = timers.asScheduledExecutor();
    assertTrue(ours.getExecuteExistingDelayedTasksAfterShutdownPolicy());
    ours.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    ScheduledFuture<?> delayed = ours.schedule(counting, 1, MILLISECONDS);
    ours.shutdown();
    assertTrue(delayed.isCancelled());
    assertTrue(ours.awaitTermination(50, SECONDS));
    assertEquals(0, timers.pending());
  }

  @Test
  void counts_ofAView_sayWhatWaitsRunsAndHasRun() throws Exception {
    ScheduledExecutorView ours = timers.asScheduledExecutor();
    ours.execute(this::block);
    started.await();
    ours.execute(counting);
    ScheduledFuture<?> delayed = ours.schedule(counting, 1, SECONDS);
    ScheduledFuture<?> removed = ours.schedule(counting, 1, SECONDS);
    assertEquals(1, ours.getActiveCount());
    assertEquals(3, ours.getQueueSize());
    assertEquals(4, ours.getTaskCount());
    assertTrue(ours.remove((Runnable) removed));
    assertFalse(ours.remove((Runnable) removed));
    assertFalse(removed.isDone());
    assertTrue(delayed.cancel(false));
    assertEquals(1, ours.getQueueSize());
    released.countDown();
    advance(0);
    assertEquals(0, ours.getActiveCount());
    assertEquals(0, ours.getQueueSize());
    assertEquals(2, ours.getCompletedTaskCount());
    assertEquals(2, ours.getTaskCount());
  }

  @Test
  void shutdownNow_periodicTaskRunningThatMayContinue_endsAllTheSame() throws Exception {
    ScheduledExecutorView ours = timers.asScheduledExecutor();
    ours.setContinueExistingPeriodicTasksAfterShutdownPolicy(true);
    ScheduledFuture<?> periodic = ours.scheduleAtFixedRate(this::block, 0, 1, MILLISECONDS);
    started.await();
    assertEquals(List.of(), ours.shutdownNow());
    released.countDown();
    assertTrue(ours.awaitTermination(50, SECONDS));
    assertTrue(periodic.isCancelled());
    assertEquals(0, timers.pending());
  }

  /** Executors of containers refuse to tell whether they are terminated. */
  @Test
  void executorThatRefusesItsLifecycle_isUsedAllTheSame() throws Exception {
    ExecutorService managed =
        new ThreadPoolExecutor(1, 1, 0, SECONDS, new LinkedBlockingQueue<>()) {
          @Override
          public boolean isTerminated() {
            throw new IllegalStateException("managed by a container");
          }

          @Override
          public String toString() {
            throw new IllegalStateException("managed by a container");
          }
        };
    try (TimerService onManaged = TimerService.builder().executor(managed).build()) {
      Future<?> running = onManaged.asScheduledExecutor().submit(this::block);
      started.await();
      // The driver goes to rest while the task runs, and still takes the next one.
      Future<?> next = onManaged.asScheduledExecutor().schedule(counting, 1, MILLISECONDS);
      released.countDown();
      running.get(50, SECONDS);
      next.get(50, SECONDS);
      assertFalse(onManaged.isShutdown());
    } finally {
      managed.shutdownNow();
    }
  }

  @Test
  void overdue_taskThatWaitsForTheDriver_countsFromItsSubmission() throws Exception {
    clock.advance(Duration.ofDays(30));
    view.execute(this::block);
    started.await();
    view.execute(counting);
    assertEquals(Duration.ZERO, timers.overdue());
    released.countDown();
  }
}
