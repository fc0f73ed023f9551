package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.CoroutineDump.Deadlock;
import io.tourbillon.coroutine.CoroutineScope.Policy;
import io.tourbillon.coroutine.generator.Generator;
import io.tourbillon.coroutine.sync.Barrier;
import io.tourbillon.coroutine.sync.Mutex;
import io.tourbillon.coroutine.sync.MutexCondition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Finds cycles of coroutines and threads that wait for each other, on two loops, and no others. */
@Timeout(120)
class DeadlockTest {
  private final CoroutineScheduler scheduler = TestSchedulers.builder().loops(2).build();
  private final Mutex left = new Mutex("left");
  private final Mutex right = new Mutex("right");

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  private Coroutine<?> spawn(String name, Action body) {
    return scheduler.spawn(SpawnOptions.named(name), body);
  }

  private static void await(Coroutine<?> coroutine, String what) {
    while (!coroutine.waitsFor().orElse("").startsWith(what)) {
      if (coroutine.state().isEnd()) {
        throw new AssertionError("it should wait: " + coroutine);
      }
      Thread.onSpinWait();
    }
  }

  private List<Deadlock> deadlocks() {
    return Dumps.answered(scheduler, 1000).deadlocks();
  }

  /** Waits until there is a deadlock, because threads do not report when they wait. */
  private Deadlock deadlock() {
    List<Deadlock> found = deadlocks();
    while (found.isEmpty()) {
      found = deadlocks();
    }
    assertEquals(1, found.size(), found::toString);
    return found.getFirst();
  }

  @Test
  void philosophersWhoDine_areADeadlock() {
    List<Mutex> forks = new ArrayList<>();
    List<Coroutine<?>> philosophers = new ArrayList<>();
    for (int number = 0; number < 5; number++) {
      forks.add(new Mutex("fork-" + number));
    }
    Barrier seated = new Barrier(5);
    for (int number = 0; number < 5; number++) {
      Mutex first = forks.get(number);
      Mutex second = forks.get((number + 1) % 5);
      philosophers.add(
          spawn(
              "philosopher-" + number,
              () ->
                  first.withLock(
                      () -> {
                        seated.await();
                        second.lock();
                      })));
    }
    philosophers.forEach(each -> await(each, "locking"));
    Deadlock deadlock = deadlock();
    assertEquals(
        "deadlock: philosopher-0 waits for philosopher-1 (locking fork-1, held by philosopher-1);"
            + " philosopher-1 waits for philosopher-2 (locking fork-2, held by philosopher-2);"
            + " philosopher-2 waits for philosopher-3 (locking fork-3, held by philosopher-3);"
            + " philosopher-3 waits for philosopher-4 (locking fork-4, held by philosopher-4);"
            + " philosopher-4 waits for philosopher-0 (locking fork-0, held by philosopher-0)",
        deadlock.toString());
    assertEquals(Optional.empty(), deadlock.remaining());
    assertTrue(Dumps.answered(scheduler, 0).toString().startsWith("5 coroutines\nand 5 more\n"));
    assertTrue(
        Dumps.answered(scheduler, 1).toString().startsWith("5 coroutines\n" + deadlock + "\n"));
  }

  @Tag("not-plain-thread")
  @Test
  void coroutinesThatJoinEachOther_areADeadlock_overTwoLoops() {
    AtomicReference<Coroutine<?>> second = new AtomicReference<>();
    Coroutine<?> a =
        scheduler.spawn(
            SpawnOptions.named("a").onLoop(0),
            () -> {
              while (second.get() == null) {
                Coroutines.yieldNow();
              }
              Object _ = second.get().join();
            });
    // Integers as keys choose loops in turn.
    Coroutine<?> b = scheduler.spawn(SpawnOptions.named("b").onLoop(1), () -> a.join());
    second.set(b);
    await(a, "joining");
    await(b, "joining");
    CoroutineDump dump = Dumps.answered(scheduler, 10);
    assertEquals(
        "deadlock: a waits for b (joining b); b waits for a (joining a)",
        dump.deadlocks().getFirst().toString());
    assertNotEquals(dump.coroutines().get(0).loop(), dump.coroutines().get(1).loop());
  }

  @Test
  void coroutinesThatAwaitEachOthersFutures_areADeadlock() {
    CompletableFuture<Coroutine<?>> second = new CompletableFuture<>();
    Coroutine<?> a = spawn("a", () -> Coroutines.await(Coroutines.await(second).toFuture()));
    Coroutine<?> b = spawn("b", () -> Coroutine.awaitAll(List.of(a)));
    second.complete(b);
    await(a, "the future of b");
    await(b, "joining");
    assertEquals(
        "deadlock: a waits for b (the future of b SUSPENDED); b waits for a (joining a)",
        deadlock().toString());
  }

  @Test
  void threadThatHoldsAMutex_isPartOfADeadlock() throws Exception {
    CountDownLatch bothHold = new CountDownLatch(2);
    CompletableFuture<?> threadHolds = new CompletableFuture<>();
    Thread thread =
        Thread.ofPlatform()
            .name("plain")
            .start(
                () -> {
                  try {
                    left.withLock(
                        () -> {
                          threadHolds.complete(null);
                          bothHold.countDown();
                          bothHold.await();
                          right.lock();
                        });
                  } catch (CancellationException | InterruptedException end) {
                    // Expected.
                  }
                });
    Coroutine<?> coroutine =
        spawn(
            "coroutine",
            () ->
                right.withLock(
                    () -> {
                      bothHold.countDown();
                      Coroutines.await(threadHolds);
                      left.lock();
                    }));
    await(coroutine, "locking left");
    assertEquals(
        "deadlock: coroutine waits for thread plain (locking left, held by plain);"
            + " thread plain waits for coroutine (locking right, held by coroutine)",
        deadlock().toString());
    thread.interrupt();
    thread.join();
  }

