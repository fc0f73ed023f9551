package io.tourbillon.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.CoroutineScope;
import io.tourbillon.coroutine.Engine;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The echo server in blocking code, on a single loop. */
@Timeout(60)
class BlockingEchoServerTest {
  private static final Duration LONG = Duration.ofSeconds(50);
  private static final Duration SHORT = Duration.ofMillis(100);
  private static final int CLIENTS = 100;

  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private final CoroutineScheduler scheduler =
      CoroutineScheduler.builder().engine(Engine.VIRTUAL_THREAD).loops(1).build();

  private BlockingEchoServer server(int mostConnections, Duration patience) throws IOException {
    return new BlockingEchoServer(scheduler.asExecutor(), ANY_PORT, mostConnections, patience);
  }

  private static Socket connect(BlockingEchoServer server) throws IOException {
    Socket socket = new Socket(server.address().getAddress(), server.address().getPort());
    socket.setSoTimeout((int) LONG.toMillis());
    return socket;
  }

  @Test
  void clients_allAtOnce_onTheLoopOfTheServer_getAllBack() throws Exception {
    try (scheduler;
        BlockingEchoServer server = server(CLIENTS, LONG)) {
      Callable<Long> client =
          new EchoClient(server.address(), 3, 100_000, Duration.ofMillis(20), LONG)::converse;
      assertEquals(
          Collections.nCopies(CLIENTS, 300_000L),
          scheduler
              .spawn(() -> CoroutineScope.gather(Collections.nCopies(CLIENTS, client)))
              .join());
    }
  }

  @Test
  void connection_beyondTheMost_isServedWhenThereIsAPlace() throws Exception {
    try (scheduler;
        BlockingEchoServer server = server(1, LONG);
        Socket first = connect(server);
        Socket second = connect(server)) {
      second.getOutputStream().write(2);
      first.getOutputStream().write(1);
      assertEquals(1, first.getInputStream().read());
      first.shutdownOutput();
      assertEquals(2, second.getInputStream().read());
    }
  }

  @Test
  void client_thatIsSilent_isClosedWhenPatienceIsOver_andNotBefore() throws Exception {
    long startNanos = System.nanoTime();
    try (scheduler;
        BlockingEchoServer server = server(1, SHORT);
        Socket socket = connect(server)) {
      assertEquals(-1, socket.getInputStream().read());
      assertTrue(System.nanoTime() - startNanos >= SHORT.toNanos());
    }
  }

  @Test
  void close_whenTheGraceIsOver_closesTheRest() throws Exception {
    try (scheduler;
        BlockingEchoServer server = server(2, LONG);
        Socket socket = connect(server)) {
      socket.getOutputStream().write(1);
      assertEquals(1, socket.getInputStream().read());
      server.close(SHORT);
      assertEquals(-1, socket.getInputStream().read());
    }
  }

  @Test
  void server_whosePortIsInUse_isRefused() throws Exception {
    try (scheduler;
        BlockingEchoServer server = server(1, LONG)) {
      assertThrows(
          BindException.class,
          () -> new BlockingEchoServer(scheduler.asExecutor(), server.address(), 1, LONG).close());
    }
  }
}
