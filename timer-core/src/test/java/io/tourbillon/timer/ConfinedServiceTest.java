package io.tourbillon.timer;

import static io.tourbillon.timer.NoTask.NOTHING;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.Timeout;
import io.tourbillon.timer.netty.NettyTimer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** A service that one thread uses: others are refused, and leave everything as it was. */
class ConfinedServiceTest {
  private static final Duration TEN = Duration.ofMillis(10);

  private final VirtualClock clock = new VirtualClock();
  private final PolledTimerService timers = TimerService.polled(clock);
  private final NettyTimer netty = new NettyTimer(timers);
  private final ScheduledExecutorView view = timers.asScheduledExecutor();

  /** Runs the operation in another thread, and returns what it throws, or null. */
  private static Throwable elsewhere(Executable operation) throws InterruptedException {
    CompletableFuture<Throwable> thrown = new CompletableFuture<>();
    Thread other =
        Thread.ofPlatform()
            .name("stranger")
            .start(
                () -> {
                  try {
                    operation.execute();
                    thrown.complete(null);
                  } catch (Throwable error) {
                    thrown.complete(error);
                  }
                });
    other.join();
    return thrown.join();
  }

  private static void assertRefused(String name, Executable operation) throws InterruptedException {
    Throwable thrown = elsewhere(operation);
    assertInstanceOf(IllegalStateException.class, thrown, name);
    String message = thrown.getMessage();
    assertTrue(
        message.startsWith(
            "this timer service is confined to the thread that used it first, "
                + Thread.currentThread().getName()),
        message);
    assertTrue(message.contains("and was called by stranger"), message);
  }

  /** One test, as each may run in a thread of its own, and the service has one owner. */
  @Test
  void operation_ofAnotherThread_isRefusedAndLeavesEverythingAsItWas() throws Exception {
    TimerHandle handle = timers.schedule(TEN, NOTHING);
    TimerHandle periodic = timers.scheduleAtFixedRate(TEN, TEN, NOTHING);
    long id = timers.arm(10, MILLISECONDS, NOTHING);
    ScheduledFuture<?> future = view.schedule(NOTHING, 10, MILLISECONDS);
    Timeout timeout = netty.newTimeout(_ -> {}, 10, MILLISECONDS);
    TimerGroup group = new TimerGroup();
    TimerOptions options = TimerOptions.inGroup(group);
    timers.schedule(TEN, NOTHING, options);
    LongTimers numbers = timers.longTimers(_ -> {});
    long number = numbers.arm(10, MILLISECONDS, 1);
    long pending = timers.pending();
    assertEquals(7, pending);
    Map<String, Executable> operations =
        Map.ofEntries(
            Map.entry("schedule", () -> timers.schedule(TEN, NOTHING)),
            Map.entry("periodic", () -> timers.scheduleAtFixedRate(TEN, TEN, NOTHING)),
            Map.entry("arm", () -> timers.arm(1, MILLISECONDS, NOTHING)),
            Map.entry("armAt", () -> timers.armAt(clock.nanoTime(), NOTHING)),
            Map.entry("cancel", () -> timers.cancel(id)),
            Map.entry("rearm", () -> timers.rearm(id, 1, MILLISECONDS)),
            Map.entry("after", () -> timers.after(TEN)),
            Map.entry("timeout", () -> timers.timeout(new CompletableFuture<>(), TEN)),
            Map.entry("pending", timers::pending),
            Map.entry("stats", timers::stats),
            Map.entry("overdue", timers::overdue),
            Map.entry("dump", timers::dump),
            Map.entry("shutdownNow", timers::shutdownNow),
            Map.entry("close", timers::close),
            Map.entry("closeGrace", () -> timers.close(TEN)),
            Map.entry("poll", () -> timers.poll(1)),
            Map.entry("nanosToNextEvent", timers::nanosToNextEvent),
            Map.entry("handle.cancel", handle::cancel),
            Map.entry("handle.reschedule", () -> handle.reschedule(TEN)),
            Map.entry("handle.remaining", handle::remaining),
            Map.entry("handle.state", handle::state),
            Map.entry("periodic.cancel", periodic::cancel),
            Map.entry("view.execute", () -> view.execute(NOTHING)),
            Map.entry("view.schedule", () -> view.schedule(NOTHING, 1, MILLISECONDS)),
            Map.entry("view.shutdown", view::shutdown),
            Map.entry("view.shutdownNow", view::shutdownNow),
            Map.entry("view.close", view::close),
            Map.entry("view.remove", () -> view.remove((Runnable) future)),
            Map.entry(
                "view.policy", () -> view.setExecuteExistingDelayedTasksAfterShutdownPolicy(false)),
            Map.entry("future.cancel", () -> future.cancel(true)),
            Map.entry("netty.newTimeout", () -> netty.newTimeout(_ -> {}, 1, MILLISECONDS)),
            Map.entry("netty.stop", netty::stop),
            Map.entry("timeout.cancel", timeout::cancel),
            Map.entry("schedule in a group", () -> timers.schedule(TEN, NOTHING, options)),
            Map.entry("group.cancelAll", group::cancelAll),
            Map.entry("scheduleAt", () -> timers.scheduleAt(Instant.MAX, NOTHING)),
            Map.entry(
                "arm with options",
                () -> timers.arm(1, MILLISECONDS, NOTHING, TimerOptions.tagged("tag"))),
            Map.entry("handle.cancelAndWait", handle::cancelAndWait),
            Map.entry("delayedExecutor", () -> timers.delayedExecutor(TEN).execute(NOTHING)),
            Map.entry(
                "completeOnTimeout",
                () -> timers.completeOnTimeout(new CompletableFuture<>(), "", TEN)),
            Map.entry(
                "cancelOnTimeout", () -> timers.cancelOnTimeout(new CompletableFuture<>(), TEN)),
            Map.entry("numbers.arm", () -> numbers.arm(1, MILLISECONDS, 2)),
            Map.entry("numbers.cancel", () -> numbers.cancel(number)),
            Map.entry("numbers.rearm", () -> numbers.rearm(number, 1, MILLISECONDS)),
            Map.entry("numbers.pending", numbers::pending),
            Map.entry("numbers.shutdownNow", numbers::shutdownNow));
    for (Map.Entry<String, Executable> operation : operations.entrySet()) {
      assertRefused(operation.getKey(), operation.getValue());
      assertEquals(pending, timers.pending(), operation.getKey());
      assertFalse(timers.isShutdown(), operation.getKey());
      assertFalse(view.isShutdown(), operation.getKey());
      assertFalse(numbers.isShutdown(), operation.getKey());
      assertFalse(future.isDone(), operation.getKey());
      assertFalse(timeout.isCancelled(), operation.getKey());
      assertEquals(1, group.pending(), operation.getKey());
      assertEquals(1, numbers.pending(), operation.getKey());
      assertEquals(1, view.getQueueSize(), operation.getKey());
      assertEquals(10_000_000, timers.nanosToNextEvent(), operation.getKey());
      assertEquals(TEN, handle.remaining(), operation.getKey());
    }
  }

