package io.tourbillon.timer.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What several processes on one PostgreSQL can rely on. */
@Tag("programs")
@Tag("long")
class PostgresSharedTest extends SharedContract {
  private static @Nullable PostgresServer server;

  private String url = "";

  @BeforeAll
  static void start() throws Exception {
    server = PostgresServer.start();
  }

  @AfterAll
  static void stop() throws Exception {
    if (server != null) {
      server.remove();
    }
  }

  @BeforeEach
  void makeDatabase() throws Exception {
    url = Objects.requireNonNull(server).newDatabase();
  }

  @Override
  DataSource source() {
    return new Databases(url);
  }

  @Test
  void timersInShardsOfAProcessWithoutTheirHandler_fireWhereItIs() throws Exception {
    // All timers are in shards of the first process when the second one comes.
    DurableTimers first = open(builder().handler("a", this::note));
    for (int number = 0; number < 50; number++) {
      first.schedule("b", "k" + number, in(0), NONE).join();
    }
    assertEquals(Set.of("b"), first.stats().unknownHandlers());
    DurableTimers second = open(builder().handler("b", this::note));
    for (int number = 0; number < 50; number++) {
      next();
    }
    await(() -> first.pending() == 0 && second.stats().fired() == 50);
    assertEquals(50, second.stats().fired());
    assertEquals(Set.of(), first.stats().unknownHandlers());
    // Timers whose owner dies go to the one that has the other handler, and from there to a third.
    second.schedule("b", "later", in(5_000), NONE).join();
    second.close();
    DurableTimers third = open(builder().handler("b", this::note));
    assertEquals("later", next());
    await(() -> third.stats().fired() > 0);
    assertEquals(1, third.stats().fired());
  }

  /** The timers of a shard that waits for its handlers would wait as well. */
  @Test
  void shardsThatAreGivenBack_areThoseInWhichNoHandlerRuns() throws Exception {
    CountDownLatch mayEnd = new CountDownLatch(1);
    try {
      DurableTimers first =
          open(builder().lease(Duration.ofSeconds(60)).handler("h", _ -> mayEnd.await()));
      for (int number = 0; number < 20; number++) {
        first.schedule("h", "k" + number, in(0), NONE).join();
      }
      await(() -> first.stats().running() == 20);
      DurableTimers second = open(builder().lease(Duration.ofSeconds(60)).handler("h", this::note));
      await(() -> second.stats().ownedShards() == 32);
      assertEquals(32, second.stats().ownedShards());
      assertEquals(20, first.stats().running());
    } finally {
      mayEnd.countDown();
    }
  }

  @Test
  void stepOfTheDatabasesClock_isNoticed() throws Exception {
    // A function of the same name comes before that of the database.
    execute("CREATE SCHEMA stepped");
    execute("CREATE TABLE stepped.step (seconds INT)");
    execute("INSERT INTO stepped.step VALUES (0)");
    execute(
        """
        CREATE FUNCTION stepped.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS
        'SELECT pg_catalog.clock_timestamp() + seconds * interval ''1 s'' FROM stepped.step'""");
    url += "&currentSchema=stepped,pg_catalog,public";
    DurableTimers timers = open(builder().handler("h", this::note));
    timers.schedule("h", "k", Instant.now().plusSeconds(3_000), NONE).join();
    execute("UPDATE stepped.step SET seconds = 3600");
    assertEquals("k", next());
    // Back: nobody waits for a lease that ends in an hour.
    execute("UPDATE stepped.step SET seconds = 0");
    timers.schedule("h", "now", in(0), NONE).join();
    assertEquals("now", next());
  }

  /** A way to the database whose connections can fall silent. */
  private static final class Proxy implements AutoCloseable {
    private final ServerSocket entrance = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();
    private final int target;

    /** Connections that were made before do not forward any more. */
    private volatile long silentBefore = Long.MIN_VALUE;

    Proxy(int target) throws IOException {
      this.target = target;
      Thread.ofPlatform().daemon().start(this::accept);
    }

    private void accept() {
      try {
        while (true) {
          Socket client = entrance.accept();
          Socket database = new Socket(InetAddress.getLoopbackAddress(), target);
          sockets.addAll(List.of(client, database));
          long madeNanos = System.nanoTime();
          Thread.ofPlatform().daemon().start(() -> forward(client, database, madeNanos));
          Thread.ofPlatform().daemon().start(() -> forward(database, client, madeNanos));
        }
      } catch (IOException closed) {
        // The test has ended.
      }
    }

    private void forward(Socket from, Socket to, long madeNanos) {
      byte[] buffer = new byte[8192];
      try {
        for (int read = from.getInputStream().read(buffer); read >= 0; ) {
          if (madeNanos < silentBefore) {
            return;
          }
          to.getOutputStream().write(buffer, 0, read);
          read = from.getInputStream().read(buffer);
        }
        to.close();
      } catch (IOException closed) {
        // The other end is closed.
      }
    }

    void fallSilent() {
      silentBefore = System.nanoTime();
    }

    @Override
    public void close() throws IOException {
      entrance.close();
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  /** The driver has no limit for a request that the network does not take. */
  @Test
  void requestThatIsTooLargeForASilentNetwork_isSentAgain() throws Exception {
    int port = Integer.parseInt(url.replaceAll(".*:(\\d+)/.*", "$1"));
    try (Proxy proxy = new Proxy(port)) {
      url = url.replace(":" + port + "/", ":" + proxy.entrance.getLocalPort() + "/");
      DurableTimers timers = open(builder().maxPayloadBytes(1 << 24).handler("h", this::note));
      timers.schedule("h", "before", in(0), NONE).join();
      assertEquals("before", next());
      proxy.fallSilent();
      timers.schedule("h", "k", in(100), new byte[1 << 24]).get(40, TimeUnit.SECONDS);
      assertEquals("k", next());
      timers.close();
    }
  }

  @Test
  void connectionsThatFallSilent_areReplaced() throws Exception {
    int port = Integer.parseInt(url.replaceAll(".*:(\\d+)/.*", "$1"));
    try (Proxy proxy = new Proxy(port)) {
      url = url.replace(":" + port + "/", ":" + proxy.entrance.getLocalPort() + "/");
      DurableTimers timers = open(builder().handler("h", this::note));
      timers.schedule("h", "before", in(0), NONE).join();
      assertEquals("before", next());
      proxy.fallSilent();
      long startNanos = System.nanoTime();
      timers.schedule("h", "k", in(100), NONE).get(20, TimeUnit.SECONDS);
      assertEquals("k", next());
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
      assertTrue(millis < 20_000, () -> millis + " ms");
      timers.close();
    }
  }
}
