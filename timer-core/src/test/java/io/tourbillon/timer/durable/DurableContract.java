package io.tourbillon.timer.durable;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What durable timers promise, on whichever database. */
abstract class DurableContract {
  static final byte[] NONE = {};
  private static final long PATIENCE_SECONDS = 30;

  /** What has fired, in order. */
  private record Fired(String key, String payload, int attempt, long fence, boolean early) {}

  private final BlockingQueue<Fired> fired = new LinkedBlockingQueue<>();
  private final List<DurableTimers> opened = new ArrayList<>();
  private @Nullable DurableTimers first;

  abstract DataSource source();

  final DurableTimers.Builder builder() {
    return DurableTimers.builder(source()).createSchema().lease(Duration.ofSeconds(2));
  }

  final DurableTimers open(DurableTimers.Builder builder) {
    DurableTimers timers = builder.build();
    opened.add(timers);
    return timers;
  }

  private DurableTimers timers() {
    DurableTimers known = first;
    if (known == null) {
      known = open(builder().handler("h", this::note));
      first = known;
    }
    return known;
  }

  private void note(Firing firing) {
    fired.add(
        new Fired(
            firing.key(),
            new String(firing.payload(), StandardCharsets.UTF_8),
            firing.attempt(),
            firing.fence(),
            firing.due().isAfter(Instant.now())));
  }

  private Fired next() throws InterruptedException {
    Fired one = fired.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    assertTrue(one != null, "nothing has fired");
    return one;
  }

