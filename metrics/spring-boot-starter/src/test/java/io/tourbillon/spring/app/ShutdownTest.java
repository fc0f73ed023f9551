package io.tourbillon.spring.app;

import static io.tourbillon.spring.app.Contexts.await;
import static io.tourbillon.spring.app.Contexts.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.spring.ShutdownPhases;
import io.tourbillon.spring.TaskThreads;
import io.tourbillon.spring.TourbillonTaskScheduler;
import io.tourbillon.timer.TimerService;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.TaskRejectedException;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** What happens when a context is closed, stopped or paused. */
@Timeout(120)
class ShutdownTest {
  @Test
  void requestInFlight_usesTimersWhileTheContextCloses() throws Exception {
    ConfigurableApplicationContext context = start(WebApplicationType.SERVLET, Web.class);
    int port = ((WebServerApplicationContext) context).getWebServer().getPort();
    Web web = context.getBean(Web.class);
    try (HttpClient client = HttpClient.newHttpClient()) {
      CompletableFuture<HttpResponse<String>> response =
          client.sendAsync(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/slow"))
                  .timeout(Duration.ofSeconds(50))
                  .build(),
              BodyHandlers.ofString());
      await(web.begun);
      Thread closer = Thread.ofPlatform().start(context::close);
      await(web.closing);
      web.goOn.countDown();
      assertThat(response.get(50, TimeUnit.SECONDS).body()).isEqualTo("answered");
      closer.join(50_000);
      assertThat(context.isActive()).isFalse();
    }
  }

  @Test
  void services_endInTheOrderOfTheirPhases() {
    ConfigurableApplicationContext context = start(WebApplicationType.NONE, Observers.class);
    List<String> seen = context.getBean(Observers.class).seen;
    context.close();
    assertThat(seen)
        .containsExactly(
            "tasks open, coroutines open, timers open",
            "tasks shut, coroutines open, timers open",
            "tasks shut, coroutines shut, timers open",
            "tasks shut, coroutines shut, timers shut");
  }

  @Test
  void contextThatBeginsToClose_endsPeriodicTasks_andAcceptsSingleOnes() {
    ConfigurableApplicationContext context = start(WebApplicationType.NONE, LateUser.class);
    LateUser user = context.getBean(LateUser.class);
    ScheduledFuture<?> periodic =
        context
            .getBean(TaskScheduler.class)
            .scheduleAtFixedRate(user.runs::incrementAndGet, Duration.ofMillis(5));
    ScheduledFuture<?> _ =
        context
            .getBean(TaskScheduler.class)
            .schedule(user.triggered::incrementAndGet, _ -> Instant.now().plusMillis(300));
    context.close();
    assertThat(user.triggered).hasValue(0);
    assertThat(user.failures).isEmpty();
    assertThat(user.single).isCompletedWithValue("ran");
    assertThat(periodic.isCancelled()).isTrue();
  }

  @Test
  void startThatFails_leavesNoThread() throws Exception {
    assertThatThrownBy(
            () ->
                start(
                    WebApplicationType.NONE,
                    Failing.class,
                    "tourbillon.scheduling.thread-name-prefix=left-over-task-",
                    "tourbillon.timers.name=left-over-timer",
                    "tourbillon.coroutines.name=left-over-coroutine"))
        .hasStackTraceContaining("on purpose");
    awaitNothingLeft();
  }

  @ParameterizedTest
  @EnumSource(TaskThreads.class)
  void closedContext_leavesNoThread(TaskThreads threads) throws Exception {
    ConfigurableApplicationContext context =
        start(
            "tourbillon.scheduling.threads=" + threads,
            "tourbillon.scheduling.thread-name-prefix=left-over-task-",
            "tourbillon.timers.threads=" + threads,
            "tourbillon.timers.name=left-over-timer",
            "tourbillon.coroutines.name=left-over-coroutine");
    CountDownLatch ran = new CountDownLatch(2);
    ScheduledFuture<?> _ =
        context.getBean(TaskScheduler.class).schedule(ran::countDown, Instant.now());
    context.getBean(TimerService.class).schedule(Duration.ZERO, ran::countDown);
    assertThat(context.getBean(CoroutineScheduler.class).spawn(() -> 1).join()).isEqualTo(1);
    await(ran);
    assertThat(leftOver()).isNotEmpty();
    context.close();
    awaitNothingLeft();
  }

  private static void awaitNothingLeft() throws InterruptedException {
    long deadlineNanos = System.nanoTime() + 20_000_000_000L;
    while (!leftOver().isEmpty() && System.nanoTime() < deadlineNanos) {
      Thread.sleep(10); // A thread that has done its work takes a moment to end.
    }
    assertThat(leftOver()).isEmpty();
  }

