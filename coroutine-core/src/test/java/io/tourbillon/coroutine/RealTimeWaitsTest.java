package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.VirtualClock;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Code that reads the real clock, on a scheduler with a virtual clock that advances by itself. */
@Tag("virtual-thread")
class RealTimeWaitsTest {
  private static final long SLEEP_MILLIS = 300;
  private static final String HINT =
      " waits in real time, as Thread.sleep and the timed waits of java.util.concurrent do, and not"
          + " by the clock of its scheduler; Coroutines.delay and withTimeout do";

  private final VirtualClock clock = new VirtualClock();
  private final CoroutineScheduler scheduler = TestSchedulers.on(clock);
  private final LogCapture log = new LogCapture();

  RealTimeWaitsTest() {
    clock.autoAdvance(true);
  }

  @AfterEach
  void close() {
    log.close();
    clock.autoAdvance(false);
    scheduler.close(Duration.ZERO);
  }

  /** Checks that time has not leapt again and again. */
  private void assertTimeHasHardlyMoved() {
    assertTrue(clock.nanoTime() < TimeUnit.MILLISECONDS.toNanos(10 * SLEEP_MILLIS));
  }

  @Test
  void sleep_whereTimeLeaps_isReportedOnceAndLastsInRealTime() throws Exception {
    long startNanos = System.nanoTime();
    scheduler.spawn(SpawnOptions.named("sleeper"), () -> Thread.sleep(SLEEP_MILLIS)).join(PATIENCE);
    assertTrue(System.nanoTime() - startNanos >= TimeUnit.MILLISECONDS.toNanos(SLEEP_MILLIS));
    assertTimeHasHardlyMoved();
    assertEquals(List.of("sleeper" + HINT), log.lines());
  }

  @Test
  void handler_isToldWhoWaitsAndWhere() throws Exception {
    List<RealTimeWait> told = new CopyOnWriteArrayList<>();
    VirtualClock leaping = new VirtualClock();
    leaping.autoAdvance(true);
    CoroutineScheduler other =
        TestSchedulers.builder()
            .loops(1)
            .clock(leaping)
            .realTimeWaitHandler(
                wait -> {
                  told.add(wait);
                  throw new IllegalStateException("of the handler");
                })
            .build();
    other.spawn(SpawnOptions.named("sleeper"), () -> Thread.sleep(SLEEP_MILLIS)).join(PATIENCE);
    other.close();
    assertEquals(1, told.size());
    assertEquals("sleeper" + HINT, told.getFirst().toString());
    assertTrue(
        told.getFirst().stack().stream().anyMatch(call -> call.getMethodName().equals("sleep")));
    assertEquals(List.of("the handler of waits in real time has thrown"), log.lines());
  }

  /** The obvious test: it advances time by hand, once, to the end of the sleep. */
  @Test
  void sleep_whereTimeLeapsOnce_isReportedAndLastsInRealTime() throws Exception {
    VirtualClock byHand = new VirtualClock();
    CoroutineScheduler other = TestSchedulers.on(byHand);
    Coroutine<?> sleeper = other.spawn(() -> Thread.sleep(8 * SLEEP_MILLIS));
    TestSchedulers.awaitSuspended(sleeper);
    // Long enough to measure the rest of the sleep, even on a machine that pauses for a second.
    Thread.sleep(2 * SLEEP_MILLIS);
    byHand.advance(Duration.ofMillis(8 * SLEEP_MILLIS));
    sleeper.join(PATIENCE);
    assertEquals(1, log.lines().size(), log.lines()::toString);
    other.close(Duration.ZERO);
  }

  @Test
  void sleep_afterOneInRealTime_goesByTheVirtualClockAgain() throws Exception {
    scheduler
        .spawn(
            () -> {
              Thread.sleep(SLEEP_MILLIS);
              // Repeated, because a park may end spuriously.
              long endNanos = clock.nanoTime() + TimeUnit.HOURS.toNanos(1);
              while (clock.nanoTime() < endNanos) {
                LockSupport.parkNanos(TimeUnit.HOURS.toNanos(1));
              }
            })
        .join(PATIENCE);
  }

  @Test
  void poll_ofAThreadThatIsNoCoroutine_isReported() throws Exception {
    CountDownLatch polled = new CountDownLatch(1);
    Thread thread =
        scheduler
            .threadFactory()
            .newThread(
                () -> {
                  try {
                    new LinkedBlockingQueue<String>().poll(SLEEP_MILLIS, TimeUnit.MILLISECONDS);
                    polled.countDown();
                  } catch (InterruptedException e) {
                    throw new AssertionError(e);
                  }
                });
    thread.start();
    assertTrue(polled.await(PATIENCE.toSeconds(), TimeUnit.SECONDS));
    assertTimeHasHardlyMoved();
    assertEquals(List.of("a thread of coroutine-loop-0" + HINT), log.lines());
  }

  /** What is recorded about a thread's waits is dropped with the thread. */
  @Test
  void sleep_byManyThatHaveEnded_keepsNoneOfThem() throws Exception {
    List<WeakReference<Coroutine<?>>> ended = new ArrayList<>();
    for (int number = 0; number < 100; number++) {
      Coroutine<?> coroutine = scheduler.spawn(() -> LockSupport.parkNanos(1_000_000));
      coroutine.join(PATIENCE);
      ended.add(new WeakReference<>(coroutine));
      coroutine = null;
    }
    scheduler.spawn(() -> Coroutines.delay(Duration.ofMillis(1))).join(PATIENCE);
    long endNanos = System.nanoTime() + PATIENCE.toNanos();
    while (ended.stream().anyMatch(reference -> reference.get() != null)) {
      assertTrue(System.nanoTime() < endNanos, "a coroutine that has ended is still held");
      System.gc();
    }
  }

  @Test
  void wait_withoutLimit_isWaitedForByNoTime() throws Exception {
    CompletableFuture<String> result = new CompletableFuture<>();
    Coroutine<String> waiter =
        scheduler.spawn(() -> result.get(Long.MAX_VALUE, TimeUnit.NANOSECONDS));
    scheduler.spawn(() -> Coroutines.delay(Duration.ofHours(1))).join(PATIENCE);
    assertTrue(clock.awaitStandstill(PATIENCE));
    assertEquals(Duration.ofHours(1), Duration.ofNanos(clock.nanoTime()));
    result.complete("result");
    assertEquals("result", waiter.join(PATIENCE));
    assertEquals(List.of(), log.lines());
  }

  @Test
  void waits_byTheClockOfTheScheduler_areNotReported() throws Exception {
    scheduler
        .spawn(
            () -> {
              for (int hours = 50; hours > 0; hours--) {
                LockSupport.parkNanos(TimeUnit.HOURS.toNanos(hours));
                Coroutines.delay(Duration.ofHours(hours));
                synchronized (this) {
                  wait(TimeUnit.HOURS.toMillis(hours));
                }
              }
            })
        .join(PATIENCE);
    assertEquals(List.of(), log.lines());
  }
}
