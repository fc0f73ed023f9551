package io.tourbillon.coroutine.net;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static io.tourbillon.coroutine.net.Ends.bytes;
import static io.tourbillon.coroutine.net.Ends.echo;
import static io.tourbillon.coroutine.net.Ends.readString;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.FreshJvm;
import io.tourbillon.coroutine.LogCapture;
import io.tourbillon.coroutine.Suspension;
import io.tourbillon.coroutine.Suspension.Registration;
import io.tourbillon.coroutine.TestSchedulers;
import io.tourbillon.coroutine.sync.Event;
import io.tourbillon.timer.VirtualClock;
import java.io.EOFException;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class TcpTest {
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  private static final Duration MOMENT = Duration.ofMillis(20);

  private final CoroutineScheduler scheduler = TestSchedulers.builder().loops(2).build();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  private <T> T run(Callable<T> body) {
    return scheduler.spawn(body).join();
  }

  /** Both ends of a connection. */
  record Pair(TcpConnection client, TcpConnection server) implements AutoCloseable {
    static Pair open() throws IOException {
      try (TcpListener listener = TcpListener.open(ANY_PORT)) {
        TcpConnection client = TcpConnection.connect(listener.localAddress());
        return new Pair(client, listener.accept());
      }
    }

    @Override
    public void close() {
      client.close();
      server.close();
    }
  }

  /** An echo server that ends when its listener is closed. */
  private Coroutine<?> echoServer(TcpListener listener) {
    return scheduler.spawn(
        () -> {
          try (listener) {
            while (true) {
              TcpConnection connection = listener.accept();
              scheduler.spawn(() -> echo(connection));
            }
          } catch (ClosedChannelException closed) {
            // The test is over.
          }
        });
  }

  @Test
  void messages_ofManyClients_comeBack() throws IOException {
    TcpListener listener = TcpListener.open(ANY_PORT);
    Coroutine<?> server = echoServer(listener);
    List<Coroutine<?>> clients = new ArrayList<>();
    for (int client = 0; client < 50; client++) {
      String name = "client " + client;
      clients.add(
          scheduler.spawn(
              () -> {
                try (TcpConnection connection = TcpConnection.connect(listener.localAddress())) {
                  for (int number = 0; number < 100; number++) {
                    String message = name + ", message " + number;
                    connection.write(bytes(message));
                    assertEquals(message, readString(connection, message.length()));
                  }
                }
              }));
    }
    clients.forEach(Coroutine::join);
    listener.close();
    server.join();
    assertFalse(listener.isOpen());
  }

  /** Client and server are on the same loop, which would stand still if one of them blocked it. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 1_000, 20_000_000})
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
            writer.join();
          }
          return null;
        });
    assertArrayEquals(sent, received);
  }

  @Test
  void buffers_areWrittenTogether() {
    String read =
        run(
            () -> {
              try (Pair pair = Pair.open()) {
                pair.client.write(bytes("a"), bytes(""), bytes("bc"), bytes("d"));
                return readString(pair.server, 4);
              }
            });
    assertEquals("abcd", read);
  }

  /** Each message is larger than what the sockets buffer, so the writers wait in the midst. */
  @Test
  void writes_ofSeveralCoroutines_areNotMixed() {
    int size = 8_000_000;
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
  void halfClose_endsTheInputOfThePeer_andLeavesTheOtherDirection() {
    String answer =
        run(
            () -> {
              try (Pair pair = Pair.open()) {
                pair.client.shutdownOutput();
                assertEquals(-1, pair.server.read(ByteBuffer.allocate(1)));
                pair.server.write(bytes("still here"));
                return readString(pair.client, 10);
              }
            });
    assertEquals("still here", answer);
  }

  @Test
  void write_afterTheEndOfTheOutput_isRefused() {
    run(
        () -> {
          try (Pair pair = Pair.open()) {
            pair.client.shutdownOutput();
            pair.client.shutdownOutput();
            assertOutputEnded(pair.client, bytes("a"));
            pair.server.write(bytes("hello"));
            assertEquals("hello", readString(pair.client, 5));
          }
          return null;
        });
  }

  /** The peer reads nothing, so the write waits for room. */
  @Test
  void shutdownOutput_endsAWriteThatWaits() {
    run(
        () -> {
          try (Pair pair = Pair.open()) {
            Coroutine<?> writer =
                scheduler.spawn(
                    () -> assertOutputEnded(pair.client, ByteBuffer.allocate(32 << 20)));
            awaitWait(writer, "writing to " + pair.client);
            pair.client.shutdownOutput();
            writer.join(PATIENCE);
          }
          return null;
        });
  }

  private static void assertOutputEnded(TcpConnection connection, ByteBuffer data) {
    IOException refused = assertThrows(IOException.class, () -> connection.write(data));
    assertEquals(IOException.class, refused.getClass());
    assertEquals("the output has ended by shutdownOutput: " + connection, refused.getMessage());
  }

  @Test
  void readFully_ofAnInputThatEnds_saysHowMuchCame() {
    EOFException end =
        run(
            () -> {
              try (Pair pair = Pair.open()) {
                pair.client.write(bytes("abc"));
                pair.client.close();
                return assertThrows(EOFException.class, () -> readString(pair.server, 10));
              }
            });
    assertTrue(end.getMessage().endsWith(" ended after 3 of 10 bytes"), end.getMessage());
  }

  // Limits, cancellation and close.

  @Test
  void read_withALimit_consumesNothingWhenItPasses() {
    String late =
        run(
            () -> {
              try (Pair pair = Pair.open()) {
                ByteBuffer buffer = ByteBuffer.allocate(4);
                assertThrows(
                    TimeoutException.class,
                    () -> Coroutines.withTimeout(MOMENT, () -> pair.server.read(buffer)));
                pair.client.write(bytes("late"));
                return readString(pair.server, 4);
              }
            });
    assertEquals("late", late);
  }

  @Test
  void accept_withALimit_losesNoConnection() {
    run(
        () -> {
          try (TcpListener listener = TcpListener.open(ANY_PORT)) {
            assertThrows(
                TimeoutException.class, () -> Coroutines.withTimeout(MOMENT, listener::accept));
            try (TcpConnection client = TcpConnection.connect(listener.localAddress());
                TcpConnection server = listener.accept()) {
              assertEquals(client.localAddress(), server.remoteAddress());
            }
          }
          return null;
        });
  }

  @Test
  void write_toAPeerThatReadsNothing_suspendsUntilTheLimit() {
    run(
        () -> {
          try (Pair pair = Pair.open()) {
            assertThrows(
                TimeoutException.class,
                () ->
                    Coroutines.withTimeout(
                        MOMENT, () -> pair.client.write(ByteBuffer.allocate(50_000_000))));
          }
          return null;
        });
  }

  @ParameterizedTest
  @CsvSource({
    "read, reading from the connection ",
    "write, writing to the connection ",
    "accept, a connection to ",
  })
  void cancel_endsAWait(String call, String wait) {
    run(
        () -> {
          try (Pair pair = Pair.open();
              TcpListener listener = TcpListener.open(ANY_PORT)) {
            Coroutine<?> waiting =
                scheduler.spawn(
                    () -> {
                      switch (call) {
                        case "read" -> pair.server.read(ByteBuffer.allocate(1));
                        case "write" -> pair.server.write(ByteBuffer.allocate(50_000_000));
                        default -> listener.accept().close();
                      }
                    });
            awaitWait(waiting, wait);
            waiting.cancel("enough");
            CompletionException cancelled =
                assertThrows(CompletionException.class, () -> waiting.join(PATIENCE));
            assertTrue(cancelled.getMessage().contains("enough"), cancelled.getMessage());
            TcpConnection.connect(listener.localAddress()).close();
            listener.accept().close(); // It has lost no connection.
          }
          return null;
        });
  }

  private static void awaitWait(Coroutine<?> coroutine, String what) {
    while (!coroutine.waitsFor().orElse("").startsWith(what)) {
      assertFalse(coroutine.state().isEnd(), coroutine::toString);
      Coroutines.delay(Duration.ofMillis(1));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"read", "write", "accept"})
  void close_endsThoseThatWait(String call) {
    Coroutine<Throwable> waiting =
        run(
            () -> {
              TcpListener listener = TcpListener.open(ANY_PORT);
              Pair pair = Pair.open();
              Coroutine<Throwable> waiter =
                  scheduler.spawn(
                      () ->
                          assertThrows(
                              AsynchronousCloseException.class,
                              () -> {
                                switch (call) {
                                  case "read" -> pair.server.read(ByteBuffer.allocate(1));
                                  case "write" ->
                                      pair.server.write(ByteBuffer.allocate(50_000_000));
                                  default -> listener.accept();
                                }
                              }));
              while (waiter.waitsFor().isEmpty()) {
                Coroutines.delay(Duration.ofMillis(1));
              }
              pair.server.close(); // First, since the close of the peer would reset it.
              pair.client.close();
              listener.close();
              listener.close();
              assertThrows(ClosedChannelException.class, listener::accept);
              assertThrows(
                  ClosedChannelException.class, () -> pair.server.read(ByteBuffer.allocate(1)));
              assertThrows(ClosedChannelException.class, () -> pair.server.write(bytes("a")));
              return waiter;
            });
    assertInstanceOf(AsynchronousCloseException.class, waiting.join());
  }

  /** The close comes at any time during a wait that begins; the reader must see it each time. */
  @Test
  void close_asAReaderBeginsToWait_isSeen() {
    SplittableRandom random = new SplittableRandom();
    for (int round = 0; round < 300; round++) {
      int spins = random.nextInt(3000);
      run(
          () -> {
            try (Pair pair = Pair.open()) {
              Coroutine<?> reader =
                  scheduler.spawn(
                      () ->
                          assertThrows(
                              ClosedChannelException.class,
                              () -> pair.server.read(ByteBuffer.allocate(1))));
              Thread closer =
                  Thread.ofPlatform()
                      .start(
                          () -> {
                            for (int left = spins; left > 0; left--) {
                              Thread.onSpinWait();
                            }
                            pair.server.close();
                          });
              reader.join();
              return closer.join(PATIENCE);
            }
          });
    }
  }

  /** The acceptor's loop rests in its selector, and nobody wakes it but the close. */
  @Test
  void close_freesThePortAtOnce() throws Exception {
    for (int round = 0; round < 20; round++) {
      TcpListener listener = TcpListener.open(ANY_PORT);
      Coroutine<?> acceptor =
          scheduler.spawn(
              () -> {
                assertThrows(
                    TimeoutException.class, () -> Coroutines.withTimeout(MOMENT, listener::accept));
                Coroutines.delay(Duration.ofDays(1));
              });
      while (!acceptor.waitsFor().orElse("").equals("a delay")) {
        Thread.onSpinWait();
      }
      listener.close();
      assertTrue(canListenSoon(listener.localAddress()), "the port is still bound");
      acceptor.cancel();
    }
  }

  @Test
  void close_endsAnAcceptorInOrder() {
    assertEndsInOrder(TcpListener::accept);
    assertEndsInOrder(
        listener -> {
          listener.close();
          return listener.accept();
        });
  }

  private interface Acceptor {
    TcpConnection accept(TcpListener listener) throws IOException;
  }

  /** Nobody joins the acceptor, so a failure would be logged when it ends. */
  private void assertEndsInOrder(Acceptor acceptor) {
    AtomicReference<Throwable> reported = new AtomicReference<>();
    try (CoroutineScheduler own =
        TestSchedulers.builder()
            .loops(1)
            .exceptionHandler((coroutine, failure) -> reported.set(failure))
            .build()) {
      TcpListener listener =
          own.spawn(
                  () -> {
                    TcpListener opened = TcpListener.open(ANY_PORT);
                    Coroutine<?> accepting = own.spawn(() -> acceptor.accept(opened));
                    while (accepting.waitsFor().isEmpty() && opened.isOpen()) {
                      Coroutines.delay(Duration.ofMillis(1));
                    }
                    return opened;
                  })
              .join();
      listener.close();
    }
    assertNull(reported.get());
  }

  /** The loop has the channel in its selector, and has no chance to select after the close. */
  @Tag("not-plain-thread")
  @Test
  void close_onTheLoopThatHasWaited_takesEffectBeforeItReturns() throws Exception {
    try (CoroutineScheduler one = TestSchedulers.oneLoop()) {
      one.spawn(
              () -> {
                TcpListener listener = TcpListener.open(ANY_PORT);
                assertThrows(
                    TimeoutException.class, () -> Coroutines.withTimeout(MOMENT, listener::accept));
                listener.close();
                SocketAddress address = listener.localAddress();
                assertThrows(ConnectException.class, () -> TcpConnection.connect(address));
                TcpListener.open(address).close();
              })
          .join(PATIENCE);
    }
  }

  private static boolean canListenSoon(SocketAddress address) throws Exception {
    for (int attempt = 0; attempt < 2000; attempt++) {
      try (TcpListener _ = TcpListener.open(address)) {
        return true;
      } catch (BindException notYet) {
        Thread.sleep(1);
      }
    }
    return false;
  }

  @Test
  void peerThatIsAlwaysReady_leavesTheLoopToOthers() throws Exception {
    try (CoroutineScheduler one = TestSchedulers.oneLoop();
        ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Coroutine<?> reader =
          one.spawn(
              () -> {
                try (TcpConnection connection =
                    TcpConnection.connect(server.getLocalSocketAddress())) {
                  ByteBuffer buffer = ByteBuffer.allocate(16);
                  while (true) {
                    connection.readFully(buffer.clear());
                  }
                }
              });
      Socket peer = server.accept();
      Thread flood =
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    byte[] bytes = new byte[100_000];
                    try {
                      while (true) {
                        peer.getOutputStream().write(bytes);
                      }
                    } catch (IOException over) {
                      // The test is over.
                    }
                  });
      one.spawn(() -> Coroutines.delay(MOMENT)).join(PATIENCE);
      reader.cancel();
      assertTrue(flood.join(PATIENCE));
      peer.close();
    }
  }

  @Test
  void write_afterOneThatWasCutOff_isRefused() {
    String refusal =
        run(
            () -> {
              ByteBuffer large = ByteBuffer.allocate(50_000_000);
              try (Pair pair = Pair.open()) {
                assertThrows(
                    TimeoutException.class,
                    () -> Coroutines.withTimeout(MOMENT, () -> pair.client.write(large)));
                return assertThrows(IOException.class, () -> pair.client.write(bytes("more")))
                    .getMessage();
              }
            });
    assertTrue(refusal.endsWith(" was cut off in the midst"), refusal);
  }

  /** One that has sent nothing yet has done no harm. */
  @Test
  void write_afterOneThatWasCancelledBeforeItsTurn_isSent() {
    run(
        () -> {
          try (Pair pair = Pair.open()) {
            Coroutine<?> first =
                scheduler.spawn(() -> pair.client.write(ByteBuffer.allocate(20_000_000)));
            awaitWait(first, "writing to ");
            Coroutine<?> second = scheduler.spawn(() -> pair.client.write(bytes("second")));
            awaitWait(second, "locking ");
            second.cancel();
            Coroutine<?> third = scheduler.spawn(() -> pair.client.write(bytes("third")));
            pair.server.readFully(ByteBuffer.allocate(20_000_000));
            assertEquals("third", readString(pair.server, 5));
            third.join();
          }
          return null;
        });
  }

  // Bad input and peers.

  @Test
  void whenReady_forOperationsThatAreNone_isRefused() {
    run(
        () -> {
          try (Pipe.SourceChannel source = Pipe.open().source()) {
            source.configureBlocking(false);
            for (int operation :
                new int[] {
                  0, SelectionKey.OP_WRITE, SelectionKey.OP_READ | SelectionKey.OP_WRITE
                }) {
              IllegalArgumentException refused =
                  assertThrows(
                      IllegalArgumentException.class,
                      () -> Suspension.whenReady(source, operation, () -> {}));
              assertEquals(
                  "operation must be one of those in the channel's validOps, 1: " + operation,
                  refused.getMessage());
            }
          }
          return null;
        });
  }

  @Test
  void whenReady_withAnActionThatThrows_leavesTheLoopAlive() throws Exception {
    try (LogCapture log = new LogCapture();
        CoroutineScheduler other = TestSchedulers.oneLoop()) {
      other
          .spawn(
              () -> {
                try (Pipe.SourceChannel source = ready()) {
                  Registration _ =
                      Suspension.whenReady(
                          source,
                          SelectionKey.OP_READ,
                          () -> {
                            throw new IllegalStateException("thrown");
                          });
                  while (log.lines().isEmpty()) {
                    Coroutines.delay(Duration.ofMillis(1));
                  }
                }
              })
          .join(PATIENCE);
      assertTrue(log.firstLine().contains("a task has thrown"), log.firstLine());
      assertFalse(other.stats().loops().getFirst().dead());
    }
  }

  /** Returns a pipe that has something to read. */
  private static Pipe.SourceChannel ready() throws IOException {
    Pipe pipe = Pipe.open();
    pipe.source().configureBlocking(false);
    try (Pipe.SinkChannel sink = pipe.sink()) {
      int _ = sink.write(bytes("a"));
    }
    return pipe.source();
  }

  @Test
  void addresses_thatCannotBeUsed_areNamed() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      SocketAddress address = taken.getLocalSocketAddress();
      BindException inUse = assertThrows(BindException.class, () -> TcpListener.open(address));
      assertEquals("cannot listen at " + address + ": Address already in use", inUse.getMessage());
    }
    InetSocketAddress unresolved = InetSocketAddress.createUnresolved("nowhere.invalid", 1);
    UnknownHostException unknown =
        assertThrows(UnknownHostException.class, () -> TcpListener.open(unresolved));
    assertEquals("the host must be resolved: nowhere.invalid", unknown.getMessage());
    run(() -> assertThrows(UnknownHostException.class, () -> TcpConnection.connect(unresolved)));
    IllegalArgumentException backlog =
        assertThrows(IllegalArgumentException.class, () -> TcpListener.open(ANY_PORT, 0));
    assertEquals("backlog must be at least 1: 0", backlog.getMessage());
  }

  @Test
  void connect_toAPortWithoutAServer_isRefused() {
    ConnectException refused =
        run(
            () -> {
              SocketAddress free;
              try (TcpListener listener = TcpListener.open(ANY_PORT)) {
                free = listener.localAddress();
              }
              ConnectException thrown =
                  assertThrows(ConnectException.class, () -> TcpConnection.connect(free));
              assertEquals(
                  "cannot connect to " + free + ": Connection refused", thrown.getMessage());
              return thrown;
            });
    assertInstanceOf(ConnectException.class, refused.getCause());
  }

  /** The system drops the attempts to connect when the backlog is full. */
  @Test
  void connect_toAServerThatDoesNotAnswer_heedsTheLimit() {
    int late =
        run(
            () -> {
              int timeouts = 0;
              List<TcpConnection> open = new ArrayList<>();
              try (TcpListener listener = TcpListener.open(ANY_PORT, 1)) {
                for (int attempt = 0; attempt < 5; attempt++) {
                  try {
                    open.add(
                        Coroutines.withTimeout(
                            Duration.ofMillis(200),
                            () -> TcpConnection.connect(listener.localAddress())));
                  } catch (TimeoutException noAnswer) {
                    timeouts++;
                  }
                }
                open.forEach(TcpConnection::close);
              }
              return timeouts;
            });
    assertTrue(late >= 2, () -> late + " of 5 have timed out");
  }

  /** The connection waits until there is a file for it. */
  @Test
  void accept_withoutAFreeFile_failsAndCanBeTriedAgain() throws Exception {
    String said = new FreshJvm(FewFilesProgram.class).withOpenFiles(200).run();
    String refusal = "Too many open files\n";
    assertEquals("hello\n" + refusal.repeat(3) + "late\nhello\n", said);
  }

  @Test
  void reset_inTheMidstOfARead_isAnIoException() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Coroutine<IOException> reader =
          scheduler.spawn(
              () -> {
                try (TcpConnection connection =
                    TcpConnection.connect(server.getLocalSocketAddress())) {
                  return assertThrows(
                      IOException.class, () -> connection.read(ByteBuffer.allocate(1)));
                }
              });
      Socket peer = server.accept();
      while (reader.waitsFor().isEmpty()) {
        Thread.onSpinWait();
      }
      peer.setSoLinger(true, 0); // The close resets the connection.
      peer.close();
      assertEquals("Connection reset", reader.join().getMessage());
    }
  }

  @Test
  void threadsThatAreNoCoroutine_areRefused_insteadOfBlocked() throws IOException {
    try (TcpListener listener = TcpListener.open(ANY_PORT)) {
      assertRefused("TcpListener.accept", listener::accept);
      assertRefused("TcpConnection.connect", () -> TcpConnection.connect(listener.localAddress()));
    }
    Pair pair = run(Pair::open);
    try (pair) {
      assertRefused("Connection.read", () -> pair.client.read(ByteBuffer.allocate(1)));
      assertRefused("Connection.write", () -> pair.client.write(ByteBuffer.allocate(32 << 20)));
    }
  }

  private static void assertRefused(String method, Executable call) {
    String message = assertThrows(IllegalStateException.class, call).getMessage();
    assertTrue(message.startsWith(method + " must be called inside a coroutine"), message);
  }

  @Test
  void yieldBeforeWait_isForCoroutinesThatAreThreads() {
    boolean isThread = TestSchedulers.ENGINE == Engine.PLAIN_THREAD;
    assertEquals(isThread, run(() -> Suspension.yieldBeforeWait()));
    assertFalse(Suspension.yieldBeforeWait());
  }

  @Test
  void byAVirtualClock_socketsAreRefused() {
    try (CoroutineScheduler virtual = TestSchedulers.on(new VirtualClock())) {
      Coroutine<UnsupportedOperationException> refused =
          virtual.spawn(
              () ->
                  assertThrows(
                      UnsupportedOperationException.class, () -> TcpListener.open(ANY_PORT)));
      String message = refused.join().getMessage();
      assertTrue(message.startsWith("TcpListener.open needs the system's clock"), message);
    }
  }

  // The rest.

  @Test
  void options_areThoseOfTheJdk() {
    run(
        () -> {
          try (Pair pair = Pair.open()) {
            for (Connection connection : List.of(pair.client, pair.server)) {
              assertTrue(connection.getOption(StandardSocketOptions.TCP_NODELAY), "the default");
              assertFalse(connection.getOption(StandardSocketOptions.SO_KEEPALIVE), "the default");
            }
            pair.client.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            pair.client.setOption(StandardSocketOptions.TCP_NODELAY, false);
            assertTrue(pair.client.getOption(StandardSocketOptions.SO_KEEPALIVE));
            assertFalse(pair.client.getOption(StandardSocketOptions.TCP_NODELAY));
            assertThrows(
                UnsupportedOperationException.class,
                () -> pair.client.setOption(StandardSocketOptions.IP_MULTICAST_LOOP, true));
            assertThrows(
                UnsupportedOperationException.class,
                () -> pair.client.getOption(StandardSocketOptions.IP_MULTICAST_LOOP));
          }
          return null;
        });
  }

  @Test
  void unixDomainSocket_withoutAServer_refuses(@TempDir Path folder) {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("socket"));
    run(
        () -> {
          ConnectException noFile =
              assertThrows(ConnectException.class, () -> TcpConnection.connect(address));
          assertEquals(
              "cannot connect to " + address + ": No such file or directory", noFile.getMessage());
          TcpListener.open(address).close();
          ConnectException noServer =
              assertThrows(ConnectException.class, () -> TcpConnection.connect(address));
          assertEquals(
              "cannot connect to " + address + ": Connection refused", noServer.getMessage());
          return null;
        });
  }

  @Test
  void unixDomainSocket_carriesMessages(@TempDir Path folder) {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("socket"));
    String message =
        run(
            () -> {
              try (TcpListener listener = TcpListener.open(address);
                  TcpConnection client = TcpConnection.connect(address);
                  TcpConnection server = listener.accept()) {
                assertEquals("the connection unnamed to " + address, client.toString());
                client.write(bytes("hello"));
                return readString(server, 5);
              }
            });
    assertEquals("hello", message);
  }

  @Test
  void severalAcceptors_getOneConnectionEach() {
    run(
        () -> {
          try (TcpListener listener = TcpListener.open(ANY_PORT)) {
            List<Coroutine<TcpConnection>> acceptors = new ArrayList<>();
            for (int number = 0; number < 10; number++) {
              acceptors.add(scheduler.spawn(listener::accept));
            }
            Coroutines.delay(MOMENT);
            List<TcpConnection> open = new ArrayList<>();
            for (int number = 0; number < 10; number++) {
              open.add(TcpConnection.connect(listener.localAddress()));
            }
            for (Coroutine<TcpConnection> acceptor : acceptors) {
              open.add(acceptor.join());
            }
            assertEquals(20, open.stream().map(TcpConnection::toString).distinct().count());
            open.forEach(TcpConnection::close);
          }
          return null;
        });
  }

  /** A message from another thread wakes a loop that rests in its selector. */
  @Test
  void messages_wakeALoopThatSelects() throws Exception {
    try (TcpListener listener = TcpListener.open(ANY_PORT)) {
      Coroutine<?> acceptor = scheduler.spawn(listener::accept);
      while (acceptor.waitsFor().isEmpty()) {
        Thread.onSpinWait();
      }
      for (int number = 0; number < 2000; number++) {
        int sent = number;
        assertEquals(number, scheduler.spawn(() -> sent).join(PATIENCE));
      }
      acceptor.cancel();
    }
  }

  @Test
  void delays_onALoopThatSelects_areNotRoundedToMilliseconds() {
    try (CoroutineScheduler fine =
        TestSchedulers.builder().loops(1).tick(Duration.ofNanos(100_000)).build()) {
      // A machine that is busy makes many late, and one that rounds makes all late.
      long quartile =
          fine.spawn(
                  () -> {
                    try (TcpListener listener = TcpListener.open(ANY_PORT)) {
                      Coroutine<?> acceptor = fine.spawn(listener::accept);
                      List<Long> took = new ArrayList<>();
                      for (int number = 0; number < 301; number++) {
                        long startNanos = System.nanoTime();
                        Coroutines.delay(Duration.ofNanos(200_000));
                        took.add(System.nanoTime() - startNanos);
                      }
                      acceptor.cancel();
                      return took.stream().sorted().skip(75).findFirst().orElseThrow();
                    }
                  })
              .join();
      assertTrue(quartile >= 200_000 && quartile < 900_000, () -> quartile + " ns");
    }
  }

  // Sockets that are left open.

  @Test
  void connection_thatItsCoroutineLeavesOpen_isClosedAndReported() throws Exception {
    try (LogCapture log = new LogCapture()) {
      AtomicLong read = new AtomicLong();
      run(
          () -> {
            try (TcpListener listener = TcpListener.open(ANY_PORT)) {
              Coroutine<?> forgetful =
                  scheduler.spawn(
                      () -> {
                        TcpConnection left = TcpConnection.connect(listener.localAddress());
                        left.write(bytes("a"));
                      });
              try (TcpConnection server = listener.accept()) {
                forgetful.join();
                assertEquals(1, server.read(ByteBuffer.allocate(2)));
                read.set(server.read(ByteBuffer.allocate(2)));
              }
            }
            return null;
          });
      assertEquals(-1, read.get());
      String line = log.firstLine();
      assertTrue(line.contains(" was left open, last by coroutine-"), line);
    }
  }

  /** The handler forgets its connection, while the server goes on. */
  @Test
  void connection_thatAServersHandlerLeavesOpen_isClosed() {
    LogCapture log = new LogCapture();
    int end =
        run(
            () -> {
              try (log;
                  TcpListener listener = TcpListener.open(ANY_PORT)) {
                Coroutine<?> server =
                    scheduler.spawn(
                        () -> {
                          while (true) {
                            TcpConnection connection = listener.accept();
                            scheduler.spawn(() -> connection.write(bytes("a")));
                          }
                        });
                try (TcpConnection first = TcpConnection.connect(listener.localAddress());
                    TcpConnection _ = TcpConnection.connect(listener.localAddress())) {
                  assertEquals("a", readString(first, 1));
                  int read = first.read(ByteBuffer.allocate(1));
                  server.cancel();
                  return read;
                }
              }
            });
    assertEquals(-1, end);
  }

  /** The helper ends long before the connection is used again. */
  @Test
  void connection_ofACoroutineThatLives_staysOpen_afterAHelperHasUsedIt() {
    String answer =
        run(
            () -> {
              try (Pair pair = Pair.open()) {
                scheduler.spawn(() -> pair.server.write(bytes("one"))).join();
                Coroutines.delay(Duration.ofMillis(1200));
                pair.server.write(bytes("two"));
                return readString(pair.client, 6);
              }
            });
    assertEquals("onetwo", answer);
  }

  @Test
  void socketsThatAreKeptOpen_orThatAThreadHasOpened_outliveTheirUsers() throws Exception {
    try (TcpListener listener = TcpListener.open(ANY_PORT)) {
      List<TcpConnection> pool =
          run(
              () -> {
                TcpConnection client = TcpConnection.connect(listener.localAddress());
                client.keepOpen();
                TcpConnection server = listener.accept();
                server.keepOpen();
                return List.of(client, server);
              });
      Thread.sleep(1200);
      assertTrue(listener.isOpen());
      String message =
          run(
              () -> {
                try (TcpConnection client = pool.getFirst();
                    TcpConnection server = pool.getLast()) {
                  client.write(bytes("hello"));
                  return readString(server, 5);
                }
              });
      assertEquals("hello", message);
    }
  }

  @Test
  void connection_thatWasHandedOver_outlivesItsOpener() {
    String answer =
        run(
            () -> {
              try (TcpListener listener = TcpListener.open(ANY_PORT)) {
                Event used = new Event();
                Event ended = new Event();
                Coroutine<?> opener =
                    scheduler.spawn(
                        () -> {
                          TcpConnection connection = TcpConnection.connect(listener.localAddress());
                          scheduler.spawn(
                              () -> {
                                try (connection) {
                                  connection.write(bytes("first"));
                                  used.set();
                                  ended.await();
                                  connection.write(bytes("used"));
                                }
                              });
                          used.await();
                        });
                try (TcpConnection server = listener.accept()) {
                  opener.join();
                  ended.set();
                  return readString(server, 9);
                }
              }
            });
    assertEquals("firstused", answer);
  }
}
