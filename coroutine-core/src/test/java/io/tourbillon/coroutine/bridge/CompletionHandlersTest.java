package io.tourbillon.coroutine.bridge;

import static io.tourbillon.coroutine.Cancelled.assertCancelled;
import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.TestSchedulers;
import io.tourbillon.timer.VirtualClock;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousChannel;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompletionHandlersTest {
  private final CoroutineScheduler scheduler = TestSchedulers.oneLoop();
  private final InetSocketAddress loopback =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  private static AsynchronousSocketChannel connected(AsynchronousServerSocketChannel server)
      throws IOException {
    AsynchronousSocketChannel client = AsynchronousSocketChannel.open();
    InetSocketAddress address = (InetSocketAddress) server.getLocalAddress();
    CompletionHandlers.<Void>await(handler -> client.connect(address, null, handler));
    return client;
  }

  private static AsynchronousSocketChannel accepted(AsynchronousServerSocketChannel server)
      throws IOException {
    return CompletionHandlers.await(handler -> server.accept(null, handler));
  }

  @Test
  void echo_onOneLoop_betweenCoroutines() throws Exception {
    try (AsynchronousServerSocketChannel server =
        AsynchronousServerSocketChannel.open().bind(loopback)) {
      Coroutine<?> echo =
          scheduler.spawn(
              () -> {
                try (AsynchronousSocketChannel peer = accepted(server)) {
                  ByteBuffer buffer = ByteBuffer.allocate(16);
                  int count =
                      CompletionHandlers.awaitOrClose(
                          peer, handler -> peer.read(buffer, null, handler));
                  assertEquals(5, count);
                  int _ =
                      CompletionHandlers.awaitOrClose(
                          peer, handler -> peer.write(buffer.flip(), null, handler));
                }
              });
      Coroutine<String> client =
          scheduler.spawn(
              () -> {
                try (AsynchronousSocketChannel channel = connected(server)) {
                  ByteBuffer buffer = ByteBuffer.wrap("hello".getBytes(UTF_8));
                  int _ = CompletionHandlers.await(handler -> channel.write(buffer, null, handler));
                  buffer.clear();
                  int count =
                      CompletionHandlers.await(handler -> channel.read(buffer, null, handler));
                  return new String(buffer.array(), 0, count, UTF_8);
                }
              });
      assertEquals("hello", client.join(PATIENCE));
      echo.join(PATIENCE);
    }
  }

  @Test
  void file_isReadByAThreadAndByACoroutine(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "content");
    try (AsynchronousFileChannel channel =
        AsynchronousFileChannel.open(file, StandardOpenOption.READ)) {
      assertEquals("content", content(channel));
      assertEquals("content", scheduler.spawn(() -> content(channel)).join(PATIENCE));
    }
  }

  private static String content(AsynchronousFileChannel channel) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(16);
    int count = CompletionHandlers.await(handler -> channel.read(buffer, 0, null, handler));
    return new String(buffer.array(), 0, count, UTF_8);
  }

  @Test
  void failure_thatIsOfInputOrOutput_isThrownAsItIs() throws Exception {
    int port;
    try (AsynchronousServerSocketChannel server =
        AsynchronousServerSocketChannel.open().bind(loopback)) {
      port = ((InetSocketAddress) server.getLocalAddress()).getPort();
    }
    InetSocketAddress nobody = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    try (AsynchronousSocketChannel client = AsynchronousSocketChannel.open()) {
      assertThrows(
          ConnectException.class,
          () -> CompletionHandlers.<Void>await(handler -> client.connect(nobody, null, handler)));
    }
  }

  @Test
  void failure_thatIsAnotherCheckedOne_isTheCause() {
    TimeoutException failure = new TimeoutException();
    assertEquals(
        failure,
        assertThrows(
                CompletionException.class,
                () -> CompletionHandlers.<Void>await(handler -> handler.failed(failure, null)))
            .getCause());
  }

  @Test
  void awaitOrClose_whoseTimeIsOver_closesTheChannel() throws Exception {
    try (AsynchronousServerSocketChannel server =
            AsynchronousServerSocketChannel.open().bind(loopback);
        AsynchronousSocketChannel client = connected(server)) {
      VirtualClock clock = new VirtualClock();
      CoroutineScheduler other = TestSchedulers.on(clock);
      Coroutine<?> reader =
          other.spawn(
              () ->
                  Coroutines.withTimeout(
                      Duration.ofMillis(5),
                      () ->
                          CompletionHandlers.<Integer>awaitOrClose(
                              client,
                              handler -> client.read(ByteBuffer.allocate(1), null, handler))));
      awaitSuspension(reader);
      clock.advance(Duration.ofMillis(5));
      assertInstanceOf(
          TimeoutException.class,
          assertThrows(CompletionException.class, () -> reader.join(PATIENCE)).getCause());
      assertFalse(client.isOpen());
      assertThrows(
          ClosedChannelException.class,
          () ->
              CompletionHandlers.<Integer>await(
                  handler -> client.read(ByteBuffer.allocate(1), null, handler)));
      other.close(Duration.ZERO);
    }
  }

  private static void awaitSuspension(Coroutine<?> coroutine) {
    TestSchedulers.awaitSuspended(coroutine);
  }

  /** A channel, or an accepted connection, whose close fails. */
  private static final class Closing implements AsynchronousChannel {
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    @Override
    public void close() throws IOException {
      closed.complete(null);
      throw new IOException("closed badly");
    }

    @Override
    public boolean isOpen() {
      return !closed.isDone();
    }
  }

  @Test
  void awaitOrClose_thatIsCancelled_closesTheChannelAndWhatItAcceptsLate() throws Exception {
    Closing listener = new Closing();
    Closing connection = new Closing();
    CompletableFuture<CompletionHandler<Closing, Object>> operation = new CompletableFuture<>();
    Coroutine<Closing> acceptor =
        scheduler.spawn(
            () -> CompletionHandlers.<Closing>awaitOrClose(listener, operation::complete));
    CompletionHandler<Closing, Object> handler =
        operation.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    acceptor.cancel();
    assertCancelled(() -> acceptor.join(PATIENCE));
    assertFalse(listener.isOpen());
    assertTrue(connection.isOpen());
    handler.completed(connection, null);
    assertFalse(connection.isOpen());
  }

  @Test
  void awaitOrClose_byACoroutineThatWasCancelledBefore_startsNothing() {
    Closing listener = new Closing();
    Coroutine<?> acceptor =
        scheduler.spawn(
            () -> {
              Coroutines.current().cancel();
              CompletionHandlers.<Closing>awaitOrClose(
                  listener, _ -> listener.closed.cancel(false));
            });
    assertCancelled(() -> acceptor.join(PATIENCE));
    assertTrue(listener.isOpen());
  }

  @Test
  void await_thatIsCancelled_leavesTheChannel_andWhatComesLateToSomeoneElse() throws Exception {
    CompletableFuture<String> lost = new CompletableFuture<>();
    CompletableFuture<CompletionHandler<String, Object>> operation = new CompletableFuture<>();
    Coroutine<String> waiter =
        scheduler.spawn(
            () -> CompletionHandlers.<String>await(operation::complete, lost::complete));
    awaitSuspension(waiter);
    assertEquals("an asynchronous operation", waiter.waitsFor().orElseThrow());
    waiter.cancel();
    assertCancelled(() -> waiter.join(PATIENCE));
    operation.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).completed("late", null);
    assertEquals("late", lost.getNow("nothing"));
  }

  @Test
  void thread_thatIsInterrupted_givesUpAndClosesTheChannel() throws Exception {
    try (AsynchronousServerSocketChannel server =
            AsynchronousServerSocketChannel.open().bind(loopback);
        AsynchronousSocketChannel client = connected(server)) {
      Thread.currentThread().interrupt();
      assertThrows(
          CancellationException.class,
          () ->
              CompletionHandlers.<Integer>awaitOrClose(
                  client, handler -> client.read(ByteBuffer.allocate(1), null, handler)));
      assertTrue(Thread.interrupted());
      assertFalse(client.isOpen());
    }
  }
}