  @Test
  void threadThatJoins_isPartOfADeadlock() throws Exception {
    CountDownLatch holds = new CountDownLatch(1);
    AtomicReference<Coroutine<?>> other = new AtomicReference<>();
    Thread thread =
        Thread.ofPlatform()
            .name("plain")
            .start(
                () ->
                    left.withLock(
                        () -> {
                          holds.countDown();
                          while (other.get() == null) {
                            Thread.onSpinWait();
                          }
                          try {
                            Object _ = other.get().join();
                          } catch (CancellationException end) {
                            // Expected.
                          }
                        }));
    holds.await();
    Coroutine<?> coroutine = spawn("coroutine", left::lock);
    other.set(coroutine);
    assertEquals(
        "deadlock: coroutine waits for thread plain (locking left, held by plain);"
            + " thread plain waits for coroutine (joining coroutine)",
        deadlock().toString());
    coroutine.cancel();
    thread.join();
  }

  @Test
  void scopeWhoseChildWantsWhatItsParentHolds_isADeadlock() {
    spawn(
        "parent",
        () ->
            left.withLock(
                () -> {
                  try (CoroutineScope scope = CoroutineScope.open(Policy.FAIL_FAST)) {
                    scope.spawn(SpawnOptions.named("idle"), () -> Coroutines.delay(PATIENCE));
                    scope.spawn(SpawnOptions.named("child"), () -> left.lock());
                    scope.join();
                  }
                }));
    assertEquals(
        "deadlock: parent waits for child (the children of a scope);"
            + " child waits for parent (locking left, held by parent)",
        deadlock().toString());
  }

  @Test
  void callOnAPlatformThread_isPartOfADeadlock() {
    spawn("caller", () -> left.withLock(() -> Coroutines.blocking(() -> left.lock())));
    String words = deadlock().toString();
    assertTrue(
        words.matches(
            "deadlock: caller waits for thread [\\w-]+ \\(a call on a platform thread\\);"
                + " thread [\\w-]+ waits for caller \\(locking left, held by caller\\)"),
        words);
  }

  @Test
  void generatorThatWantsWhatItsTakerHolds_isADeadlock() {
    spawn(
        "taker",
        () -> {
          try (Generator<Integer> generator =
              Generator.builder()
                  .name("numbers")
                  .of(
                      out -> {
                        left.lock();
                        out.yield(1);
                      })) {
            left.lock();
            Object _ = generator.next();
          }
        });
    assertEquals(
        "deadlock: taker waits for numbers (a value of numbers);"
            + " numbers waits for taker (locking left, held by taker)",
        deadlock().toString());
  }

  @Test
  void conditionOnceSignalled_waitsForTheMutex() {
    MutexCondition changed = left.newCondition();
    Coroutine<?> waiter =
        spawn("waiter", () -> left.withLock(() -> right.withLock(() -> changed.await())));
    await(waiter, "a condition of left");
    Coroutine<?> signaller =
        spawn(
            "signaller",
            () ->
                left.withLock(
                    () -> {
                      changed.signal();
                      right.lock();
                    }));
    await(signaller, "locking");
    assertEquals(
        "deadlock: waiter waits for signaller (a condition of left, signalled; locking left, held"
            + " by signaller); signaller waits for waiter (locking right, held by waiter)",
        deadlock().toString());
  }

  @Test
  void deadlockWithALimit_saysSo() {
    Barrier both = new Barrier(2);
    spawn(
        "patient",
        () ->
            left.withLock(
                () -> {
                  both.await();
                  right.lock();
                }));
    spawn(
        "limited",
        () ->
            right.withLock(
                () -> {
                  both.await();
                  left.lock(Duration.ofDays(3));
                }));
    Deadlock deadlock = deadlock();
    assertTrue(
        deadlock.toString().matches(".*\\); for (2 d 23|3 d 0) h more at the most"),
        deadlock::toString);
  }

  /** The wait ends if any one of several ends. */
  @Test
  void waitForTheFirstOfSome_isNoDeadlock() {
    CompletableFuture<Coroutine<?>> second = new CompletableFuture<>();
    Coroutine<?> sleeper = spawn("sleeper", () -> Coroutines.delay(PATIENCE));
    Coroutine<?> a =
        spawn("a", () -> Coroutine.awaitAny(List.of(Coroutines.await(second), sleeper)));
    Coroutine<?> b = spawn("b", () -> a.join());
    second.complete(b);
    await(a, "the first of 2 coroutines");
    await(b, "joining");
    assertEquals(List.of(), deadlocks());
  }

  private static final int LONG = 20_000;

  /** The search of a long chain does not fill the stack, from whichever end it starts. */
  @Test
  void longChain_isNoDeadlock_untilItsEndWaitsForItsBeginning() {
    CompletableFuture<Coroutine<?>> last = new CompletableFuture<>();
    Coroutine<?> first = spawn("first", () -> Coroutines.await(last).join());
    Coroutine<?> next = first;
    for (int number = 1; number < LONG; number++) {
      Coroutine<?> before = next;
      next = scheduler.spawn(() -> before.join());
    }
    await(next, "joining");
    await(first, "java.util.concurrent.CompletableFuture");
    assertEquals(List.of(), Dumps.answered(scheduler, LONG).deadlocks());
    last.complete(next);
    await(first, "joining");
    // Most coroutines are not listed; the waits of the listed ones lead to them.
    Deadlock deadlock = Dumps.answered(scheduler, 10).deadlocks().getFirst();
    assertEquals(LONG, deadlock.links().size());
    assertTrue(deadlock.toString().endsWith("; and 19950 more"), deadlock::toString);
  }
}
