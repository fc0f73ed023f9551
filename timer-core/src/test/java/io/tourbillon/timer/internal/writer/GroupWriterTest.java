package io.tourbillon.timer.internal.writer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.internal.store.Change;
import io.tourbillon.timer.internal.store.Row;
import io.tourbillon.timer.internal.store.Stores;
import io.tourbillon.timer.internal.store.TimerKey;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What becomes of changes whose transactions fail. */
class GroupWriterTest {
  private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(20);
  private static final int MOST = 5_000;
  private static final int MEBIBYTE = 1 << 20;

  private final TableInMemory table = new TableInMemory();
  private final GroupWriter writer = writer(LIMIT_NANOS);
  private final Thread thread = new Thread(writer, "writer");

  private static SQLException broken() {
    return new SQLException("broke", "08006");
  }

  private static SQLException locked() {
    return new SQLException("locked", "55P03");
  }

  private GroupWriter writer(long limitNanos) {
    return new GroupWriter(
        Stores.of(() -> table), 1_000, "node", MOST, 64L * MEBIBYTE, limitNanos, _ -> {});
  }

  @AfterEach
  void close() throws InterruptedException {
    writer.close();
    if (thread.getState() != Thread.State.NEW) {
      assertTrue(thread.join(Duration.ofSeconds(30)));
    }
  }

  /** A change whose end a future tells. */
  private static class Told extends Request {
    final CompletableFuture<Boolean> done = new CompletableFuture<>();

    Told(Change change) {
      super(change);
    }

    @Override
    protected void committed(boolean found, long sinceNanos) {
      done.complete(found);
    }

    @Override
    protected void committedAsReplaced() {
      done.complete(true);
    }

    @Override
    protected boolean failed(SQLException failure) {
      done.completeExceptionally(failure);
      return true;
    }

    boolean await() throws Exception {
      return done.get(30, TimeUnit.SECONDS);
    }
  }

  private Told submit(Change change) {
    Told told = new Told(change);
    writer.submit(told);
    return told;
  }

  private static Change.Put put(String key, int bytes) {
    return new Change.Put(new Row(new TimerKey("h", key), 0, 0, 0, bytes), new byte[bytes], false);
  }

  private static Change cancel(String key) {
    return new Change.Cancel(new TimerKey("h", key));
  }

  private List<Told> submitMany(int count) {
    return IntStream.range(0, count).mapToObj(number -> submit(put("k" + number, 1))).toList();
  }

  private static void awaitAll(List<Told> all) throws Exception {
    for (Told told : all) {
      assertTrue(told.await());
    }
  }

  /** The last one is told before it is counted as finished. */
  private void assertNoneWaits() throws InterruptedException {
    for (int pause = 0; writer.waiting() > 0 && pause < 1_000; pause++) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
    assertEquals(0, writer.waiting());
  }

  @Test
  void connectionThatBreaksAfterTheCommit_nothingIsWrittenTwice_andCancelsTellWhatTheyFound()
      throws Exception {
    submit(put("gone", 1));
    thread.start();
    AtomicBoolean broke = new AtomicBoolean();
    table.meet(
        new TableInMemory.Fate() {
          @Override
          public void before(List<? extends Change> changes) {}

          @Override
          public void after(List<? extends Change> changes) throws SQLException {
            if (changes.stream().anyMatch(Change.Cancel.class::isInstance)
                && broke.compareAndSet(false, true)) {
              throw broken();
            }
          }
        });
    Told none = submit(cancel("none"));
    assertFalse(none.await());
    broke.set(false);
    Told cancel = submit(cancel("gone"));
    assertTrue(cancel.await());
    assertTrue(broke.get());
    table.committed.forEach((change, times) -> assertEquals(1, times, change::toString));
  }

  @Test
  void connectionThatBreaksBeforeTheCommit_theBatchIsWrittenAgain() throws Exception {
    AtomicInteger left = new AtomicInteger(2);
    table.meet(
        _ -> {
          if (left.getAndDecrement() > 0) {
            throw broken();
          }
        });
    List<Told> all = submitMany(100);
    thread.start();
    awaitAll(all);
    assertEquals(3, table.transactions());
    table.committed.forEach((change, times) -> assertEquals(1, times, change::toString));
  }

