package io.tourbillon.examples;

import static io.tourbillon.coroutine.Coroutines.withTimeout;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.CoroutineScope;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.net.TcpConnection;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;

/**
 * A client of an echo server. It receives while it sends. That is necessary: if both ends only
 * send, both are stuck as soon as the buffers between them are full.
 *
 * @param server the server to connect to
 * @param messages the number of messages to send, at least 0
 * @param messageBytes the length of each message, at least 1
 * @param pause how long to pause after each message
 * @param patience how much longer than that to wait for the server
 */
public record EchoClient(
    InetSocketAddress server, int messages, int messageBytes, Duration pause, Duration patience) {
  private static final int BUFFER_BYTES = 8 * 1024;

  /** Runs many clients: {@code EchoClient [PORT [CONNECTIONS]]}, each with ten messages. */
  public static void main(String[] args) {
    int port = args.length > 0 ? Integer.parseInt(args[0]) : 7007;
    int connections = args.length > 1 ? Integer.parseInt(args[1]) : 1000;
    var server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    Callable<Long> client =
        new EchoClient(server, 10, 100, Duration.ofMillis(100), Duration.ofSeconds(10))::converse;
    try (CoroutineScheduler scheduler = CoroutineScheduler.create()) {
      List<Long> echoed =
          scheduler
              .spawn(() -> CoroutineScope.gather(Collections.nCopies(connections, client)))
              .join();
      long bytes = echoed.stream().mapToLong(Long::longValue).sum();
      System.out.printf(
          Locale.ROOT, "%,d bytes have come back on %,d connections%n", bytes, connections);
    }
  }

  public EchoClient {
    if (messages < 0) {
      throw new IllegalArgumentException("messages must be at least 0: " + messages);
    }
    if (messageBytes < 1) {
      throw new IllegalArgumentException("a message must have at least 1 byte: " + messageBytes);
    }
  }

  /**
   * Connects, sends all messages, and receives until the server closes the connection. Must be
   * called by a coroutine.
   *
   * @return the number of bytes that came back unchanged
   * @throws IOException if the connection cannot be made, or not everything came back
   * @throws TimeoutException if the connection is not made in time
   * @throws CompletionException if it fails later; the cause is the failure
   */
  public long converse() throws IOException, TimeoutException {
    try (TcpConnection connection = withTimeout(patience, () -> TcpConnection.connect(server))) {
      List<Long> bytes =
          CoroutineScope.gather(List.of(() -> send(connection), () -> receive(connection)));
      if (!bytes.getFirst().equals(bytes.getLast())) {
        throw new EOFException("all that is sent must come back, sent and come: " + bytes);
      }
      return bytes.getLast();
    }
  }

  private long send(TcpConnection connection) throws IOException, TimeoutException {
    long sentBytes = 0;
    for (int message = 0; message < messages; message++) {
      ByteBuffer bytes = message(sentBytes);
      withTimeout(patience, () -> connection.write(bytes));
      sentBytes += messageBytes;
      Coroutines.delay(pause);
    }
    connection.shutdownOutput();
    return sentBytes;
  }

  private long receive(TcpConnection connection) throws IOException, TimeoutException {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    long receivedBytes = 0;
    while (withTimeout(pause.plus(patience), () -> connection.read(buffer.clear())) >= 0) {
      buffer.flip();
      while (buffer.hasRemaining()) {
        if (buffer.get() != byteAt(receivedBytes)) {
          throw new IOException("each byte must come back as it was sent: " + receivedBytes);
        }
        receivedBytes++;
      }
    }
    return receivedBytes;
  }

  private ByteBuffer message(long position) {
    ByteBuffer bytes = ByteBuffer.allocate(messageBytes);
    for (int index = 0; index < messageBytes; index++) {
      bytes.put(byteAt(position + index));
    }
    return bytes.flip();
  }

  /** The period is a prime number, so that no loss or repetition of a buffer stays unnoticed. */
  private static byte byteAt(long position) {
    return (byte) (position % 251);
  }
}
