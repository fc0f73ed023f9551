package io.tourbillon.metrics;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A Prometheus that scrapes one server each second. */
final class PrometheusServer implements AutoCloseable {
  private static final Duration REQUEST_LIMIT = Duration.ofSeconds(10);

  private final HttpClient http = HttpClient.newHttpClient();
  private final Process process;
  private final Path log;
  private final int port;

  private PrometheusServer(Process process, Path log, int port) {
    this.process = process;
    this.log = log;
    this.port = port;
  }

  static PrometheusServer start(Path folder, URI target) throws IOException {
    Path configuration =
        Files.writeString(
            folder.resolve("prometheus.yml"),
            """
            global:
              scrape_interval: 1s
              scrape_timeout: 1s
            scrape_configs:
              - job_name: tourbillon
                static_configs:
                  - targets: ['%s']
            """
                .formatted(target.getAuthority()));
    int port = freePort();
    Path log = folder.resolve("prometheus.log");
    Process process =
        new ProcessBuilder(
                Programs.find("prometheus", "prometheus").toString(),
                "--config.file=" + configuration,
                "--storage.tsdb.path=" + folder.resolve("data"),
                "--web.listen-address=127.0.0.1:" + port)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    return new PrometheusServer(process, log, port);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  /** Returns the current result of a query. Fails with the response if the query failed. */
  JsonNode query(String query) throws Exception {
    JsonNode answer =
        get("/api/v1/query?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8));
    if (!answer.path("status").asString().equals("success")) {
      throw new AssertionError(query + ": " + answer);
    }
    return answer.get("data").get("result");
  }

  /** Waits until a query has a result. */
  JsonNode await(String query, Duration limit) throws Exception {
    long deadlineNanos = System.nanoTime() + limit.toNanos();
    while (System.nanoTime() - deadlineNanos < 0 && process.isAlive()) {
      try {
        JsonNode result = query(query);
        if (!result.isEmpty()) {
          return result;
        }
      } catch (IOException e) {
        // Prometheus does not respond yet.
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
    throw new AssertionError("no result of " + query + " in time; the log: " + log());
  }

  JsonNode targets() throws Exception {
    return get("/api/v1/targets").get("data").get("activeTargets");
  }

  String log() throws IOException {
    return Files.readString(log);
  }

  private JsonNode get(String path) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(REQUEST_LIMIT)
            .build();
    HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
    if (response.statusCode() == 503) {
      throw new IOException("Prometheus is not ready yet: " + response.body());
    }
    return JsonMapper.shared().readTree(response.body());
  }

  @Override
  public void close() {
    http.shutdownNow();
    process.destroy();
    process.onExit().completeOnTimeout(process, 10, TimeUnit.SECONDS).join();
    process.destroyForcibly();
  }
}
