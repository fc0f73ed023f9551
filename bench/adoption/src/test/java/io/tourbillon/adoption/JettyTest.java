package io.tourbillon.adoption;

import static io.tourbillon.adoption.WebServerCases.assertAnswer;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.component.LifeCycle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Jetty with its virtual threads on our loops, and with its timeouts on our timers. */
class JettyTest extends AdoptionTest {
  private static final Duration IDLE = Duration.ofMillis(200);

  private Server server;
  private int port;
  private volatile String servedBy = "";

  private void start(TimeSource source, Duration idle) throws Exception {
    server = JettyRecipe.server(source);
    ServerConnector connector = new ServerConnector(server);
    connector.setHost("127.0.0.1");
    connector.setIdleTimeout(idle.toMillis());
    server.addConnector(connector);
    server.setHandler(new Answers());
    server.start();
    port = connector.getLocalPort();
  }

  @AfterEach
  void stop() {
    LifeCycle.stop(server);
  }

  private final class Answers extends Handler.Abstract {
    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
      servedBy = Thread.currentThread().toString();
      if (Request.getPathInContext(request).equals(WebServerCases.SLEEP)) {
        Thread.sleep(WebServerCases.SLEEP_TIME);
      }
      Content.Sink.write(response, true, "hello", callback);
      return true;
    }
  }

  @ParameterizedTest
  @EnumSource
  void request_isAnswered_onAVirtualThread(Subject subject) throws Exception {
    start(open(subject), PATIENCE);
    assertAnswer("200", WebServerCases.get(port, "/"));
    assertTrue(servedBy.startsWith("VirtualThread"), servedBy);
    assertEquals(subject == Subject.LOOPS, servedBy.contains("coroutine"), servedBy);
  }

  @ParameterizedTest
  @EnumSource
  void requests_thatSleep_shareTheThreads(Subject subject) throws Exception {
    start(open(subject), PATIENCE);
    WebServerCases.sleepersShareTheThreads(port);
  }

  @ParameterizedTest
  @EnumSource
  void connection_thatIsIdle_isClosed(Subject subject) throws Exception {
    start(open(subject), IDLE);
    Duration elapsed = WebServerCases.idleConnectionEnds(port);
    assertTrue(elapsed.compareTo(IDLE.dividedBy(2)) > 0, elapsed::toString);
    assertTrue(elapsed.compareTo(PATIENCE) < 0, elapsed::toString);
  }
}
