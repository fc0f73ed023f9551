package io.tourbillon.coroutine.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.TestSchedulers;
import io.tourbillon.timer.durable.DurableTimers;
import io.tourbillon.timer.durable.DurableTimersException;
import io.tourbillon.timer.durable.Firing;
import io.tourbillon.timer.durable.FiringHandler;
import io.tourbillon.timer.durable.HandlerOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class FiringCoroutinesTest {
  private static final String HANDLER = "h";
  private static final long PATIENCE_SECONDS = 60;

  @TempDir private Path folder;
  private final CoroutineScheduler scheduler = TestSchedulers.builder().loops(2).build();
  private @Nullable DurableTimers timers;

  @AfterEach
  void close() {
    if (timers != null) {
      timers.close();
    }
    scheduler.close(Duration.ZERO);
  }

  private DurableTimers.Builder builder(FiringHandler body) {
    HandlerOptions options =
        HandlerOptions.DEFAULT.withPauses(Duration.ofMillis(1), Duration.ofMillis(1));
    return DurableTimers.open(folder.resolve("timers.db"))
        .handler(HANDLER, options, FiringCoroutines.on(scheduler, body));
  }

  private void schedule(int count) {
    List<CompletableFuture<Void>> durable = new ArrayList<>();
    for (int timer = 0; timer < count; timer++) {
      durable.add(timers().schedule(HANDLER, "k" + timer, Instant.now(), new byte[0]));
    }
    durable.forEach(CompletableFuture::join);
  }

  private DurableTimers timers() {
    return Objects.requireNonNull(timers);
  }

  private static void await(CountDownLatch latch) throws InterruptedException {
    assertTrue(latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS), latch::toString);
  }

  /** How many of a kind of thing there are at once. */
  private static final class Crowd {
    private final AtomicInteger now = new AtomicInteger();
    final AtomicInteger most = new AtomicInteger();

    int enter() {
      int size = now.incrementAndGet();
      most.accumulateAndGet(size, Math::max);
      return size;
    }

    void leave() {
      now.decrementAndGet();
    }
  }

  @Test
  void firings_fiveThousandThatSleep_areInFlightAtOnce() throws Exception {
    int count = 5_000;
    CompletableFuture<Boolean> allAreThere = new CompletableFuture<>();
    CountDownLatch done = new CountDownLatch(count);
    Crowd crowd = new Crowd();
    timers =
        builder(
                firing -> {
                  if (crowd.enter() == count) {
                    allAreThere.complete(true);
                  }
                  Coroutines.await(allAreThere);
                  Coroutines.delay(Duration.ofSeconds(1));
                  done.countDown();
                })
            .maxRunning(count)
            .build();
    schedule(count);
    await(done);
    assertEquals(count, crowd.most.get());
  }

  @Test
  void firings_beyondTheLimit_wait() throws Exception {
    int count = 300;
    int limit = 20;
    CountDownLatch done = new CountDownLatch(count);
    Crowd crowd = new Crowd();
    timers =
        builder(
                firing -> {
                  crowd.enter();
                  Coroutines.delay(Duration.ofMillis(5));
                  crowd.leave();
                  done.countDown();
                })
            .maxRunning(limit)
            .build();
    schedule(count);
    await(done);
    assertTrue(crowd.most.get() <= limit, () -> crowd.most + " at once");
    assertTrue(crowd.most.get() > 1, () -> crowd.most + " at once");
  }

  @Test
  void firing_thatFailsAfterASuspension_isRetried() throws Exception {
    BlockingQueue<Integer> attempts = new LinkedBlockingQueue<>();
    CountDownLatch done = new CountDownLatch(1);
    timers =
        builder(
                firing -> {
                  attempts.add(firing.attempt());
                  Coroutines.delay(Duration.ofMillis(1));
                  if (firing.attempt() < 3) {
                    throw new IOException("on purpose");
                  }
                  done.countDown();
                })
            .build();
    schedule(1);
    await(done);
    assertEquals(List.of(1, 2, 3), List.copyOf(attempts));
    assertEquals(2, timers().stats().failed());
  }

  @Test
  void failure_ofTheBody_isThatOfTheAttempt() throws Exception {
    timers =
        DurableTimers.open(folder.resolve("timers.db"))
            .handler(
                HANDLER,
                HandlerOptions.DEFAULT.withAttempts(1),
                FiringCoroutines.on(
                    scheduler,
                    firing -> {
                      Coroutines.yieldNow();
                      throw new IOException("the shop is closed");
                    }))
            .build();
    schedule(1);
    long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (timers().stats().dead() == 0) {
      assertTrue(System.nanoTime() - deadlineNanos < 0);
      TimeUnit.MILLISECONDS.sleep(5);
    }
    String error = timers().listDead(HANDLER, "", "", 10).getFirst().lastFailure();
    assertEquals("java.io.IOException: the shop is closed", error);
  }

  @Test
  void close_whileCoroutinesAreSuspended_waitsForThem() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    AtomicInteger done = new AtomicInteger();
    timers =
        builder(
                firing -> {
                  begun.countDown();
                  Coroutines.delay(Duration.ofMillis(300));
                  done.incrementAndGet();
                })
            .build();
    schedule(1);
    await(begun);
    timers().close();
    assertEquals(1, done.get());
    try (DurableTimers next = builder(firing -> {}).build()) {
      assertEquals(0, next.pending(), "its end is durable");
    }
  }

  @Test
  void connection_inABlockingCall_commitsWithTheRemoval() throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    timers =
        builder(
                firing -> {
                  Coroutines.delay(Duration.ofMillis(1));
                  Coroutines.blocking(() -> insertInto(firing));
                  Coroutines.delay(Duration.ofMillis(1));
                  done.countDown();
                })
            .build();
    schedule(1);
    await(done);
    timers().close();
    try (var connection =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("timers.db"));
        Statement statement = connection.createStatement();
        var rows = statement.executeQuery("SELECT count(*) FROM effects")) {
      assertTrue(rows.next());
      assertEquals(1, rows.getInt(1));
    }
  }

  /** Each uses a thread for its calls, and none while it waits for its turn with the file. */
  @Test
  void connection_ofMoreFiringsThanBlockingThreads_allCommit() throws Exception {
    int firings = 100; // There are 64 threads.
    timers =
        builder(
                firing -> {
                  Connection connection = FiringCoroutines.connection(firing);
                  Coroutines.blocking(() -> insert(connection, firing.key()));
                  Coroutines.delay(Duration.ofMillis(1));
                  Coroutines.blocking(() -> insert(connection, firing.key()));
                })
            .build();
    try (Connection connection = database();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE effects (k TEXT)");
    }
    schedule(firings);
    for (int pause = 0; timers().stats().fired() < firings && pause < 2_000; pause++) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
    assertEquals(firings, timers().stats().fired());
    try (Connection connection = database();
        Statement statement = connection.createStatement();
        var rows = statement.executeQuery("SELECT count(*) FROM effects")) {
      assertTrue(rows.next());
      assertEquals(2 * firings, rows.getInt(1));
    }
  }

  @Test
  void connection_ofATimerThatIsGone_throwsWhatTheFiringThrows() throws Exception {
    BlockingQueue<Throwable> thrown = new LinkedBlockingQueue<>();
    timers =
        builder(
                firing -> {
                  try {
                    timers().cancel(HANDLER, firing.key()).join();
                    FiringCoroutines.connection(firing);
                  } catch (DurableTimersException gone) {
                    thrown.add(gone);
                  }
                })
            .build();
    schedule(1);
    assertInstanceOf(DurableTimersException.class, thrown.poll(PATIENCE_SECONDS, TimeUnit.SECONDS));
  }

  private Connection database() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("timers.db"));
  }

  private static boolean insert(Connection connection, String key) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement("INSERT INTO effects VALUES (?)")) {
      insert.setString(1, key);
      return insert.execute();
    }
  }

  private static boolean insertInto(Firing firing) throws SQLException {
    try (Statement statement = firing.connection().createStatement()) {
      statement.execute("CREATE TABLE effects (k TEXT)");
      return statement.execute("INSERT INTO effects VALUES ('k')");
    }
  }

  @Test
  void firing_whoseThreadIsInterrupted_cancelsItsCoroutine() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch cancelled = new CountDownLatch(1);
    ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    timers =
        builder(
                firing -> {
                  begun.countDown();
                  try {
                    Coroutines.delay(Duration.ofHours(1));
                  } finally {
                    cancelled.countDown();
                  }
                })
            .executor(executor)
            .build();
    schedule(1);
    await(begun);
    executor.shutdownNow();
    await(cancelled);
  }

  @Test
  void scheduler_thatIsClosed_isAFailedAttempt() throws Exception {
    timers = builder(firing -> {}).build();
    scheduler.close(Duration.ZERO);
    schedule(1);
    long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (timers().stats().failed() == 0) {
      assertTrue(System.nanoTime() - deadlineNanos < 0);
      TimeUnit.MILLISECONDS.sleep(5);
    }
    assertEquals(1, timers().pending() + timers().stats().dead(), "nothing is lost");
  }

  @Test
  void coroutine_ofAFiring_isNamedAfterHandlerAndKey() throws Exception {
    Set<String> names = ConcurrentHashMap.newKeySet();
    CountDownLatch done = new CountDownLatch(1);
    timers =
        builder(
                firing -> {
                  Coroutine<?> self = Coroutines.current();
                  names.add(self.name());
                  done.countDown();
                })
            .build();
    schedule(1);
    await(done);
    assertEquals(Set.of("h k0"), names);
  }
}
