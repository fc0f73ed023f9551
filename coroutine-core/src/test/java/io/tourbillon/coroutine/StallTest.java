package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine.State;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The watchdog over loops; it goes by the system's clock, so these tests do. */
class StallTest {
  private final BlockingQueue<LoopStall> stalls = new LinkedBlockingQueue<>();
  private final CoroutineScheduler scheduler =
      TestSchedulers.builder()
          .loops(1)
          .watchdog(Duration.ofMillis(20))
          .stallHandler(stalls::add)
          .build();
  private final AtomicBoolean enough = new AtomicBoolean();
  private final CountDownLatch latch = new CountDownLatch(1);

  @AfterEach
  void close() {
    enough.set(true);
    latch.countDown();
    scheduler.close(Duration.ZERO);
  }

  /** Coroutines that were quick for long all become slow at once: a round of them takes seconds. */
  @Test
  void timer_amongManyThatBecomeSlow_isHeldUpByFewOfThem() throws Exception {
    AtomicBoolean slow = new AtomicBoolean();
    for (int number = 0; number < 300; number++) {
      scheduler.spawn(
          () -> {
            while (!enough.get()) {
              if (slow.get()) {
                long endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(10);
                while (System.nanoTime() < endNanos) {
                  Thread.onSpinWait();
                }
              }
              Coroutines.yieldNow();
            }
          });
    }
    Coroutine<?> sleeper = scheduler.spawn(() -> Coroutines.delay(Duration.ofMillis(200)));
    Thread.sleep(190);
    slow.set(true);
    long startNanos = System.nanoTime();
    // It may be over already, where the machine is busy.
    while (sleeper.state() != State.READY && !sleeper.state().isEnd()) {
      Thread.onSpinWait();
    }
    long lateMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
    assertTrue(lateMillis < 1500, () -> lateMillis + " ms late");
  }

  private void spin() {
    while (!enough.get()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void stall_ofACoroutine_isToldWithItsNameAndStackWhileItLasts() throws Exception {
    Coroutine<?> hog = scheduler.spawn(SpawnOptions.named("hog"), this::spin);
    LoopStall stall = stalls.poll(30, TimeUnit.SECONDS);
    assertNotNull(stall);
    assertEquals("coroutine-loop-0", stall.loop());
    assertEquals(Optional.of("hog"), stall.coroutine());
    assertTrue(stall.heldNanos() >= 20_000_000);
    assertTrue(
        stall.stack().stream().anyMatch(call -> call.getMethodName().equals("spin")),
        stall::toString);
    assertTrue(stall.toString().startsWith("hog holds coroutine-loop-0 for "));
    enough.set(true);
    hog.join(PATIENCE);
    assertNull(stalls.poll());
  }

  private void waitForTheLatch() throws InterruptedException {
    latch.await();
  }

  /** A blocking call frees the loop of the third engine. */
  @Test
  @Tag("not-virtual-thread")
  void stall_ofACoroutineThatBlocks_isToldWithItsNameAndStack() throws Exception {
    Coroutine<?> blocked = scheduler.spawn(SpawnOptions.named("blocked"), this::waitForTheLatch);
    Coroutine<?> other = scheduler.spawn(Coroutines::yieldNow);
    LoopStall stall = stalls.poll(30, TimeUnit.SECONDS);
    assertNotNull(stall);
    assertEquals("coroutine-loop-0", stall.loop());
    assertEquals(Optional.of("blocked"), stall.coroutine());
    List<String> calls = stall.stack().stream().map(StackTraceElement::getMethodName).toList();
    assertTrue(calls.contains("await"), calls::toString);
    assertTrue(calls.contains("waitForTheLatch"), calls::toString);
    assertFalse(other.state().isEnd());
    latch.countDown();
    blocked.join(PATIENCE);
    other.join(PATIENCE);
  }

  @Test
  void stall_ofManyShortTurns_isNone() throws Exception {
    Coroutine<?> busy =
        scheduler.spawn(
            () -> {
              long endNanos = System.nanoTime() + 100_000_000;
              while (System.nanoTime() < endNanos) {
                Coroutines.yieldNow();
              }
            });
    busy.join(PATIENCE);
    assertNull(stalls.poll());
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
