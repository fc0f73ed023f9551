package io.tourbillon.metrics.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ConnectionLifetimeTest {
  private static Endpoint start(Duration lifeLimit) {
    return Endpoint.start(
        new Endpoint.Options(
            InetAddress.getLoopbackAddress(),
            0,
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
            null,
            null,
            Duration.ofSeconds(5),
            lifeLimit));
  }

  private static Socket connect(Endpoint endpoint) throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), endpoint.port());
  }

  /** Never idle for long, so that nothing else ends it. */
  @Test
  void connection_thatDripsAHeader_isClosedWhenItsTimeIsOver() throws Exception {
    try (Endpoint endpoint = start(Duration.ofMillis(500));
        Socket socket = connect(endpoint)) {
      OutputStream out = socket.getOutputStream();
      out.write("GET /metrics HTTP/1.1\r\nX-Slow: ".getBytes(StandardCharsets.US_ASCII));
      assertThrows(
          IOException.class,
          () -> {
            while (true) {
              out.write('x');
              out.flush();
              Thread.sleep(50);
            }
          });
    }
  }

  @Test
  void connection_thatAsksInTime_isAnswered() throws Exception {
    try (Endpoint endpoint = start(Duration.ofSeconds(30));
        Socket socket = connect(endpoint)) {
      socket
          .getOutputStream()
          .write(
              "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      assertEquals("HTTP/1.1 200 OK", answer.lines().findFirst().orElse(""));
    }
  }
}
