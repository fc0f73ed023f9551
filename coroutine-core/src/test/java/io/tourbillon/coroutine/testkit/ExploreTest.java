package io.tourbillon.coroutine.testkit;

import static io.tourbillon.coroutine.TestSchedulers.ENGINE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Action;
import io.tourbillon.coroutine.Block;
import io.tourbillon.coroutine.CoroutineScope;
import io.tourbillon.coroutine.CoroutineScope.Policy;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.SpawnOptions;
import io.tourbillon.coroutine.sync.Mutex;
import io.tourbillon.coroutine.testkit.SimulationFailure.Reason;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Faults that only some orders of turns show are found, and can be reproduced. */
@Timeout(120)
@Tag("not-plain-thread") // No turns.
class ExploreTest {
  private static final int MANY = 300;

  private final Simulation simulation = new Simulation().engine(ENGINE).grace(Duration.ZERO);

  private SimulationFailure found(int runs, Block<RuntimeException> body) {
    return assertThrows(SimulationFailure.class, () -> simulation.explore(runs, body));
  }

  /** Reads the seed from the failure's message, which tells how to reproduce it. */
  private static long seedIn(SimulationFailure failure) {
    Matcher literal =
        Pattern.compile("to see it again: new Simulation\\(\\)\\.seed\\(0x([0-9A-F]+)L\\)")
            .matcher(String.valueOf(failure.getMessage()));
    assertTrue(literal.find(), failure::getMessage);
    return Long.parseUnsignedLong(literal.group(1), 16);
  }

  private static void assertIsReproducible(SimulationFailure failure) {
    assertFalse(String.valueOf(failure.getMessage()).contains("another way"), failure::getMessage);
  }

  private static void together(int count, Action part) {
    try (CoroutineScope scope = CoroutineScope.open(Policy.FAIL_FAST)) {
      for (int number = 0; number < count; number++) {
        scope.spawn(part);
      }
      scope.join();
    }
  }

  /** Reads, possibly lets others go first, and writes. */
  private static void countWithoutLock() {
    AtomicInteger counter = new AtomicInteger();
    together(
        2,
        () -> {
          int seen = counter.get();
          Coroutines.checkpoint();
          counter.set(seen + 1);
        });
    assertEquals(2, counter.get());
  }

  @Test
  void lostUpdate_isFound_andSeenAgainByItsSeed() {
    SimulationFailure failure = found(30, ExploreTest::countWithoutLock);
    assertEquals(Reason.BODY, failure.reason());
    assertIsReproducible(failure);
    Throwable cause = failure.getCause();
    AssertionError again =
        assertThrows(
            AssertionError.class,
            () -> simulation.seed(seedIn(failure)).run(ExploreTest::countWithoutLock));
    assertEquals(cause.getMessage(), again.getMessage());
  }

  /** The mutex is usually free, and locking it is a point at which others may go first. */
  @Test
  void lostUpdateBetweenLocks_isFound() {
    SimulationFailure failure =
        found(
            30,
            () -> {
              Mutex mutex = new Mutex();
              AtomicInteger counter = new AtomicInteger();
              together(
                  2,
                  () -> {
                    int seen = mutex.withLock(counter::get);
                    mutex.lock();
                    counter.set(seen + 1);
                    mutex.unlock();
                  });
              assertEquals(2, counter.get());
            });
    assertEquals(Reason.BODY, failure.reason());
  }

  @Test
  void counterBelowALock_isRightInAllOrders() {
    simulation.explore(
        MANY,
        () -> {
          Mutex mutex = new Mutex();
          AtomicInteger counter = new AtomicInteger();
          together(
              4,
              () ->
                  mutex.withLock(
                      () -> {
                        int seen = counter.get();
                        Coroutines.yieldNow();
                        counter.set(seen + 1);
                        return seen;
                      }));
          assertEquals(4, counter.get());
        });
  }

  /** A lock that checks, and takes later. */
  private static final class BrokenLock {
    private boolean taken;

    void lock() {
      while (taken) {
        Coroutines.yieldNow();
      }
      Coroutines.checkpoint();
      taken = true;
    }

    void unlock() {
      taken = false;
    }
  }

  @Test
  void brokenLock_isCaught() {
    SimulationFailure failure =
        found(
            30,
            () -> {
              BrokenLock lock = new BrokenLock();
              AtomicInteger inside = new AtomicInteger();
              together(
                  2,
                  () -> {
                    lock.lock();
                    assertEquals(1, inside.incrementAndGet(), "inside");
                    Coroutines.yieldNow();
                    inside.decrementAndGet();
                    lock.unlock();
                  });
            });
    assertTrue(String.valueOf(failure.getMessage()).contains("inside"), failure::getMessage);
    assertIsReproducible(failure);
  }

