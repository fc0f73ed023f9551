package io.tourbillon.coroutine.migration;

import io.tourbillon.coroutine.CoroutineScope;
import io.tourbillon.coroutine.CoroutineScope.Policy;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.channel.Channel;
import io.tourbillon.coroutine.net.TcpConnection;
import io.tourbillon.coroutine.net.TcpListener;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;

/**
 * A chat. The first line of a connection is the name of a new member; each further line is sent to
 * all others. A member is two coroutines, a reader and a writer, and a channel between its writer
 * and all others. A member that does not read what it is sent is dropped, so that it neither blocks
 * the others nor fills the memory.
 *
 * <pre>
 *   serve ── session of anna ── reads lines ──> outbox of bert ──> writer of bert
 *         └─ session of bert ── reads lines ──> outbox of anna ──> writer of anna
 * </pre>
 */
final class ChatServer {
  private static final int MOST_UNREAD = 1000;
  private static final Duration TIME_TO_SAY_A_NAME = Duration.ofSeconds(20);

  private final TcpListener listener;

  /** The outboxes by name. Sessions may be on several loops. */
  private final Map<String, Channel<String>> outboxes = new ConcurrentHashMap<>();

  ChatServer(TcpListener listener) {
    this.listener = listener;
  }

  /** Serves until it is cancelled, which ends all sessions before it returns. */
  void serve() throws IOException {
    try (CoroutineScope sessions = CoroutineScope.open(Policy.SUPERVISE)) {
      while (true) {
        TcpConnection accepted = listener.accept();
        sessions.spawn(() -> session(new LineConnection(accepted)));
      }
    }
  }

  private void session(LineConnection opened) {
    try (LineConnection connection = opened) {
      String name = Coroutines.withTimeout(TIME_TO_SAY_A_NAME, connection::readLine);
      Channel<String> outbox = Channel.buffered(MOST_UNREAD);
      outbox.send("* welcome, " + name);
      if (name == null || outboxes.putIfAbsent(name, outbox) != null) {
        connection.writeLine("* choose another name");
        return;
      }
      try (CoroutineScope helpers = CoroutineScope.open(Policy.SUPERVISE)) {
        helpers.spawn(() -> write(outbox, connection));
        tellOthers(name, "* " + name + " is here");
        for (String line = connection.readLine(); line != null; line = connection.readLine()) {
          tellOthers(name, name + ": " + line);
        }
      } finally {
        outboxes.remove(name);
        tellOthers(name, "* " + name + " has left");
      }
    } catch (IOException | TimeoutException lost) {
      // The connection is broken or was never used. The member leaves like any other.
    }
  }

  private void tellOthers(String name, String line) {
    outboxes.forEach(
        (other, outbox) -> {
          if (!other.equals(name) && !outbox.trySend(line)) {
            outbox.cancel(null);
          }
        });
  }

  /** Closes the connection at its end, so the reader ends, too. */
  private static void write(Channel<String> outbox, LineConnection opened) {
    try (LineConnection connection = opened) {
      for (String line : outbox) {
        connection.writeLine(line);
      }
    } catch (IOException lost) {
      // The close ends the reader.
    }
  }
}
