package io.tourbillon.coroutine.migration;

import io.tourbillon.coroutine.CoroutineScope;
import io.tourbillon.coroutine.CoroutineScope.Policy;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.bridge.CompletionHandlers;
import io.tourbillon.coroutine.channel.Channel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;

/**
 * A chat: the first line of a connection is the name of who has come, each further one is told to
 * all others. A member is two coroutines, one that reads and one that writes, and a channel between
 * its writer and everybody else. Who does not read what it is told is dropped, so that it neither
 * holds up the others nor fills the memory.
 *
 * <pre>
 *   serve ── session of anna ── reads lines ──> outbox of bert ──> writer of bert
 *         └─ session of bert ── reads lines ──> outbox of anna ──> writer of anna
 * </pre>
 */
final class ChatServer {
  private static final int MOST_UNREAD = 1000;
  private static final Duration TIME_TO_SAY_A_NAME = Duration.ofSeconds(20);

  private final AsynchronousServerSocketChannel listener;

  /** By name. Sessions may be on several loops. */
  private final Map<String, Channel<String>> outboxes = new ConcurrentHashMap<>();

  ChatServer(AsynchronousServerSocketChannel listener) {
    this.listener = listener;
  }

  /** Serves until it is cancelled, which ends all sessions before it returns. */
  void serve() throws IOException {
    try (CoroutineScope sessions = CoroutineScope.open(Policy.SUPERVISE)) {
      while (true) {
        AsynchronousSocketChannel accepted =
            CompletionHandlers.await(
                handler -> listener.accept(null, handler), ChatServer::closeLost);
        sessions.spawn(() -> session(new LineConnection(accepted)));
      }
    }
  }

  private static void closeLost(AsynchronousSocketChannel accepted) {
    try {
      accepted.close();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
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
      // The connection is broken or was never used: a way to leave like others.
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

  /** When it ends, so does the reading. */
  private static void write(Channel<String> outbox, LineConnection opened) {
    try (LineConnection connection = opened) {
      for (String line : outbox) {
        connection.writeLine(line);
      }
    } catch (IOException lost) {
      // The reader is told by the close.
    }
  }
}
