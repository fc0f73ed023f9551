package io.tourbillon.adoption.cost;

import io.grpc.CallOptions;
import io.tourbillon.adoption.EchoService;
import io.tourbillon.adoption.TimeSource;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Calls in one process, each with a deadline on both sides. */
final class GrpcWork implements Workload {
  @Override
  public Session open(TimeSource source) throws IOException {
    EchoService echo = new EchoService(source);
    return new Session() {
      @Override
      public void run(int calls) {
        for (int i = 0; i < calls; i++) {
          echo.call("hello", CallOptions.DEFAULT.withDeadlineAfter(1, TimeUnit.MINUTES));
        }
      }

      @Override
      public void close() {
        echo.close();
      }
    };
  }
}
