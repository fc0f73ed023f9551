package io.tourbillon.bench.soak.fault;

import io.tourbillon.bench.soak.round.CheckedCoroutine;
import io.tourbillon.bench.soak.round.Scene;
import io.tourbillon.bench.soak.round.Stage;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.net.TcpConnection;
import io.tourbillon.coroutine.net.TcpListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An echo server on the loops of the stage, each connection with a coroutine, and with limits for
 * every read and write. Failures of connections are what its peers are for: they are counted.
 */
final class Peers {
  private static final int BUFFER_BYTES = 64 * 1024;

  /** Longer than a peer that is well takes on a busy machine, before the classes are loaded. */
  private static final Duration LIMIT = Duration.ofSeconds(5);

  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final Scene scene;
  private final Stage stage;
  private final TcpListener listener;
  private final CheckedCoroutine acceptor;
  private final Queue<CheckedCoroutine> sessions = new ConcurrentLinkedQueue<>();
  private final AtomicLong failures = new AtomicLong();
  private final AtomicLong timeouts = new AtomicLong();
  private final AtomicLong notAccepted = new AtomicLong();

  Peers(Scene scene) throws IOException {
    this.scene = scene;
    stage = scene.stage();
    listener = TcpListener.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    acceptor = stage.coroutines().spawnThrowing(stage.scheduler(), this::accept);
  }

  InetSocketAddress address() {
    return (InetSocketAddress) listener.localAddress();
  }

  /** Ends by an exception when the listener is closed. */
  private void accept() throws IOException {
    while (true) {
      TcpConnection connection;
      try {
        connection = listener.accept();
      } catch (ClosedChannelException closed) {
        return;
      } catch (IOException noDescriptor) {
        notAccepted.incrementAndGet();
        stage.coroutines().delay(PAUSE_NANOS);
        continue;
      }
      sessions.add(stage.coroutines().spawn(stage.scheduler(), () -> serve(connection)));
    }
  }

  private void serve(TcpConnection connection) {
    try (connection) {
      ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
      while (Coroutines.withTimeout(LIMIT, () -> connection.read(buffer.clear())) >= 0) {
        buffer.flip();
        Coroutines.withTimeout(LIMIT, () -> connection.write(buffer));
      }
    } catch (TimeoutException silent) {
      timeouts.incrementAndGet();
    } catch (IOException broken) {
      failures.incrementAndGet();
    }
  }

  /** Ends the acceptor and waits for the sessions, which have limits. */
  void end() throws IOException, InterruptedException {
    listener.close();
    scene.collect(acceptor);
    scene.count("connections accepted", sessions.size());
    for (CheckedCoroutine session = sessions.poll(); session != null; session = sessions.poll()) {
      scene.collect(session);
    }
    scene.count("connections that timed out", timeouts.get());
    scene.count("connections that failed", failures.get());
    scene.count("connections not accepted for want of a descriptor", notAccepted.get());
  }
}
