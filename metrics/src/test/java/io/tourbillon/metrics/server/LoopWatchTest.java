package io.tourbillon.metrics.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Engine;
import java.time.Duration;
import java.util.Map;
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
