package io.tourbillon.adoption;

import static io.tourbillon.adoption.WebServerCases.assertAnswer;
import static org.junit.jupiter.api.Assertions.assertEquals;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.catalina.Wrapper;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.startup.Tomcat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tomcat with its servlets on our loops, or with its periodic work on our timers. */
class TomcatTest extends AdoptionTest {
  private final Tomcat tomcat = new Tomcat();
  private volatile String servedBy = "";

  @BeforeEach
  void configure(@TempDir Path folder) {
    tomcat.setBaseDir(folder.toString());
    tomcat.setSilent(true);
  }

  private int start(TimeSource source) throws Exception {
    Connector connector = new Connector("org.apache.coyote.http11.Http11NioProtocol");
    connector.setPort(0);
    connector.setProperty("address", "127.0.0.1");
    TomcatRecipe.configure(source, connector);
    tomcat.setConnector(connector);
    StandardContext context = (StandardContext) tomcat.addContext("", null);
    // What it looks for are leaks of web applications, in classes that this test shares with all.
    context.setClearReferencesThreadLocals(false);
    context.setClearReferencesRmiTargets(false);
    Wrapper servlet = Tomcat.addServlet(context, "answers", new Answers());
    servlet.setAsyncSupported(true);
    servlet.addMapping("/*");
    tomcat.start();
    return connector.getLocalPort();
  }

  @AfterEach
  void stop() throws Exception {
    tomcat.stop();
    tomcat.destroy();
  }

  private final class Answers extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      servedBy = Thread.currentThread().toString();
      switch (request.getRequestURI()) {
        case WebServerCases.SILENCE -> request.startAsync().setTimeout(200);
        case WebServerCases.SLEEP -> {
          try {
            Thread.sleep(WebServerCases.SLEEP_TIME);
          } catch (InterruptedException interrupted) {
            throw new InterruptedIOException();
          }
          response.getWriter().print("hello");
        }
        default -> response.getWriter().print("hello");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void request_isAnswered_onALoop(Subject subject) throws Exception {
    int port = start(open(subject));
    assertAnswer("200", WebServerCases.get(port, "/"));
    assertEquals(subject == Subject.LOOPS, servedBy.startsWith("VirtualThread"), servedBy);
  }

  @ParameterizedTest
  @EnumSource
  void requests_thatSleep_shareTheThreads(Subject subject) throws Exception {
    int port = start(open(subject));
    WebServerCases.sleepersShareTheThreads(port);
  }

  /** Tomcat looks for such requests once a second, by its utility executor. */
  @ParameterizedTest
  @EnumSource
  void asyncRequest_withoutAnAnswer_isEndedByItsTimeout(Subject subject) throws Exception {
    int port = start(open(subject));
    long startNanos = System.nanoTime();
    assertAnswer("500", WebServerCases.get(port, WebServerCases.SILENCE));
    assertElapsed(Duration.ofMillis(200), startNanos);
  }
}
