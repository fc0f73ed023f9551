package io.tourbillon.coroutine.internal.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.TestSchedulers;
import io.tourbillon.coroutine.internal.dump.WaitForGraph.Edge;
import io.tourbillon.coroutine.internal.task.SuspendingCoroutine;
import io.tourbillon.coroutine.sync.Mutex;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Coroutines of two loops lock mutexes in an order that cannot end in a deadlock, while a thread
 * searches for deadlocks all the time. The search sees one wait after the other, which sometimes
 * looks like a deadlock.
 */
@Timeout(120)
class DeadlockRaceTest {
  private static final int LOOKS = 20_000;

  private final CoroutineScheduler scheduler = TestSchedulers.builder().loops(2).build();
  private final List<Mutex> mutexes = List.of(new Mutex("0"), new Mutex("1"), new Mutex("2"));
  private final List<SuspendingCoroutine<?>> coroutines = new ArrayList<>();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  /** Locks one mutex, or two in the order of their numbers. */
  private void lockSome(Random random) {
    int first = random.nextInt(mutexes.size());
    mutexes
        .get(first)
        .withLock(
            () -> {
              Coroutines.yieldNow();
              if (first + 1 < mutexes.size()) {
                int second = first + 1 + random.nextInt(mutexes.size() - first - 1);
                mutexes.get(second).withLock(Coroutines::yieldNow);
              }
            });
  }

  private void spawnThem(long seed) {
    Random random = new Random(seed);
    for (int number = 0; number < 8; number++) {
      Random mine = new Random(random.nextLong());
      coroutines.add(
          (SuspendingCoroutine<?>)
              scheduler.spawn(
                  () -> {
                    while (true) {
                      lockSome(mine);
                    }
                  }));
    }
  }

  @Test
  void search_inWhatIsNoDeadlock_findsNone() {
    long seed = System.nanoTime();
    spawnThem(seed);
    for (int look = 0; look < LOOKS; look++) {
      assertEquals(List.of(), WaitForGraph.cycles(coroutines), () -> "seed " + seed);
    }
  }

  /** The twin: accepts a cycle without checking it again. */
  @Test
  void searchThatDoesNotLookAgain_findsWhatIsNot() {
    spawnThem(1);
    List<List<Edge>> found = List.of();
    while (found.isEmpty()) {
      found = WaitForGraph.cycles(coroutines, cycle -> true);
    }
  }
}
