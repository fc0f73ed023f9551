package io.tourbillon.timer;

import static io.tourbillon.timer.NoTask.NOTHING;
import static java.util.concurrent.TimeUnit.DAYS;
import static java.util.concurrent.TimeUnit.HOURS;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.netty.NettyTimer;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Services that nobody closed: their thread ends when nobody can use them any more. */
@RealTime
@Timeout(120)
class DroppedServiceTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** So long a thread that must not end is watched. */
  private static final Duration TWIN_PATIENCE = Duration.ofMillis(700);

  private static final AtomicInteger NAMES = new AtomicInteger();

  private final String name = "dropped-" + NAMES.incrementAndGet();
  private final CompletableFuture<Thread> made = new CompletableFuture<>();
  private final ThreadFactory factory =
      body -> {
        Thread thread = Thread.ofPlatform().daemon().name(name).unstarted(body);
        made.complete(thread);
        return thread;
      };

  private TimerService.Builder builder() {
    return TimerService.builder().threadFactory(factory);
  }

  /** Uses a service and returns what the caller keeps of it. In a frame of its own. */
  private static <T> T keepOf(TimerService.Builder builder, Function<TimerService, T> use) {
    return use.apply(builder.build());
  }

  private static void drop(TimerService.Builder builder, Consumer<TimerService> use) {
    use.accept(builder.build());
  }

  /** Whether the driver's thread ends while the garbage collector runs again and again. */
  private boolean endsWithin(Duration patience) throws InterruptedException {
    long startNanos = System.nanoTime();
    while (System.nanoTime() - startNanos < patience.toNanos()) {
      System.gc();
      if (made.join().join(Duration.ofMillis(20))) {
        return true;
      }
    }
    return false;
  }

  private long reports(LogCapture log) {
    return log.records().stream()
        .map(LogRecord::getMessage)
        .filter(
            ("a timer service was dropped without close(); nothing is pending, and its thread has"
                    + " ended: "
                    + name)
                ::equals)
        .count();
  }

  private void assertEndsAndIsReported(LogCapture log) throws InterruptedException {
    assertTrue(endsWithin(PATIENCE), "the thread of a dropped service goes on");
    assertEquals(1, reports(log));
  }

  enum Leftover {
    NOTHING_EVER,
    TIMERS_THAT_FIRED,
    TIMERS_THAT_WERE_CANCELLED,
    A_VIEW_THAT_WAS_USED,
    A_NETTY_TIMER_THAT_WAS_USED,
    FUTURES,
    STATISTICS
  }

  private static void use(TimerService timers, Leftover left) {
    CountDownLatch ran = new CountDownLatch(3);
    switch (left) {
      case NOTHING_EVER -> {}
      case TIMERS_THAT_FIRED -> {
        timers.schedule(Duration.ZERO, ran::countDown);
        timers.arm(0, MILLISECONDS, ran::countDown);
        TimerHandle beat =
            timers.scheduleAtFixedRate(
                Duration.ZERO, Duration.ofMillis(1), () -> timers.arm(0, DAYS, ran::countDown));
        await(ran);
        beat.cancel();
      }
      case TIMERS_THAT_WERE_CANCELLED -> {
        for (int i = 0; i < 3000; i++) {
          timers.schedule(1, HOURS, timers::pending).cancel();
          timers.cancel(timers.arm(1, DAYS, timers::pending));
        }
      }
      case A_VIEW_THAT_WAS_USED -> {
        ScheduledExecutorView view = timers.asScheduledExecutor();
        for (int i = 0; i < 100; i++) {
          view.execute(ran::countDown);
          ScheduledFuture<?> _ = view.schedule(ran::countDown, 1, MILLISECONDS);
          view.schedule(timers::pending, 1, HOURS).cancel(false);
        }
        await(ran);
      }
      case A_NETTY_TIMER_THAT_WAS_USED -> {
        NettyTimer netty = new NettyTimer(timers);
        netty.newTimeout(_ -> {}, 1, HOURS).cancel();
        for (int i = 0; i < 3; i++) {
          netty.newTimeout(_ -> ran.countDown(), 1, MILLISECONDS);
        }
        await(ran);
      }
      case FUTURES -> {
        timers.after(Duration.ofMillis(1)).join();
        timers.after(Duration.ofHours(1)).cancel(false);
        timers.timeout(new CompletableFuture<String>(), Duration.ofHours(1)).complete("x");
      }
      case STATISTICS -> {
        timers.stats();
        timers.dump();
        timers.overdue();
        String _ = timers.toString();
      }
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(20, SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @EnumSource
  void service_droppedWithoutClose_isReportedOnceAndItsThreadEnds(Leftover left) throws Exception {
    try (LogCapture log = LogCapture.withStalls()) {
      drop(builder().recordStats(), timers -> use(timers, left));
      assertEndsAndIsReported(log);
    }
  }

  /** The twin: something that the driver's thread refers to refers to the service. */
  @Test
  void twin_whoseListenerRefersToTheService_isNotReported() throws Exception {
    try (LogCapture log = LogCapture.withStalls()) {
      TimerService[] kept = new TimerService[1];
      TimerListener listener =
          new TimerListener() {
            @Override
            public void fired(long id, long latenessNanos) {
              kept[0].pending();
            }
          };
      drop(builder().listener(listener), timers -> kept[0] = timers);
      assertFalse(endsWithin(TWIN_PATIENCE), "a service that is in use has ended");
      assertEquals(0, reports(log));
      kept[0].close();
      assertTrue(endsWithin(PATIENCE));
      assertEquals(0, reports(log), "it was closed");
    }
  }

  @Test
  void service_thatWasClosed_isNotReported() throws Exception {
    try (LogCapture log = LogCapture.withStalls()) {
      drop(builder(), TimerService::close);
      assertTrue(endsWithin(PATIENCE));
      for (int i = 0; i < 20; i++) {
        System.gc();
      }
      assertEquals(0, reports(log));
    }
  }

  /** A listener, an executor and a pending task refer to it, as those of a scheduler do. */
  @Test
  void service_thatWasClosed_isGarbageAlthoughItsPartsReferToIt() throws Exception {
    WeakReference<TimerService> closed = closedAndKnown();
    long startNanos = System.nanoTime();
    while (closed.get() != null && System.nanoTime() - startNanos < PATIENCE.toNanos()) {
      System.gc();
      Thread.sleep(20);
    }
    assertNull(closed.get(), "a service that was closed is still reachable");
  }

  /** In a frame of its own. */
  private static WeakReference<TimerService> closedAndKnown() {
    TimerService[] known = new TimerService[1];
    TimerListener listener =
        new TimerListener() {
          @Override
          public void fired(long id, long latenessNanos) {
            known[0].pending();
          }
        };
    known[0] =
        TimerService.builder()
            .listener(listener)
            .executor(
                task -> {
                  known[0].pending();
                  task.run();
                })
            .build();
    known[0].schedule(Duration.ofHours(1), () -> known[0].pending());
    known[0].close();
    return new WeakReference<>(known[0]);
  }

  @Test
  void pendingTimer_ofADroppedService_firesAndThenTheThreadEnds() throws Exception {
    try (LogCapture log = LogCapture.withStalls()) {
      CountDownLatch fired = new CountDownLatch(1);
      drop(builder(), timers -> timers.schedule(Duration.ofMillis(500), fired::countDown));
      while (fired.getCount() > 0) {
        System.gc();
        assertTrue(fired.getCount() == 0 || made.join().isAlive(), "the thread has ended before");
        boolean _ = fired.await(20, MILLISECONDS);
      }
      assertEndsAndIsReported(log);
    }
  }

  @Test
  void periodicTimer_ofADroppedService_goesOnUntilItsHandleCancelsIt() throws Exception {
    try (LogCapture log = LogCapture.withStalls()) {
      AtomicInteger beats = new AtomicInteger();
      Duration milli = Duration.ofMillis(1);
      TimerHandle beat =
          keepOf(
              builder(),
              timers -> timers.scheduleAtFixedRate(milli, milli, beats::incrementAndGet));
      assertFalse(endsWithin(TWIN_PATIENCE));
      int before = beats.get();
      assertFalse(endsWithin(Duration.ofMillis(100)));
      assertTrue(beats.get() > before, "the periodic timer has stopped");
      assertTrue(beat.cancel());
      assertEndsAndIsReported(log);
    }
  }

  @Test
  void handle_ofADroppedService_reschedulesAndCancels() throws Exception {
    try (LogCapture log = LogCapture.withStalls()) {
      CountDownLatch fired = new CountDownLatch(1);
      TimerHandle[] handles =
          keepOf(
              builder(),
              timers ->
                  new TimerHandle[] {
                    timers.schedule(Duration.ofDays(1), fired::countDown),
                    timers.schedule(Duration.ofDays(30), NOTHING)
                  });
      assertFalse(endsWithin(TWIN_PATIENCE));
      assertTrue(handles[0].reschedule(Duration.ofMillis(5)));
      await(fired);
      assertEquals(TimerHandle.State.FIRED, handles[0].state());
      assertFalse(endsWithin(Duration.ofMillis(100)), "one is pending");
      assertTrue(handles[1].reschedule(Duration.ofDays(60)));
      assertTrue(handles[1].cancel());
      assertEndsAndIsReported(log);
      assertFalse(handles[1].reschedule(Duration.ofMillis(1)));
    }
  }

  @Test
  void view_thatIsHeld_keepsTheService() throws Exception {
    try (LogCapture log = LogCapture.withStalls()) {
      ScheduledExecutorView view = keepOf(builder(), TimerService::asScheduledExecutor);
      assertFalse(endsWithin(TWIN_PATIENCE));
      view.submit(NOTHING).get(20, SECONDS);
      view = null;
      assertEndsAndIsReported(log);
    }
  }

  @Test
  void nettyTimer_thatIsHeld_keepsTheService() throws Exception {
    try (LogCapture log = LogCapture.withStalls()) {
      NettyTimer netty = keepOf(builder(), NettyTimer::new);
      assertFalse(endsWithin(TWIN_PATIENCE));
      CountDownLatch ran = new CountDownLatch(1);
      netty.newTimeout(_ -> ran.countDown(), 1, MILLISECONDS);
      await(ran);
      netty = null;
      assertEndsAndIsReported(log);
    }
  }

  @Test
  void task_thatWaitsForItsExecutor_isPendingUntilItHasBegun() throws Exception {
    try (LogCapture log = LogCapture.withStalls()) {
      QueueingExecutor executor = new QueueingExecutor();
      CountDownLatch ran = new CountDownLatch(1);
      drop(builder().executor(executor), timers -> timers.schedule(Duration.ZERO, ran::countDown));
      assertFalse(endsWithin(TWIN_PATIENCE));
      executor.runAll();
      await(ran);
      assertEndsAndIsReported(log);
    }
  }

  @Test
  void virtualClock_ofADroppedService_isNotHeldUp() throws Exception {
    VirtualClock clock = new VirtualClock();
    try (LogCapture log = LogCapture.withStalls()) {
      AtomicInteger runs = new AtomicInteger();
      drop(
          builder().clock(clock),
          timers -> timers.schedule(Duration.ofHours(1), runs::incrementAndGet));
      assertFalse(endsWithin(TWIN_PATIENCE));
      clock.advance(Duration.ofHours(1));
      assertEquals(1, runs.get());
      assertEndsAndIsReported(log);
      clock.advance(Duration.ofHours(1));
      assertFalse(clock.advanceToNextEvent());
    }
  }
}