  @Test
  void databaseThatIsBusy_getsTheSameBatchAgain_whole() throws Exception {
    AtomicInteger left = new AtomicInteger(3);
    table.meet(
        _ -> {
          if (left.getAndDecrement() > 0) {
            throw new SQLException("too many connections", "53300");
          }
        });
    List<Told> all = submitMany(500);
    thread.start();
    awaitAll(all);
    assertEquals(4, table.transactions());
    assertTrue(table.all().stream().allMatch(batch -> batch.size() == 500));
  }

  @Test
  void lockedRow_holdsUpNoOther_andIsWrittenWhenItsLockGoes() throws Exception {
    AtomicBoolean locked = new AtomicBoolean(true);
    table.meet(
        changes -> {
          if (locked.get()
              && changes.stream().anyMatch(change -> change.key().key().equals("k77"))) {
            throw locked();
          }
        });
    List<Told> all = submitMany(500);
    thread.start();
    Told guilty = all.get(77);
    for (Told told : all) {
      if (!told.equals(guilty)) {
        assertTrue(told.await());
      }
    }
    assertFalse(guilty.done.isDone());
    assertTrue(table.transactions() < 40, () -> table.transactions() + " transactions");
    locked.set(false);
    assertTrue(guilty.await());
  }

  @Test
  void manyLockedRows_areWrittenInFewTransactions_whenTheirLocksGo() throws Exception {
    AtomicBoolean locked = new AtomicBoolean(true);
    table.meet(
        _ -> {
          if (locked.get()) {
            throw locked();
          }
        });
    List<Told> all = submitMany(2_000);
    thread.start();
    TimeUnit.MILLISECONDS.sleep(600);
    int before = table.transactions();
    locked.set(false);
    awaitAll(all);
    int used = table.transactions() - before;
    assertTrue(used < 40, () -> used + " transactions");
  }

  @Test
  void changesOfAKeyThatIsParked_keepTheirOrder() throws Exception {
    AtomicBoolean locked = new AtomicBoolean(true);
    table.meet(
        _ -> {
          if (locked.get()) {
            throw locked();
          }
        });
    thread.start();
    List<Told> changes = new ArrayList<>();
    for (int number = 0; number < 20; number++) {
      changes.add(submit(put("k", 1)));
      TimeUnit.MILLISECONDS.sleep(5);
      changes.add(submit(cancel("k")));
    }
    locked.set(false);
    awaitAll(changes); // A cancel that came before its put would find nothing.
  }

  @Test
  void keyThatIsScheduledAgainAndAgain_isWrittenOnce_asTheLastCallSaid() throws Exception {
    List<Told> all = new ArrayList<>();
    for (int number = 0; number < 1_000; number++) {
      all.add(submit(put("hot", number)));
      all.add(submit(put("k" + number, 1)));
    }
    thread.start();
    awaitAll(all);
    List<Change> ofHot =
        table.all().stream()
            .flatMap(List::stream)
            .filter(change -> change.key().key().equals("hot"))
            .toList();
    assertEquals(all.get(1_998).change(), ofHot.getLast());
    assertTrue(ofHot.size() <= 3, () -> ofHot.size() + " transactions");
    assertNoneWaits();
  }

  @Test
  void schedulesAndCancelsOfAKey_keepTheirOrder() throws Exception {
    List<Told> all = new ArrayList<>();
    for (Change change :
        List.of(
            put("k", 1),
            put("k", 2),
            cancel("k"),
            put("k", 3),
            put("k", 4),
            put("k", 5),
            cancel("k"),
            put("k", 6))) {
      all.add(submit(change));
    }
    thread.start();
    awaitAll(all); // A cancel that came before its put would find nothing.
    List<Integer> written = table.all().stream().flatMap(List::stream).map(Change::bytes).toList();
    assertEquals(List.of(2, 0, 5, 0, 6), written);
  }

