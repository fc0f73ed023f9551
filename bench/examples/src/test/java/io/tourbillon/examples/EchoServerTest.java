package io.tourbillon.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Engine;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The echo server on one loop of each engine, seen from plain sockets. Real time. */
@Timeout(60)
class EchoServerTest {
  private static final Duration LONG = Duration.ofSeconds(50);
  private static final Duration SHORT = Duration.ofMillis(100);

  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private static CoroutineScheduler oneLoop(Engine engine) {
    return CoroutineScheduler.builder().engine(engine).loops(1).build();
  }

  private static Socket connect(EchoServer server) throws IOException {
    Socket socket = new Socket(server.address().getAddress(), server.address().getPort());
    socket.setSoTimeout((int) LONG.toMillis());
    return socket;
  }

  private static void say(Socket socket, String words) throws IOException {
    socket.getOutputStream().write(words.getBytes(UTF_8));
  }

  private static String hear(Socket socket, int bytes) throws IOException {
    return new String(socket.getInputStream().readNBytes(bytes), UTF_8);
  }

  private static void awaitClosing(Socket socket) throws IOException {
    try {
      assertEquals(-1, socket.getInputStream().read());
    } catch (SocketException reset) {
      // That is how a connection ends of which the server has not read all.
    }
  }

  @ParameterizedTest
  @EnumSource
  void client_thatSendsMoreThanBuffersHold_getsItAllBack(Engine engine) throws Exception {
    try (CoroutineScheduler scheduler = oneLoop(engine);
        EchoServer server = new EchoServer(scheduler, ANY_PORT, 10, LONG)) {
      int messageBytes = 3_000_000;
      EchoClient client = new EchoClient(server.address(), 5, messageBytes, Duration.ZERO, LONG);
      assertEquals(5L * messageBytes, scheduler.spawn(client::converse).join());
    }
  }

  @ParameterizedTest
  @EnumSource
  void halfClosedConnection_isAnsweredToItsEnd(Engine engine) throws Exception {
    try (CoroutineScheduler scheduler = oneLoop(engine);
        EchoServer server = new EchoServer(scheduler, ANY_PORT, 10, LONG);
        Socket socket = connect(server)) {
      say(socket, "first");
      assertEquals("first", hear(socket, 5));
      say(socket, "last");
      socket.shutdownOutput();
      assertEquals("last", new String(socket.getInputStream().readAllBytes(), UTF_8));
    }
  }

