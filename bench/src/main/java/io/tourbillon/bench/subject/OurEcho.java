package io.tourbillon.bench.subject;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.net.TcpConnection;
import io.tourbillon.coroutine.net.TcpListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;

/** A coroutine for each connection, on one of Tourbillon's engines. */
final class OurEcho implements EchoSubject {
  private final CoroutineScheduler scheduler;
  private final TcpListener listener;

  OurEcho(Engine engine, int loops) throws IOException {
    scheduler = CoroutineScheduler.builder().engine(engine).loops(loops).build();
    listener =
        TcpListener.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
    scheduler.spawn(this::accept);
  }

  private void accept() throws IOException {
    while (true) {
      TcpConnection connection = listener.accept();
      scheduler.spawn(() -> echo(connection));
    }
  }

  private static void echo(TcpConnection connection) {
    try (connection) {
      ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
      while (connection.read(buffer) >= 0) {
        connection.write(buffer.flip());
        buffer.clear();
      }
    } catch (IOException gone) {
      // The client has ended, which says so itself if that was too early.
    }
  }

  @Override
  public int port() {
    return ((InetSocketAddress) listener.localAddress()).getPort();
  }

  /** Ends those who read, too. */
  @Override
  public void close() {
    listener.close();
    scheduler.close(Duration.ZERO);
  }
}
