package io.tourbillon.timer;

import static io.tourbillon.timer.NoTask.NOTHING;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.TimerHandle.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How a service ends, from any thread and in any state. */
@Timeout(30)
class ShutdownTest {
  private static final Duration TEN = Duration.ofMillis(10);

  private final VirtualClock clock = new VirtualClock();
  private final KeptThread driver = new KeptThread();
  private final Failures failures = new Failures();
  private final TimerService timers = on(null);

  private TimerService on(Executor executor) {
    TimerService.Builder builder =
        TimerService.builder().clock(clock).exceptionHandler(failures).threadFactory(driver);
    return (executor == null ? builder : builder.executor(executor)).build();
  }

  @AfterEach
  void close() {
    timers.close();
    assertEquals(List.of(), failures.all());
  }

  @Test
  void shutdownNow_pendingTimers_handsBackTheVeryObjects() throws InterruptedException {
    Set<Runnable> expected = Collections.newSetFromMap(new IdentityHashMap<>());
    for (int i = 0; i < 8; i++) {
      expected.add(new ArrayList<>()::clear);
    }
    List<Runnable> passed = List.copyOf(expected);
    timers.schedule(TEN, passed.get(0));
    timers.schedule(10, MILLISECONDS, passed.get(1));
    timers.schedule(TEN, passed.get(2), TimerOptions.tagged("tag"));
    timers.scheduleAtFixedRate(TEN, TEN, passed.get(3));
    timers.scheduleWithFixedDelay(TEN, TEN, passed.get(4));
    timers.arm(10, MILLISECONDS, passed.get(5));
    // From another thread, which probably uses another shard.
    Thread other = Thread.ofPlatform().start(() -> timers.armAt(10, passed.get(6)));
    other.join();
    timers.arm(Long.MAX_VALUE, SECONDS, passed.get(7));
    List<Runnable> back = timers.shutdownNow();
    assertEquals(8, back.size());
    back.forEach(task -> assertTrue(expected.remove(task), "not handed in, or twice: " + task));
    assertEquals(0, timers.pending());
    driver.awaitEnd();
  }

  @Test
  void shutdownNow_sameTaskTwice_handsItBackTwice() {
    timers.schedule(TEN, NOTHING);
    timers.arm(10, MILLISECONDS, NOTHING);
    assertEquals(List.of(NOTHING, NOTHING), timers.shutdownNow());
  }

  @Test
  void shutdownNow_manyTimers_handsAllBack() {
    int count = 5000;
    for (int i = 0; i < count; i++) {
      timers.arm(i, SECONDS, NOTHING);
    }
    assertEquals(count, timers.shutdownNow().size());
    assertEquals(0, timers.pending());
  }

  @Test
  void shutdownNow_secondTime_handsBackNothing() {
    timers.schedule(TEN, NOTHING);
    assertFalse(timers.isShutdown());
    timers.shutdownNow();
    assertTrue(timers.isShutdown());
    assertEquals(List.of(), timers.shutdownNow());
    timers.close();
    assertEquals(List.of(), timers.shutdownNow());
  }

  @Test
  void shutdownNow_cancelledAndFiredTimers_areNotHandedBack() {
    timers.schedule(TEN, NOTHING).cancel();
    timers.cancel(timers.arm(10, MILLISECONDS, NOTHING));
    timers.schedule(Duration.ofMillis(1), NOTHING);
    clock.advance(Duration.ofMillis(1));
    assertEquals(List.of(), timers.shutdownNow());
  }

  @Test
  void shutdownNow_fromATask_doesNotRecallTheRestOfTheBatch() throws InterruptedException {
    AtomicInteger ran = new AtomicInteger();
    List<Runnable> back = new ArrayList<>();
    Runnable stopping =
        () -> {
          ran.incrementAndGet();
          back.addAll(timers.shutdownNow());
        };
    for (int i = 0; i < 10; i++) {
      timers.schedule(TEN, stopping);
    }
    timers.schedule(Duration.ofMillis(11), NOTHING);
    clock.advance(TEN);
    driver.awaitEnd();
    assertEquals(10, ran.get());
    assertEquals(List.of(NOTHING), back);
  }

  @Test
  void shutdownNow_duringARunOfAPeriodicTimer_makesItTheLastAndTheTimerFired()
      throws InterruptedException {
    AtomicReference<TimerHandle> self = new AtomicReference<>();
    List<Object> seen = new ArrayList<>();
    self.set(
        timers.scheduleAtFixedRate(
            TEN,
            TEN,
            () -> {
              seen.add(timers.shutdownNow());
              seen.add(self.get().state());
            }));
    clock.advance(TEN);
    driver.awaitEnd();
    assertEquals(List.of(List.of(), State.PENDING), seen);
    assertEquals(State.FIRED, self.get().state());
    assertEquals(0, timers.pending());
  }

  @Test
  void everyWayToArm_afterShutdown_isRefusedWithAReason() {
    TimerHandle handle = timers.schedule(TEN, NOTHING);
    long id = timers.arm(10, MILLISECONDS, NOTHING);
    timers.shutdownNow();
    CompletableFuture<String> stage = new CompletableFuture<>();
    List<Runnable> ways =
        List.of(
            () -> timers.schedule(TEN, NOTHING),
            () -> timers.schedule(10, MILLISECONDS, NOTHING),
            () -> timers.schedule(TEN, NOTHING, TimerOptions.tagged("tag")),
            () -> timers.scheduleAtFixedRate(TEN, TEN, NOTHING),
            () -> timers.scheduleAtFixedRate(TEN, TEN, NOTHING, TimerOptions.defaults()),
            () -> timers.scheduleWithFixedDelay(TEN, TEN, NOTHING),
            () -> timers.scheduleWithFixedDelay(TEN, TEN, NOTHING, TimerOptions.defaults()),
            () -> timers.arm(10, MILLISECONDS, NOTHING),
            () -> timers.armAt(10, NOTHING),
            () -> timers.after(TEN).isDone(),
            () -> timers.timeout(stage, TEN).isDone());
    for (Runnable way : ways) {
      RejectedExecutionException refusal = assertThrows(RejectedExecutionException.class, way::run);
      assertEquals("the timer service has been shut down", refusal.getMessage());
    }
    assertEquals(0, stage.getNumberOfDependents(), "the stage is left alone");
    assertEquals(0, timers.pending());
    // Methods that arm nothing still answer as usual.
    assertFalse(timers.cancel(id));
    assertFalse(timers.rearm(id, 1, MILLISECONDS));
    assertFalse(handle.cancel());
    assertFalse(handle.reschedule(TEN));
    assertEquals(0, timers.dump().pending());
    assertEquals(0, timers.stats().pending());
  }

  @Test
  void toString_hasStateAndCounts() {
    ScheduledExecutorView view = timers.asScheduledExecutor();
    timers.schedule(TEN, NOTHING);
    view.execute(NOTHING);
    clock.advance(Duration.ofMillis(1));
    assertTrue(timers.toString().endsWith("[Running, pending timers = 1]"), timers.toString());
    assertTrue(
        view.toString()
            .endsWith("[Running, active tasks = 0, queued tasks = 0, completed tasks = 1]"),
        view.toString());
    timers.close();
    assertTrue(timers.toString().endsWith("[Terminated, pending timers = 0]"), timers.toString());
    assertTrue(view.toString().contains("[Terminated, active tasks = 0"), view.toString());
  }
}
