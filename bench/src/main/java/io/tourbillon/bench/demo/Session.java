package io.tourbillon.bench.demo;

import io.tourbillon.bench.account.CheckedTimer;
import io.tourbillon.coroutine.Action;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.net.TcpConnection;
import io.tourbillon.timer.TimerHandle;
import io.tourbillon.timer.TimerService;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The server's end of a connection, which is one coroutine from the first request to the last. It
 * speaks as much HTTP as the demo's clients do.
 *
 * <p>It shows three ways to limit time. How long a client may be silent is a timer of the service,
 * which every request pushes out, and which closes the connection. How long a request or an answer
 * may take is {@link Coroutines#withTimeout}. And a late answer is a {@link Coroutines#delay}.
 */
final class Session implements Action {
  static final String WORK_PATH = "/work";
  static final String PING_PATH = "/ping";

  /** Twice as long as a client waits. */
  static final Duration LATE_ANSWER = Duration.ofMillis(2 * Connection.REQUEST_TIMEOUT_MILLIS);

  /** Four times as long as a client may be idle: for clients that leave without closing. */
  static final Duration SILENCE = Connection.IDLE_TIMEOUT.multipliedBy(4);

  /** How long the rest of a request may take once it has begun, and how long an answer. */
  static final Duration MESSAGE_LIMIT = Duration.ofSeconds(1);

  /** One answer in this many is late. */
  private static final long LATE_EVERY = 250;

  private static final byte[] WORK = Head.ascii("GET " + WORK_PATH + " ");
  private static final byte[] PING = Head.ascii("GET " + PING_PATH + " ");
  private static final byte[] OK = Head.ascii("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  private static final byte[] NOT_FOUND =
      Head.ascii("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");

  private final TcpConnection connection;
  private final TimerService timers;
  private final Ledger ledger;
  private final AtomicLong answers;
  private final Head head = new Head();

  /**
   * Makes a session; whoever spawns it closes the connection after its end.
   *
   * @param answers counts the answers of all sessions to requests for work
   */
  Session(TcpConnection connection, TimerService timers, Ledger ledger, AtomicLong answers) {
    this.connection = connection;
    this.timers = timers;
    this.ledger = ledger;
    this.answers = answers;
  }

  @Override
  public void run() {
    CheckedTimer silence = Endings.closing(ledger.silences, connection);
    TimerHandle handle = null;
    try {
      handle = silence.schedule(timers, SILENCE);
    } catch (RejectedExecutionException shutDown) {
      // The demo is ending. Requests are answered until the server closes: a client whose timers
      // are not yet handed back would rightly count a closed connection as a failure.
    }
    try {
      while (isAsked()) {
        if (handle != null) {
          // If it has fired, the connection is closed, and the answer finds that out.
          silence.reschedule(handle, SILENCE);
        }
        answer();
      }
    } catch (IOException | TimeoutException gone) {
      // The client has gone or is too slow.
    } finally {
      if (handle != null) {
        silence.cancel(handle);
      }
    }
  }

  /** Suspends until there is a request; false if there will be none. */
  private boolean isAsked() throws IOException, TimeoutException {
    head.clear();
    if (connection.read(head.room()) < 0) {
      return false;
    }
    Coroutines.<@Nullable Void, IOException>withTimeout(
        MESSAGE_LIMIT,
        () -> {
          while (!head.isWhole()) {
            if (connection.read(head.room()) < 0) {
              throw new EOFException("a request must be whole: " + head);
            }
          }
          return null;
        });
    return true;
  }

  private void answer() throws IOException, TimeoutException {
    if (head.startsWith(WORK)) {
      if (answers.incrementAndGet() % LATE_EVERY == 0) {
        ledger.lateAnswers.delay(LATE_ANSWER.toNanos());
      }
      send(OK);
    } else {
      send(head.startsWith(PING) ? OK : NOT_FOUND);
    }
  }

  private void send(byte[] answer) throws IOException, TimeoutException {
    Coroutines.<@Nullable Void, IOException>withTimeout(
        MESSAGE_LIMIT,
        () -> {
          connection.write(ByteBuffer.wrap(answer));
          return null;
        });
  }
}
