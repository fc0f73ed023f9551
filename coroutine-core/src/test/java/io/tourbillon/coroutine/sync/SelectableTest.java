package io.tourbillon.coroutine.sync;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static io.tourbillon.coroutine.channel.Select.on;
import static io.tourbillon.coroutine.channel.Select.onJoin;
import static io.tourbillon.coroutine.channel.Select.onReceive;
import static io.tourbillon.coroutine.channel.Select.onTimeout;
import static io.tourbillon.coroutine.channel.Select.with;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineDump;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Dumps;
import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.Selectable;
import io.tourbillon.coroutine.SpawnOptions;
import io.tourbillon.coroutine.Suspension;
import io.tourbillon.coroutine.TestSchedulers;
import io.tourbillon.coroutine.channel.Channel;
import io.tourbillon.coroutine.channel.Select;
import io.tourbillon.coroutine.channel.SelectCase;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A select of locks, permits, ticks and events, beside channels. */
class SelectableTest {
  private final CoroutineScheduler scheduler = TestSchedulers.builder().loops(2).build();
  private final Channel<String> values = Channel.rendezvous();
  private final Event event = new Event("stop");
  private final Mutex mutex = new Mutex("door");
  private final Semaphore permits = new Semaphore("pool", 2, 2);

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  private <T> Coroutine<T> waiting(Callable<T> body) {
    Coroutine<T> coroutine = scheduler.spawn(body);
    TestSchedulers.awaitSuspended(coroutine);
    return coroutine;
  }

  private SelectCase<String> onValue() {
    return onReceive(values, value -> value);
  }

  private Coroutine<String> waitingFor(Selectable<?> selectable) {
    return waiting(() -> Select.select(on(selectable, _ -> "taken"), onValue()));
  }

  private void assertLoses(Coroutine<String> selecting) throws Exception {
    assertTrue(values.trySend("value"));
    assertEquals("value", selecting.join(PATIENCE));
  }

  @Test
  void event_endsASelect_whenItIsSet() throws Exception {
    Coroutine<String> selecting = waitingFor(event.onSet());
    event.set();
    assertEquals("taken", selecting.join(PATIENCE));
    assertEquals("taken", Select.select(on(event.onSet(), _ -> "taken"), onValue()));
    assertFalse(values.trySend("nobody waits"));
  }

  @Test
  void waitGroup_endsASelect_atZero() throws Exception {
    WaitGroup group = new WaitGroup();
    group.add(2);
    Coroutine<String> selecting = waitingFor(group.onZero());
    group.done();
    assertLoses(selecting);
    Coroutine<String> again = waitingFor(group.onZero());
    group.done();
    assertEquals("taken", again.join(PATIENCE));
  }

  @Test
  void chosenMutex_isHeldByTheCaller() {
    boolean held =
        scheduler
            .spawn(
                () -> {
                  boolean inside = Select.select(on(mutex.onLock(), Mutex::isHeldByCaller));
                  mutex.unlock();
                  return inside;
                })
            .join();
    assertTrue(held);
    assertFalse(mutex.isLocked());
  }

  @Test
  void mutexThatWasNotChosen_isFree_andGoesToTheNext() throws Exception {
    mutex.lock();
    Coroutine<String> selecting = waitingFor(mutex.onLock());
    Coroutine<String> next = waiting(() -> mutex.withLock(() -> "next"));
    assertLoses(selecting);
    mutex.unlock();
    assertEquals("next", next.join(PATIENCE));
    assertFalse(mutex.isLocked());
  }

  @Test
  void select_waitsInTheOrderOfArrival() throws Exception {
    mutex.lock();
    Coroutine<String> selecting =
        waiting(() -> Select.select(with(mutex.onLock(), () -> "" + mutex), onValue()));
    Coroutine<Boolean> later = waiting(() -> mutex.withLock(() -> selecting.state().isEnd()));
    mutex.unlock();
    assertTrue(selecting.join(PATIENCE).startsWith("door, held by "), selecting.join());
    boolean _ = later.join(PATIENCE);
  }

  @Test
  void with_givesBackWhateverTheFunctionThrows() {
    assertThrows(
        NumberFormatException.class,
        () -> Select.select(with(mutex.onLock(), () -> Integer.parseInt("none"))));
    assertThrows(
        NumberFormatException.class,
        () -> Select.select(with(permits.onAcquire(2), () -> Integer.parseInt("none"))));
    assertFalse(mutex.isLocked());
    assertEquals(2, permits.availablePermits());
  }

  @Test
  void with_holdsMeanwhile() {
    assertEquals(0, (int) Select.select(with(permits.onAcquire(2), permits::availablePermits)));
    ReadWriteMutex routes = new ReadWriteMutex("routes");
    assertEquals("routes, readers: 1", Select.select(with(routes.onReadLock(), routes::toString)));
    assertEquals(
        "routes, held by a writer", Select.select(with(routes.onWriteLock(), routes::toString)));
    assertEquals("routes, free", routes.toString());
  }

