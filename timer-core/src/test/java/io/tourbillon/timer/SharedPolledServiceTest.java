package io.tourbillon.timer;

import static io.tourbillon.timer.NoTask.NOTHING;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A polled service that any thread uses: when its loop is woken, and that no wake-up is lost. */
@Timeout(120)
class SharedPolledServiceTest {
  private static final Duration TEN = Duration.ofMillis(10);

  private final VirtualClock clock = new VirtualClock();
  private final AtomicInteger wakeups = new AtomicInteger();

  private PolledTimerService build() {
    return TimerService.builder().clock(clock).buildPolled(wakeups::incrementAndGet);
  }

  @Test
  void wakeup_timerEarlierThanTheOneAskedFor_isCalledOnceUntilTheNextQuestion() {
    try (PolledTimerService timers = build()) {
      timers.schedule(Duration.ofSeconds(1), NOTHING);
      assertEquals(0, wakeups.get(), "nobody has asked");
      timers.nanosToNextEvent();
      timers.schedule(Duration.ofSeconds(2), NOTHING);
      assertEquals(0, wakeups.get(), "a later timer");
      TimerHandle moved = timers.schedule(Duration.ofMillis(900), NOTHING);
      timers.schedule(Duration.ofMillis(800), NOTHING);
      moved.reschedule(TEN);
      assertEquals(1, wakeups.get());
      assertEquals(10_000_000, timers.nanosToNextEvent());
      timers.arm(1, MILLISECONDS, NOTHING);
      assertEquals(2, wakeups.get());
      timers.asScheduledExecutor().execute(NOTHING);
      assertEquals(2, wakeups.get());
      timers.poll(10);
      timers.arm(0, MILLISECONDS, NOTHING);
      assertEquals(2, wakeups.get(), "the loop is at work, and asks before it rests");
    }
    assertEquals(3, wakeups.get(), "the shutdown");
  }

  @Test
  void poll_timersOfManyThreadsAndASmallBudget_firesInTheOrderOfTicks() throws Exception {
    try (PolledTimerService timers = build()) {
      List<Integer> ticks = new ArrayList<>();
      List<Thread> threads = new ArrayList<>();
      for (int number = 0; number < 8; number++) {
        threads.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      for (int millis = 100; millis > 0; millis--) {
                        int tick = millis;
                        timers.arm(millis, MILLISECONDS, () -> ticks.add(tick));
                        timers.schedule(millis, MILLISECONDS, () -> ticks.add(tick));
                      }
                    }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      clock.advance(Duration.ofMillis(60));
      for (int fired = timers.poll(3); fired > 0; fired = timers.poll(3)) {
        assertTrue(fired <= 3, "fired " + fired);
      }
      assertEquals(960, ticks.size());
      clock.advance(Duration.ofMillis(60));
      assertEquals(640, timers.poll(Integer.MAX_VALUE));
      assertEquals(ticks.stream().sorted().toList(), ticks);
    }
  }

  @Test
  void wakeup_thatThrows_isLoggedAndTheTimerIsArmed() {
    AtomicBoolean fails = new AtomicBoolean(true);
    try (LogCapture log = new LogCapture();
        PolledTimerService timers =
            TimerService.builder()
                .clock(clock)
                .buildPolled(
                    () -> {
                      wakeups.incrementAndGet();
                      if (fails.getAndSet(false)) {
                        throw new IllegalStateException("no loop");
                      }
                    })) {
      timers.nanosToNextEvent();
      timers.schedule(TEN, NOTHING);
      assertEquals(
          "the wakeup of a polled timer service failed; a timer may be late",
          log.one().getMessage());
      timers.schedule(TEN, NOTHING);
      assertEquals(2, wakeups.get(), "the next timer tries again");
      assertEquals(2, timers.pending());
    }
  }

