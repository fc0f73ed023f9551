package io.tourbillon.timer.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What holds when processes have different handlers, little room, or much to do. */
abstract class SharedContract {
  static final byte[] NONE = {};
  static final long PATIENCE_SECONDS = 30;

  /** The keys that have fired, in order. */
  final BlockingQueue<String> fired = new LinkedBlockingQueue<>();

  private final List<DurableTimers> opened = new ArrayList<>();

  abstract DataSource source() throws Exception;

  final DurableTimers.Builder builder() throws Exception {
    return DurableTimers.builder(source()).createSchema().lease(Duration.ofSeconds(2));
  }

  final DurableTimers open(DurableTimers.Builder builder) {
    DurableTimers timers = builder.build();
    opened.add(timers);
    return timers;
  }

  final void note(Firing firing) {
    fired.add(firing.key());
  }

  final String next() throws InterruptedException {
    String key = fired.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    assertTrue(key != null, "nothing has fired");
    return key;
  }

  static void await(BooleanSupplier condition) throws InterruptedException {
    for (int pause = 0; !condition.getAsBoolean() && pause < 1_000; pause++) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  static Instant in(long millis) {
    return Instant.now().plusMillis(millis);
  }

  final void execute(String sql) throws Exception {
    try (Connection connection = source().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @AfterEach
  void close() {
    opened.forEach(DurableTimers::close);
  }

  // Handlers that not all processes have.

  @Test
  void timerForTheHandlerOfAnotherProcess_firesThere_soon() throws Exception {
    DurableTimers one = open(builder().handler("h", this::note));
    await(() -> one.stats().ownedShards() > 0);
    DurableTimers other = open(builder().handler("other", this::note));
    long startNanos = System.nanoTime();
    other.schedule("h", "k", in(0), NONE).join();
    assertEquals("k", next());
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
    assertTrue(millis < 1_500, () -> millis + " ms");
    await(() -> one.stats().fired() > 0);
    assertEquals(1, one.stats().fired());
    assertEquals(Set.of(), other.stats().unknownHandlers());
  }

  @Test
  void processWithoutHandlers_ownsNoShards_andItsTimersFireElsewhere() throws Exception {
    DurableTimers schedules = open(builder());
    assertEquals(0, schedules.stats().ownedShards());
    DurableTimers fires = open(builder().handler("h", this::note));
    assertEquals(fires.stats().shards(), fires.stats().ownedShards());
    schedules.schedule("h", "k", in(100), NONE).join();
    assertEquals("k", next());
  }

  @Test
  void handlerThatNobodyHas_isReported_untilSomebodyHasIt() throws Exception {
    DurableTimers one = open(builder().handler("other", this::note));
    one.schedule("h", "k", in(0), NONE).join();
    assertEquals(Set.of("h"), one.stats().unknownHandlers());
    TimeUnit.MILLISECONDS.sleep(300);
    assertEquals(1, one.pending());
    one.close();
    open(builder().handler("h", this::note));
    assertEquals("k", next());
  }

  @Test
  void timersOfAHandlerThatNobodyHas_takeNoRoom_andFireWhenSomebodyHasIt() throws Exception {
    DurableTimers one = open(builder().maxLoaded(1_000).handler("other", this::note));
    List<CompletableFuture<Void>> written = new ArrayList<>();
    for (int number = 0; number < 1_100; number++) {
      written.add(one.schedule("h", "h" + number, in(0), NONE));
    }
    written.forEach(CompletableFuture::join);
    open(builder()).schedule("other", "k", in(0), NONE).join();
    assertEquals("k", next());
    await(() -> one.stats().loaded() == 0);
    assertEquals(0, one.stats().loaded());
    DurableTimers _ = open(builder().handler("h", this::note));
    if (one.stats().shards() == 1) {
      one.close();
    }
    for (int number = 0; number < 1_100; number++) {
      next();
    }
  }

  // Cancels between the check and the begin.

  /** An executor that keeps what it gets until it is told to run it. */
  private static final class HoldingExecutor implements Executor {
    private final Queue<Runnable> held = new ConcurrentLinkedQueue<>();

    @Override
    public void execute(Runnable task) {
      held.add(task);
    }

    void run() {
      for (Runnable task = held.poll(); task != null; task = held.poll()) {
        Thread.ofVirtual().start(task);
      }
    }
  }

  private DurableTimers held(HoldingExecutor executor) throws Exception {
    DurableTimers timers = open(builder().executor(executor).handler("h", this::note));
    timers.schedule("h", "k", in(0), NONE).join();
    await(() -> !executor.held.isEmpty());
    return timers;
  }

  @Test
  void cancel_whileTheExecutorHasNoThread_isObeyed() throws Exception {
    HoldingExecutor executor = new HoldingExecutor();
    DurableTimers timers = held(executor);
    assertTrue(timers.cancel("h", "k").join());
    executor.run();
    await(() -> timers.stats().superseded() > 0);
    assertEquals(List.of(), List.copyOf(fired));
    assertEquals(1, timers.stats().superseded());
  }

  @Test
  void cancelByAnotherProcess_whileTheExecutorHasNoThread_isObeyed() throws Exception {
    HoldingExecutor executor = new HoldingExecutor();
    DurableTimers timers = held(executor);
    assertTrue(open(builder()).cancel("h", "k").join());
    TimeUnit.MILLISECONDS.sleep(700); // A quarter of the lease is how old a check may be.
    executor.run();
    await(() -> timers.stats().superseded() > 0);
    assertEquals(List.of(), List.copyOf(fired));
    assertEquals(1, timers.stats().superseded());
  }

  /** Others do so after a step of the database's clock of more than an hour, forward. */
  @Test
  void nodeThatWasForgotten_registersItsHandlersAgain() throws Exception {
    DurableTimers _ = open(builder().handler("h", this::note).handler("i", this::note));
    assertEquals(2, count("tourbillon_handlers"));
    execute("DELETE FROM tourbillon_handlers");
    execute("DELETE FROM tourbillon_nodes");
    for (int pause = 0; count("tourbillon_handlers") < 2 && pause < 150; pause++) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
    assertEquals(2, count("tourbillon_handlers"));
    assertEquals(1, count("tourbillon_nodes"));
  }

  /** As after a step of the database's clock, backward. */
  @Test
  void timerThatIsDueLaterOnceItHasAThread_waitsUntilThen() throws Exception {
    HoldingExecutor executor = new HoldingExecutor();
    DurableTimers timers = held(executor);
    execute("UPDATE tourbillon_timers SET due = due + 2000000");
    TimeUnit.MILLISECONDS.sleep(700);
    executor.run();
    await(() -> timers.stats().running() == 0);
    assertEquals(List.of(), List.copyOf(fired));
    await(() -> !executor.held.isEmpty());
    executor.run();
    assertEquals("k", next());
  }

  @Test
  void timerThatHasWaitedForAThread_fires() throws Exception {
    HoldingExecutor executor = new HoldingExecutor();
    DurableTimers timers = held(executor);
    TimeUnit.MILLISECONDS.sleep(700);
    executor.run();
    assertEquals("k", next());
    await(() -> timers.pending() == 0);
    assertEquals(0, timers.pending());
  }

  // Room.

  @Test
  void timersThatWaitForRunningHandlers_areNotDroppedAsOverdue() throws Exception {
    HandlerOptions options =
        HandlerOptions.DEFAULT.withCatchUp(CatchUp.dropOlderThan(Duration.ofMillis(300)));
    DurableTimers timers =
        open(
            builder()
                .maxRunning(1)
                .handler(
                    "h",
                    options,
                    firing -> {
                      TimeUnit.MILLISECONDS.sleep(250);
                      note(firing);
                    }));
    for (int number = 0; number < 5; number++) {
      timers.schedule("h", "k" + number, in(200), NONE).join();
    }
    for (int number = 0; number < 5; number++) {
      next();
    }
    assertEquals(0, timers.stats().skipped());
  }

  @Test
  void timersThatAreReplacedWhileTheyWaitForRunningHandlers_leaveTheBacklog() throws Exception {
    CountDownLatch letGo = new CountDownLatch(1);
    DurableTimers busy =
        open(
            builder()
                .maxRunning(1)
                .handler("h", this::note)
                .handler("waits", firing -> letGo.await()));
    busy.schedule("waits", "w", in(0), NONE).join();
    await(() -> busy.stats().running() == 1);
    busy.schedule("h", "live", in(0), NONE).join();
    await(() -> busy.stats().backlog() == 1);
    for (int round = 0; round < 4; round++) {
      List<CompletableFuture<?>> changes = new ArrayList<>();
      for (int number = 0; number < 800; number++) {
        changes.add(busy.schedule("h", "k" + number, in(0), NONE));
      }
      changes.forEach(CompletableFuture::join);
      TimeUnit.MILLISECONDS.sleep(100); // All of them are due.
    }
    await(() -> busy.stats().backlog() < 2_000);
    assertTrue(busy.stats().backlog() < 2_000, busy.stats().backlog() + " wait");
    letGo.countDown();
    assertEquals("live", next());
    for (int number = 0; number < 800; number++) {
      next();
    }
  }

  @Test
  void timersThatAreAllDueAtOnce_areLoadedInPages_andAllFire() throws Exception {
    try (DurableTimers before = builder().build()) {
      List<CompletableFuture<Void>> written = new ArrayList<>();
      Instant due = in(0);
      for (int number = 0; number < 5_500; number++) {
        written.add(before.schedule("h", "k" + number, due, NONE));
      }
      written.forEach(CompletableFuture::join);
    }
    execute("DELETE FROM tourbillon_notices");
    CountDownLatch letGo = new CountDownLatch(1);
    DurableTimers timers =
        open(
            builder()
                .maxLoaded(1_000)
                .maxRunning(10)
                .handler(
                    "h",
                    firing -> {
                      letGo.await();
                      note(firing);
                    }));
    await(() -> timers.stats().running() == 10);
    TimeUnit.MILLISECONDS.sleep(1_500);
    assertTrue(timers.stats().loaded() <= 3_000, timers.stats().loaded() + " are loaded");
    letGo.countDown();
    for (int number = 0; number < 5_500; number++) {
      next();
    }
  }

  /** A process that was there, and too busy, gives its shards to another one. */
  @Test
  void timersThatWaitForRunningHandlers_areNotDropped_whenTheirShardsChangeHands()
      throws Exception {
    HandlerOptions options =
        HandlerOptions.DEFAULT.withCatchUp(CatchUp.dropOlderThan(Duration.ofMillis(800)));
    CountDownLatch letGo = new CountDownLatch(1);
    DurableTimers busy =
        open(
            builder()
                .maxRunning(1)
                .handler("h", options, this::note)
                .handler("waits", firing -> letGo.await()));
    busy.schedule("waits", "w", in(0), NONE).join();
    await(() -> busy.stats().running() == 1);
    for (int number = 0; number < 20; number++) {
      busy.schedule("h", "k" + number, in(0), NONE).join();
    }
    TimeUnit.MILLISECONDS.sleep(2_000);
    DurableTimers other = open(builder().handler("h", options, this::note));
    letGo.countDown();
    if (other.stats().shards() == 1) {
      busy.close();
    }
    for (int number = 0; number < 20; number++) {
      next();
    }
    assertEquals(0, busy.stats().skipped() + other.stats().skipped());
  }

  @Test
  void timerThatIsScheduledForThePast_isNotDroppedAsOverdue() throws Exception {
    HandlerOptions options =
        HandlerOptions.DEFAULT.withCatchUp(CatchUp.dropOlderThan(Duration.ofMillis(300)));
    DurableTimers timers = open(builder().handler("h", options, this::note));
    timers.schedule("h", "k", Instant.EPOCH, NONE).join();
    assertEquals("k", next());
  }

  @Test
  void cancelAll_ofMoreThanMayWait_isNotRefused() throws Exception {
    DurableTimers timers = open(builder().maxWaiting(10).handler("h", this::note));
    for (int number = 0; number < 60; number++) {
      timers.schedule("h", "k" + number, in(60_000), NONE).join();
    }
    assertEquals(60, timers.cancelAll("h", "k").get(PATIENCE_SECONDS, TimeUnit.SECONDS));
    assertEquals(0, timers.pending());
  }

  @Test
  void firingsWithTransactions_manyAtOnce_allCommitAtTheirFirstAttempt() throws Exception {
    execute("CREATE TABLE effects (key VARCHAR(100))");
    DurableTimers timers =
        open(
            builder()
                .handler(
                    "h",
                    firing -> {
                      try (PreparedStatement insert =
                          firing
                              .connection()
                              .prepareStatement("INSERT INTO effects (key) VALUES (?)")) {
                        insert.setString(1, firing.key());
                        insert.executeUpdate();
                      }
                      TimeUnit.MILLISECONDS.sleep(50);
                      note(firing);
                    }));
    List<CompletableFuture<Void>> written = new ArrayList<>();
    for (int number = 0; number < 80; number++) {
      written.add(timers.schedule("h", "k" + number, in(500), NONE));
    }
    written.forEach(CompletableFuture::join);
    for (int number = 0; number < 80; number++) {
      next();
      if (number % 10 == 0) { // The writer waits for one firing, not for all of them.
        timers.schedule("h", "later" + number, in(60_000), NONE).get(3, TimeUnit.SECONDS);
      }
    }
    await(() -> timers.pending() == 8);
    assertEquals(0, timers.stats().failed());
    assertEquals(80, count("effects"));
    assertEquals(8, timers.pending());
  }

  private int count(String table) throws Exception {
    try (Connection connection = source().getConnection();
        Statement statement = connection.createStatement();
        ResultSet count = statement.executeQuery("SELECT count(*) FROM " + table)) {
      count.next();
      return count.getInt(1);
    }
  }

  // Other transactions that hold what ours need.

  @Test
  void rowThatACallerHasLocked_holdsUpItsOwnChangesAlone_andForAsLongAsItIsLocked()
      throws Exception {
    DurableTimers timers = open(builder().handler("h", this::note));
    for (int number = 0; number < 200; number++) {
      timers.schedule("h", "locked" + number, in(60_000), NONE).join();
    }
    List<CompletableFuture<Void>> held = new ArrayList<>();
    try (Connection connection = source().getConnection()) {
      connection.setAutoCommit(false);
      boolean locksRows = connection.getMetaData().getDatabaseProductName().equals("PostgreSQL");
      for (int number = 0; number < 200; number++) {
        timers.schedule(connection, "h", "locked" + number, in(60_000), NONE);
      }
      timers.schedule(connection, "h", "new", in(60_000), NONE);
      for (int number = 0; number < 200; number++) {
        held.add(timers.schedule("h", "locked" + number, in(60_000), NONE));
      }
      held.add(timers.schedule("h", "new", in(60_000), NONE));
      if (locksRows) {
        for (int number = 0; number < 200; number++) {
          timers.schedule("h", "free" + number, in(60_000), NONE).get(5, TimeUnit.SECONDS);
        }
      }
      TimeUnit.MILLISECONDS.sleep(500);
      assertFalse(held.stream().anyMatch(CompletableFuture::isDone));
      connection.commit();
    }
    long startNanos = System.nanoTime();
    for (CompletableFuture<Void> each : held) {
      each.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
    assertTrue(millis < 3_000, () -> millis + " ms");
  }

  // Bad input.

  @Test
  void durationsOutOfRange_areRefused_withTheRuleAndTheValue() {
    Duration endless = Duration.ofSeconds(Long.MAX_VALUE);
    assertEquals(
        "limit must be from PT0.001S to PT876000H: " + endless,
        assertThrows(IllegalArgumentException.class, () -> CatchUp.dropOlderThan(endless))
            .getMessage());
    assertThrows(
        IllegalArgumentException.class,
        () -> HandlerOptions.DEFAULT.withPauses(Duration.ofNanos(1), Duration.ofDays(1)));
    assertThrows(
        IllegalArgumentException.class,
        () -> HandlerOptions.DEFAULT.withPauses(Duration.ofDays(1), endless));
    HandlerOptions longest =
        HandlerOptions.DEFAULT.withPauses(Duration.ofDays(3_650), Duration.ofDays(3_650));
    assertEquals(TimeUnit.DAYS.toMicros(3_650), longest.pauseMicros(Integer.MAX_VALUE));
  }
}
