package io.tourbillon.adoption;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A server and a client of gRPC in this process: a call is answered with what it says. */
public final class EchoService implements AutoCloseable {
  /** The server does not answer this. */
  public static final String SILENCE = "silence";

  private static final MethodDescriptor<String, String> ECHO =
      MethodDescriptor.<String, String>newBuilder(new Text(), new Text())
          .setType(MethodDescriptor.MethodType.UNARY)
          .setFullMethodName("echo/echo")
          .build();

  private final ExecutorService executor = Executors.newFixedThreadPool(2);
  private final AtomicInteger cancelled = new AtomicInteger();
  private final Server server;
  private final ManagedChannel channel;

  /** Starts both. */
  public EchoService(TimeSource source) throws IOException {
    String name = InProcessServerBuilder.generateName();
    server =
        GrpcRecipe.server(source, InProcessServerBuilder.forName(name))
            .executor(executor)
            .addService(
                ServerServiceDefinition.builder("echo")
                    .addMethod(ECHO, ServerCalls.asyncUnaryCall(this::answer))
                    .build())
            .build()
            .start();
    channel =
        GrpcRecipe.channel(source, InProcessChannelBuilder.forName(name))
            .executor(executor)
            .build();
  }

  private void answer(String text, StreamObserver<String> answers) {
    if (text.equals(SILENCE)) {
      ((ServerCallStreamObserver<String>) answers).setOnCancelHandler(cancelled::incrementAndGet);
      return;
    }
    answers.onNext(text);
    answers.onCompleted();
  }

  /** Calls the server, and waits for its answer. */
  public String call(String text, CallOptions options) {
    return ClientCalls.blockingUnaryCall(channel, ECHO, options, text);
  }

  /** How many calls the server knows to be over before it has answered. */
  public int cancelled() {
    return cancelled.get();
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
    try {
      channel.awaitTermination(10, TimeUnit.SECONDS);
      server.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    executor.close();
  }

  private static final class Text implements MethodDescriptor.Marshaller<String> {
    @Override
    public InputStream stream(String text) {
      return new ByteArrayInputStream(text.getBytes(UTF_8));
    }

    @Override
    public String parse(InputStream bytes) {
      try {
        return new String(bytes.readAllBytes(), UTF_8);
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
    }
  }
}
