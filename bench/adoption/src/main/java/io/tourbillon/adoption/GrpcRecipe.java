package io.tourbillon.adoption;

import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.tourbillon.adoption.TimeSource.Own;
import io.tourbillon.adoption.TimeSource.Tourbillon;
import io.tourbillon.timer.TimerService;

/**
 * gRPC: the executor of deadlines. In-process transports and those of OkHttp take one; the
 * transports of Netty use their event loops.
 */
public final class GrpcRecipe {
  private GrpcRecipe() {}

  /** The deadlines of a server. */
  public static InProcessServerBuilder server(TimeSource source, InProcessServerBuilder server) {
    return switch (source) {
      case Own _ -> server;
      case Tourbillon(TimerService timers, _) ->
          server.scheduledExecutorService(timers.asScheduledExecutor());
    };
  }

  /** The deadlines of a client. */
  public static InProcessChannelBuilder channel(
      TimeSource source, InProcessChannelBuilder channel) {
    return switch (source) {
      case Own _ -> channel;
      case Tourbillon(TimerService timers, _) ->
          channel.scheduledExecutorService(timers.asScheduledExecutor());
    };
  }
}