  @Test
  void poll_whileAnotherThreadPolls_isRefusedAndNamesBoth() throws Exception {
    try (PolledTimerService timers = build()) {
      CountDownLatch inTask = new CountDownLatch(1);
      CountDownLatch leave = new CountDownLatch(1);
      timers.schedule(
          TEN,
          () -> {
            inTask.countDown();
            awaitUninterruptibly(leave);
          });
      clock.advance(TEN);
      Thread loop = Thread.ofPlatform().name("loop").start(() -> timers.poll(1));
      assertTrue(inTask.await(20, SECONDS));
      String message =
          assertThrows(IllegalStateException.class, timers::nanosToNextEvent).getMessage();
      assertEquals(
          "nanosToNextEvent must be called by one thread at a time: called by "
              + Thread.currentThread().getName()
              + " while loop polls",
          message);
      leave.countDown();
      loop.join();
      assertEquals(0, timers.poll(1));
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      assertTrue(latch.await(60, SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void close_byAnotherThread_waitsForThePollThatIsGoingOn() throws Exception {
    PolledTimerService timers = build();
    CountDownLatch inTask = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    AtomicBoolean ended = new AtomicBoolean();
    timers.schedule(
        TEN,
        () -> {
          inTask.countDown();
          awaitUninterruptibly(leave);
          ended.set(true);
        });
    clock.advance(TEN);
    Thread loop = Thread.ofPlatform().start(() -> timers.poll(1));
    assertTrue(inTask.await(20, SECONDS));
    CompletableFuture<Boolean> endedFirst = new CompletableFuture<>();
    Thread closer =
        Thread.ofPlatform()
            .start(
                () -> {
                  timers.close();
                  endedFirst.complete(ended.get());
                });
    assertFalse(closer.join(Duration.ofMillis(50)), "close did not wait");
    leave.countDown();
    assertTrue(endedFirst.get(20, SECONDS));
    loop.join();
  }

  @Test
  void closeWithAGrace_interruptsTheTaskButNotTheLoop() throws Exception {
    PolledTimerService timers = build();
    CountDownLatch inTask = new CountDownLatch(1);
    AtomicBoolean taskInterrupted = new AtomicBoolean();
    timers.schedule(
        TEN,
        () -> {
          inTask.countDown();
          LockSupport.parkNanos(SECONDS.toNanos(60));
          taskInterrupted.set(Thread.interrupted());
        });
    clock.advance(TEN);
    AtomicBoolean loopInterrupted = new AtomicBoolean();
    Thread loop =
        Thread.ofPlatform()
            .start(
                () -> {
                  timers.poll(1);
                  loopInterrupted.set(Thread.currentThread().isInterrupted());
                });
    assertTrue(inTask.await(20, SECONDS));
    assertTrue(timers.close(Duration.ofMillis(20)));
    loop.join();
    assertTrue(taskInterrupted.get());
    assertFalse(loopInterrupted.get());
  }

  @Test
  void executor_getsTheTasksFromTheThreadThatPolls() throws Exception {
    try (ExecutorService pool = Executors.newSingleThreadExecutor();
        PolledTimerService timers =
            TimerService.builder().clock(clock).executor(pool).buildPolled(NOTHING)) {
      AtomicInteger runs = new AtomicInteger();
      timers.scheduleAtFixedRate(TEN, TEN, runs::incrementAndGet);
      for (int round = 1; round <= 5; round++) {
        clock.advance(TEN);
        assertEquals(1, timers.poll(10));
        pool.submit(NOTHING).get(20, SECONDS);
      }
      assertEquals(5, runs.get());
      assertTrue(timers.close(Duration.ofSeconds(20)));
    }
  }

  @RealTime
  @Test
  void selectorLoop_firesWhatOtherThreadsSchedule() throws Exception {
    try (Selector selector = Selector.open()) {
      PolledTimerService timers = TimerService.builder().buildPolled(selector::wakeup);
      Thread loop =
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    try {
                      while (!timers.isShutdown()) {
                        timers.poll(1000);
                        long nanos = timers.nanosToNextEvent();
                        if (nanos == 0) {
                          selector.selectNow();
                        } else {
                          selector.select(Math.ceilDiv(nanos, 1_000_000));
                        }
                      }
                    } catch (java.io.IOException e) {
                      throw new AssertionError(e);
                    }
                  });
      List<Thread> ranOn = new CopyOnWriteArrayList<>();
      timers.schedule(Duration.ofHours(1), NOTHING);
      for (int round = 0; round < 200; round++) {
        CountDownLatch fired = new CountDownLatch(1);
        timers.schedule(
            round % 3,
            MILLISECONDS,
            () -> {
              ranOn.add(Thread.currentThread());
              fired.countDown();
            });
        assertTrue(fired.await(20, SECONDS), "round " + round);
      }
      assertEquals(List.of(loop), ranOn.stream().distinct().toList());
      timers.close();
      assertTrue(loop.join(Duration.ofSeconds(20)));
    }
  }

  // Races of wake-ups, and twins that lose one.

  /** Rests until woken; a wake that comes before the rest ends it at once, or is forgotten. */
  private static final class Rest implements Runnable {
    private final boolean forgetful;
    private boolean resting;
    private boolean woken;

    Rest(boolean forgetful) {
      this.forgetful = forgetful;
    }

    synchronized void await(long nanos) throws InterruptedException {
      woken &= !forgetful;
      resting = true;
      long startNanos = System.nanoTime();
      long leftNanos = nanos;
      while (!woken && leftNanos > 0) {
        NANOSECONDS.timedWait(this, leftNanos);
        leftNanos = nanos - (System.nanoTime() - startNanos);
      }
      resting = false;
      woken = false;
    }

    @Override
    public synchronized void run() {
      woken = resting || !forgetful;
      notifyAll();
    }
  }

  /** Polls until the service is shut down. */
  private static Thread loop(PolledTimerService timers, Rest rest, Runnable beforeRest) {
    return Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                while (!timers.isShutdown()) {
                  timers.poll(100);
                  long nanos = timers.nanosToNextEvent();
                  if (nanos > 0) {
                    beforeRest.run();
                    rest.await(nanos);
                  }
                }
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            });
  }

