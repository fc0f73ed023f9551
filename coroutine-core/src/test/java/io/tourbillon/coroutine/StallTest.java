package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine.State;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The watchdog of loops. It uses the system's clock, and so do these tests. */
@Tag("not-plain-thread") // No turns.
class StallTest {
  private static final Duration BOUND = Duration.ofMillis(20);

  private final BlockingQueue<LoopStall> stalls = new LinkedBlockingQueue<>();
  private final CoroutineScheduler scheduler =
      TestSchedulers.builder().loops(1).watchdog(BOUND).stallHandler(stalls::add).build();
  private final AtomicBoolean enough = new AtomicBoolean();
  private final CountDownLatch latch = new CountDownLatch(1);

  @AfterEach
  void close() {
    enough.set(true);
    latch.countDown();
    scheduler.close(Duration.ZERO);
  }

  /** Coroutines that were quick for a long time all become slow: a round of them takes seconds. */
  @Test
  void timer_amongManyThatBecomeSlow_isHeldUpByFewOfThem() throws Exception {
    AtomicBoolean slow = new AtomicBoolean();
    AtomicInteger slowTurns = new AtomicInteger();
    CompletableFuture<Coroutine<?>> sleeper = new CompletableFuture<>();
    CompletableFuture<Integer> turnsBefore = new CompletableFuture<>();
    for (int number = 0; number < 300; number++) {
      scheduler.spawn(
          () -> {
            while (!enough.get()) {
              if (slow.get()) {
                if (isReady(sleeper.join())) {
                  turnsBefore.complete(slowTurns.get());
                }
                slowTurns.incrementAndGet();
                spinFor(10);
              }
              Coroutines.yieldNow();
            }
          });
    }
    sleeper.complete(scheduler.spawn(() -> Coroutines.delay(Duration.ofMillis(200))));
    Thread.sleep(190);
    slow.set(true);
    int turns = turnsBefore.get(30, TimeUnit.SECONDS);
    assertTrue(turns < 150, () -> turns + " slow turns before the timer");
  }

  /** The delay may be over already on a busy machine. */
  private static boolean isReady(Coroutine<?> sleeper) {
    return sleeper.state() == State.READY || sleeper.state().isEnd();
  }

  private static void spinFor(long millis) {
    long endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (System.nanoTime() < endNanos) {
      Thread.onSpinWait();
    }
  }

  /** Returns the first stall of a coroutine. A busy machine may have stalls of something else. */
  private LoopStall stallOf(String coroutine) throws InterruptedException {
    LoopStall stall;
    do {
      stall = stalls.poll(30, TimeUnit.SECONDS);
      assertNotNull(stall, "no stall");
    } while (!stall.coroutine().equals(Optional.of(coroutine)));
    return stall;
  }

  private void spin() {
    while (!enough.get()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void stall_ofACoroutine_isToldWithItsNameAndStackWhileItLasts() throws Exception {
    Coroutine<?> hog = scheduler.spawn(SpawnOptions.named("hog"), this::spin);
    LoopStall stall = stallOf("hog");
    assertEquals("coroutine-loop-0", stall.loop());
    assertTrue(stall.heldNanos() >= 20_000_000);
    assertTrue(
        stall.stack().stream().anyMatch(call -> call.getMethodName().equals("spin")),
        stall::toString);
    assertTrue(stall.toString().startsWith("hog holds coroutine-loop-0 for "));
    enough.set(true);
    hog.join(PATIENCE);
    assertTrue(
        stalls.stream().noneMatch(more -> more.coroutine().equals(Optional.of("hog"))),
        stalls::toString);
  }

  private void waitForTheLatch() throws InterruptedException {
    latch.await();
  }

  /** On the third engine, VIRTUAL_THREAD, a blocking call frees the loop. */
  @Test
  @Tag("not-virtual-thread")
  void stall_ofACoroutineThatBlocks_isToldWithItsNameAndStack() throws Exception {
    Coroutine<?> blocked = scheduler.spawn(SpawnOptions.named("blocked"), this::waitForTheLatch);
    Coroutine<?> other = scheduler.spawn(Coroutines::yieldNow);
    LoopStall stall = stallOf("blocked");
    assertEquals("coroutine-loop-0", stall.loop());
    List<String> calls = stall.stack().stream().map(StackTraceElement::getMethodName).toList();
    assertTrue(calls.contains("await"), calls::toString);
    assertTrue(calls.contains("waitForTheLatch"), calls::toString);
    assertFalse(other.state().isEnd());
    latch.countDown();
    blocked.join(PATIENCE);
    other.join(PATIENCE);
  }

  /** A pause of the machine makes a turn long and is a stall; the turns show that, too. */
  @Test
  void stall_ofManyShortTurns_isNone() throws Exception {
    Coroutine<Long> busy =
        scheduler.spawn(
            () -> {
              long longestNanos = 0;
              long startNanos = System.nanoTime();
              long lastNanos = startNanos;
              while (lastNanos - startNanos < 200_000_000) {
                Coroutines.yieldNow();
                long nowNanos = System.nanoTime();
                longestNanos = Math.max(longestNanos, nowNanos - lastNanos);
                lastNanos = nowNanos;
              }
              return longestNanos;
            });
    long longestNanos = busy.join(PATIENCE);
    assertTrue(
        stalls.isEmpty() || longestNanos >= BOUND.toNanos(),
        () -> stalls + ", though the longest turn took " + longestNanos + " ns");
  }

  /** A log with a stack for each of many stalls a second would be useless. */
  @Test
  void stallHandler_byDefault_logsFewOfManyStalls() throws Exception {
    try (LogCapture log = new LogCapture();
        CoroutineScheduler logging =
            CoroutineScheduler.builder()
                .engine(TestSchedulers.ENGINE)
                .loops(1)
                .watchdog(BOUND)
                .build()) {
      for (int stall = 1; stall <= 3; stall++) {
        int wanted = stall;
        logging
            .spawn(
                () -> {
                  long startNanos = System.nanoTime();
                  while (logging.stats().stalls() < wanted
                      && System.nanoTime() - startNanos < PATIENCE.toNanos()) {
                    Thread.onSpinWait();
                  }
                })
            .join(PATIENCE);
      }
      assertTrue(logging.stats().stalls() >= 3);
      log.firstLine();
      // Ten seconds pass only on a very busy machine.
      assertTrue(log.lines().size() < 3, log.lines().toString());
    }
  }

  @Test
  void watchdog_outOfRange_isRefused() {
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> CoroutineScheduler.builder().watchdog(Duration.ofNanos(1)))
            .getMessage();
    assertEquals("watchdog bound must be zero or from PT0.001S to PT24H: PT0.000000001S", message);
  }
}