  @Test
  void losingRequest_letsThoseBehindItGo() throws Exception {
    permits.acquire();
    Coroutine<String> selecting = waitingFor(permits.onAcquire(2));
    Coroutine<?> behind = waiting(() -> permits.withPermit(() -> "one"));
    assertLoses(selecting);
    assertEquals("one", behind.join(PATIENCE));
    permits.release();
    assertEquals(2, permits.availablePermits());
  }

  @Test
  void cancelledSelect_leavesAllQueues() throws Exception {
    mutex.lock();
    permits.acquire(2);
    Coroutine<String> selecting =
        waiting(
            () ->
                Select.select(
                    on(mutex.onLock(), _ -> "locked"),
                    on(permits.onAcquire(), _ -> "acquired"),
                    on(event.onSet(), _ -> "set"),
                    onValue()));
    selecting.cancel();
    assertThrows(CompletionException.class, () -> selecting.join(PATIENCE));
    mutex.unlock();
    permits.release(2);
    event.set();
    assertFalse(mutex.isLocked());
    assertEquals(2, permits.availablePermits());
    assertFalse(values.trySend("nobody waits"));
  }

  @Test
  void selectWithoutPatience_doesNotQueue() {
    permits.acquire();
    for (int turn = 0; turn < 100; turn++) {
      assertEquals(
          "none",
          Select.select(
              on(permits.onAcquire(2), _ -> "acquired"),
              onValue(),
              onTimeout(Duration.ZERO, () -> "none")));
      assertTrue(permits.tryAcquire());
      permits.release();
    }
  }

  @Test
  void limit_endsASelectOfALock() {
    mutex.lock();
    Coroutine<String> late =
        scheduler.spawn(
            () ->
                Select.select(
                    on(mutex.onLock(), _ -> "locked"),
                    onTimeout(Duration.ofMillis(5), () -> "late")));
    assertEquals("late", late.join());
    mutex.unlock();
    assertFalse(mutex.isLocked());
  }

  @Test
  void holder_mustNotSelectItsOwnMutex() {
    mutex.lock();
    assertEquals(
        "a mutex must not be locked by its holder, which would wait for itself: " + mutex,
        assertThrows(
                IllegalStateException.class,
                () -> Select.select(on(mutex.onLock(), _ -> "locked"), onValue()))
            .getMessage());
  }

  @Test
  void severalThatCanTakePlace_areChosenAtRandom_orInOrder() {
    event.set();
    Set<String> chosen = new TreeSet<>();
    for (int turn = 0; turn < 200; turn++) {
      chosen.add(
          Select.select(
              with(permits.onAcquire(), () -> "permit"),
              with(mutex.onLock(), () -> "lock"),
              on(event.onSet(), _ -> "event")));
    }
    assertEquals(Set.of("permit", "lock", "event"), chosen);
    for (int turn = 0; turn < 100; turn++) {
      assertEquals(
          "event",
          Select.of(on(event.onSet(), _ -> "event"), with(mutex.onLock(), () -> "lock"))
              .biased()
              .await());
    }
  }

  @Test
  void endOfACoroutine_canBeACaseBesideALock() throws Exception {
    mutex.lock();
    Coroutine<String> awaited = waitingFor(event.onSet());
    Coroutine<String> selecting =
        waiting(
            () ->
                Select.select(
                    on(mutex.onLock(), _ -> "locked"), onJoin(awaited, end -> "end: " + end)));
    event.set();
    assertEquals("end: taken", selecting.join(PATIENCE));
    assertEquals(
        "end: taken",
        Select.select(
            on(new Event().onSet(), _ -> "set"),
            onJoin(awaited, end -> "end: " + end),
            onTimeout(Duration.ZERO, () -> "late")));
    mutex.unlock();
  }

  // Ticks.

  @Test
  void tick_isTakenIfItIsChosen_only() throws Exception {
    try (Ticker ticker = Ticker.every(Duration.ofSeconds(1))) { // Not due while they wait.
      for (int number = 1; number <= 3; number++) {
        assertLoses(waitingFor(ticker.onTick()));
      }
      Coroutine<Ticker.Tick> next =
          scheduler.spawn(() -> Select.select(on(ticker.onTick(), tick -> tick)));
      assertTrue(next.join(PATIENCE).latenessNanos() >= 0);
      assertTrue(ticker.next().number() > next.join().number());
    }
  }

  @Test
  void closedTicker_failsASelect() {
    Ticker ticker = Ticker.builder(Duration.ofHours(1)).name("clock").build();
    Coroutine<String> selecting = waitingFor(ticker.onTick());
    ticker.close();
    Throwable cause = assertThrows(CompletionException.class, selecting::join).getCause();
    assertEquals("clock is closed", cause.getMessage());
    assertFalse(values.trySend("nobody waits"));
  }

