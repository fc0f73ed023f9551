package io.tourbillon.spring.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.timer.TimerOptions;
import io.tourbillon.timer.TimerService;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

/** A real application on a real port. */
@Timeout(60)
@SpringBootTest(
    classes = Application.class,
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = {
      "server.address=127.0.0.1",
      "tourbillon.coroutines.loops=2",
      "tourbillon.scheduling.enabled=true",
      "tourbillon.timers.record-creation-sites=true",
      "management.endpoints.web.exposure.include=health,metrics,prometheus,tourbillon,scheduledtasks",
      "management.endpoint.health.show-details=always",
      "management.prometheus.metrics.export.enabled=true"
    })
class ApplicationTest {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @Autowired Application.Jobs jobs;
  @Autowired TimerService timers;
  @Autowired CoroutineScheduler coroutines;
  @LocalServerPort int port;

  @AfterAll
  static void close() {
    CLIENT.close();
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return CLIENT.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(Duration.ofSeconds(20))
            .build(),
        BodyHandlers.ofString());
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long deadlineNanos = System.nanoTime() + 20_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(deadlineNanos);
      Thread.sleep(5);
    }
  }

  @Test
  void scheduledMethods_run_onVirtualThreads() throws Exception {
    await(() -> jobs.rate.get() > 2 && jobs.delay.get() > 2 && jobs.cron.get() > 0);
    await(() -> jobs.once.get() == 1);
    assertThat(jobs.thread.isVirtual()).isTrue();
    assertThat(jobs.thread.getName()).startsWith("scheduling-");
    assertThat(get("/actuator/scheduledtasks").body()).contains("Jobs.atAFixedRate");
  }

  @Test
  void handlers_useTimersAndCoroutines() throws Exception {
    assertThat(get("/timer").body()).isEqualTo("by a timer");
    assertThat(get("/coroutine").body()).isEqualTo("by a coroutine");
  }

  @Test
  void health_namesServicesAndLoops() throws Exception {
    HttpResponse<String> response = get("/actuator/health");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body())
        .contains("\"tourbillon\"")
        .contains("\"timers timerService\":\"UP\"")
        .contains("\"timers taskScheduler\":\"UP\"")
        .contains("loop coroutineScheduler coroutine-");
  }

  @Test
  void meters_areInTheRegistryOfTheApplication() throws Exception {
    await(() -> jobs.rate.get() > 0);
    assertThat(get("/actuator/metrics/tourbillon.timer.pending?tag=timers:taskScheduler").body())
        .contains("\"name\":\"tourbillon.timer.pending\"");
    assertThat(get("/actuator/prometheus").body())
        .contains("tourbillon_timer_lateness_seconds_bucket{timers=\"taskScheduler\"")
        .contains("tourbillon_coroutine_turn_seconds_bucket{scheduler=\"coroutineScheduler\"")
        // Spring observes scheduled methods, whichever scheduler runs them.
        .contains("tasks_scheduled_execution_seconds_count{")
        .contains("code_function=\"atAFixedRate\"");
  }

  @Test
  void endpoint_showsNumbersAndDumps() throws Exception {
    timers.schedule(Duration.ofHours(1), () -> {}, TimerOptions.tagged("session-timeout"));
    String summary = get("/actuator/tourbillon").body();
    assertThat(summary)
        .contains("\"timerService\":{\"pending\":")
        .contains("\"coroutineScheduler\":{\"engine\":\"" + coroutines.engine() + "\"");
    HttpResponse<String> dump = get("/actuator/tourbillon/timers/timerService");
    assertThat(dump.statusCode()).isEqualTo(200);
    assertThat(dump.headers().firstValue("content-type")).get().asString().contains("text/plain");
    assertThat(dump.body()).contains("session-timeout").contains("ApplicationTest");
    assertThat(get("/actuator/tourbillon/coroutines/coroutineScheduler").body())
        .contains("coroutines");
    assertThat(get("/actuator/tourbillon/timers/nobody").statusCode()).isEqualTo(404);
    assertThat(get("/actuator/tourbillon/nothing/timerService").statusCode()).isEqualTo(404);
  }
}
