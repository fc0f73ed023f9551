package io.tourbillon.timer.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;

/** The network between a node and PostgreSQL stalls, is cut, and is slow. */
@Tag("programs")
@Tag("long")
class PostgresNetworkTest {
  private static final byte[] NONE = {};
  private static final Duration LEASE = Duration.ofSeconds(1);
  private static final Duration WRITE_LIMIT = Duration.ofSeconds(2);

  /** A statement that was sent before the stall may take its own limit, and one retry as well. */
  private static final Duration FUTURE_LIMIT = WRITE_LIMIT.plusSeconds(10);

  private static @Nullable PostgresServer server;

  private final TestReporter reporter;
  private final BlockingQueue<String> fired = new LinkedBlockingQueue<>();
  private LoopbackProxy proxy;
  private String url = "";

  PostgresNetworkTest(TestReporter reporter) throws Exception {
    this.reporter = reporter;
    proxy = LoopbackProxy.to(Objects.requireNonNull(server).port());
  }

  @BeforeAll
  static void startServer() throws Exception {
    server = PostgresServer.start();
  }

  @AfterAll
  static void stopServer() throws Exception {
    if (server != null) {
      server.remove();
    }
  }

  @BeforeEach
  void makeDatabase() throws Exception {
    url = Objects.requireNonNull(server).newDatabase();
  }

  @AfterEach
  void closeProxy() throws Exception {
    proxy.close();
  }

  private Databases direct() {
    return new Databases(url);
  }

  private Databases throughProxy() {
    return new Databases(
        url.replace(":" + Objects.requireNonNull(server).port() + "/", ":" + proxy.port() + "/"));
  }

  private DurableTimers open(Databases source) {
    return DurableTimers.builder(source)
        .createSchema()
        .lease(LEASE)
        .writeLimit(WRITE_LIMIT)
        .handler("h", firing -> fired.add(firing.key()))
        .build();
  }

  private static Instant in(long millis) {
    return Instant.now().plusMillis(millis);
  }

  private String next() throws InterruptedException {
    String key = fired.poll(20, TimeUnit.SECONDS);
    assertTrue(key != null, "nothing has fired");
    return key;
  }

  @Test
  void networkThatStalls_changesFailInTime_andItGoesOnByItself() throws Exception {
    try (DurableTimers timers = open(throughProxy())) {
      timers.schedule("h", "before", in(1_000), NONE).join();
      proxy.stall();
      List<CompletableFuture<?>> changes = new ArrayList<>();
      long startNanos = System.nanoTime();
      for (int number = 0; number < 10; number++) {
        changes.add(timers.schedule("h", "stalled" + number, in(60_000), NONE));
        changes.add(timers.cancel("h", "other" + number));
      }
      for (CompletableFuture<?> change : changes) {
        Throwable failure =
            assertThrows(
                    ExecutionException.class,
                    () -> change.get(FUTURE_LIMIT.toMillis(), TimeUnit.MILLISECONDS))
                .getCause();
        assertTrue(failure instanceof DurableTimersException, failure::toString);
      }
      assertTrue(System.nanoTime() - startNanos < FUTURE_LIMIT.toNanos());
      proxy.resume();
      assertEquals("before", next());
      timers.schedule("h", "after", in(0), NONE).get(20, TimeUnit.SECONDS);
      assertEquals("after", next());
    }
  }

  @Test
  void networkThatStallsForOneNode_anotherFires_andTheFirstFiresNothingTwice() throws Exception {
    BlockingQueue<String> others = new LinkedBlockingQueue<>();
    try (DurableTimers stalled = open(throughProxy());
        DurableTimers other =
            DurableTimers.builder(direct())
                .lease(LEASE)
                .handler("h", firing -> others.add(firing.key()))
                .build()) {
      ChangingNodes.await(() -> other.stats().ownedShards() == 32);
      for (int number = 0; number < 50; number++) {
        stalled.schedule("h", "k" + number, in(1_500 + number), NONE).join();
      }
      proxy.stall();
      long stalledNanos = System.nanoTime();
      ChangingNodes.await(() -> others.size() >= 50);
      assertEquals(50, others.size());
      long limitNanos = LEASE.plusMillis(1_550).plusSeconds(1).toNanos();
      assertTrue(System.nanoTime() - stalledNanos < limitNanos, "later than lease + 1 s");
      proxy.resume();
      ChangingNodes.await(() -> stalled.stats().ownedShards() == 32);
      assertEquals(32, stalled.stats().ownedShards());
      stalled.schedule("h", "after", in(0), NONE).get(20, TimeUnit.SECONDS);
      ChangingNodes.await(() -> fired.size() + others.size() >= 51);
      assertEquals(51, fired.size() + others.size());
    }
  }

  /** Nobody knows whether what was sent has been committed. */
  @Test
  void answersThatStall_changesEnd_andWhatTheySayIsTrue() throws Exception {
    try (ChangingNodes nodes = new ChangingNodes(WRITE_LIMIT, FUTURE_LIMIT)) {
      nodes.add(throughProxy(), LEASE);
      nodes.add(direct(), LEASE);
      for (int round = 0; round < 2; round++) {
        TimeUnit.MILLISECONDS.sleep(500 + nodes.random().nextInt(500));
        proxy.stallAnswers();
        TimeUnit.MILLISECONDS.sleep(500 + nodes.random().nextInt(2_000));
        proxy.cut();
        proxy.resume();
      }
      reporter.publishEntry(nodes.finish());
    }
  }

  @Test
  void connectionsThatAreCut_loseNothing() throws Exception {
    cutAgainAndAgain(10);
  }

  @Test
  @Timeout(600)
  void networkThatIsBrokenInAllWays_losesNothing() throws Exception {
    cutAgainAndAgain(300);
  }

  private void cutAgainAndAgain(int times) throws Exception {
    try (ChangingNodes nodes = new ChangingNodes(WRITE_LIMIT, FUTURE_LIMIT)) {
      nodes.add(throughProxy(), LEASE);
      nodes.add(direct(), LEASE);
      for (int round = 0; round < times; round++) {
        TimeUnit.MILLISECONDS.sleep(nodes.random().nextInt(500));
        switch (times > 10 ? nodes.random().nextInt(6) : 0) {
          case 1 -> proxy.stall();
          case 2 -> proxy.stallAnswers();
          case 3 -> proxy.delay(nodes.random().nextInt(40));
          case 4 -> proxy.resume();
          default -> proxy.cut();
        }
      }
      proxy.delay(0);
      proxy.resume();
      reporter.publishEntry(nodes.finish());
    }
  }

  @Test
  void networkThatIsSlow_timersFire_notEarly() throws Exception {
    proxy.delay(25);
    try (ChangingNodes nodes = new ChangingNodes(WRITE_LIMIT, FUTURE_LIMIT)) {
      // A heartbeat takes ten round trips of 50 ms, and happens three times a lease.
      nodes.add(throughProxy(), Duration.ofSeconds(4));
      ChangingNodes.await(() -> nodes.fired() > 50);
      assertTrue(nodes.fired() > 50);
      reporter.publishEntry(nodes.finish());
    }
  }

  @Test
  void close_whileTheNetworkStalls_ends() throws Exception {
    DurableTimers timers = open(throughProxy());
    timers.schedule("h", "k", in(60_000), NONE).join();
    proxy.stall();
    long startNanos = System.nanoTime();
    timers.close();
    // Half a minute, as documented.
    assertTrue(System.nanoTime() - startNanos < TimeUnit.SECONDS.toNanos(35));
    proxy.resume();
    try (DurableTimers next = open(direct())) {
      assertEquals(1, next.pending());
    }
  }
}
