package io.tourbillon.coroutine.net;

import static io.tourbillon.coroutine.net.Ends.bytes;
import static io.tourbillon.coroutine.net.Ends.readString;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.LogCapture;
import io.tourbillon.coroutine.TestSchedulers;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
@Tag("not-continuation") // TLS knows nothing of engines, and its tests take long.
class TlsTest {
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  private static final Duration MOMENT = Duration.ofMillis(20);

  private static final Identity SERVER = Identity.of("localhost");
  private static final Identity CLIENT = Identity.of("client");
  private static final SSLContext SERVER_CONTEXT = Identity.context(SERVER, CLIENT);
  private static final SSLContext CLIENT_CONTEXT = Identity.context(CLIENT, SERVER);

  private final CoroutineScheduler scheduler = TestSchedulers.builder().loops(2).build();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  private <T> T run(Callable<T> body) {
    return scheduler.spawn(body).join();
  }

  private static Consumer<SSLParameters> only(String protocol) {
    return parameters -> parameters.setProtocols(new String[] {protocol});
  }

  private static TlsConnection client(TcpConnection connection) throws IOException {
    return TlsConnection.client(connection, CLIENT_CONTEXT, "localhost", portOf(connection));
  }

  private static TlsConnection server(TcpConnection connection) {
    return TlsConnection.server(connection, SERVER_CONTEXT);
  }

  /** A writer soon has to wait for its reader. */
  private static TcpConnection withSmallBuffers(TcpConnection connection) throws IOException {
    connection.setOption(StandardSocketOptions.SO_SNDBUF, 32 * 1024);
    connection.setOption(StandardSocketOptions.SO_RCVBUF, 32 * 1024);
    return connection;
  }

  private static int portOf(TcpConnection connection) throws IOException {
    return ((InetSocketAddress) connection.remoteAddress()).getPort();
  }

  /** Both ends of a connection. */
  private record TcpPair(TcpConnection client, TcpConnection server) implements AutoCloseable {
    static TcpPair open() throws IOException {
      try (TcpListener listener = TcpListener.open(ANY_PORT)) {
        TcpConnection client = TcpConnection.connect(listener.localAddress());
        return new TcpPair(withSmallBuffers(client), withSmallBuffers(listener.accept()));
      }
    }

    @Override
    public void close() {
      client.close();
      server.close();
    }
  }

  /** Both ends of a connection, encrypted. */
  private record Pair(TlsConnection client, TlsConnection server) implements AutoCloseable {
    static Pair open() throws IOException {
      return open(defaults -> {}, defaults -> {});
    }

    static Pair open(String protocol) throws IOException {
      return open(only(protocol), defaults -> {});
    }

    static Pair open(Consumer<SSLParameters> client, Consumer<SSLParameters> server)
        throws IOException {
      TcpPair tcp = TcpPair.open();
      return new Pair(
          TlsConnection.client(tcp.client, CLIENT_CONTEXT, "localhost", portOf(tcp.client), client),
          TlsConnection.server(tcp.server, SERVER_CONTEXT, server));
    }

    /** Does the handshake, for which both sides must be at it. */
    Pair established() throws IOException {
      Coroutine<?> other = Coroutines.scheduler().spawn(server::handshake);
      client.handshake();
      other.join();
      return this;
    }

    @Override
    public void close() {
      client.close();
      server.close();
    }
  }

  // Data.

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void messages_comeBack(String protocol) {
    run(
        () -> {
          try (Pair pair = Pair.open(protocol)) {
            Coroutine<?> echo = scheduler.spawn(() -> Ends.echo(pair.server));
            for (int number = 0; number < 300; number++) {
              String message = "message " + number;
              pair.client.write(bytes(message));
              assertEquals(message, readString(pair.client, message.length()));
            }
            assertEquals(protocol, pair.client.session().getProtocol());
            assertEquals(
                List.of(SERVER.certificate()),
                List.of(pair.client.session().getPeerCertificates()));
            pair.client.shutdownOutput();
            echo.join();
          }
          return null;
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 16_384, 16_385, 1_000_000})
  void bytes_ofAnyNumber_arriveInOrder(int count) {
    byte[] sent = new byte[count];
    new SplittableRandom(count).nextBytes(sent);
    byte[] received = new byte[count];
    run(
        () -> {
          try (Pair pair = Pair.open()) {
            Coroutine<?> writer =
                scheduler.spawn(
                    () -> {
                      pair.client.write(ByteBuffer.wrap(sent));
                      pair.client.shutdownOutput();
                    });
            pair.server.readFully(ByteBuffer.wrap(received));
            assertEquals(-1, pair.server.read(ByteBuffer.allocate(1)));
            assertEquals(-1, pair.server.read(ByteBuffer.allocate(1)));
            writer.join();
          }
          return null;
        });
    assertArrayEquals(sent, received);
  }

  @Test
  void buffers_areWrittenTogether_whateverTheirSize() {
    run(
        () -> {
          try (Pair pair = Pair.open()) {
            ByteBuffer[] parts = new ByteBuffer[3_000];
            for (int index = 0; index < parts.length; index++) {
              byte[] part = new byte[index % 7];
              Arrays.fill(part, (byte) index);
              ByteBuffer buffer = ByteBuffer.allocateDirect(part.length);
              parts[index] = buffer.put(part).flip().asReadOnlyBuffer();
            }
            Coroutine<?> writer =
                scheduler.spawn(
                    () -> {
                      pair.client.write(new ByteBuffer[0]);
                      pair.client.write(ByteBuffer.allocate(0));
                      pair.client.write(parts);
                      pair.client.shutdownOutput();
                    });
            ByteBuffer one = ByteBuffer.allocateDirect(1);
            for (int index = 0; index < parts.length; index++) {
              for (int count = index % 7; count > 0; count--) {
                assertEquals(1, pair.server.read(one.clear()));
                assertEquals((byte) index, one.get(0));
              }
            }
            assertEquals(-1, pair.server.read(one.clear()));
            writer.join();
          }
          return null;
        });
  }

  /** The peer is silent, so that a handshake could not end. */
  @Test
  void read_intoAFullBuffer_returnsZeroAtOnce() {
    assertEquals(
        0,
        run(
            () -> {
              try (Pair pair = Pair.open()) {
                return pair.server.read(ByteBuffer.allocate(0));
              }
            }));
  }

  @Test
  void writes_ofSeveralCoroutines_areNotMixed() {
    int size = 400_000;
    run(
        () -> {
          try (Pair pair = Pair.open()) {
            for (byte writer = 0; writer < 3; writer++) {
              byte[] message = new byte[size];
              Arrays.fill(message, writer);
              scheduler.spawn(() -> pair.client.write(ByteBuffer.wrap(message)));
            }
            for (int number = 0; number < 3; number++) {
              byte[] message = new byte[size];
              pair.server.readFully(ByteBuffer.wrap(message));
              byte[] expected = new byte[size];
              Arrays.fill(expected, message[0]);
              assertArrayEquals(expected, message);
            }
          }
          return null;
        });
  }

  @Test
  void severalReaders_getAllTogether() {
    long sum =
        run(
            () -> {
              try (Pair pair = Pair.open()) {
                List<Coroutine<Long>> readers = new ArrayList<>();
                for (int number = 0; number < 4; number++) {
                  readers.add(scheduler.spawn(() -> sumOf(pair.server)));
                }
                for (int number = 0; number < 1000; number++) {
                  pair.client.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
                }
                pair.client.shutdownOutput();
                long all = 0;
                for (Coroutine<Long> reader : readers) {
                  all += reader.join();
                }
                return all;
              }
            });
    assertEquals(6000, sum);
  }

  private static long sumOf(Connection connection) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(2);
    long sum = 0;
    while (connection.read(buffer.clear()) >= 0) {
      buffer.flip();
      while (buffer.hasRemaining()) {
        sum += buffer.get();
      }
    }
    return sum;
  }

