package io.tourbillon.adoption.cost;

import io.tourbillon.adoption.JettyRecipe;
import io.tourbillon.adoption.TimeSource;
import java.io.IOException;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.component.LifeCycle;

/** Requests to Jetty in the same process. */
final class JettyWork implements Workload {
  @Override
  public Session open(TimeSource source) throws Exception {
    Server server = JettyRecipe.server(source);
    ServerConnector connector = new ServerConnector(server);
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    server.setHandler(
        new Handler.Abstract() {
          @Override
          public boolean handle(Request request, Response response, Callback callback) {
            Content.Sink.write(response, true, "hello", callback);
            return true;
          }
        });
    server.start();
    int port = connector.getLocalPort();
    return new Session() {
      @Override
      public void run(int calls) throws IOException {
        WebClient.get(port, calls);
      }

      @Override
      public void close() {
        LifeCycle.stop(server);
      }
    };
  }
}
