package io.tourbillon.bench.subject;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * A loop of the JDK's {@link Selector} on each thread and nothing else: about the least that a
 * server can cost on the JVM. The first loop accepts, and the connections go to all loops in turn.
 */
final class SelectorEcho implements EchoSubject {
  private final ServerSocketChannel listener;
  private final List<Selector> loops = new ArrayList<>();
  private int accepted;

  SelectorEcho(int threads) throws IOException {
    listener = ServerSocketChannel.open();
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
    listener.configureBlocking(false);
    for (int loop = 0; loop < threads; loop++) {
      loops.add(Selector.open());
    }
    listener.register(loops.getFirst(), SelectionKey.OP_ACCEPT);
    loops.forEach(loop -> Thread.ofPlatform().daemon().start(() -> run(loop)));
  }

  private void run(Selector loop) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    try {
      while (true) {
        loop.select(key -> handle(key, buffer));
      }
    } catch (ClosedSelectorException over) {
      // The measurement is over.
    } catch (IOException unusable) {
      throw new UncheckedIOException(unusable);
    }
  }

  private void handle(SelectionKey key, ByteBuffer buffer) {
    if (key.channel() instanceof SocketChannel connection) {
      echo(connection, buffer);
    } else {
      accept();
    }
  }

  private void accept() {
    try {
      SocketChannel connection = listener.accept();
      if (connection != null) {
        connection.setOption(StandardSocketOptions.TCP_NODELAY, true);
        connection.configureBlocking(false);
        Selector loop = loops.get(accepted++ % loops.size());
        connection.register(loop, SelectionKey.OP_READ);
        loop.wakeup(); // One that selects does not see the new channel.
      }
    } catch (IOException unusable) {
      throw new UncheckedIOException(unusable);
    }
  }

  /** A message is so short that the buffer of the system has room for all of it. */
  private static void echo(SocketChannel connection, ByteBuffer buffer) {
    try {
      buffer.clear();
      if (connection.read(buffer) < 0) {
        connection.close();
        return;
      }
      buffer.flip();
      while (buffer.hasRemaining()) {
        connection.write(buffer);
      }
    } catch (IOException gone) {
      close(connection);
    }
  }

  private static void close(SocketChannel connection) {
    try {
      connection.close();
    } catch (IOException unusable) {
      // It is closed all the same.
    }
  }

  @Override
  public int port() {
    return listener.socket().getLocalPort();
  }

  @Override
  public void close() {
    try {
      listener.close();
      for (Selector loop : loops) {
        loop.close();
      }
    } catch (IOException unusable) {
      throw new UncheckedIOException(unusable);
    }
  }
}