  /** Sends and receives so much at the same time that both directions are full again and again. */
  private static void converse(Connection connection, long seed) throws IOException {
    exchange(connection, seed);
    connection.shutdownOutput();
    assertEquals(-1, connection.read(ByteBuffer.allocate(1)));
  }

  private static void exchange(Connection connection, long seed) throws IOException {
    Coroutine<?> sender = Coroutines.scheduler().spawn(() -> sendAll(connection, seed));
    receiveAll(connection, seed);
    sender.join();
  }

  private static final int TRAFFIC = 500_000;

  private static void sendAll(Connection connection, long seed) throws IOException {
    SplittableRandom chunks = new SplittableRandom();
    byte[] all = new byte[TRAFFIC];
    new SplittableRandom(seed).nextBytes(all);
    for (int sent = 0; sent < TRAFFIC; ) {
      int size = Math.min(TRAFFIC - sent, 1 + chunks.nextInt(1 << chunks.nextInt(20)));
      connection.write(ByteBuffer.wrap(all, sent, size));
      sent += size;
    }
  }

  private static void receiveAll(Connection connection, long seed) throws IOException {
    SplittableRandom chunks = new SplittableRandom();
    byte[] expected = new byte[TRAFFIC];
    new SplittableRandom(seed).nextBytes(expected);
    byte[] all = new byte[TRAFFIC];
    for (int received = 0; received < TRAFFIC; ) {
      int size = Math.min(TRAFFIC - received, 1 + chunks.nextInt(1 << chunks.nextInt(20)));
      int count = connection.read(ByteBuffer.wrap(all, received, size));
      assertTrue(count > 0, "ended early");
      received += count;
    }
    assertArrayEquals(expected, all);
  }

  @Test
  void bothDirections_atOnce() {
    run(
        () -> {
          try (Pair pair = Pair.open()) {
            Coroutine<?> other = scheduler.spawn(() -> converse(pair.server, 1));
            converse(pair.client, 1);
            other.join();
          }
          return null;
        });
  }

  // The JDK's blocking sockets as the peer.

  /** A peer in a thread, which converses as we do. */
  private static void converse(SSLSocket socket, long seed, boolean newKeys) throws Exception {
    CompletableFuture<Void> sender =
        CompletableFuture.runAsync(
            () -> sendAll(socket, seed, newKeys), Thread::startVirtualThread);
    byte[] expected = new byte[TRAFFIC];
    new SplittableRandom(seed).nextBytes(expected);
    byte[] received = socket.getInputStream().readNBytes(TRAFFIC);
    assertArrayEquals(expected, received);
    sender.get(30, TimeUnit.SECONDS);
    assertEquals(-1, socket.getInputStream().read());
  }

  private static void sendAll(SSLSocket socket, long seed, boolean newKeys) {
    SplittableRandom chunks = new SplittableRandom();
    byte[] all = new byte[TRAFFIC];
    new SplittableRandom(seed).nextBytes(all);
    try {
      OutputStream out = socket.getOutputStream();
      for (int sent = 0; sent < TRAFFIC; ) {
        int size = Math.min(TRAFFIC - sent, 1 + chunks.nextInt(1 << chunks.nextInt(20)));
        out.write(all, sent, size);
        sent += size;
        if (newKeys && chunks.nextInt(4) == 0) {
          socket.startHandshake();
        }
      }
      socket.shutdownOutput();
    } catch (IOException failure) {
      throw new CompletionException(failure);
    }
  }

