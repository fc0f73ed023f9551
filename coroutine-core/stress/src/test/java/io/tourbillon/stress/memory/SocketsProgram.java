package io.tourbillon.stress.memory;

import com.sun.management.UnixOperatingSystemMXBean;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.LoopStats;
import io.tourbillon.coroutine.net.TcpConnection;
import io.tourbillon.coroutine.net.TcpListener;
import io.tourbillon.coroutine.net.UdpSocket;
import java.io.EOFException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
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
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Coroutines that talk by sockets. A conversation may be cut short, as one side has no memory to
 * accept the connection or to go on; then the client begins another one. What must hold: every wait
 * ends, a conversation that ends in order has lost nothing, and no socket is left open.
 */
public final class SocketsProgram implements SweptProgram {
  private static final Duration LIMIT = Duration.ofMillis(5);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final long GREETING = 0x1234_5678_9abc_def0L;

  private static final int DATAGRAMS = 3;

  /** More conversations are not cut short by a few failures. */
  private static final int MOST_CONVERSATIONS = 20;

  /** A moment, until loops that have ended have closed what they had. */
  private static final long MOMENT_MILLIS = 100;

  /**
   * The open descriptors after the first run, in which the JDK opens what it keeps; -1 before that.
   * Used by one run after the other.
   */
  private static long kept = -1;

  private final Engine engine;
  private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final List<Coroutine<?>> coroutines = new CopyOnWriteArrayList<>();

  /** How many datagrams have come; some are sent twice. */
  private final AtomicInteger received = new AtomicInteger();

  private @Nullable CoroutineScheduler scheduler;
  private @Nullable TcpListener listener;
  private @Nullable UdpSocket datagrams;

  public SocketsProgram(String kind) {
    engine = Engine.valueOf(kind);
  }

  @FunctionalInterface
  private interface Effect {
    void run() throws Exception;
  }

  private static long descriptors() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        ? unix.getOpenFileDescriptorCount()
        : 0;
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
  private Coroutine<?> spawn(Effect body) {
    if (scheduler == null) {
      throw new IllegalStateException("prepare comes first");
    }
    while (true) {
      try {
        Coroutine<?> coroutine = scheduler.spawn(body::run);
        coroutines.add(coroutine);
        return coroutine;
      } catch (OutOfMemoryError refused) {
        Thread.onSpinWait();
      }
    }
  }

  /** Repeats an operation that has thrown for lack of memory. */
  private static void repeat(Effect effect) throws Exception {
    boolean done = false;
    while (!done) {
      try {
        effect.run();
        done = true;
      } catch (OutOfMemoryError full) {
        Thread.onSpinWait();
      }
    }
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

  private static void awaitUntil(BooleanSupplier condition) throws InterruptedException {
    long startNanos = System.nanoTime();
    while (!condition.getAsBoolean() && System.nanoTime() - startNanos < PATIENCE.toNanos()) {
      TimeUnit.MICROSECONDS.sleep(100);
    }
  }

  /** Sends back what each client sends, until the listener is closed. */
  private void serve() {
    while (true) {
      try (TcpConnection connection = listener().accept()) {
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

  private void converse() throws Exception {
    SocketAddress server = listener().localAddress();
    for (int conversation = 0; conversation < MOST_CONVERSATIONS; conversation++) {
      try (TcpConnection connection = TcpConnection.connect(server)) {
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
  private void timeOut(TcpConnection connection) throws Exception {
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
    try (UdpSocket socket = datagrams(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      for (int datagram = 0; datagram < DATAGRAMS; datagram++) {
        repeat(() -> socket.send(greeting(), datagrams().localAddress()));
        repeat(() -> Coroutines.delay(1, TimeUnit.MILLISECONDS));
      }
    }
  }

  private static UdpSocket datagrams(SocketAddress local) throws IOException {
    while (true) {
      try {
        return UdpSocket.open(local);
      } catch (OutOfMemoryError full) {
        Thread.onSpinWait();
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
    if (faults.isEmpty() && !scheduler.close(PATIENCE)) {
      faults.add("the scheduler does not end");
    }
    failures.forEach(failure -> faults.add("failed: " + failure));
    if (faults.isEmpty()) {
      checkDescriptors(faults);
    }
    if (!faults.isEmpty()) {
      AssertionError error = new AssertionError(faults.toString());
      failures.forEach(error::addSuppressed);
      throw error;
    }
  }

  private static void checkDescriptors(List<String> faults) throws InterruptedException {
    if (kept < 0) {
      TimeUnit.MILLISECONDS.sleep(MOMENT_MILLIS);
      kept = descriptors();
      return;
    }
    awaitUntil(() -> descriptors() <= kept);
    if (descriptors() > kept) {
      faults.add("descriptors are left: " + (descriptors() - kept));
    }
  }
}
