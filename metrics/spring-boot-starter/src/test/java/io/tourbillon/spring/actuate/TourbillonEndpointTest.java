package io.tourbillon.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.SpawnOptions;
import io.tourbillon.timer.TimerOptions;
import io.tourbillon.timer.TimerService;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

@Timeout(60)
class TourbillonEndpointTest {
  private final TimerService timers = TimerService.builder().recordStats().build();
  private final CoroutineScheduler coroutines =
      CoroutineScheduler.builder().engine(Engine.HANDOFF).loops(1).build();
  private final TourbillonEndpoint endpoint = endpoint(timers);

  private TourbillonEndpoint endpoint(TimerService served) {
    return new TourbillonEndpoint(
        Services.of(Map.of("a", served), Map.of("b", coroutines), Map.of(), Map.of()));
  }

  @AfterEach
  void close() {
    timers.close();
    coroutines.close(Duration.ZERO);
  }

  @Test
  void summary_countsWhatThereIs() throws Exception {
    timers.schedule(Duration.ofHours(1), () -> {});
    timers.schedule(Duration.ofHours(1), () -> {}).cancel();
    coroutines.spawn(() -> 1).join();
    // Who joins goes on a moment before the end is counted.
    while (coroutines.stats().finished() == 0) {
      Thread.onSpinWait();
    }
    TourbillonEndpoint.Summary summary = endpoint.summary();
    assertThat(summary.timers()).containsOnlyKeys("a", "b");
    assertThat(summary.timers().get("a").pending()).isEqualTo(1);
    assertThat(summary.timers().get("a").cancelled()).isEqualTo(1);
    assertThat(summary.coroutines().get("b").finished()).isEqualTo(1);
    assertThat(summary.coroutines().get("b").engine()).isEqualTo("HANDOFF");
  }

  @Test
  void dump_namesTimersAndCoroutines() {
    timers.schedule(Duration.ofHours(1), () -> {}, TimerOptions.tagged("of-a-test"));
    coroutines.spawn(
        SpawnOptions.named("sleeper"),
        () -> {
          Coroutines.delay(Duration.ofHours(1));
          return null;
        });
    assertThat(endpoint.dump("timers", "a").getBody()).contains("of-a-test");
    assertThat(endpoint.dump("coroutines", "b").getBody()).contains("sleeper");
    assertThat(endpoint.dump("timers", "nobody")).isNull();
    assertThat(endpoint.dump("coroutines", "nobody")).isNull();
    assertThat(endpoint.dump("threads", "a")).isNull();
  }

  @Test
  void dump_ofVeryMuch_isBounded() {
    for (int i = 0; i < 20_000; i++) {
      timers.schedule(Duration.ofHours(1), () -> {}, TimerOptions.tagged("x".repeat(60) + i));
    }
    assertThat(endpoint.dump("timers", "a").getBody().length())
        .isGreaterThan(TourbillonEndpoint.MAX_CHARACTERS / 2)
        .isLessThan(TourbillonEndpoint.MAX_CHARACTERS + 10_000);
  }

  @Test
  void dump_whileAnotherIsBeingMade_isRefused() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    TimerService slow =
        (TimerService)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {TimerService.class},
                (_, method, arguments) -> {
                  if (method.getName().equals("dump")) {
                    begun.countDown();
                    goOn.await();
                  }
                  return method.invoke(timers, arguments);
                });
    TourbillonEndpoint shared = endpoint(slow);
    CompletableFuture<WebEndpointResponse<String>> first =
        CompletableFuture.supplyAsync(() -> shared.dump("timers", "a"));
    begun.await();
    assertThat(shared.dump("coroutines", "b").getStatus()).isEqualTo(429);
    goOn.countDown();
    assertThat(first.get(20, TimeUnit.SECONDS).getStatus()).isEqualTo(200);
    assertThat(shared.dump("coroutines", "b").getStatus()).isEqualTo(200);
  }
}
