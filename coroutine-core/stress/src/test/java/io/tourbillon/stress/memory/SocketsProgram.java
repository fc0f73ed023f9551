package io.tourbillon.stress.memory;

import static io.tourbillon.stress.memory.Patience.again;
import static io.tourbillon.stress.memory.Patience.awaitUntil;
import static io.tourbillon.stress.memory.Patience.repeat;
import static io.tourbillon.stress.memory.Patience.requireNone;

import io.tourbillon.coroutine.Action;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.LoopStats;
import io.tourbillon.coroutine.net.Connection;
import io.tourbillon.coroutine.net.TcpConnection;
import io.tourbillon.coroutine.net.TcpListener;
import io.tourbillon.coroutine.net.TlsConnection;
import io.tourbillon.coroutine.net.UdpSocket;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Coroutines that talk by sockets. A conversation may be cut short, as one side has no memory to
 * accept the connection or to go on; then the client begins another one. What must hold: every wait
 * ends, a conversation that ends in order has lost nothing, and no socket is left open.
 */
public final class SocketsProgram implements SweptProgram {
  private static final Duration LIMIT = Duration.ofMillis(5);
  private static final long GREETING = 0x1234_5678_9abc_def0L;

  private static final int DATAGRAMS = 3;

  /** By which the client finds a session that it can resume. */
  private static final int PORT = 443;

  /** More conversations are not cut short by a few failures. */
  private static final int MOST_CONVERSATIONS = 20;

  private final Engine engine;
  private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final List<Coroutine<?>> coroutines = new CopyOnWriteArrayList<>();

  /** How many datagrams have come; some are sent twice. */
  private final AtomicInteger received = new AtomicInteger();

  /** Null for bare TCP. */
  private final @Nullable SSLContext tls;

  private @Nullable CoroutineScheduler scheduler;
  private @Nullable TcpListener listener;
  private @Nullable UdpSocket datagrams;

  /**
   * @param kind an engine, with {@code TLS} after it if the connections are encrypted
   */
  public SocketsProgram(String kind) {
    String[] words = kind.split(" ", -1);
    engine = Engine.valueOf(words[0]);
    tls = words.length > 1 ? LocalIdentity.CONTEXT : null;
  }

  @Override
  public void prepare() throws IOException {
    scheduler =
        CoroutineScheduler.builder()
            .engine(engine)
            .loops(1)
            .watchdog(Duration.ZERO)
            .exceptionHandler((_, failure) -> failures.add(failure))
            .build();
    SocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    listener = TcpListener.open(any);
    datagrams = UdpSocket.open(any);
  }

  private TcpListener listener() {
    if (listener == null) {
      throw new IllegalStateException("prepare comes first");
    }
    return listener;
  }

  private UdpSocket datagrams() {
    if (datagrams == null) {
      throw new IllegalStateException("prepare comes first");
    }
    return datagrams;
  }

  /** Spawns a coroutine; again, if there was no memory for it. */
  private Coroutine<?> spawn(Action body) throws Exception {
    if (scheduler == null) {
      throw new IllegalStateException("prepare comes first");
    }
    CoroutineScheduler spawning = scheduler;
    Coroutine<?> coroutine = again(() -> spawning.spawn(body));
    coroutines.add(coroutine);
    return coroutine;
  }

  @Override
  public void operate() throws Exception {
    spawn(this::serve);
    spawn(this::receive);
    Coroutine<?> client = spawn(this::converse);
    Coroutine<?> sender = spawn(this::send);
    await(client);
    await(sender);
    awaitUntil(() -> received.get() >= DATAGRAMS);
    // Once: nobody closes a socket twice.
    listener().close();
    datagrams().close();
    for (Coroutine<?> coroutine : coroutines) {
      await(coroutine);
    }
  }

  private static void await(Coroutine<?> coroutine) throws InterruptedException {
    awaitUntil(() -> coroutine.state().isEnd());
  }

  /** Sends back what each client sends, until the listener is closed. */
  private void serve() {
    while (true) {
      try (Connection connection = accepted(listener().accept())) {
        ByteBuffer all = ByteBuffer.allocate(Long.BYTES);
        repeat(() -> connection.readFully(all));
        all.flip();
        connection.write(all);
      } catch (ClosedChannelException closed) {
        return;
      } catch (Exception | OutOfMemoryError cutShort) {
        Thread.onSpinWait(); // The client notices.
      }
    }
  }

  private Connection accepted(TcpConnection connection) {
    return encrypted(connection, context -> TlsConnection.server(connection, context));
  }