  /**
   * The dining philosophers.
   *
   * @param inOrder whether each takes the fork with the lower number first
   */
  private static void dine(int count, boolean inOrder) {
    Mutex[] forks = new Mutex[count];
    for (int number = 0; number < count; number++) {
      forks[number] = new Mutex("fork-" + number);
    }
    try (CoroutineScope scope = CoroutineScope.open(Policy.FAIL_FAST)) {
      for (int number = 0; number < count; number++) {
        int left = number;
        int right = (number + 1) % count;
        Mutex first = forks[inOrder ? Math.min(left, right) : left];
        Mutex second = forks[inOrder ? Math.max(left, right) : right];
        scope.spawn(
            SpawnOptions.named("philosopher-" + number),
            () -> first.withLock(() -> second.withLock(() -> "has eaten")));
      }
      scope.join();
    }
  }

  @Test
  void diningPhilosophers_comeToADeadlock_whichSaysWhoHoldsWhat() {
    SimulationFailure failure = found(MANY, () -> dine(3, false));
    assertEquals(Reason.DEADLOCK, failure.reason());
    assertIsReproducible(failure);
    assertTrue(
        String.valueOf(failure.getMessage()).contains("deadlock: nothing is due, and some wait"),
        failure::getMessage);
    assertTrue(
        String.valueOf(failure.getMessage()).contains("\ndeadlock: philosopher-0 waits for "),
        failure::getMessage);
    for (int number = 0; number < 3; number++) {
      int next = (number + 1) % 3;
      String line =
          "philosopher-"
              + number
              + " SUSPENDED for 0 s on locking fork-"
              + next
              + ", held by philosopher-"
              + next;
      assertTrue(String.valueOf(failure.getMessage()).contains(line), failure::getMessage);
    }
    SimulationFailure again =
        assertThrows(
            SimulationFailure.class,
            () -> simulation.seed(seedIn(failure)).run(() -> dine(3, false)));
    assertEquals(Reason.DEADLOCK, again.reason());
  }

  @Test
  void diningPhilosophers_whoTakeForksInOrder_eat() {
    simulation.explore(MANY, () -> dine(3, true));
  }

  @Test
  void endsOfTheSameTick_comeInAnyOrder() {
    Set<String> orders = new HashSet<>();
    simulation.explore(
        MANY,
        () -> {
          StringBuilder order = new StringBuilder();
          try (CoroutineScope scope = CoroutineScope.open(Policy.FAIL_FAST)) {
            for (String name : Set.of("a", "b", "c")) {
              scope.spawn(
                  () -> {
                    Coroutines.delay(Duration.ofMinutes(1));
                    order.append(name);
                  });
            }
            scope.join();
          }
          orders.add(order.toString());
        });
    assertEquals(6, orders.size(), orders::toString);
  }

  @Test
  void whatDependsOnMoreThanTheSeed_isNoticed() {
    AtomicInteger runs = new AtomicInteger();
    SimulationFailure failure = found(5, () -> assertTrue(runs.incrementAndGet() > 1, "the first"));
    assertTrue(
        String.valueOf(failure.getMessage())
            .contains("but a second run of that seed went another way: no failure after "),
        failure::getMessage);
  }

  @Test
  void runThatTakesTooLong_isNotRunAgain() {
    AtomicInteger runs = new AtomicInteger();
    SimulationFailure failure =
        assertThrows(
            SimulationFailure.class,
            () ->
                simulation
                    .limit(Duration.ofMillis(100))
                    .explore(
                        5,
                        () -> {
                          runs.incrementAndGet();
                          while (true) {
                            Coroutines.delay(Duration.ofHours(1));
                          }
                        }));
    assertEquals(Reason.LIMIT, failure.reason());
    assertEquals(1, runs.get());
  }

  @Test
  void runs_areAsManyAsAskedFor_fromTheSeedOn() {
    AtomicInteger runs = new AtomicInteger();
    simulation.explore(7, runs::incrementAndGet);
    assertEquals(7, runs.get());
    SimulationFailure failure =
        assertThrows(
            SimulationFailure.class,
            () -> simulation.seed(-1).explore(9, () -> assertTrue(runs.incrementAndGet() < 10)));
    assertEquals(1, seedIn(failure));
    assertTrue(
        String.valueOf(failure.getMessage()).startsWith("run 3 of 9 has failed with seed 0x1L: "),
        failure::getMessage);
  }
}