  @Test
  void shorterPeriod_wakesASelect() throws Exception {
    try (Ticker ticker = Ticker.every(Duration.ofHours(1))) {
      Coroutine<String> selecting = waitingFor(ticker.onTick());
      ticker.reset(Duration.ofMillis(1));
      assertEquals("taken", selecting.join(PATIENCE));
    }
  }

  @Test
  void secondCallerOfATicker_isRefused() throws Exception {
    try (Ticker ticker = Ticker.builder(Duration.ofHours(1)).name("clock").build()) {
      Coroutine<String> selecting = waitingFor(ticker.onTick());
      assertEquals(
          "a ticker must be used by one caller at a time: clock",
          assertThrows(
                  IllegalStateException.class,
                  () -> Select.select(on(ticker.onTick(), tick -> tick)))
              .getMessage());
      assertLoses(selecting);
    }
  }

  // Own primitives.

  /** Can be taken by nobody; refuses to enrol callers after an action. */
  private record Refusing(Runnable before) implements Selectable<String> {
    @Override
    public @Nullable String tryTake() {
      return null;
    }

    @Override
    public Suspension.Registration enrol(Resumption<@Nullable String> taken) {
      before.run();
      throw new UnsupportedOperationException("no");
    }
  }

  @Test
  void caseThatCannotEnrol_failsTheSelect() {
    assertThrows(
        UnsupportedOperationException.class,
        () -> Select.select(on(new Refusing(() -> {}), _ -> ""), onValue()));
    assertFalse(values.trySend("nobody waits"));
  }

  /** The value was handed over before the failure, so it must not be lost. */
  @Test
  void caseThatFailsAfterAnotherHasTakenPlace_isOverruled() {
    Refusing late = new Refusing(() -> assertTrue(values.trySend("value")));
    assertEquals("value", Select.select(on(late, _ -> ""), onValue()));
  }

  // What others see.

  @Test
  void waitingSelect_saysWhatItWaitsFor() throws Exception {
    mutex.lock();
    Coroutine<String> selecting =
        waiting(
            () ->
                Select.select(
                    on(mutex.onLock(), _ -> "locked"), on(event.onSet(), _ -> "set"), onValue()));
    String text = selecting.waitsFor().orElseThrow();
    assertTrue(text.startsWith("a select of 3: locking door, held by "), text);
    assertTrue(text.contains(", or stop, not set, or receiving from channel-"), text);
    assertLoses(selecting);
    mutex.unlock();
  }

  /** Spawns a coroutine that locks some, waits until all have arrived, and then does the rest. */
  private Coroutine<?> holding(
      String name, List<Mutex> locks, Barrier arrived, Callable<String> then) {
    return scheduler.spawn(
        SpawnOptions.named(name),
        () -> {
          locks.forEach(Mutex::lock);
          try {
            int _ = arrived.await();
            return then.call();
          } finally {
            locks.forEach(Mutex::unlock);
          }
        });
  }

  @Test
  void selectThatOnlyOneHolderCanEnd_isInADeadlock() {
    Mutex other = new Mutex("other");
    Mutex third = new Mutex("third");
    Barrier arrived = new Barrier(2);
    Coroutine<?> a =
        holding(
            "a",
            List.of(mutex),
            arrived,
            () -> Select.select(with(other.onLock(), () -> ""), with(third.onLock(), () -> "")));
    Coroutine<?> b = holding("b", List.of(other, third), arrived, () -> mutex.withLock(() -> ""));
    while (Dumps.answered(scheduler, 1000).deadlocks().isEmpty()) {
      Thread.onSpinWait();
    }
    List<CoroutineDump.Deadlock> deadlocks = Dumps.answered(scheduler, 1000).deadlocks();
    assertEquals(1, deadlocks.size());
    assertTrue(deadlocks.getFirst().toString().contains("a select of 2: "), deadlocks::toString);
    a.cancel();
    b.cancel();
  }

  @Test
  void selectThatAnotherCaseCanEnd_isInNoDeadlock() throws Exception {
    Mutex other = new Mutex("other");
    Barrier arrived = new Barrier(2);
    Coroutine<?> a =
        holding(
            "a",
            List.of(mutex),
            arrived,
            () -> Select.select(with(other.onLock(), () -> ""), onValue()));
    Coroutine<?> b = holding("b", List.of(other), arrived, () -> mutex.withLock(() -> ""));
    while (!a.waitsFor().orElse("").startsWith("a select")
        || !b.waitsFor().orElse("").startsWith("locking")) {
      Thread.onSpinWait();
    }
    assertEquals(List.of(), Dumps.answered(scheduler, 1000).deadlocks());
    assertTrue(values.trySend("value"));
    Object _ = a.join(PATIENCE);
    Object _ = b.join(PATIENCE);
  }
}
