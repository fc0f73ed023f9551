package io.tourbillon.metrics.internal.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.timer.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LoopWatchTest {
  private final CoroutineScheduler scheduler =
      CoroutineScheduler.builder()
          .engine(Engine.HANDOFF)
          .loops(1)
          .name("watched")
          .watchdog(Duration.ZERO)
          .build();
  private final String loop = scheduler.stats().loops().getFirst().name();
  private final AtomicLong nanos = new AtomicLong();
  private final AtomicBoolean goOn = new AtomicBoolean();
  private final LoopWatch watch = new LoopWatch(scheduler, Duration.ofSeconds(5), nanos::get);

  @AfterEach
  void close() {
    goOn.set(true);
    scheduler.close(Duration.ZERO);
  }

  private Coroutine<?> holdTheLoop() throws InterruptedException {
    CountDownLatch held = new CountDownLatch(1);
    Coroutine<?> holder =
        scheduler.spawn(
            () -> {
              held.countDown();
              while (!goOn.get()) {
                Thread.onSpinWait();
              }
            });
    held.await();
    return holder;
  }

  @Test
  void check_loopAtRest_isUp() {
    assertEquals(Map.of(loop, Condition.UP), watch.check());
    nanos.addAndGet(10_000_000_000L);
    assertEquals(Map.of(loop, Condition.UP), watch.check());
  }

  /** No coroutine holds the loop. */
  @Test
  void check_loopHeldUpByATimersTask_isStalled() throws Exception {
    CountDownLatch held = new CountDownLatch(1);
    scheduler
        .timers()
        .schedule(
            Duration.ZERO,
            () -> {
              held.countDown();
              while (!goOn.get()) {
                Thread.onSpinWait();
              }
            });
    held.await();
    watch.check();
    nanos.addAndGet(5_000_000_000L);
    assertEquals(Map.of(loop, Condition.STALLED), watch.check());
  }

  @Test
  void check_loopThatHasDied_isDead() throws Exception {
    AtomicBoolean broken = new AtomicBoolean();
    Clock clock =
        new Clock() {
          @Override
          public long nanoTime() {
            if (broken.get()) {
              throw new ArithmeticException("broken on purpose");
            }
            return System.nanoTime();
          }

          @Override
          public Alarm newAlarm(Thread thread) {
            return Clock.system().newAlarm(thread);
          }
        };
    CoroutineScheduler dying =
        CoroutineScheduler.builder().engine(Engine.HANDOFF).loops(1).clock(clock).build();
    LoopWatch watchOfDying = new LoopWatch(dying, Duration.ofSeconds(5), nanos::get);
    Coroutine<?> sleeper = dying.spawn(() -> Coroutines.delay(Duration.ofHours(1)));
    while (sleeper.state() != Coroutine.State.SUSPENDED) {
      Thread.onSpinWait();
    }
    broken.set(true);
    try {
      dying.spawn(() -> {}); // Wakes the loop.
    } catch (IllegalStateException alreadyDead) {
      // The loop has died before, when it read the clock on its way to rest.
    }
    assertThrows(CompletionException.class, sleeper::join);
    assertEquals(List.of(Condition.DEAD), List.copyOf(watchOfDying.check().values()));
    dying.close(Duration.ZERO);
  }

  @Test
  void check_closedScheduler_isClosed() {
    scheduler.close();
    assertEquals(Map.of(loop, Condition.CLOSED), watch.check());
  }

  @Test
  void check_loopHeldUp_isStalledOnceTheLimitIsOver() throws Exception {
    Coroutine<?> holder = holdTheLoop();
    assertEquals(Map.of(loop, Condition.UP), watch.check());
    nanos.addAndGet(4_000_000_000L);
    assertEquals(Map.of(loop, Condition.UP), watch.check());
    nanos.addAndGet(1_000_000_000L);
    assertEquals(Map.of(loop, Condition.STALLED), watch.check());
    goOn.set(true);
    holder.join();
    assertEquals(Map.of(loop, Condition.UP), watch.check());
  }

  @Test
  void check_loopHeldUpAnew_isNotYetStalled() throws Exception {
    Coroutine<?> first = holdTheLoop();
    watch.check();
    nanos.addAndGet(5_000_000_000L);
    goOn.set(true);
    first.join();
    goOn.set(false);
    holdTheLoop();
    assertEquals(Map.of(loop, Condition.UP), watch.check());
  }
}