  private interface Peer {
    void run(SSLSocket socket) throws Exception;
  }

  private static CompletableFuture<?> inThread(Callable<?> body) {
    CompletableFuture<Object> end = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                end.complete(body.call());
              } catch (Throwable failure) {
                end.completeExceptionally(failure);
              }
            });
    return end;
  }

  /** Runs a JDK server in a thread and a client in a coroutine. */
  private void withJdkServer(Consumer<SSLParameters> settings, Peer peer, Block client)
      throws Exception {
    try (SSLServerSocket listener =
        (SSLServerSocket)
            SERVER_CONTEXT
                .getServerSocketFactory()
                .createServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      SSLParameters parameters = listener.getSSLParameters();
      settings.accept(parameters);
      listener.setSSLParameters(parameters);
      CompletableFuture<?> end =
          inThread(
              () -> {
                try (SSLSocket socket = (SSLSocket) listener.accept()) {
                  peer.run(socket);
                }
                return null;
              });
      run(
          () -> {
            try (TlsConnection connection =
                client(withSmallBuffers(TcpConnection.connect(listener.getLocalSocketAddress())))) {
              client.run(connection);
            }
            return null;
          });
      Object _ = end.get(30, TimeUnit.SECONDS);
    }
  }

  private interface Block {
    void run(TlsConnection connection) throws Exception;
  }

  /** Runs a JDK client in a thread and a server in a coroutine. */
  private void withJdkClient(Consumer<SSLParameters> settings, Peer peer, Block server)
      throws Exception {
    try (TcpListener listener = TcpListener.open(ANY_PORT)) {
      InetSocketAddress address = (InetSocketAddress) listener.localAddress();
      Coroutine<?> serving =
          scheduler.spawn(
              () -> {
                try (TlsConnection connection = server(withSmallBuffers(listener.accept()))) {
                  server.run(connection);
                }
                return null;
              });
      CompletableFuture<?> end =
          inThread(
              () -> {
                try (SSLSocket socket =
                    (SSLSocket)
                        CLIENT_CONTEXT
                            .getSocketFactory()
                            .createSocket(address.getAddress(), address.getPort())) {
                  SSLParameters parameters = socket.getSSLParameters();
                  settings.accept(parameters);
                  socket.setSSLParameters(parameters);
                  peer.run(socket);
                }
                return null;
              });
      Object _ = serving.join(Duration.ofSeconds(30));
      Object _ = end.get(30, TimeUnit.SECONDS);
    }
  }

  /** With new keys again and again, in the midst of the data of both directions. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void client_ofAJdkServer_conversesInBothDirections(boolean newKeys) throws Exception {
    withJdkServer(
        only("TLSv1.3"),
        socket -> converse(socket, 2, newKeys),
        connection -> converse(connection, 2));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void server_ofAJdkClient_conversesInBothDirections(boolean newKeys) throws Exception {
    withJdkClient(
        only("TLSv1.3"),
        socket -> converse(socket, 3, newKeys),
        connection -> converse(connection, 3));
  }

  /** TLS 1.2 has no half-close, so the echo ends with the close of the client. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void client_ofAJdkServer_withTls12(boolean newKeys) throws Exception {
    withJdkServer(
        only("TLSv1.2"),
        socket -> echo(socket, newKeys),
        connection -> {
          for (int number = 0; number < 50; number++) {
            String message = ("message " + number).repeat(1 + 10 * number);
            connection.write(bytes(message));
            assertEquals(message, readString(connection, message.length()));
          }
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void server_ofAJdkClient_withTls12(boolean newKeys) throws Exception {
    withJdkClient(
        only("TLSv1.2"),
        socket -> {
          for (int number = 0; number < 50; number++) {
            byte[] message = ("message " + number).repeat(1 + 10 * number).getBytes(UTF_8);
            socket.getOutputStream().write(message);
            if (newKeys && number % 10 == 0) {
              socket.startHandshake();
            }
            assertArrayEquals(message, socket.getInputStream().readNBytes(message.length));
          }
        },
        connection -> {
          ByteBuffer buffer = ByteBuffer.allocate(1000);
          while (connection.read(buffer.clear()) >= 0) {
            connection.write(buffer.flip());
          }
        });
  }

  private static void echo(SSLSocket socket, boolean newKeys) throws IOException {
    byte[] buffer = new byte[100_000];
    int round = 0;
    for (int count = socket.getInputStream().read(buffer);
        count >= 0;
        count = socket.getInputStream().read(buffer)) {
      if (newKeys && round++ % 20 == 0) {
        socket.startHandshake(); // The client renegotiates while it reads.
      }
      socket.getOutputStream().write(buffer, 0, count);
    }
  }

  /** The engines ask for new keys, and for those of the peer, while both directions are full. */
  @Test
  void newKeys_inTheMidstOfFullDirections() {
    run(
        () -> {
          try (TcpPair tcp = TcpPair.open()) {
            SSLEngine client = CLIENT_CONTEXT.createSSLEngine("localhost", portOf(tcp.client));
            client.setUseClientMode(true);
            SSLEngine server = SERVER_CONTEXT.createSSLEngine();
            server.setUseClientMode(false);
            try (Pair pair =
                new Pair(TlsConnection.of(tcp.client, client), TlsConnection.of(tcp.server, server))
                    .established()) {
              Coroutine<?> keys =
                  scheduler.spawn(
                      () -> {
                        while (true) {
                          client.beginHandshake();
                          server.beginHandshake();
                          Coroutines.delay(Duration.ofMillis(1));
                        }
                      });
              Coroutine<?> other = scheduler.spawn(() -> exchange(pair.server, 4));
              exchange(pair.client, 4);
              other.join();
              keys.cancel();
              Coroutine.awaitAll(List.of(keys));
              pair.client.shutdownOutput();
              assertEquals(-1, pair.server.read(ByteBuffer.allocate(1)));
            }
          }
          return null;
        });
  }

  /** The peer asks for new keys and reads no answer, which would fill the memory of the engine. */
  @Test
  void peerThatAsksWithoutEnd_andReadsNoAnswer_isCutOff() {
    run(
        () -> {
          try (TcpPair tcp = TcpPair.open()) {
            SSLEngine client = CLIENT_CONTEXT.createSSLEngine("localhost", portOf(tcp.client));
            client.setUseClientMode(true);
            try (Pair pair =
                new Pair(TlsConnection.of(tcp.client, client), server(tcp.server)).established()) {
              Coroutine<?> asking =
                  scheduler.spawn(
                      () -> {
                        while (true) {
                          client.beginHandshake();
                          pair.client.write(bytes("a"));
                        }
                      });
              Coroutine<?> writing =
                  scheduler.spawn(() -> pair.server.write(ByteBuffer.allocate(2_000_000)));
              SSLException cut =
                  assertThrows(
                      SSLException.class,
                      () -> {
                        ByteBuffer buffer = ByteBuffer.allocate(1);
                        while (pair.server.read(buffer.clear()) > 0) {
                          // Until the end.
                        }
                      });
              assertTrue(cut.getMessage().contains("more than 1000 messages"), cut.getMessage());
              pair.client.close();
              pair.server.close();
              for (Coroutine<?> each : List.of(asking, writing)) {
                assertInstanceOf(
                    IOException.class,
                    assertThrows(CompletionException.class, each::join).getCause());
              }
            }
          }
          return null;
        });
  }

  // What is agreed on.

  @Test
  void applicationProtocol_isAgreedOn() {
    run(
        () -> {
          try (Pair pair =
              Pair.open(
                      client -> client.setApplicationProtocols(new String[] {"h2", "http/1.1"}),
                      server -> server.setApplicationProtocols(new String[] {"http/1.1"}))
                  .established()) {
            assertEquals(Optional.of("http/1.1"), pair.client.applicationProtocol());
            assertEquals(Optional.of("http/1.1"), pair.server.applicationProtocol());
          }
          try (Pair pair = Pair.open()) {
            IllegalStateException early =
                assertThrows(IllegalStateException.class, pair.client::applicationProtocol);
            assertEquals(
                "the handshake must be complete before: " + pair.client, early.getMessage());
            assertThrows(IllegalStateException.class, pair.client::session);
            pair.established();
            assertEquals(Optional.empty(), pair.client.applicationProtocol());
          }
          return null;
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void certificateOfTheClient_isShownOnDemand(String protocol) {
    run(
        () -> {
          try (Pair pair =
              Pair.open(only(protocol), server -> server.setNeedClientAuth(true)).established()) {
            assertEquals(
                List.of(CLIENT.certificate()),
                List.of(pair.server.session().getPeerCertificates()));
          }
          return null;
        });
  }

  /** With TLS 1.3 the client learns it only when it reads. */
  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void clientWithoutACertificate_isRefused(String protocol) {
    run(
        () -> {
          TcpPair tcp = TcpPair.open();
          try (TlsConnection client =
                  TlsConnection.client(
                      tcp.client,
                      Identity.context(null, SERVER),
                      "localhost",
                      portOf(tcp.client),
                      only(protocol));
              TlsConnection server =
                  TlsConnection.server(
                      tcp.server, SERVER_CONTEXT, settings -> settings.setNeedClientAuth(true))) {
            Coroutine<SSLHandshakeException> refusing =
                scheduler.spawn(() -> assertThrows(SSLHandshakeException.class, server::handshake));
            SSLException refused =
                assertThrows(SSLException.class, () -> client.read(ByteBuffer.allocate(1)));
            assertTrue(refused.getMessage().contains("Received fatal alert"), refused.getMessage());
            String reason = refusing.join().getMessage();
            assertTrue(reason.contains("Empty client certificate chain"), reason);
          }
          return null;
        });
  }

  // Ends.

  @Test
  void halfClose_endsTheInputOfThePeer_andLeavesTheOtherDirection() {
    run(
        () -> {
          try (Pair pair = Pair.open().established()) {
            pair.client.shutdownOutput();
            pair.client.shutdownOutput();
            IOException ended =
                assertThrows(IOException.class, () -> pair.client.write(bytes("more")));
            assertEquals(
                "the output has ended by shutdownOutput: " + pair.client, ended.getMessage());
            assertEquals(-1, pair.server.read(ByteBuffer.allocate(1)));
            pair.server.write(bytes("still here"));
            pair.server.shutdownOutput();
            assertEquals("still here", readString(pair.client, 10));
            assertEquals(-1, pair.client.read(ByteBuffer.allocate(1)));
          }
          return null;
        });
  }

  @Test
  void halfClose_withTls12_endsBothDirections() {
    run(
        () -> {
          try (Pair pair = Pair.open("TLSv1.2").established()) {
            pair.client.write(bytes("last"));
            pair.client.shutdownOutput();
            assertEquals("last", readString(pair.server, 4));
            assertEquals(-1, pair.server.read(ByteBuffer.allocate(1)));
            SSLException refused =
                assertThrows(SSLException.class, () -> pair.server.write(bytes("more")));
            assertEquals(
                pair.server + " takes no more data: the peer has ended both directions",
                refused.getMessage());
            assertEquals(-1, pair.client.read(ByteBuffer.allocate(1)));
          }
          return null;
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void close_endsTheInputOfThePeer(String protocol) {
    run(
        () -> {
          try (Pair pair = Pair.open(protocol).established()) {
            pair.client.write(bytes("last"));
            pair.client.close();
            pair.client.close();
            assertFalse(pair.client.isOpen());
            assertEquals("last", readString(pair.server, 4));
            assertEquals(-1, pair.server.read(ByteBuffer.allocate(1)));
            assertThrows(
                ClosedChannelException.class, () -> pair.client.read(ByteBuffer.allocate(1)));
            assertThrows(ClosedChannelException.class, () -> pair.client.write(bytes("a")));
            assertThrows(ClosedChannelException.class, pair.client::shutdownOutput);
            assertThrows(ClosedChannelException.class, pair.client::handshake);
          }
          return null;
        });
  }

  @Test
  void inputThatEndsWithoutAMessage_mayBeTruncated() {
    run(
        () -> {
          try (TcpPair tcp = TcpPair.open();
              Pair pair = new Pair(client(tcp.client), server(tcp.server)).established()) {
            pair.client.write(bytes("first"));
            tcp.client.shutdownOutput();
            assertEquals("first", readString(pair.server, 5));
            for (int attempt = 0; attempt < 2; attempt++) {
              EOFException end =
                  assertThrows(EOFException.class, () -> pair.server.read(ByteBuffer.allocate(1)));
              assertEquals(
                  pair.server + " ended without a close_notify message; its input may be truncated",
                  end.getMessage());
            }
            pair.server.write(bytes("still here"));
            assertEquals("still here", readString(pair.client, 10));
          }
          return null;
        });
  }

  @Test
  void readFully_ofAnInputThatEnds_saysHowMuchCame() {
    EOFException end =
        run(
            () -> {
              try (Pair pair = Pair.open().established()) {
                pair.client.write(bytes("abc"));
                pair.client.close();
                return assertThrows(EOFException.class, () -> readString(pair.server, 10));
              }
            });
    assertTrue(end.getMessage().endsWith(" ended after 3 of 10 bytes"), end.getMessage());
  }

  // Limits, cancellation and close.

  private static void awaitWait(Coroutine<?> coroutine, String what) {
    while (!coroutine.waitsFor().orElse("").startsWith(what)) {
      assertFalse(coroutine.state().isEnd(), coroutine::toString);
      Coroutines.delay(Duration.ofMillis(1));
    }
  }

  /** Passes bytes on, one at a time, until the input ends. */
  private static void dribble(TcpConnection from, TcpConnection to) throws IOException {
    ByteBuffer one = ByteBuffer.allocate(1);
    while (from.read(one.clear()) >= 0) {
      to.write(one.flip());
      Coroutines.yieldNow();
    }
    to.shutdownOutput();
  }

  /** Readers and the handshake are cut off in the midst of records, again and again. */
  @Test
  void limits_inTheMidstOfRecords_loseNothing() {
    run(
        () -> {
          try (TcpPair left = TcpPair.open();
              TcpPair right = TcpPair.open();
              TlsConnection client = client(left.client);
              TlsConnection server = server(right.server)) {
            scheduler.spawn(() -> dribble(left.server, right.client));
            scheduler.spawn(() -> dribble(right.client, left.server));
            String sent = "0123456789".repeat(300);
            Coroutine<?> writer =
                scheduler.spawn(
                    () -> {
                      for (int index = 0; index < sent.length(); index += 100) {
                        client.write(bytes(sent.substring(index, index + 100)));
                      }
                      client.shutdownOutput();
                    });
            ByteBuffer received = ByteBuffer.allocate(sent.length() + 1);
            int timeouts = 0;
            int count = 0;
            while (count >= 0) {
              try {
                count =
                    Coroutines.withTimeout(Duration.ofNanos(200_000), () -> server.read(received));
              } catch (TimeoutException again) {
                timeouts++;
              }
            }
            writer.join();
            assertEquals(sent, UTF_8.decode(received.flip()).toString());
            assertTrue(timeouts > 5, timeouts + " timeouts");
          }
          return null;
        });
  }

  @Test
  void handshake_withASilentPeer_heedsTheLimit_andGoesOnLater() {
    run(
        () -> {
          try (Pair pair = Pair.open()) {
            for (int attempt = 0; attempt < 2; attempt++) {
              assertThrows(
                  TimeoutException.class,
                  () -> Coroutines.withTimeout(MOMENT, pair.client::handshake));
            }
            pair.established();
            pair.client.write(bytes("hello"));
            assertEquals("hello", readString(pair.server, 5));
          }
          return null;
        });
  }

  @Test
  void handshake_thatIsCancelled_isContinuedByAnother() {
    run(
        () -> {
          try (Pair pair = Pair.open()) {
            Coroutine<?> reader = scheduler.spawn(() -> pair.client.read(ByteBuffer.allocate(1)));
            awaitWait(reader, "reading from the connection ");
            Coroutine<?> writer = scheduler.spawn(() -> pair.client.write(bytes("hello")));
            awaitWait(writer, "locking the handshake of ");
            reader.cancel();
            awaitWait(writer, "reading from the connection ");
            assertEquals("hello", readString(pair.server, 5));
            writer.join();
          }
          return null;
        });
  }

  @Test
  void write_thatIsCutOff_makesLaterOnesFail_andThePeerLearns() {
    run(
        () -> {
          ByteBuffer large = ByteBuffer.allocate(2_000_000);
          try (Pair pair = Pair.open().established()) {
            assertThrows(
                TimeoutException.class,
                () -> Coroutines.withTimeout(MOMENT, () -> pair.client.write(large)));
            IOException refused =
                assertThrows(IOException.class, () -> pair.client.write(bytes("more")));
            assertEquals(
                "an earlier write to " + pair.client + " was cut off in the midst",
                refused.getMessage());
            assertThrows(IOException.class, pair.client::shutdownOutput);
            pair.server.write(bytes("still here"));
            assertEquals("still here", readString(pair.client, 10));
            pair.client.close();
            EOFException end =
                assertThrows(
                    EOFException.class,
                    () -> {
                      ByteBuffer buffer = ByteBuffer.allocate(100_000);
                      while (pair.server.read(buffer.clear()) >= 0) {
                        // Until the end.
                      }
                    });
            assertTrue(end.getMessage().contains("truncated"), end.getMessage());
          }
          return null;
        });
  }

  /** One that has sealed nothing yet has done no harm. */
  @Test
  void write_afterOneThatWasCancelledBeforeItsTurn_isSent() {
    run(
        () -> {
          try (Pair pair = Pair.open().established()) {
            Coroutine<?> first =
                scheduler.spawn(() -> pair.client.write(ByteBuffer.allocate(1_000_000)));
            awaitWait(first, "writing to ");
            Coroutine<?> second = scheduler.spawn(() -> pair.client.write(bytes("second")));
            awaitWait(second, "locking ");
            second.cancel();
            Coroutine<?> third = scheduler.spawn(() -> pair.client.write(bytes("third")));
            pair.server.readFully(ByteBuffer.allocate(1_000_000));
            assertEquals("third", readString(pair.server, 5));
            third.join();
          }
          return null;
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"read", "write", "handshake"})
  void close_endsThoseThatWait(String call) {
    Coroutine<?> waiting =
        run(
            () -> {
              Pair pair = Pair.open();
              if (!call.equals("handshake")) {
                pair.established();
              }
              Coroutine<Throwable> waiter =
                  scheduler.spawn(
                      () ->
                          assertThrows(
                              AsynchronousCloseException.class,
                              () -> {
                                switch (call) {
                                  case "read" -> pair.server.read(ByteBuffer.allocate(1));
                                  case "write" -> pair.server.write(ByteBuffer.allocate(2_000_000));
                                  default -> pair.server.handshake();
                                }
                              }));
              awaitWait(waiter, call.equals("write") ? "writing to " : "reading from ");
              pair.server.close();
              pair.client.close();
              return waiter;
            });
    assertInstanceOf(AsynchronousCloseException.class, waiting.join());
  }

  /** A reader waits so while the answers of the engine do not fit into the buffers. */
  @ParameterizedTest
  @ValueSource(strings = {"input", "room", "close", "cancel"})
  void wait_forInputOrRoom_endsByEither(String end) {
    run(
        () -> {
          try (TcpPair tcp = TcpPair.open()) {
            Coroutine<String> waiter = scheduler.spawn(() -> whatComes(tcp.client, end));
            awaitWait(waiter, "reading from the connection ");
            switch (end) {
              case "input" -> tcp.server.write(bytes("a"));
              case "room" -> scheduler.spawn(() -> sumOf(tcp.server));
              case "close" -> tcp.client.close();
              default -> waiter.cancel();
            }
            if (end.equals("cancel")) {
              assertThrows(CompletionException.class, waiter::join);
              Coroutine<String> next = scheduler.spawn(() -> whatComes(tcp.client, "input"));
              tcp.server.write(bytes("a"));
              assertEquals("input", next.join());
            } else {
              assertEquals(end, waiter.join());
            }
          }
          return null;
        });
  }

  /** Fills the buffers, and waits for something else than the room that the system still finds. */
  private static String whatComes(TcpConnection connection, String expected) throws IOException {
    ByteBuffer more = ByteBuffer.allocate(10_000);
    long written = 0;
    try {
      while (true) {
        connection.tryWrite(more.clear());
        written += more.position();
        if (more.position() == 0) {
          connection.awaitReadableOrWritable();
          if (connection.tryRead(ByteBuffer.allocate(1)) > 0) {
            return "input";
          }
        } else if (expected.equals("room") && written > 5_000_000) {
          return "room"; // The buffers have less.
        }
      }
    } catch (AsynchronousCloseException closed) {
      return "close";
    }
  }

  // Failures.

  /** The handshake fails on both sides, and each says why. */
  private void assertFails(
      Callable<TlsConnection[]> ends, String clientsReason, String serversReason) {
    run(
        () -> {
          TlsConnection[] both = ends.call();
          try (TlsConnection client = both[0];
              TlsConnection server = both[1]) {
            Coroutine<SSLHandshakeException> other =
                scheduler.spawn(() -> assertThrows(SSLHandshakeException.class, server::handshake));
            assertHandshakeFails(client, clientsReason);
            other.join();
            assertHandshakeFails(server, serversReason);
          }
          return null;
        });
  }

  private static void assertHandshakeFails(TlsConnection connection, String reason) {
    SSLHandshakeException failure =
        assertThrows(SSLHandshakeException.class, connection::handshake);
    String message = failure.getMessage();
    assertTrue(message.startsWith("the handshake of " + connection + " has failed: "), message);
    assertTrue(message.contains(reason), message);
    assertEquals(
        message,
        assertThrows(SSLHandshakeException.class, () -> connection.read(ByteBuffer.allocate(1)))
            .getMessage());
    assertEquals(
        message,
        assertThrows(SSLHandshakeException.class, () -> connection.write(bytes("a"))).getMessage());
    assertThrows(IllegalStateException.class, connection::session);
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void certificateThatIsNotTrusted_failsBothSides(String protocol) {
    assertFails(
        () -> {
          TcpPair tcp = TcpPair.open();
          return new TlsConnection[] {
            TlsConnection.client(
                tcp.client,
                Identity.context(null, CLIENT),
                "localhost",
                portOf(tcp.client),
                only(protocol)),
            server(tcp.server)
          };
        },
        "PKIX path",
        "Received fatal alert: certificate_unknown");
  }

  @Test
  void certificateOfAnotherHost_failsBothSides() {
    assertFails(
        () -> {
          TcpPair tcp = TcpPair.open();
          return new TlsConnection[] {
            TlsConnection.client(tcp.client, CLIENT_CONTEXT, "example.com", 443), server(tcp.server)
          };
        },
        "No subject alternative DNS name matching example.com found",
        "Received fatal alert: certificate_unknown");
  }

  @Test
  void noProtocolInCommon_failsBothSides() {
    assertFails(
        () -> {
          Pair pair = Pair.open(only("TLSv1.3"), only("TLSv1.2"));
          return new TlsConnection[] {pair.client, pair.server};
        },
        "Received fatal alert: protocol_version",
        "The client supported protocol versions");
  }

  @Test
  void noApplicationProtocolInCommon_failsBothSides() {
    assertFails(
        () -> {
          Pair pair =
              Pair.open(
                  client -> client.setApplicationProtocols(new String[] {"h2"}),
                  server -> server.setApplicationProtocols(new String[] {"http/1.1"}));
          return new TlsConnection[] {pair.client, pair.server};
        },
        "Received fatal alert: no_application_protocol",
        "No matching application layer protocol values");
  }

  /** A trust manager that runs code of a test. */
  private record Trust(Runnable check) implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {
      check.run();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {
      check.run();
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  private static TlsConnection clientThatTrusts(TcpConnection connection, Runnable check) {
    return TlsConnection.client(
        connection,
        Identity.context(null, new Trust(check)),
        "localhost",
        443,
        settings -> settings.setEndpointIdentificationAlgorithm(null));
  }

  @Test
  void trustManagerThatThrows_failsBothSides() {
    assertFails(
        () -> {
          TcpPair tcp = TcpPair.open();
          return new TlsConnection[] {
            clientThatTrusts(
                tcp.client,
                () -> {
                  throw new IllegalArgumentException("thrown by a test");
                }),
            server(tcp.server)
          };
        },
        "Unhandled exception",
        "Received fatal alert: internal_error");
  }

  /** The failure is kept, so that nobody takes the certificate for checked. */
  @Test
  void trustManagerWithAnError_leavesTheConnectionUnusable() {
    run(
        () -> {
          TcpPair tcp = TcpPair.open();
          try (TlsConnection client =
                  clientThatTrusts(
                      tcp.client,
                      () -> {
                        throw new StackOverflowError("thrown by a test");
                      });
              TlsConnection server = server(tcp.server)) {
            Coroutine<?> other =
                scheduler.spawn(() -> assertThrows(IOException.class, server::handshake));
            StackOverflowError thrown = assertThrows(StackOverflowError.class, client::handshake);
            assertEquals("thrown by a test", thrown.getMessage());
            assertHandshakeFails(client, "thrown by a test");
            tcp.client.close();
            other.join();
          }
          return null;
        });
  }

  /** The check of the certificate ends only if another coroutine of the only loop runs. */
  @Test
  void trustManagerThatBlocks_doesNotHoldTheLoop() {
    try (CoroutineScheduler one = TestSchedulers.oneLoop()) {
      CountDownLatch waits = new CountDownLatch(1);
      CountDownLatch ends = new CountDownLatch(1);
      one.spawn(
              () -> {
                TcpPair tcp = TcpPair.open();
                try (TlsConnection client =
                        clientThatTrusts(
                            tcp.client,
                            () -> {
                              waits.countDown();
                              try {
                                assertTrue(ends.await(30, TimeUnit.SECONDS));
                              } catch (InterruptedException impossible) {
                                throw new AssertionError(impossible);
                              }
                            });
                    TlsConnection server = server(tcp.server)) {
                  one.spawn(server::handshake);
                  one.spawn(
                      () -> {
                        while (waits.getCount() > 0) {
                          Coroutines.delay(Duration.ofMillis(1));
                        }
                        ends.countDown();
                      });
                  client.handshake();
                }
                return null;
              })
          .join(Duration.ofSeconds(30));
    } catch (TimeoutException held) {
      throw new AssertionError(held);
    }
  }

  @Test
  void peerThatClosesDuringTheHandshake_isNamed() {
    run(
        () -> {
          TcpPair tcp = TcpPair.open();
          try (TlsConnection client = client(tcp.client)) {
            tcp.server.shutdownOutput();
            assertHandshakeFails(client, "the peer has closed the connection");
            tcp.server.close();
          }
          return null;
        });
  }

  /** The close of the other side sends alerts that are not encrypted yet. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void peerThatGivesUpDuringTheHandshake_isNamed(boolean clientGivesUp) {
    run(
        () -> {
          try (Pair pair = Pair.open()) {
            TlsConnection impatient = clientGivesUp ? pair.client : pair.server;
            TlsConnection other = clientGivesUp ? pair.server : pair.client;
            assertThrows(
                TimeoutException.class, () -> Coroutines.withTimeout(MOMENT, impatient::handshake));
            impatient.close();
            assertHandshakeFails(other, "");
          }
          return null;
        });
  }

  @Test
  void reset_duringTheHandshake_isNamed() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Coroutine<?> handshake =
          scheduler.spawn(
              () -> {
                try (TlsConnection client =
                    client(TcpConnection.connect(server.getLocalSocketAddress()))) {
                  assertHandshakeFails(client, "Connection reset");
                }
                return null;
              });
      Socket peer = server.accept();
      assertTrue(peer.getInputStream().read() >= 0);
      peer.setSoLinger(true, 0); // The close resets the connection.
      peer.close();
      handshake.join();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void peerThatSpeaksPlainText_isNamed(boolean weAreTheClient) {
    run(
        () -> {
          TcpPair tcp = TcpPair.open();
          try (TlsConnection ours = weAreTheClient ? client(tcp.client) : server(tcp.client)) {
            tcp.server.write(bytes("HTTP/1.1 400 Bad Request\r\n\r\n"));
            assertHandshakeFails(ours, "Unrecognized SSL message, plaintext connection?");
            tcp.server.close();
          }
          return null;
        });
  }

  @Test
  void recordThatWasForged_failsTheConnection_andThePeerLearns() {
    run(
        () -> {
          try (TcpPair tcp = TcpPair.open();
              Pair pair = new Pair(client(tcp.client), server(tcp.server)).established()) {
            pair.client.write(bytes("good"));
            // A record of application data with 20 bytes that are no ciphertext.
            tcp.client.write(ByteBuffer.wrap(new byte[25]).put(0, new byte[] {23, 3, 3, 0, 20}));
            assertEquals("good", readString(pair.server, 4));
            for (int attempt = 0; attempt < 2; attempt++) {
              SSLException forged =
                  assertThrows(SSLException.class, () -> pair.server.read(ByteBuffer.allocate(1)));
              assertTrue(
                  forged.getMessage().startsWith(pair.server + " has failed: "),
                  forged.getMessage());
            }
            assertThrows(SSLException.class, () -> pair.server.write(bytes("a")));
            SSLException alert =
                assertThrows(SSLException.class, () -> pair.client.read(ByteBuffer.allocate(1)));
            assertTrue(alert.getMessage().contains("bad_record_mac"), alert.getMessage());
          }
          return null;
        });
  }

  @Test
  void badInput_isRefused() {
    run(
        () -> {
          try (TcpPair tcp = TcpPair.open()) {
            IllegalArgumentException host =
                assertThrows(
                    IllegalArgumentException.class,
                    () -> TlsConnection.client(tcp.client, CLIENT_CONTEXT, "", 443));
            assertEquals("host must not be empty", host.getMessage());
            IllegalArgumentException port =
                assertThrows(
                    IllegalArgumentException.class,
                    () -> TlsConnection.client(tcp.client, CLIENT_CONTEXT, "localhost", 65_536));
            assertEquals("port must be from 0 to 65535: 65536", port.getMessage());
            TlsConnection server = server(tcp.server);
            assertThrows(
                IllegalArgumentException.class,
                () -> server.read(ByteBuffer.allocate(1).asReadOnlyBuffer()));
            assertThrows(NullPointerException.class, () -> server.write((ByteBuffer) null));
            SSLEngine noMode = SERVER_CONTEXT.createSSLEngine();
            IllegalArgumentException mode =
                assertThrows(
                    IllegalArgumentException.class, () -> TlsConnection.of(tcp.server, noMode));
            assertTrue(
                mode.getMessage()
                    .startsWith("engine must be in client or server mode, by setUseClientMode: "),
                mode.getMessage());
          }
          return null;
        });
  }

  @Test
  void threadsThatAreNoCoroutine_areRefused_insteadOfBlocked() throws Exception {
    Pair pair = run(Pair::open);
    try (pair) {
      ByteBuffer buffer = ByteBuffer.allocate(1);
      assertRefused("TlsConnection.handshake", pair.client::handshake);
      assertRefused("TlsConnection.read", () -> pair.client.read(buffer));
      assertRefused("TlsConnection.write", () -> pair.client.write(buffer));
      run(pair::established);
      assertRefused("Connection.read", () -> pair.client.read(buffer));
      run(
          () -> {
            pair.server.write(bytes("after"));
            return readString(pair.client, 5);
          });
    }
  }

  private static void assertRefused(String method, Executable call) {
    String message = assertThrows(IllegalStateException.class, call).getMessage();
    assertTrue(message.startsWith(method + " must be called inside a coroutine"), message);
  }

  // The rest.

  @Test
  void connection_hasTheAddressesAndOptionsOfTheWrappedOne() {
    run(
        () -> {
          try (TcpPair tcp = TcpPair.open();
              Connection client = client(tcp.client)) {
            assertEquals(tcp.client.localAddress(), client.localAddress());
            assertEquals(tcp.client.remoteAddress(), client.remoteAddress());
            client.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            assertTrue(tcp.client.getOption(StandardSocketOptions.SO_KEEPALIVE));
            assertTrue(client.getOption(StandardSocketOptions.SO_KEEPALIVE));
            assertEquals(
                "the TLS connection " + client.localAddress() + " to " + client.remoteAddress(),
                client.toString());
          }
          return null;
        });
  }

  @Test
  void connection_thatItsCoroutineLeavesOpen_isClosedAndReported() throws Exception {
    try (LogCapture log = new LogCapture()) {
      TlsConnection kept =
          run(
              () -> {
                try (TcpListener listener = TcpListener.open(ANY_PORT)) {
                  Coroutine<TlsConnection> forgetful =
                      scheduler.spawn(
                          () -> {
                            TlsConnection left =
                                client(TcpConnection.connect(listener.localAddress()));
                            left.write(bytes("a"));
                            TlsConnection keptOpen =
                                client(TcpConnection.connect(listener.localAddress()));
                            keptOpen.keepOpen();
                            return keptOpen;
                          });
                  try (TlsConnection server = server(listener.accept())) {
                    assertEquals("a", readString(server, 1));
                    TlsConnection other = forgetful.join();
                    // No message of TLS says that the output ends here, since nobody has said so.
                    assertThrows(IOException.class, () -> server.read(ByteBuffer.allocate(2)));
                    return other;
                  }
                }
              });
      String line = log.firstLine();
      assertTrue(line.contains(" was left open, last by coroutine-"), line);
      assertEquals(1, log.lines().size());
      assertTrue(kept.isOpen());
      kept.close();
    }
  }
}
