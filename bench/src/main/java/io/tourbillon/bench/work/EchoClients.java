package io.tourbillon.bench.work;

import io.tourbillon.bench.host.OurJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The clients of an echo server, a program of its own: each has a connection, sends a message, and
 * sends the next when all of that one has come back, byte for byte. One thread serves all of them
 * by a selector.
 *
 * <p>For each line that it reads, it prints how many messages have come back until then. It ends
 * with its standard input, and with an exit code of 1 if a connection fails or a byte is wrong.
 */
public final class EchoClients {
  private static final int MESSAGE_BYTES = 64;

  private final Selector selector = Selector.open();

  /** Written by the thread of the clients, read by the one that is asked. */
  private volatile long roundTrips;

  private EchoClients(int port, int clients) throws IOException {
    InetSocketAddress server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    for (int number = 0; number < clients; number++) {
      Client client = new Client(SocketChannel.open(server), number);
      client.connection.register(selector, SelectionKey.OP_READ, client);
    }
  }

  /** Returns the command that starts it. */
  public static List<String> command(int port, int clients) {
    return List.of(
        OurJvm.executable(),
        "-Xmx64m",
        "-XX:+UseSerialGC",
        "-cp",
        OurJvm.classPath(),
        EchoClients.class.getName(),
        String.valueOf(port),
        String.valueOf(clients));
  }

  /**
   * Runs it.
   *
   * @param arguments the port of the server, and the number of clients
   */
  public static void main(String[] arguments) throws IOException {
    EchoClients clients =
        new EchoClients(Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1]));
    Thread.ofPlatform().daemon().name("echo-clients").start(clients::run);
    BufferedReader orders =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    while (orders.readLine() != null) {
      System.out.println(clients.roundTrips);
    }
  }

  private void run() {
    try {
      for (SelectionKey key : selector.keys()) {
        ((Client) key.attachment()).send();
      }
      while (true) {
        selector.select(this::receive);
      }
    } catch (IOException | RuntimeException failure) {
      System.err.println(failure.getMessage());
      System.exit(1);
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // One thread writes it.
  private void receive(SelectionKey key) {
    try {
      Client client = (Client) key.attachment();
      if (client.hasAll()) {
        roundTrips++;
        client.send();
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** One client. */
  private static final class Client {
    final SocketChannel connection;
    private final ByteBuffer message = ByteBuffer.allocateDirect(MESSAGE_BYTES);
    private final ByteBuffer answer = ByteBuffer.allocateDirect(MESSAGE_BYTES);
    private long next;

    /** Its messages differ from those of others. */
    Client(SocketChannel connection, int number) throws IOException {
      this.connection = connection;
      connection.setOption(StandardSocketOptions.TCP_NODELAY, true);
      connection.configureBlocking(false);
      next = (long) number << Integer.SIZE;
    }

    /** A message is so short that the buffer of the system has room for all of it. */
    void send() throws IOException {
      message.clear();
      while (message.hasRemaining()) {
        message.putLong(next++);
      }
      message.flip();
      while (message.hasRemaining()) {
        connection.write(message);
      }
    }

    /** Reads what has come. Returns whether the answer is complete. */
    boolean hasAll() throws IOException {
      if (connection.read(answer) < 0) {
        throw new IOException("the server has closed a connection");
      }
      if (answer.hasRemaining()) {
        return false;
      }
      answer.flip();
      if (!answer.equals(message.flip())) {
        throw new IOException("the server has changed a message");
      }
      answer.clear();
      return true;
    }
  }
}
