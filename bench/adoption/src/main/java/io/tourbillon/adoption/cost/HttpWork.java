package io.tourbillon.adoption.cost;

import com.sun.net.httpserver.HttpServer;
import io.tourbillon.adoption.AsyncHttpClientRecipe;
import io.tourbillon.adoption.TimeSource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.asynchttpclient.AsyncHttpClient;
import org.asynchttpclient.Dsl;

/** Requests to a server in the same process, one after the other. */
final class HttpWork implements Workload {
  @Override
  public Session open(TimeSource source) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
    String uri = "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    AsyncHttpClient client =
        AsyncHttpClientRecipe.client(
            source,
            Dsl.config()
                .setRequestTimeout(Duration.ofMinutes(1))
                .setReadTimeout(Duration.ofMinutes(1)));
    return new Session() {
      @Override
      public void run(int calls) throws Exception {
        for (int i = 0; i < calls; i++) {
          if (client.prepareGet(uri).execute().get().getStatusCode() != 200) {
            throw new IOException("the server must answer with 200");
          }
        }
      }

      @Override
      public void close() throws IOException {
        client.close();
        server.stop(0);
      }
    };
  }
}
