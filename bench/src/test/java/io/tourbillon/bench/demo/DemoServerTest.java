package io.tourbillon.bench.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.tourbillon.bench.account.Account.End;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.timer.TimerService;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The server and its sessions, on every engine, seen from a socket. */
@Timeout(60)
final class DemoServerTest {
  private static final int MOST_MILLIS = 30_000;
  private static final String WORK = "GET /work HTTP/1.1\r\nHost: localhost\r\n\r\n";
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

  private Ledger ledger = new Ledger();

  /** What a client does. */
  private interface Conversation {
    void with(DemoServer server, TimerService timers) throws IOException;
  }

  /** Serves it, and finds the promises kept when all is closed. */
  private void serve(Engine engine, Conversation conversation) throws IOException {
    TimerService timers = TimerService.create();
    CoroutineScheduler scheduler = CoroutineScheduler.builder().engine(engine).loops(2).build();
    try (timers;
        scheduler) {
      try (DemoServer server = new DemoServer(scheduler, timers, ledger)) {
        conversation.with(server, timers);
        ledger.handBack(timers.shutdownNow());
      }
      assertTrue(scheduler.close(Duration.ofSeconds(10)));
    }
    assertEquals(List.of(), ledger.broken());
  }

  private static Socket connect(DemoServer server) throws IOException {
    Socket socket = new Socket(server.address().getAddress(), server.address().getPort());
    socket.setSoTimeout(MOST_MILLIS);
    return socket;
  }

  private static String ask(Socket socket, String request) throws IOException {
    socket.getOutputStream().write(Head.ascii(request));
    Head answer = new Head();
    while (!answer.isWhole()) {
      assertTrue(answer.readFrom(socket.getInputStream()), "closed after: " + answer);
    }
    return answer.toString();
  }

  /** Waits for the server to close the connection. */
  private static void awaitClosing(Socket socket) throws IOException {
    try {
      assertEquals(-1, socket.getInputStream().read());
    } catch (SocketException reset) {
      // That is how a connection ends of which the server has not read all.
    }
  }

  @ParameterizedTest
  @EnumSource
  void session_manyRequests_answersEachOnOneConnection(Engine engine) throws IOException {
    serve(
        engine,
        (server, timers) -> {
          try (Socket socket = connect(server)) {
            for (int request = 0; request < 100; request++) {
              assertEquals(OK, ask(socket, WORK));
            }
            assertEquals(OK, ask(socket, "GET /ping HTTP/1.1\r\n\r\n"));
            assertTrue(ask(socket, "GET /other HTTP/1.1\r\n\r\n").startsWith("HTTP/1.1 404 "));
          }
        });
    assertEquals(1, ledger.sessions.begun());
    assertEquals(0, ledger.silences.ended(End.FIRED));
  }

  @ParameterizedTest
  @EnumSource
  void session_theTwoHundredFiftiethAnswer_isLate(Engine engine) throws IOException {
    serve(
        engine,
        (server, timers) -> {
          try (Socket socket = connect(server)) {
            for (int request = 1; request < 250; request++) {
              assertEquals(OK, ask(socket, WORK));
            }
            long startNanos = System.nanoTime();
            assertEquals(OK, ask(socket, WORK));
            assertTrue(System.nanoTime() - startNanos >= Session.LATE_ANSWER.toNanos());
          }
        });
    assertEquals(1, ledger.lateAnswers.ended(End.FIRED));
  }

  @ParameterizedTest
  @EnumSource
  void session_clientIsSilent_isClosedByItsTimer(Engine engine) throws IOException {
    long _ = assertClosedAfter(engine, "", Session.SILENCE);
    assertEquals(1, ledger.silences.ended(End.FIRED));
  }

  @ParameterizedTest
  @EnumSource
  void session_requestStaysUnfinished_isClosedByItsLimit(Engine engine) throws IOException {
    // Where the process is stopped until both are due, either may come first.
    for (int attempt = 0; attempt < 5; attempt++) {
      ledger = new Ledger();
      long tookNanos = assertClosedAfter(engine, "GET /work", Session.MESSAGE_LIMIT);
      if (tookNanos < Session.SILENCE.toNanos()) {
        assertEquals(0, ledger.silences.ended(End.FIRED));
        return;
      }
    }
    fail("the limit never holds");
  }

  /**
   * Whoever sends this and nothing more is borne for so long at the least. Returns how long it was.
   */
  private long assertClosedAfter(Engine engine, String sent, Duration limit) throws IOException {
    AtomicLong tookNanos = new AtomicLong();
    serve(
        engine,
        (server, timers) -> {
          long startNanos = System.nanoTime();
          try (Socket socket = connect(server)) {
            socket.getOutputStream().write(Head.ascii(sent));
            awaitClosing(socket);
          }
          tookNanos.set(System.nanoTime() - startNanos);
        });
    assertTrue(tookNanos.get() >= limit.toNanos(), tookNanos::toString);
    return tookNanos.get();
  }

  @ParameterizedTest
  @EnumSource
  void session_headIsTooLong_isClosed(Engine engine) throws IOException {
    serve(
        engine,
        (server, timers) -> {
          try (Socket socket = connect(server)) {
            socket.getOutputStream().write(new byte[Head.MAX_BYTES]);
            awaitClosing(socket);
          }
        });
  }

  @ParameterizedTest
  @EnumSource
  void close_sessionsOpen_endsThem(Engine engine) throws IOException {
    List<Socket> sockets = new ArrayList<>();
    serve(
        engine,
        (server, timers) -> {
          for (int client = 0; client < 20; client++) {
            Socket socket = connect(server);
            sockets.add(socket);
            assertEquals(OK, ask(socket, WORK));
          }
        });
    for (Socket socket : sockets) {
      awaitClosing(socket);
      socket.close();
    }
    assertEquals(20, ledger.sessions.begun());
    assertEquals(20, ledger.silences.ended(End.HANDED_BACK));
  }

  @ParameterizedTest
  @EnumSource
  void session_serviceIsShutDown_answersUntilTheServerCloses(Engine engine) throws IOException {
    serve(
        engine,
        (server, timers) -> {
          try (Socket before = connect(server)) {
            assertEquals(OK, ask(before, WORK));
            ledger.handBack(timers.shutdownNow());
            assertEquals(OK, ask(before, WORK));
            try (Socket after = connect(server)) {
              assertEquals(OK, ask(after, WORK));
            }
          }
        });
    assertEquals(2, ledger.sessions.begun());
    assertEquals(1, ledger.silences.ended(End.HANDED_BACK));
  }
}