  /** Behind a change that must come first, schedules wait and are put together twice. */
  @Test
  void schedulesBehindAnotherChangeOfTheirKey_allEnd() throws Exception {
    for (boolean locked : List.of(false, true)) {
      AtomicBoolean fails = new AtomicBoolean(locked);
      table.meet(
          _ -> {
            if (fails.getAndSet(false)) {
              throw locked();
            }
          });
      Told cancel = submit(cancel("k"));
      List<Told> all = new ArrayList<>();
      for (int number = 0; number < 500; number++) {
        all.add(submit(put("k", number)));
      }
      if (!thread.isAlive()) {
        thread.start();
      }
      awaitAll(all);
      assertEquals(locked, cancel.await()); // The second one finds what the first turn has written.
      assertNoneWaits();
    }
  }

  @Test
  @Tag("long")
  void scheduleThatIsReplaced_isGivenUpAtItsOwnTime() throws Exception {
    GroupWriter brief = writer(TimeUnit.SECONDS.toNanos(8));
    table.meet(
        _ -> {
          throw broken();
        });
    Told old = new Told(put("k", 1));
    brief.submit(old);
    TimeUnit.SECONDS.sleep(4); // So much time is left for the rest, on a busy machine too.
    Told young = new Told(put("k", 2));
    brief.submit(young);
    Thread own = new Thread(brief, "brief");
    own.start();
    assertThrows(ExecutionException.class, old::await);
    table.meet(_ -> {});
    assertTrue(young.await());
    brief.close();
    assertTrue(own.join(Duration.ofSeconds(30)));
    assertEquals(0, brief.waiting());
    assertEquals(List.of(young.change()), List.copyOf(table.committed.keySet()));
  }

  @Test
  void valueThatTheDatabaseRefuses_isGivenUp_andTheOthersAreWritten() throws Exception {
    table.meet(
        changes -> {
          if (changes.stream().anyMatch(change -> change.key().key().equals("bad"))) {
            throw new SQLException("out of range", "22003");
          }
        });
    List<Told> all = submitMany(100);
    Told bad = submit(put("bad", 1));
    thread.start();
    awaitAll(all);
    assertThrows(ExecutionException.class, bad::await);
  }

  @Test
  void batch_isBoundedInBytes_andAnyPayloadHasItsTurn() throws Exception {
    List<Told> all = new ArrayList<>();
    for (int number = 0; number < 20; number++) {
      all.add(submit(put("k" + number % 15, number == 7 ? 16 * MEBIBYTE : 1_500_000)));
    }
    thread.start();
    awaitAll(all);
    for (List<Change> batch : table.all()) {
      int bytes = batch.stream().mapToInt(Change::bytes).sum();
      assertTrue(batch.size() == 1 || bytes <= 4 * MEBIBYTE, () -> batch.size() + ": " + bytes);
    }
  }

  @Test
  void submit_beyondTheBounds_isRefused_withTheBound() {
    for (int number = 0; number < 3; number++) {
      submit(put("k" + number, 16 * MEBIBYTE));
    }
    String message =
        assertThrows(RejectedExecutionException.class, () -> submit(put("k", 17 * MEBIBYTE)))
            .getMessage();
    assertTrue(message.startsWith("changes that wait for their transaction may have 67,108,864"));
    for (int number = 3; number < MOST; number++) {
      submit(put("k" + number, 0));
    }
    assertThrows(RejectedExecutionException.class, () -> submit(put("k", 0)));
    writer.failRest();
    assertEquals(0, writer.waiting());
  }

