package io.tourbillon.adoption.cost;

import io.tourbillon.adoption.TimeSource;
import io.tourbillon.adoption.TomcatRecipe;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.startup.Tomcat;

/** Requests to Tomcat in the same process. */
final class TomcatWork implements Workload {
  @Override
  public Session open(TimeSource source) throws Exception {
    Path folder = Files.createTempDirectory("tomcat");
    Tomcat tomcat = new Tomcat();
    tomcat.setBaseDir(folder.toString());
    tomcat.setSilent(true);
    Connector connector = new Connector("org.apache.coyote.http11.Http11NioProtocol");
    connector.setPort(0);
    connector.setProperty("address", "127.0.0.1");
    TomcatRecipe.configure(source, connector);
    tomcat.setConnector(connector);
    StandardContext context = (StandardContext) tomcat.addContext("", null);
    // There is no web application that could leave something behind.
    context.setClearReferencesThreadLocals(false);
    context.setClearReferencesRmiTargets(false);
    Tomcat.addServlet(context, "hello", new Hello()).addMapping("/*");
    tomcat.start();
    int port = connector.getLocalPort();
    return new Session() {
      @Override
      public void run(int calls) throws IOException {
        WebClient.get(port, calls);
      }

      @Override
      public void close() throws IOException {
        try {
          tomcat.stop();
          tomcat.destroy();
        } catch (LifecycleException failure) {
          throw new IOException(failure);
        }
      }
    };
  }

  private static final class Hello extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      response.getWriter().print("hello");
    }
  }
}