  @ParameterizedTest
  @EnumSource
  void client_thatResetsItsConnection_isNobodyElsesAffair(Engine engine) throws Exception {
    try (CoroutineScheduler scheduler = oneLoop(engine);
        EchoServer server = new EchoServer(scheduler, ANY_PORT, 1, LONG)) {
      Socket rude = connect(server);
      say(rude, "hello");
      assertEquals("hello", hear(rude, 5));
      rude.setSoLinger(true, 0);
      rude.close();
      try (Socket polite = connect(server)) {
        say(polite, "hello");
        assertEquals("hello", hear(polite, 5));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void client_thatIsSilent_isClosedWhenPatienceIsOver_andNotBefore(Engine engine) throws Exception {
    long startNanos = System.nanoTime();
    try (CoroutineScheduler scheduler = oneLoop(engine);
        EchoServer server = new EchoServer(scheduler, ANY_PORT, 10, SHORT);
        Socket socket = connect(server)) {
      awaitClosing(socket);
      assertTrue(System.nanoTime() - startNanos >= SHORT.toNanos());
    }
  }

  @ParameterizedTest
  @EnumSource
  void client_thatDoesNotTakeWhatItIsSent_isClosed(Engine engine) throws Exception {
    try (CoroutineScheduler scheduler = oneLoop(engine);
        EchoServer server = new EchoServer(scheduler, ANY_PORT, 10, SHORT);
        Socket socket = connect(server)) {
      byte[] much = new byte[1 << 20];
      assertThrows(
          SocketException.class,
          () -> {
            while (true) {
              socket.getOutputStream().write(much);
            }
          });
    }
  }

  @ParameterizedTest
  @EnumSource
  void connection_beyondTheMost_isServedWhenThereIsAPlace(Engine engine) throws Exception {
    try (CoroutineScheduler scheduler = oneLoop(engine);
        EchoServer server = new EchoServer(scheduler, ANY_PORT, 2, LONG);
        Socket first = connect(server);
        Socket second = connect(server)) {
      for (Socket served : Arrays.asList(first, second)) {
        say(served, "hello");
        assertEquals("hello", hear(served, 5));
      }
      try (Socket third = connect(server)) {
        say(third, "hello");
        third.setSoTimeout(100);
        assertThrows(SocketTimeoutException.class, () -> hear(third, 5));
        third.setSoTimeout((int) LONG.toMillis());
        first.shutdownOutput();
        assertEquals("hello", hear(third, 5));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void close_letsWhoIsServedComeToAnEnd_butNobodyElse(Engine engine) throws Exception {
    try (CoroutineScheduler scheduler = oneLoop(engine);
        EchoServer server = new EchoServer(scheduler, ANY_PORT, 10, LONG);
        Socket socket = connect(server)) {
      say(socket, "hello");
      assertEquals("hello", hear(socket, 5));
      Coroutine<?> closing =
          scheduler.spawn(
              () -> {
                server.close(LONG);
                return server;
              });
      awaitRefusal(server);
      say(socket, "there");
      assertEquals("there", hear(socket, 5));
      socket.shutdownOutput();
      awaitClosing(socket);
      closing.join();
    }
  }

  private static void awaitRefusal(EchoServer server) {
    boolean refused = false;
    while (!refused) {
      try (Socket early = connect(server)) {
        refused = early.isClosed();
      } catch (IOException refusal) {
        refused = true;
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void close_whenTheGraceIsOver_closesTheRest(Engine engine) throws Exception {
    try (CoroutineScheduler scheduler = oneLoop(engine);
        EchoServer server = new EchoServer(scheduler, ANY_PORT, 10, LONG);
        Socket socket = connect(server)) {
      say(socket, "hello");
      assertEquals("hello", hear(socket, 5));
      server.close(SHORT);
      awaitClosing(socket);
      server.close(SHORT);
    }
  }

  @Test
  void server_whosePortIsInUse_isRefused() throws Exception {
    try (CoroutineScheduler scheduler = oneLoop(Engine.HANDOFF);
        EchoServer server = new EchoServer(scheduler, ANY_PORT, 1, LONG)) {
      assertThrows(BindException.class, () -> new EchoServer(scheduler, server.address(), 1, LONG));
    }
  }

  /** Broken twins of the server: the client is what finds out in the other tests. */
  @ParameterizedTest
  @CsvSource({"1, 5, a byte is changed", "0, 4, a byte is lost"})
  void client_whoseServerIsBroken_findsOut(int added, int sentBack, String how) throws Exception {
    try (CoroutineScheduler scheduler = oneLoop(Engine.HANDOFF);
        ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      InetSocketAddress address = (InetSocketAddress) listener.getLocalSocketAddress();
      Coroutine<Long> client =
          scheduler.spawn(new EchoClient(address, 1, 5, Duration.ZERO, LONG)::converse);
      try (Socket socket = listener.accept()) {
        byte[] bytes = socket.getInputStream().readAllBytes();
        bytes[2] += (byte) added;
        socket.getOutputStream().write(bytes, 0, sentBack);
      }
      Throwable failure = assertThrows(CompletionException.class, client::join, how);
      while (failure instanceof CompletionException) {
        failure = failure.getCause();
      }
      assertInstanceOf(IOException.class, failure, how);
    }
  }

  @Test
  void arguments_thatMakeNoSense_areRefused() {
    assertThrows(
        IllegalArgumentException.class, () -> new EchoClient(ANY_PORT, -1, 1, Duration.ZERO, LONG));
    assertThrows(
        IllegalArgumentException.class, () -> new EchoClient(ANY_PORT, 1, 0, Duration.ZERO, LONG));
  }
}