  /** Waits for a condition for a while; the assertion that follows says what is wrong. */
  static void await(BooleanSupplier condition) throws InterruptedException {
    for (int pause = 0; !condition.getAsBoolean() && pause < 500; pause++) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  private void nothingFiresFor(long millis) throws InterruptedException {
    assertEquals(null, fired.poll(millis, TimeUnit.MILLISECONDS));
  }

  static Instant in(long millis) {
    return Instant.now().plusMillis(millis);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @BeforeEach
  void makeEffects() throws SQLException {
    execute("CREATE TABLE IF NOT EXISTS effects (key VARCHAR(100))");
    execute("DELETE FROM effects");
  }

  @AfterEach
  void close() {
    opened.forEach(DurableTimers::close);
  }

  final void execute(String sql) throws SQLException {
    try (Connection connection = source().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  static void addEffect(Connection connection, String key) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO effects (key) VALUES (?)")) {
      insert.setString(1, key);
      insert.executeUpdate();
    }
  }

  private int effects() throws SQLException {
    try (Connection connection = source().getConnection();
        Statement statement = connection.createStatement();
        ResultSet count = statement.executeQuery("SELECT count(*) FROM effects")) {
      count.next();
      return count.getInt(1);
    }
  }

  // Fire.

  @Test
  void timer_due_firesOnceWithItsPayload_andIsGone() throws Exception {
    timers().schedule("h", "k", in(300), bytes("päyload")).join();
    Fired one = next();
    assertEquals("k", one.key());
    assertEquals("päyload", one.payload());
    assertEquals(1, one.attempt());
    assertFalse(one.early());
    nothingFiresFor(500);
    assertEquals(0, timers().pending());
  }

  @Test
  void timers_many_eachFireOnce_noneEarly() throws Exception {
    List<CompletableFuture<Void>> written = new ArrayList<>();
    for (int number = 0; number < 2_000; number++) {
      written.add(timers().schedule("h", "k" + number, in(number % 1_000), NONE));
    }
    written.forEach(CompletableFuture::join);
    List<String> keys = new ArrayList<>();
    for (int number = 0; number < 2_000; number++) {
      Fired one = next();
      assertFalse(one.early(), one::toString);
      keys.add(one.key());
    }
    assertEquals(2_000, keys.stream().distinct().count());
    nothingFiresFor(200);
  }

  @Test
  void timer_inThePast_firesAtOnce() throws Exception {
    timers().schedule("h", "k", Instant.EPOCH, NONE).join();
    assertEquals("k", next().key());
  }

  @Test
  void timer_beyondTheWindow_firesWhenItComesNear() throws Exception {
    DurableTimers near = open(builder().window(Duration.ofSeconds(2)).handler("h", this::note));
    near.schedule("h", "k", in(3_500), NONE).join();
    nothingFiresFor(2_500);
    assertFalse(next().early());
  }

  @Test
  void fences_rise() throws Exception {
    timers().schedule("h", "a", in(0), NONE).join();
    Fired one = next();
    DurableTimers other = open(builder().handler("h", this::note));
    timers().close();
    other.schedule("h", "b", in(0), NONE).join();
    assertTrue(next().fence() > one.fence());
  }

  // Cancel and replace.

  @Test
  void cancel_ofAPendingTimer_isTrue_andItNeverFires() throws Exception {
    timers().schedule("h", "k", in(2_000), NONE).join();
    assertTrue(timers().cancel("h", "k").join());
    nothingFiresFor(2_500);
    assertFalse(timers().cancel("h", "k").join());
  }

  @Test
  void schedule_laterUnderTheSameKey_replaces() throws Exception {
    timers().schedule("h", "k", in(2_000), bytes("old")).join();
    timers().schedule("h", "k", in(3_000), bytes("new")).join();
    Fired one = next();
    assertEquals("new", one.payload());
    assertFalse(one.early());
    nothingFiresFor(300);
  }

  @Test
  void schedule_earlierUnderTheSameKey_replaces() throws Exception {
    timers().schedule("h", "k", in(2_000), bytes("old")).join();
    timers().schedule("h", "k", in(0), bytes("new")).join();
    assertEquals("new", next().payload());
    nothingFiresFor(2_500);
  }

  @Test
  void changesOfOneKey_atOnce_keepTheirOrder() throws Exception {
    List<CompletableFuture<?>> changes = new ArrayList<>();
    for (int number = 0; number < 100; number++) {
      changes.add(timers().schedule("h", "k", in(60_000), bytes("" + number)));
      changes.add(timers().cancel("h", "k"));
    }
    changes.add(timers().schedule("h", "k", in(0), bytes("last")));
    for (CompletableFuture<?> change : changes) {
      assertFalse(Boolean.FALSE.equals(change.get(PATIENCE_SECONDS, TimeUnit.SECONDS)));
    }
    assertEquals("last", next().payload());
    nothingFiresFor(300);
  }

  @Test
  void cancel_byAnotherProcess_isObeyed() throws Exception {
    DurableTimers other = open(builder());
    timers().schedule("h", "k", in(2_000), NONE).join();
    assertTrue(other.cancel("h", "k").join());
    nothingFiresFor(2_500);
  }

  @Test
  void schedule_byAnotherProcess_replaces() throws Exception {
    timers().schedule("h", "k", in(3_000), bytes("old")).join();
    DurableTimers other = open(builder().handler("h", this::note));
    other.schedule("h", "k", in(4_000), bytes("new")).join();
    Fired one = next();
    assertEquals("new", one.payload());
    assertFalse(one.early());
    nothingFiresFor(300);
  }

  @Test
  void cancelAll_removesThoseOfThePrefix() throws Exception {
    for (String key : List.of("a/1", "a/2", "a%", "b/1")) {
      timers().schedule("h", key, in(60_000), NONE).join();
    }
    assertEquals(2, timers().cancelAll("h", "a/").get(PATIENCE_SECONDS, TimeUnit.SECONDS));
    assertEquals(2, timers().pending());
    assertEquals(
        List.of("a%", "b/1"),
        timers().list("h", "", "", 10).stream().map(DurableTimer::key).toList());
    assertEquals(1, timers().list("h", "", "a%", 10).size());
  }

  @Test
  void find_returnsTheTimerOfThisKey() throws Exception {
    Instant due = in(60_000);
    timers().schedule("h", "k", due, bytes("x")).join();
    timers().schedule("h", "kk", due, NONE).join();
    DurableTimer found = timers().find("h", "k").orElseThrow();
    assertEquals("h k", found.handler() + " " + found.key());
    assertArrayEquals(bytes("x"), found.payload());
    assertFalse(found.dead());
    assertEquals(Optional.empty(), timers().find("h", "K"));
    assertEquals(Optional.empty(), timers().find("other", "k"));
    timers().cancel("h", "k").join();
    assertEquals(Optional.empty(), timers().find("h", "k"));
    assertThrows(IllegalArgumentException.class, () -> timers().find("h", ""));
  }

  @Test
  void list_findsThoseOfAPrefix_whateverItsLastCharacter() throws Exception {
    List<String> prefixes = List.of("a", "\ud7ff", "\ue000", "\uffff", "😀", "\udbff\udfff", "z");
    for (String prefix : prefixes) {
      for (String end : List.of("", "a", "\uffff", "\udbff\udfff")) {
        timers().schedule("h", prefix + end, in(60_000), NONE).join();
      }
    }
    for (String prefix : prefixes) {
      assertEquals(4, timers().list("h", prefix, "", 10).size(), prefix);
      assertEquals(3, timers().list("h", prefix, prefix, 10).size(), prefix);
    }
    assertEquals(4, timers().list("h", "z", "a", 10).size());
    assertEquals(0, timers().list("h", "a", "z", 10).size());
  }

  // Failures.

  @Test
  void handlerThatFails_isTriedAgain_andThenDead_andRevived() throws Exception {
    HandlerOptions options =
        HandlerOptions.DEFAULT
            .withAttempts(3)
            .withPauses(Duration.ofMillis(50), Duration.ofMillis(80));
    DurableTimers failing =
        open(
            builder()
                .handler(
                    "f",
                    options,
                    firing -> {
                      note(firing);
                      throw new IllegalStateException("the sink is away");
                    }));
    failing.schedule("f", "k", in(0), bytes("x")).join();
    for (int attempt = 1; attempt <= 3; attempt++) {
      assertEquals(attempt, next().attempt());
    }
    nothingFiresFor(400);
    await(() -> failing.stats().dead() == 1);
    DurableTimer dead = failing.listDead("f", "", "", 10).getFirst();
    assertEquals(3, dead.attempts());
    assertTrue(dead.dead());
    assertTrue(failing.find("f", "k").orElseThrow().dead());
    assertEquals("java.lang.IllegalStateException: the sink is away", dead.lastFailure());
    assertArrayEquals(bytes("x"), dead.payload());
    assertEquals(0, failing.pending());
    assertEquals(1, failing.stats().dead());
    failing.schedule("f", "k", in(0), NONE).join();
    assertEquals(1, next().attempt());
  }

  @Test
  void unknownHandler_timerIsKept_andFiresWhereItIsKnown() throws Exception {
    DurableTimers knowsNothing = open(builder());
    knowsNothing.schedule("h", "k", in(0), NONE).join();
    await(() -> !knowsNothing.stats().unknownHandlers().isEmpty());
    assertEquals(Set.of("h"), knowsNothing.stats().unknownHandlers());
    assertEquals(1, knowsNothing.pending());
    knowsNothing.close();
    timers();
    assertEquals("k", next().key());
  }

  // Transactions.

  @Test
  void handlerThatEndsTheTransactionItself_isRefused_andItsEffectRolledBack() throws Exception {
    for (String end : List.of("commit", "rollback", "setAutoCommit")) {
      AtomicReference<SQLException> refused = new AtomicReference<>();
      try (DurableTimers timers =
          builder()
              .handler(
                  "ends",
                  HandlerOptions.DEFAULT.withAttempts(1),
                  firing -> {
                    try (Connection connection = firing.connection()) {
                      addEffect(connection, end);
                      switch (end) {
                        case "commit" -> connection.commit();
                        case "rollback" -> connection.rollback();
                        default -> connection.setAutoCommit(true);
                      }
                    } catch (SQLException refusal) {
                      refused.set(refusal);
                      throw refusal;
                    }
                  })
              .build()) {
        timers.schedule("ends", end, in(0), NONE).join();
        await(() -> timers.stats().dead() == 1);
        assertEquals(1, timers.stats().dead());
        assertTrue(String.valueOf(refused.get()).contains("must not call " + end), end);
        assertEquals(0, effects());
      }
    }
  }

  /** A statement that fails ends a transaction of PostgreSQL, and not one of SQLite. */
  @Test
  void handlerThatCatchesAFailureOfItsTransaction_firesOnce_orHasFailed() throws Exception {
    execute("CREATE TABLE once (key VARCHAR(10) PRIMARY KEY)");
    execute("INSERT INTO once VALUES ('k')");
    HandlerOptions twice =
        HandlerOptions.DEFAULT
            .withAttempts(2)
            .withPauses(Duration.ofMillis(50), Duration.ofMillis(50));
    DurableTimers timers =
        open(
            builder()
                .handler(
                    "catches",
                    twice,
                    firing -> {
                      addEffect(firing.connection(), "before");
                      try (Statement insert = firing.connection().createStatement()) {
                        insert.execute("INSERT INTO once VALUES ('k')");
                      } catch (SQLException already) {
                        note(firing);
                      }
                    }));
    timers.schedule("catches", "k", in(0), NONE).join();
    await(() -> timers.stats().fired() + timers.stats().dead() == 1);
    assertEquals(0, timers.pending());
    if (timers.stats().fired() == 1) {
      assertEquals(1, effects());
    } else {
      assertEquals(0, effects());
      String text = String.valueOf(timers.find("catches", "k").orElseThrow().lastFailure());
      assertTrue(text.contains("it needs a savepoint"), text);
      assertEquals(2, timers.stats().failed());
    }
  }

  @Test
  void connectionOfAFiring_afterItsEnd_isRefused_andNothingIsHeld() throws Exception {
    BlockingQueue<Firing> leaked = new LinkedBlockingQueue<>();
    DurableTimers timers = open(builder().handler("leaks", leaked::add));
    timers.schedule("leaks", "k", in(0), NONE).join();
    await(() -> timers.stats().fired() == 1);
    Firing firing = Objects.requireNonNull(leaked.poll());
    String message = assertThrows(IllegalStateException.class, firing::connection).getMessage();
    assertTrue(message.contains("has ended"), message);
    timers.schedule("leaks", "next", in(0), NONE).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  @Test
  void connectionOfAFiring_mayBeClosedByTheHandler_andHasSavepoints() throws Exception {
    try (DurableTimers timers =
        builder()
            .handler(
                "closes",
                firing -> {
                  try (Connection connection = firing.connection()) {
                    addEffect(connection, "kept");
                    Savepoint before = connection.setSavepoint();
                    addEffect(connection, "undone");
                    connection.rollback(before);
                  }
                })
            .build()) {
      timers.schedule("closes", "k", in(0), NONE).join();
      await(() -> timers.stats().fired() == 1);
      assertEquals(1, timers.stats().fired());
      assertEquals(1, effects());
    }
  }

  @Test
  void cancelInATransaction_countsIfTheTransactionCommits() throws Exception {
    timers().schedule("h", "kept", in(2_000), NONE).join();
    timers().schedule("h", "gone", in(2_000), NONE).join();
    try (Connection connection = source().getConnection()) {
      connection.setAutoCommit(false);
      assertTrue(timers().cancel(connection, "h", "kept"));
      connection.rollback();
      assertTrue(timers().cancel(connection, "h", "gone"));
      assertFalse(timers().cancel(connection, "h", "gone"));
      connection.commit();
    }
    assertEquals("kept", next().key());
    nothingFiresFor(300);
  }

  @Test
  void transactionOfTheCaller_thatCommits_schedules() throws Exception {
    timers();
    try (Connection connection = source().getConnection()) {
      connection.setAutoCommit(false);
      addEffect(connection, "order");
      timers().schedule(connection, "h", "k", in(0), NONE);
      nothingFiresFor(400);
      connection.commit();
    }
    assertEquals("k", next().key());
    assertEquals(1, effects());
  }

  @Test
  void transactionOfTheCaller_thatRollsBack_schedulesNothing() throws Exception {
    try (Connection connection = source().getConnection()) {
      connection.setAutoCommit(false);
      timers().schedule(connection, "h", "k", in(0), NONE);
      connection.rollback();
    }
    nothingFiresFor(500);
    assertEquals(0, timers().pending());
  }

  @Test
  void connectionOfAFiring_makesEffectAndRemovalOne() throws Exception {
    AtomicInteger attempts = new AtomicInteger();
    HandlerOptions soon =
        HandlerOptions.DEFAULT.withPauses(Duration.ofMillis(50), Duration.ofMillis(50));
    DurableTimers timers =
        open(
            builder()
                .handler(
                    "t",
                    soon,
                    firing -> {
                      addEffect(firing.connection(), firing.key());
                      if (attempts.incrementAndGet() < 3) {
                        throw new IllegalStateException("rolls back");
                      }
                      note(firing);
                    }));
    timers.schedule("t", "k", in(0), NONE).join();
    assertEquals(3, next().attempt());
    await(() -> timers.pending() == 0);
    assertEquals(1, effects());
    nothingFiresFor(200);
  }

  /** Cancels a timer while its handler runs, and lets the handler go on with its work. */
  private DurableTimers cancelledWhileFiring(FiringHandler work) throws Exception {
    CountDownLatch began = new CountDownLatch(1);
    CountDownLatch cancelled = new CountDownLatch(1);
    DurableTimers timers =
        open(
            builder()
                .handler(
                    "t",
                    firing -> {
                      began.countDown();
                      cancelled.await();
                      work.fire(firing);
                    }));
    timers.schedule("t", "k", in(0), NONE).join();
    assertTrue(began.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
    assertTrue(timers.cancel("t", "k").join());
    cancelled.countDown();
    await(() -> timers.stats().superseded() > 0);
    assertEquals(1, timers.stats().superseded());
    return timers;
  }

  @Test
  void connectionOfAFiring_whoseTimerWasCancelled_isRefused() throws Exception {
    DurableTimers timers =
        cancelledWhileFiring(firing -> addEffect(firing.connection(), firing.key()));
    assertEquals(0, effects());
    assertEquals(0, timers.stats().fired());
  }

  @Test
  void connectionOfAFiring_thatWasRefused_isRefusedAgain() throws Exception {
    DurableTimers _ =
        cancelledWhileFiring(
            firing -> {
              assertThrows(DurableTimersException.class, firing::connection);
              addEffect(firing.connection(), firing.key());
            });
    assertEquals(0, effects());
  }

  /** As code does that catches an InterruptedException. */
  @Test
  void handlerThatLeavesItsInterruptStatusSet_endsItsTimer() throws Exception {
    DurableTimers timers =
        open(
            builder()
                .handler(
                    "i",
                    firing -> {
                      note(firing);
                      Thread.currentThread().interrupt();
                    }));
    timers.schedule("i", "k", in(0), NONE).join();
    assertEquals("k", next().key());
    await(() -> timers.pending() == 0);
    assertEquals(0, timers.pending());
  }

  @Test
  void failureWhoseTextNoDatabaseStores_isKeptAsOtherText() throws Exception {
    DurableTimers timers =
        open(
            builder()
                .handler(
                    "f",
                    HandlerOptions.DEFAULT.withAttempts(1),
                    firing -> {
                      throw new IllegalStateException("a\0b\ud800" + "c".repeat(2_000));
                    }));
    timers.schedule("f", "k", in(0), NONE).join();
    await(() -> timers.stats().dead() > 0);
    String text = timers.listDead("f", "", "", 1).getFirst().lastFailure();
    assertTrue(
        text != null && text.startsWith("java.lang.IllegalStateException: a\ufffdb\ufffdcc"), text);
  }

  /** Futures of one transaction whose users wait for one another. */
  @Test
  void dependentOfAChange_canWaitForAnotherChange() throws Exception {
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (int number = 0; number < 100; number++) {
      all.add(timers().schedule("h", "k" + number, in(60_000), NONE));
    }
    CompletableFuture<Void> last = all.getLast();
    CompletableFuture.allOf(
            all.stream().map(each -> each.thenRun(last::join)).toArray(CompletableFuture[]::new))
        .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    assertEquals(100, timers().pending());
  }

  // Life.

  @Test
  void timers_ofAServiceThatWasClosed_fireInTheNext() throws Exception {
    timers().schedule("h", "k", in(2_000), NONE).join();
    timers().close();
    nothingFiresFor(2_300);
    DurableTimers next = open(builder().handler("h", this::note));
    assertEquals("k", next().key());
    await(() -> next.stats().fired() > 0);
    assertEquals(1, next.stats().fired());
  }

  @Test
  void close_waitsForHandlers_andRefusesWhatComesLater() throws Exception {
    CountDownLatch began = new CountDownLatch(1);
    DurableTimers slow =
        open(
            builder()
                .handler(
                    "s",
                    firing -> {
                      began.countDown();
                      TimeUnit.MILLISECONDS.sleep(300);
                      note(firing);
                    }));
    slow.schedule("s", "k", in(0), NONE).join();
    assertTrue(began.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
    slow.close();
    assertEquals("k", next().key());
    assertThrows(
        RejectedExecutionException.class, () -> slow.schedule("s", "k", in(0), new byte[0]));
    timers();
    assertEquals(0, timers().pending());
  }

  @Test
  void shards_areSharedByTheProcessesThatLive() throws Exception {
    int all = timers().stats().shards();
    DurableTimers other = open(builder().handler("h", this::note));
    for (int pause = 0; pause < 1_000; pause++) {
      int owned = timers().stats().ownedShards() + other.stats().ownedShards();
      if (owned == all && (all == 1 || other.stats().ownedShards() == all / 2)) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
    throw new AssertionError(timers().stats() + " and " + other.stats());
  }

  // After an absence.

  private void leaveOverdue(int count) throws Exception {
    DurableTimers before = open(builder());
    for (int number = 0; number < count; number++) {
      before.schedule("h", "k" + number, in(-10_000 + number), bytes("" + number)).join();
    }
    before.close();
    execute("UPDATE tourbillon_timers SET written = written - 20000000");
  }

  @Test
  void overdueTimers_thatWereScheduledForThePast_fire() throws Exception {
    DurableTimers before = open(builder());
    before.schedule("h", "k", Instant.EPOCH, NONE).join();
    HandlerOptions options =
        HandlerOptions.DEFAULT.withCatchUp(CatchUp.dropOlderThan(Duration.ofSeconds(5)));
    DurableTimers _ = open(builder().handler("h", options, this::note));
    assertEquals("k", next().key());
  }

  @Test
  void overdueTimers_thatAreTooOld_areDropped() throws Exception {
    leaveOverdue(3);
    HandlerOptions options =
        HandlerOptions.DEFAULT.withCatchUp(CatchUp.dropOlderThan(Duration.ofSeconds(5)));
    DurableTimers late = open(builder().handler("h", options, this::note));
    await(() -> late.pending() == 0);
    assertEquals(0, late.pending());
    assertEquals(3, late.stats().skipped());
    nothingFiresFor(200);
  }

  @Test
  void overdueTimers_latestOnly_oneFires() throws Exception {
    leaveOverdue(3);
    HandlerOptions options = HandlerOptions.DEFAULT.withCatchUp(new CatchUp.LatestOnly());
    DurableTimers late = open(builder().handler("h", options, this::note));
    assertEquals("2", next().payload());
    await(() -> late.pending() == 0);
    nothingFiresFor(200);
    assertEquals(2, late.stats().skipped());
  }

  @Test
  void overdueTimers_latestOnly_theOneBeforeFires_ifTheLatestIsCancelled() throws Exception {
    leaveOverdue(3);
    HandlerOptions options = HandlerOptions.DEFAULT.withCatchUp(new CatchUp.LatestOnly());
    DurableTimers late = open(builder().handler("h", options, this::note));
    await(() -> late.stats().loaded() == 3);
    execute("DELETE FROM tourbillon_timers WHERE timer_key = 'k2'"); // As another process does.
    assertEquals("1", next().payload());
    await(() -> late.pending() == 0);
    nothingFiresFor(200);
    assertEquals(1, late.stats().skipped());
  }

  @Test
  void overdueTimers_paced_fireAtTheirRate() throws Exception {
    leaveOverdue(20);
    HandlerOptions options = HandlerOptions.DEFAULT.withCatchUp(CatchUp.paced(20));
    long startNanos = System.nanoTime();
    DurableTimers _ = open(builder().handler("h", options, this::note));
    for (int number = 0; number < 20; number++) {
      next();
    }
    assertTrue(System.nanoTime() - startNanos >= TimeUnit.MILLISECONDS.toNanos(800));
  }

  // Bad input.

  @Test
  void argumentsOutOfRange_areRefused_withTheRuleAndTheValue() {
    assertThrows(
        IllegalArgumentException.class, () -> timers().schedule("", "k", in(0), new byte[0]));
    assertThrows(
        IllegalArgumentException.class,
        () -> timers().schedule("h", "k".repeat(501), in(0), new byte[0]));
    assertThrows(
        IllegalArgumentException.class, () -> timers().schedule("h", "k\0", in(0), new byte[0]));
    assertThrows(
        IllegalArgumentException.class,
        () -> timers().schedule("h", "k\ud800", in(0), new byte[0]));
    assertEquals(
        "due must be from 1970 to 9999: " + Instant.MAX,
        assertThrows(
                IllegalArgumentException.class,
                () -> timers().schedule("h", "k", Instant.MAX, new byte[0]))
            .getMessage());
    assertEquals(
        "payload must have 65,536 bytes at most, and has 65,537",
        assertThrows(
                IllegalArgumentException.class,
                () -> timers().schedule("h", "k", in(0), new byte[65_537]))
            .getMessage());
  }

  @Test
  void keys_ofAllCharacters_areTheirOwn() throws Exception {
    List<String> keys =
        List.of("a", "A", "ä", "%", "_", "'", "\"", "\\", "{,}", "\n", "😀", " a", "NULL");
    for (String key : keys) {
      timers().schedule("h", key, in(60_000), bytes(key)).join();
    }
    assertEquals(keys.size(), timers().pending());
    for (String key : keys) {
      timers().schedule("h", key, in(0), bytes(key)).join();
      Fired one = next();
      assertEquals(key, one.key());
      assertEquals(key, one.payload());
    }
  }
}