  @Test
  void submitPatiently_waitsForRoom() throws Exception {
    for (int number = 0; number < MOST; number++) {
      submit(put("k" + number, 0));
    }
    Told patient = new Told(put("patient", 0));
    CountDownLatch began = new CountDownLatch(1);
    Thread waiter =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    began.countDown();
                    writer.submitPatiently(patient);
                  } catch (InterruptedException stopped) {
                    patient.done.completeExceptionally(stopped);
                  }
                });
    began.await();
    assertFalse(patient.done.isDone());
    thread.start();
    assertTrue(patient.await());
    waiter.join();
  }

  @Test
  void changeThatWasGivenUp_andTurnsOutToBeCommitted_isNotWrittenAgain() throws Exception {
    GroupWriter brief = writer(TimeUnit.MILLISECONDS.toNanos(200));
    AtomicBoolean broken = new AtomicBoolean(true);
    TableInMemory.Fate fate =
        new TableInMemory.Fate() {
          @Override
          public void before(List<? extends Change> changes) {}

          @Override
          public void after(List<? extends Change> changes) throws SQLException {
            if (broken.getAndSet(false)) {
              LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300)); // Beyond the limit.
              throw broken();
            }
          }
        };
    table.meet(fate);
    Told told = new Told(put("k", 1));
    brief.submit(told);
    Thread own = new Thread(brief, "brief");
    own.start();
    assertThrows(ExecutionException.class, told::await);
    Told next = new Told(put("other", 1));
    brief.submit(next);
    assertTrue(next.await());
    assertEquals(1, table.committed.get(told.change()));
    brief.close();
    assertTrue(own.join(Duration.ofSeconds(30)));
    assertEquals(0, brief.waiting());
  }

  /** Such as one whose timer can not be armed again, because a user's service was shut down. */
  @Test
  void requestThatFailsToFail_doesNotEndTheLoop() throws Exception {
    GroupWriter impatient = writer(0);
    Thread loop = new Thread(impatient, "impatient");
    table.meet(
        _ -> {
          throw broken();
        });
    impatient.submit(
        new Told(put("cursed", 1)) {
          @Override
          protected boolean failed(SQLException failure) {
            done.complete(false);
            throw new IllegalStateException("cannot even fail");
          }
        });
    Told other = new Told(put("other", 1));
    impatient.submit(other);
    loop.start();
    assertThrows(ExecutionException.class, other::await);
    table.meet(_ -> {});
    Told later = new Told(put("later", 1));
    while (!later.done.isDone()) {
      later = new Told(put("later", 1));
      impatient.submit(later);
      later.done.exceptionally(_ -> true).get(30, TimeUnit.SECONDS);
    }
    assertTrue(loop.isAlive());
    impatient.close();
    assertTrue(loop.join(Duration.ofSeconds(30)));
  }

  /** The database is away, and the one who closes does not wait for the loop any longer. */
  @Test
  void closeThatDoesNotWait_failsWhatTheLoopHasTaken_whoeverEndsFirst() throws Exception {
    for (boolean loopEndsFirst : List.of(true, false)) {
      CountDownLatch taken = new CountDownLatch(1);
      CountDownLatch mayGoOn = new CountDownLatch(1);
      GroupWriter closed = writer(LIMIT_NANOS);
      Thread loop = new Thread(closed, "closed");
      table.meet(
          _ -> {
            taken.countDown();
            boolean waits = true;
            while (waits) {
              try {
                mayGoOn.await();
                waits = false;
              } catch (InterruptedException ignored) {
                // A read of a socket ignores it, too.
              }
            }
            Thread.currentThread().interrupt();
            throw broken();
          });
      List<Told> all = new ArrayList<>();
      for (String key : List.of("a", "b", "a")) {
        Told told = new Told(put(key, 1));
        closed.submit(told);
        all.add(told);
      }
      loop.start();
      assertTrue(taken.await(30, TimeUnit.SECONDS));
      closed.close();
      if (loopEndsFirst) {
        mayGoOn.countDown();
        assertTrue(loop.join(Duration.ofSeconds(30)));
        closed.failRest();
      } else {
        closed.failRest();
        mayGoOn.countDown();
        assertTrue(loop.join(Duration.ofSeconds(30)));
      }
      for (Told told : all) {
        assertThrows(ExecutionException.class, told::await);
      }
    }
  }
}