  private Connection connected(TcpConnection connection) {
    return encrypted(
        connection, context -> TlsConnection.client(connection, context, LocalIdentity.HOST, PORT));
  }

  private Connection encrypted(
      TcpConnection connection, Function<SSLContext, Connection> encryption) {
    if (tls == null) {
      return connection;
    }
    try {
      return encryption.apply(tls);
    } catch (OutOfMemoryError full) {
      connection.close();
      throw full;
    }
  }

  private void converse() throws Exception {
    SocketAddress server = listener().localAddress();
    for (int conversation = 0; conversation < MOST_CONVERSATIONS; conversation++) {
      try (Connection connection = connected(TcpConnection.connect(server))) {
        if (connection instanceof TlsConnection encrypted) {
          encrypted.handshake();
        }
        timeOut(connection);
        connection.write(greeting());
        connection.shutdownOutput();
        ByteBuffer answer = ByteBuffer.allocate(Long.BYTES);
        repeat(() -> connection.readFully(answer));
        if (answer.getLong(0) != GREETING) {
          throw new AssertionError("the answer is " + answer.getLong(0));
        }
        return;
      } catch (IOException | OutOfMemoryError cutShort) {
        Thread.onSpinWait();
      }
    }
    throw new AssertionError("no conversation has come to its end");
  }

  private static ByteBuffer greeting() {
    return ByteBuffer.allocate(Long.BYTES).putLong(GREETING).flip();
  }

  /**
   * Nobody has sent anything: the read ends by its limit, and by the close of another coroutine.
   */
  private void timeOut(Connection connection) throws Exception {
    ByteBuffer nothing = ByteBuffer.allocate(1);
    repeat(
        () -> {
          try {
            int count = Coroutines.withTimeout(LIMIT, () -> connection.read(nothing));
            if (count < 0) {
              throw new EOFException("the server has given up");
            }
            throw new AssertionError("read " + nothing);
          } catch (TimeoutException expected) {
            Thread.onSpinWait();
          }
        });
    TcpConnection other = TcpConnection.connect(listener().localAddress());
    Coroutine<?> reader = spawn(() -> readUntilTheClose(other));
    repeat(() -> Coroutines.delay(1, TimeUnit.MILLISECONDS));
    other.close();
    repeat(reader::join);
  }

  private static void readUntilTheClose(TcpConnection connection) throws Exception {
    ByteBuffer nothing = ByteBuffer.allocate(1);
    repeat(
        () -> {
          try {
            int count = connection.read(nothing);
            if (count >= 0) {
              throw new AssertionError("read " + nothing);
            }
          } catch (ClosedChannelException expected) {
            Thread.onSpinWait();
          }
        });
  }

  /** Receives datagrams until the socket is closed. */
  private void receive() throws Exception {
    ByteBuffer datagram = ByteBuffer.allocate(Long.BYTES);
    while (datagrams().isOpen()) {
      try {
        repeat(() -> datagrams().receive(datagram.clear()));
        if (datagram.getLong(0) != GREETING) {
          throw new AssertionError("received " + datagram.getLong(0));
        }
        received.incrementAndGet();
      } catch (AsynchronousCloseException closed) {
        return;
      }
    }
  }

  private void send() throws Exception {
    SocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (UdpSocket socket = again(() -> UdpSocket.open(any))) {
      for (int datagram = 0; datagram < DATAGRAMS; datagram++) {
        repeat(() -> socket.send(greeting(), datagrams().localAddress()));
        repeat(() -> Coroutines.delay(1, TimeUnit.MILLISECONDS));
      }
    }
  }

  @Override
  public void check() throws Exception {
    List<String> faults = new ArrayList<>();
    if (scheduler == null) {
      throw new IllegalStateException("prepare comes first");
    }
    for (Coroutine<?> coroutine : coroutines) {
      await(coroutine);
      if (!coroutine.state().isEnd()) {
        faults.add(coroutine.name() + " has not ended: " + coroutine.waitsFor());
      }
    }
    if (received.get() < DATAGRAMS) {
      faults.add("datagrams received: " + received);
    }
    if (scheduler.stats().loops().stream().anyMatch(LoopStats::dead)) {
      faults.add("a loop has died");
    }
    if (faults.isEmpty() && !scheduler.close(Patience.LIMIT)) {
      faults.add("the scheduler does not end");
    }
    failures.forEach(failure -> faults.add("failed: " + failure));
    if (faults.isEmpty()) {
      Descriptors.check(faults);
    }
    requireNone(faults, failures);
  }
}