  @Test
  void scheduleOfAnotherThread_isRefusedBeforeTheLimitAndTheListener() throws Exception {
    EventLog events = new EventLog();
    try (PolledTimerService full =
        TimerService.builder().clock(clock).maxPending(1).listener(events).buildPolled()) {
      full.schedule(TEN, NOTHING);
      assertInstanceOf(IllegalStateException.class, elsewhere(() -> full.schedule(TEN, NOTHING)));
      assertEquals(List.of(), events.named("rejected"));
    }
  }

  @Test
  void service_builtByAnotherThread_belongsToTheFirstUser() throws Exception {
    CompletableFuture<PolledTimerService> built = new CompletableFuture<>();
    assertNull(
        elsewhere(
            () -> {
              PolledTimerService own = TimerService.polled(clock);
              own.asScheduledExecutor();
              String _ = own.toString();
              assertFalse(own.isShutdown());
              built.complete(own);
            }));
    try (PolledTimerService own = built.join()) {
      own.schedule(TEN, NOTHING);
      assertNotNull(elsewhere(() -> own.poll(1)));
      clock.advance(TEN);
      assertEquals(1, own.poll(10));
    }
  }

  @Test
  void toString_ofAnotherThread_saysThatItIsConfined() throws Exception {
    timers.schedule(TEN, NOTHING);
    assertTrue(timers.toString().endsWith("[Running, pending timers = 1]"), timers.toString());
    CompletableFuture<String> text = new CompletableFuture<>();
    assertNull(elsewhere(() -> text.complete(timers.toString())));
    assertTrue(text.join().endsWith("[Running, confined to another thread]"), text.join());
    assertNull(elsewhere(() -> timers.isShutdown()));
  }

  @Test
  void future_completedByAnotherThread_completesAndItsTimerStaysUntilItIsDue() throws Exception {
    CompletableFuture<String> stage = new CompletableFuture<>();
    CompletableFuture<String> limited = timers.timeout(stage, TEN);
    assertNull(elsewhere(() -> stage.complete("done")));
    assertEquals("done", limited.join());
    assertEquals(1, timers.pending());
    clock.advance(TEN);
    assertEquals(1, timers.poll(10));
    assertEquals("done", limited.join());
  }

  @Test
  void owner_hasPermitsAndStats() {
    try (PolledTimerService limited =
        TimerService.builder().clock(clock).maxPending(1).recordStats().buildPolled()) {
      for (int i = 0; i < 3; i++) {
        limited.schedule(TEN, NOTHING);
        clock.advance(TEN);
        assertEquals(1, limited.poll(1));
      }
      assertEquals(3, limited.stats().fired());
    }
  }
}