  /** Arms a timer when the loop has asked how long to rest, but does not rest yet. */
  private static boolean forgetsATimerArmedBeforeTheRest(boolean twin, Duration patience)
      throws InterruptedException {
    Rest rest = new Rest(twin);
    PolledTimerService timers = TimerService.builder().buildPolled(rest);
    CountDownLatch fired = new CountDownLatch(1);
    AtomicReference<Runnable> once =
        new AtomicReference<>(
            () -> {
              Thread other =
                  Thread.ofPlatform().start(() -> timers.arm(0, NANOSECONDS, fired::countDown));
              try {
                other.join();
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            });
    Thread loop = loop(timers, rest, () -> once.getAndSet(NOTHING).run());
    boolean forgotten = !fired.await(patience.toMillis(), MILLISECONDS);
    timers.shutdownNow();
    assertTrue(twin || loop.join(Duration.ofSeconds(20)));
    return forgotten;
  }

  @Test
  void loop_timerArmedBetweenQuestionAndRest_isNotForgotten() throws Exception {
    assertFalse(forgetsATimerArmedBeforeTheRest(false, Duration.ofSeconds(20)));
  }

  @Test
  void twin_thatForgetsAWakeupBeforeTheRest_isCaught() throws Exception {
    assertTrue(forgetsATimerArmedBeforeTheRest(true, Duration.ofSeconds(1)));
  }

  /** The twin: marks the loop as woken after it has woken it, when it may be at rest again. */
  private static final class LateMark extends PolledService.Wakeup {
    private final Runnable target;

    LateMark(Runnable target) {
      super(target);
      this.target = target;
    }

    @Override
    public void wake() {
      if (!woken) {
        call(target);
        LockSupport.parkNanos(1000);
        woken = true;
      }
    }
  }

  /** Several threads arm timers that are due at once, again and again, while the loop rests. */
  private static boolean forgetsATimer(
      Function<Runnable, PolledService.Wakeup> wakeups, int rounds, Duration patience)
      throws InterruptedException {
    Rest rest = new Rest(false);
    PolledTimerService timers =
        PolledService.newShared(
            TimerService.builder().tick(Duration.ofNanos(100_000)), wakeups.apply(rest));
    Thread loop = loop(timers, rest, NOTHING);
    AtomicBoolean forgotten = new AtomicBoolean();
    Thread[] threads = new Thread[3];
    for (int number = 0; number < threads.length; number++) {
      threads[number] =
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    for (int round = 0; round < rounds && !forgotten.get(); round++) {
                      CountDownLatch fired = new CountDownLatch(1);
                      timers.arm(0, NANOSECONDS, fired::countDown);
                      try {
                        if (!fired.await(patience.toMillis(), MILLISECONDS)) {
                          forgotten.set(true);
                        }
                      } catch (InterruptedException e) {
                        throw new AssertionError(e);
                      }
                    }
                  });
    }
    for (Thread thread : threads) {
      thread.join();
    }
    timers.shutdownNow();
    rest.run();
    assertTrue(loop.join(Duration.ofSeconds(20)), "the loop goes on");
    return forgotten.get();
  }

  @RealTime
  @Test
  void loop_armedByManyThreadsWhileItGoesToRest_forgetsNoTimer() throws Exception {
    assertFalse(forgetsATimer(PolledService.Wakeup::new, 3000, Duration.ofSeconds(20)));
  }

  @RealTime
  @Test
  void twin_thatMarksTheLoopTooLate_isCaught() throws Exception {
    assertTrue(forgetsATimer(LateMark::new, 100_000, Duration.ofMillis(500)));
  }
}
