package io.tourbillon.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.metrics.internal.health.Condition;
import io.tourbillon.timer.TimerService;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

@Timeout(60)
class TourbillonHealthIndicatorTest {
  private static final Duration LIMIT = Duration.ofMillis(20);

  private final TimerService timers = TimerService.builder().watchdog(Duration.ZERO).build();
  private final CoroutineScheduler coroutines =
      CoroutineScheduler.builder()
          .engine(Engine.HANDOFF)
          .loops(1)
          .name("watched")
          .watchdog(Duration.ZERO)
          .build();
  private final TourbillonHealthIndicator indicator =
      new TourbillonHealthIndicator(
          Services.of(
              Map.of("myTimers", timers), Map.of("myCoroutines", coroutines), Map.of(), Map.of()),
          LIMIT);
  private final CountDownLatch goOn = new CountDownLatch(1);
  private final AtomicBoolean spin = new AtomicBoolean(true);

  @AfterEach
  void close() {
    goOn.countDown();
    spin.set(false);
    timers.close();
    coroutines.close(Duration.ZERO);
  }

  /** Checks until the status is this one. */
  private Health await(Status status) throws InterruptedException {
    long deadlineNanos = System.nanoTime() + 20_000_000_000L;
    for (; ; ) {
      Health health = indicator.health();
      if (health.getStatus().equals(status) || System.nanoTime() > deadlineNanos) {
        assertThat(health.getStatus()).isEqualTo(status);
        return health;
      }
      Thread.sleep(10);
    }
  }

  @Test
  void servicesAtRest_areUp() {
    Health health = indicator.health();
    assertThat(health.getStatus()).isEqualTo(Status.UP);
    assertThat(health.getDetails())
        .containsEntry("timers myTimers", Condition.UP)
        .containsEntry("timers myCoroutines", Condition.UP)
        .hasSize(3);
  }

  @Test
  void driver_heldByATask_isDown_andUpAgain() throws InterruptedException {
    timers.schedule(
        Duration.ZERO,
        () -> {
          try {
            goOn.await();
          } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
          }
        });
    timers.schedule(Duration.ofMillis(5), () -> {});
    assertThat(await(Status.DOWN).getDetails()).containsEntry("timers myTimers", Condition.STALLED);
    goOn.countDown();
    await(Status.UP);
  }

  @Test
  void loop_heldByACoroutine_isDown_andUpAgain() throws InterruptedException {
    coroutines.spawn(
        () -> {
          while (spin.get()) {
            Thread.onSpinWait();
          }
        });
    assertThat(await(Status.DOWN).getDetails()).containsValue(Condition.STALLED);
    spin.set(false);
    await(Status.UP);
  }

  @Test
  void service_thatWasClosed_isDown() {
    timers.close();
    Health health = indicator.health();
    assertThat(health.getStatus()).isEqualTo(Status.DOWN);
    assertThat(health.getDetails()).containsEntry("timers myTimers", Condition.CLOSED);
  }

  @Test
  void limitOfZero_isRefused() {
    assertThatThrownBy(
            () ->
                new TourbillonHealthIndicator(
                    Services.of(Map.of(), Map.of(), Map.of(), Map.of()), Duration.ZERO))
        .hasMessage("stallLimit must be more than zero: PT0S");
  }
}