  private static List<String> leftOver() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("left-over-"))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void driver_keepsTheJvmAlive_ifItShould(boolean alive) {
    try (TourbillonTaskScheduler _ =
        TourbillonTaskScheduler.builder()
            .keepAlive(alive)
            .threadNamePrefix("keep-alive-")
            .build()) {
      assertThat(Thread.getAllStackTraces().keySet())
          .anyMatch(
              thread -> thread.getName().equals("keep-alive-driver") && thread.isDaemon() != alive);
    }
  }

  /** Does not start, after all services have. */
  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Failing {
    @Bean
    SmartInitializingSingleton failure() {
      return () -> {
        throw new IllegalStateException("on purpose");
      };
    }
  }

  /**
   * Notes which services are open whenever a phase between theirs is stopped. Looks them up late:
   * what depends on a bean is stopped before it, whatever the phases.
   */
  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Observers {
    final List<String> seen = new ArrayList<>();

    @Bean
    SmartLifecycle first(ApplicationContext context) {
      return observer(ShutdownPhases.TASK_SCHEDULER + 1, context);
    }

    @Bean
    SmartLifecycle second(ApplicationContext context) {
      return observer(ShutdownPhases.COROUTINES + 1, context);
    }

    @Bean
    SmartLifecycle third(ApplicationContext context) {
      return observer(ShutdownPhases.TIMERS + 1, context);
    }

    @Bean
    SmartLifecycle last(ApplicationContext context) {
      return observer(ShutdownPhases.TIMERS - 1, context);
    }

    private SmartLifecycle observer(int phase, ApplicationContext context) {
      return new OnStop(
          phase,
          () ->
              seen.add(
                  "tasks "
                      + state(context.getBean(TourbillonTaskScheduler.class).timers().isShutdown())
                      + ", coroutines "
                      + state(context.getBean(CoroutineScheduler.class).isShutdown())
                      + ", timers "
                      + state(context.getBean(TimerService.class).isShutdown())));
    }

    private static String state(boolean shut) {
      return shut ? "shut" : "open";
    }
  }

  /** Schedules tasks while the context closes, before the phase of the scheduler. */
  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class LateUser {
    final AtomicInteger runs = new AtomicInteger();
    final AtomicInteger triggered = new AtomicInteger();
    final CompletableFuture<String> single = new CompletableFuture<>();
    final List<Throwable> failures = new ArrayList<>();

    @Bean
    SmartLifecycle late(TourbillonTaskScheduler scheduler) {
      return new OnStop(
          SmartLifecycle.DEFAULT_PHASE,
          () -> {
            try {
              // The trigger is due 300 ms after it was scheduled.
              scheduler
                  .schedule(() -> single.complete("ran"), Instant.now().plusMillis(400))
                  .get(20, TimeUnit.SECONDS);
              assertThatThrownBy(
                      () -> scheduler.scheduleAtFixedRate(() -> {}, Duration.ofSeconds(1)))
                  .isInstanceOf(TaskRejectedException.class);
              assertThatThrownBy(() -> scheduler.schedule(() -> {}, _ -> Instant.now()))
                  .isInstanceOf(TaskRejectedException.class);
            } catch (Exception | AssertionError failure) {
              failures.add(failure);
            }
          });
    }
  }

  /** Something that the context stops in a phase. */
  private static final class OnStop implements SmartLifecycle {
    private final int phase;
    private final Runnable action;
    private boolean running;

    OnStop(int phase, Runnable action) {
      this.phase = phase;
      this.action = action;
    }

    @Override
    public int getPhase() {
      return phase;
    }

    @Override
    public void start() {
      running = true;
    }

    @Override
    public void stop() {
      running = false;
      action.run();
    }

    @Override
    public boolean isRunning() {
      return running;
    }
  }

  /** A request that is answered while the context closes. */
  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  @RestController
  static class Web {
    final CountDownLatch begun = new CountDownLatch(1);
    final CountDownLatch closing = new CountDownLatch(1);
    final CountDownLatch goOn = new CountDownLatch(1);
    private final TimerService timers;

    Web(TimerService timers) {
      this.timers = timers;
    }

    @Bean
    SmartLifecycle beforeTheServer() {
      return new OnStop(SmartLifecycle.DEFAULT_PHASE, closing::countDown);
    }

    @GetMapping("/slow")
    String slow() throws Exception {
      begun.countDown();
      await(goOn);
      return timers
          .after(Duration.ofMillis(50))
          .thenApply(_ -> "answered")
          .get(20, TimeUnit.SECONDS);
    }
  }
}
