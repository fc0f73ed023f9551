package io.tourbillon.coroutine.net;

import static org.junit.jupiter.api.Assertions.assertFalse;

import com.sun.management.UnixOperatingSystemMXBean;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.SpawnOptions;
import io.tourbillon.coroutine.TestSchedulers;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Thousands of connections that two loops know are closed by coroutines of both at the same time.
 * Each close takes a lock of both selectors. If virtual threads waited for those locks, the loops
 * that must run them would wait behind them, for up to a second at a time: this would take minutes.
 */
@Tag("long")
@Tag("virtual-thread")
class CloseStormTest {
  private static final int MOST_CONNECTIONS = 4_000;
  private static final int OTHER_DESCRIPTORS = 500;
  private static final int ROUNDS = 3;
  private static final Duration MOMENT = Duration.ofMillis(20);
  private static final long MOST_MICROS = 5_000;

  /** Each end takes a file descriptor. */
  private static int connections() {
    long most =
        ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
            ? unix.getMaxFileDescriptorCount()
            : MOST_CONNECTIONS;
    return Math.clamp((most - OTHER_DESCRIPTORS) / 2, 100, MOST_CONNECTIONS);
  }

  private static void touch(TcpConnection connection) throws IOException {
    try {
      Coroutines.withTimeout(MOMENT, () -> connection.read(ByteBuffer.allocate(1)));
    } catch (TimeoutException nothingCame) {
      // Now the loop of this coroutine knows the connection.
    }
  }

  @Test
  @Timeout(60)
  void connections_thatTwoLoopsKnow_areClosedByBothInAMoment() throws Exception {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < ROUNDS; round++) {
      try (CoroutineScheduler scheduler = TestSchedulers.builder().loops(2).build()) {
        storm(scheduler, random, "seed " + seed);
      }
    }
  }

  private static void storm(CoroutineScheduler scheduler, SplittableRandom random, String seed)
      throws IOException {
    List<TcpConnection> all = connect(scheduler, connections());
    List<SpawnOptions> loops = loops(scheduler);
    List<Coroutine<?>> users = new ArrayList<>();
    for (SpawnOptions loop : loops) {
      all.forEach(each -> users.add(scheduler.spawn(loop, () -> touch(each))));
    }
    users.forEach(Coroutine::join);
    List<Coroutine<?>> closers = new ArrayList<>();
    for (TcpConnection each : all) {
      long micros = random.nextLong(MOST_MICROS);
      closers.add(
          scheduler.spawn(
              loops.get(random.nextInt(loops.size())),
              () -> {
                Coroutines.delay(micros, TimeUnit.MICROSECONDS);
                each.close();
              }));
    }
    closers.forEach(Coroutine::join);
    all.forEach(each -> assertFalse(each.isOpen(), seed));
  }

  /** Options for each of both loops; the carrier of a virtual thread tells which one it is. */
  private static List<SpawnOptions> loops(CoroutineScheduler scheduler) {
    Map<String, SpawnOptions> loops = new TreeMap<>();
    for (int key = 0; loops.size() < 2; key++) {
      SpawnOptions options = SpawnOptions.named("user").onLoop("key " + key);
      String thread = scheduler.spawn(options, () -> Thread.currentThread().toString()).join();
      loops.put(thread.substring(thread.indexOf('@')), options);
    }
    return List.copyOf(loops.values());
  }

  private static List<TcpConnection> connect(CoroutineScheduler scheduler, int count)
      throws IOException {
    ConcurrentLinkedQueue<TcpConnection> all = new ConcurrentLinkedQueue<>();
    try (TcpListener listener =
        TcpListener.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      Coroutine<?> acceptor =
          scheduler.spawn(
              () -> {
                for (int number = 0; number < count; number++) {
                  add(all, listener.accept());
                }
              });
      Coroutine<?> client =
          scheduler.spawn(
              () -> {
                for (int number = 0; number < count; number++) {
                  add(all, TcpConnection.connect(listener.localAddress()));
                }
              });
      client.join();
      acceptor.join();
    }
    return new ArrayList<>(all);
  }

  private static void add(ConcurrentLinkedQueue<TcpConnection> all, TcpConnection connection) {
    connection.keepOpen();
    all.add(connection);
  }
}
