package io.tourbillon.spring.app;

import static io.tourbillon.spring.app.Contexts.await;
import static io.tourbillon.spring.app.Contexts.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.timer.TimerService;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.scheduling.TaskScheduler;

/** What happens to tasks and coroutines that run when a context is closed or stopped. */
@Timeout(60)
class RunningTasksTest {
  @Test
  void runningTask_endsWithinTheGrace() {
    assertThat(closedDuringATask("20s", 200)).isCompletedWithValue(true);
  }

  @Test
  void runningTask_afterTheGrace_isInterrupted() {
    assertThat(closedDuringATask("0", 60_000)).isCompletedWithValue(false);
  }

  /** Closes a context while a task of it sleeps, and returns whether the sleep was undisturbed. */
  private static CompletableFuture<Boolean> closedDuringATask(String grace, long taskMillis) {
    ConfigurableApplicationContext context = start("tourbillon.scheduling.close-grace=" + grace);
    CountDownLatch begun = new CountDownLatch(1);
    CompletableFuture<Boolean> undisturbed = new CompletableFuture<>();
    ScheduledFuture<?> _ =
        context
            .getBean(TaskScheduler.class)
            .schedule(
                () -> {
                  begun.countDown();
                  undisturbed.complete(sleepsFor(taskMillis));
                },
                Instant.now());
    await(begun);
    context.close();
    return undisturbed;
  }

  private static boolean sleepsFor(long millis) {
    try {
      Thread.sleep(millis);
      return true;
    } catch (InterruptedException _) {
      return false;
    }
  }

  @Test
  void taskThatIgnoresInterrupts_isWaitedForOnce() {
    ConfigurableApplicationContext context =
        start(
            "tourbillon.scheduling.close-grace=200ms",
            "tourbillon.timers.close-grace=200ms",
            "tourbillon.timers.watchdog=0");
    CountDownLatch begun = new CountDownLatch(2);
    AtomicBoolean goOn = new AtomicBoolean(true);
    AtomicInteger scheduled = new AtomicInteger();
    AtomicInteger timer = new AtomicInteger();
    ScheduledFuture<?> _ =
        context
            .getBean(TaskScheduler.class)
            .schedule(() -> countInterrupts(scheduled, begun, goOn), Instant.now());
    context
        .getBean(TimerService.class)
        .schedule(Duration.ZERO, () -> countInterrupts(timer, begun, goOn));
    await(begun);
    context.close();
    goOn.set(false);
    // Ten each, as a service interrupts; twenty if Spring's destruction of beans waited again.
    assertThat(scheduled.get()).isBetween(1, 10);
    assertThat(timer.get()).isBetween(1, 10);
  }

  private static void countInterrupts(
      AtomicInteger interrupts, CountDownLatch begun, AtomicBoolean goOn) {
    begun.countDown();
    while (goOn.get()) {
      if (Thread.interrupted()) {
        interrupts.incrementAndGet();
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  @Test
  void coroutineThatClosesTheContext_ends() throws Exception {
    ConfigurableApplicationContext context = start();
    CoroutineScheduler coroutines = context.getBean(CoroutineScheduler.class);
    coroutines.spawn(context::close).join();
    assertThat(context.isActive()).isFalse();
    // A thread of its own closes the scheduler, since one of its coroutines cannot.
    for (int pause = 0; pause < 2_000 && !coroutines.isShutdown(); pause++) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
    assertThat(coroutines.isShutdown()).isTrue();
  }

  @Test
  void taskThatClosesTheContext_doesNotWaitForItself() throws Exception {
    ConfigurableApplicationContext context = start("tourbillon.scheduling.close-grace=10m");
    CountDownLatch closed = new CountDownLatch(1);
    ScheduledFuture<?> _ =
        context
            .getBean(TaskScheduler.class)
            .schedule(
                () -> {
                  context.close();
                  closed.countDown();
                },
                Instant.now());
    await(closed);
    assertThat(context.isActive()).isFalse();
  }

  @Test
  void contextThatIsStopped_startsAgain() throws Exception {
    try (ConfigurableApplicationContext context = start()) {
      AtomicInteger runs = new AtomicInteger();
      TaskScheduler scheduler = context.getBean(TaskScheduler.class);
      context.stop();
      ScheduledFuture<?> waiting = scheduler.schedule(runs::incrementAndGet, Instant.now());
      assertThatThrownBy(() -> waiting.get(50, TimeUnit.MILLISECONDS))
          .isInstanceOf(TimeoutException.class);
      context.start();
      waiting.get(20, TimeUnit.SECONDS);
      assertThat(runs).hasValue(1);
      context.getBean(TimerService.class).after(Duration.ZERO).get(20, TimeUnit.SECONDS);
      assertThat(context.getBean(CoroutineScheduler.class).spawn(() -> 1).join()).isEqualTo(1);
    }
  }
}
