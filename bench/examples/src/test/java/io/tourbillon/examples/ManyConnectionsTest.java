package io.tourbillon.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.UnixOperatingSystemMXBean;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.CoroutineScope;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.net.TcpConnection;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Thousands of connections on two loops, both ends of each, with a deadline for each read and
 * write. {@code -Dtests.connections=N} for more; each needs two files of the process.
 */
@Timeout(300)
class ManyConnectionsTest {
  private static final int MESSAGES = 5;
  private static final int MESSAGE_BYTES = 300;
  private static final int IDLERS_EACH = 10;

  /** Longer than the slowest of machines takes to answer while all the others connect. */
  private static final Duration PATIENCE = Duration.ofSeconds(100);

  private static final Duration IDLE_LIMIT = Duration.ofSeconds(1);

  private static int connections() {
    int asked = Integer.getInteger("tests.connections", 2_000);
    long files =
        ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
            ? unix.getMaxFileDescriptorCount() - unix.getOpenFileDescriptorCount()
            : Long.MAX_VALUE;
    return (int) Math.min(asked, files / 2 - 200);
  }

  @ParameterizedTest
  @EnumSource
  void connections_thatTalkAndPause_loseNoByte_andIdlersAreClosedInTime(Engine engine)
      throws Exception {
    int connections = connections();
    int idlers = connections / IDLERS_EACH;
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (CoroutineScheduler scheduler =
            CoroutineScheduler.builder().engine(engine).loops(2).build();
        EchoServer server = new EchoServer(scheduler, any, connections, PATIENCE);
        EchoServer impatient = new EchoServer(scheduler, any, connections, IDLE_LIMIT)) {
      Callable<Long> talker =
          () ->
              new EchoClient(server.address(), MESSAGES, MESSAGE_BYTES, pause(), PATIENCE)
                  .converse();
      Callable<Long> idler = () -> nanosBorne(impatient.address());
      Coroutine<List<Long>> talking = gather(scheduler, connections - idlers, talker);
      Coroutine<List<Long>> idling = gather(scheduler, idlers, idler);
      assertEquals(
          Collections.nCopies(connections - idlers, (long) MESSAGES * MESSAGE_BYTES),
          talking.join());
      assertEquals(idlers, idling.join().size());
      for (long nanos : idling.join()) {
        assertTrue(nanos >= IDLE_LIMIT.toNanos(), () -> "closed after ns: " + nanos);
      }
    }
  }

  private static Coroutine<List<Long>> gather(
      CoroutineScheduler scheduler, int count, Callable<Long> each) {
    return scheduler.spawn(() -> CoroutineScope.gather(Collections.nCopies(count, each)));
  }

  private static Duration pause() {
    return Duration.ofMillis(ThreadLocalRandom.current().nextInt(50, 200));
  }

  /** Says nothing, until the server has had enough of it. */
  private static long nanosBorne(InetSocketAddress server) throws Exception {
    long startNanos = System.nanoTime();
    try (TcpConnection connection =
        Coroutines.withTimeout(PATIENCE, () -> TcpConnection.connect(server))) {
      assertEquals(
          -1, Coroutines.withTimeout(PATIENCE, () -> connection.read(ByteBuffer.allocate(1))));
      return System.nanoTime() - startNanos;
    }
  }
}
