package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.Holding.holdUntil;
import static io.tourbillon.coroutine.TestSchedulers.ENGINE;
import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.internal.scheduler.Internals;
import io.tourbillon.timer.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where coroutines begin: with their spawner, or on a loop that has nothing to do. */
@Timeout(120)
@Tag("not-plain-thread") // No turns.
class WorkStealingTest {
  /** Spawns a coroutine and holds the loop until it has begun. */
  private static boolean beginsBesideItsSpawner(
      CoroutineScheduler scheduler, SpawnOptions options, Duration atMost) {
    return scheduler
        .spawn(
            () -> {
              AtomicBoolean begun = new AtomicBoolean();
              Coroutine<?> child = scheduler.spawn(options, () -> begun.set(true));
              boolean beside = holdUntil(begun::get, atMost);
              child.join();
              return beside;
            })
        .join();
  }

  @Test
  void newCoroutine_whoseLoopIsHeld_beginsOnAnother() {
    try (CoroutineScheduler scheduler = TestSchedulers.builder().loops(2).build()) {
      for (int round = 0; round < 20; round++) {
        assertTrue(beginsBesideItsSpawner(scheduler, SpawnOptions.DEFAULT, PATIENCE));
      }
    }
  }

  @Test
  void newCoroutines_whoseLoopIsHeld_allBeginOnAnother() {
    try (CoroutineScheduler scheduler = TestSchedulers.builder().loops(2).build()) {
      AtomicInteger begun = new AtomicInteger();
      boolean all =
          scheduler
              .spawn(
                  () -> {
                    for (int number = 0; number < 1000; number++) {
                      scheduler.spawn(begun::incrementAndGet);
                    }
                    return holdUntil(() -> begun.get() == 1000, PATIENCE);
                  })
              .join();
      assertTrue(all);
    }
  }

  /** Each holds its loop until all have begun, so none may wait while a loop rests. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void asManyHoldersAsLoops_runAtTheSameTime(boolean inside) {
    // Those of HANDOFF run on the virtual threads of the JDK, which has a carrier per processor.
    int loops = ENGINE == Engine.HANDOFF ? Runtime.getRuntime().availableProcessors() : 3;
    SplittableRandom random = new SplittableRandom();
    for (int round = 0; round < 40; round++) {
      try (CoroutineScheduler scheduler = TestSchedulers.builder().loops(loops).build()) {
        for (int again = 0; again < 5; again++) {
          int most = random.nextInt(1, 400);
          AtomicInteger begun = new AtomicInteger();
          Callable<List<Coroutine<Boolean>>> spawnAll =
              () -> {
                List<Coroutine<Boolean>> holders = new ArrayList<>();
                for (int number = 0; number < loops; number++) {
                  holders.add(
                      scheduler.spawn(
                          () -> {
                            begun.incrementAndGet();
                            return holdUntil(() -> begun.get() == loops, PATIENCE);
                          }));
                  boolean _ = holdUntil(() -> false, Duration.ofNanos(random.nextInt(1000 * most)));
                }
                return holders;
              };
          List<Coroutine<Boolean>> holders =
              inside ? scheduler.spawn(spawnAll).join() : assertDoesNotThrow(spawnAll::call);
          for (Coroutine<Boolean> holder : holders) {
            assertTrue(holder.join(), "one waited while a loop rested");
          }
        }
      }
    }
  }

  @Test
  void placedCoroutines_areNotTakenOver() {
    try (CoroutineScheduler scheduler = TestSchedulers.builder().loops(2).build()) {
      Duration moment = Duration.ofMillis(100);
      assertFalse(beginsBesideItsSpawner(scheduler, SpawnOptions.DEFAULT.here(), moment));
      // This key chooses the same loop for the spawner.
      boolean beside =
          scheduler
              .spawn(
                  SpawnOptions.DEFAULT.onLoop("key"),
                  () -> beginsBeside(scheduler, SpawnOptions.DEFAULT.onLoop("key"), moment))
              .join();
      assertFalse(beside);
    }
  }

  private static boolean beginsBeside(
      CoroutineScheduler scheduler, SpawnOptions options, Duration atMost) {
    AtomicBoolean begun = new AtomicBoolean();
    Coroutine<?> child = scheduler.spawn(options, () -> begun.set(true));
    boolean beside = holdUntil(begun::get, atMost);
    child.join();
    return beside;
  }

  @Test
  void aSchedulerWithOneLoop_hasNobodyToTakeOver() {
    try (CoroutineScheduler scheduler = TestSchedulers.builder().loops(1).build()) {
      assertFalse(beginsBesideItsSpawner(scheduler, SpawnOptions.DEFAULT, Duration.ofMillis(100)));
    }
  }

  @Test
  void byAnotherClock_nothingIsTakenOver() {
    try (CoroutineScheduler scheduler =
        TestSchedulers.builder().loops(2).clock(new VirtualClock()).build()) {
      assertFalse(beginsBesideItsSpawner(scheduler, SpawnOptions.DEFAULT, Duration.ofMillis(100)));
    }
  }

  @Test
  void newCoroutine_fromAThread_goesToALoopThatIsNotHeld() {
    try (CoroutineScheduler scheduler = TestSchedulers.builder().loops(2).build()) {
      AtomicBoolean over = new AtomicBoolean();
      AtomicBoolean held = new AtomicBoolean();
      Coroutine<Boolean> holder =
          scheduler.spawn(
              () -> {
                held.set(true);
                return holdUntil(over::get, PATIENCE);
              });
      assertTrue(holdUntil(held::get, PATIENCE));
      for (int number = 0; number < 100; number++) {
        assertEquals(number, scheduler.spawn(constant(number)).join());
      }
      over.set(true);
      assertTrue(holder.join());
    }
  }

  private static Callable<Integer> constant(int number) {
    return () -> number;
  }

  @Test
  void coroutinesWithEqualKeys_shareALoop() {
    try (CoroutineScheduler scheduler = TestSchedulers.builder().loops(3).build()) {
      Set<String> loops = new HashSet<>();
      for (int key = 0; key < 50; key++) {
        SpawnOptions options = SpawnOptions.DEFAULT.onLoop("key " + key);
        Set<String> ofKey = new HashSet<>();
        for (int member = 0; member < 3; member++) {
          ofKey.add(
              scheduler
                  .spawn(options, () -> Internals.loopOfCaller(scheduler).orElseThrow())
                  .join());
        }
        assertEquals(1, ofKey.size(), () -> "loops of one key: " + ofKey);
        loops.addAll(ofKey);
      }
      assertEquals(3, loops.size(), "keys are spread");
    }
  }

  @Test
  void here_isTheLoopOfTheSpawner() {
    try (CoroutineScheduler scheduler = TestSchedulers.builder().loops(3).build()) {
      for (int round = 0; round < 20; round++) {
        boolean same =
            scheduler
                .spawn(
                    () ->
                        scheduler
                            .spawn(
                                SpawnOptions.DEFAULT.here(),
                                () -> Internals.loopOfCaller(scheduler).orElseThrow())
                            .join()
                            .equals(Internals.loopOfCaller(scheduler).orElseThrow()))
                .join();
        assertTrue(same);
      }
    }
  }

  @Test
  void here_fromAThreadOrFromAnotherScheduler_isRefused() {
    try (CoroutineScheduler scheduler = TestSchedulers.builder().loops(2).name("first").build();
        CoroutineScheduler other = TestSchedulers.builder().loops(2).name("second").build()) {
      SpawnOptions here = SpawnOptions.DEFAULT.here();
      IllegalStateException refusal =
          assertThrows(IllegalStateException.class, () -> scheduler.spawn(here, () -> 1));
      assertEquals(
          "SpawnOptions.here() needs a caller on a loop of first, such as one of its coroutines:"
              + " called by "
              + Thread.currentThread().getName(),
          refusal.getMessage());
      Coroutine<Boolean> refused =
          other.spawn(
              () -> {
                assertThrows(IllegalStateException.class, () -> scheduler.spawn(here, () -> 1));
                return true;
              });
      assertTrue(refused.join());
      assertEquals(0, Internals.live(scheduler));
    }
  }

  /** Both loops are held until the close has begun to cancel. */
  @Test
  void close_cancelsCoroutinesThatWaitToBegin() {
    CoroutineScheduler scheduler = TestSchedulers.builder().loops(2).build();
    AtomicInteger holding = new AtomicInteger();
    AtomicInteger begun = new AtomicInteger();
    AtomicBoolean over = new AtomicBoolean();
    List<Coroutine<?>> behind = new CopyOnWriteArrayList<>();
    for (int holder = 0; holder < 2; holder++) {
      scheduler.spawn(
          () -> {
            holding.incrementAndGet();
            boolean _ = holdUntil(() -> holding.get() >= 2, PATIENCE);
            behind.add(scheduler.spawn(begun::incrementAndGet));
            holding.incrementAndGet();
            boolean _ = holdUntil(over::get, PATIENCE);
          });
    }
    assertTrue(holdUntil(() -> holding.get() == 4, PATIENCE));
    Thread closer = Thread.ofPlatform().start(() -> scheduler.close(Duration.ZERO));
    assertTrue(holdUntil(scheduler::isShutdown, PATIENCE));
    assertEquals(
        Set.of(Coroutine.State.CREATED),
        Set.copyOf(behind.stream().map(Coroutine::state).toList()));
    assertTrue(
        holdUntil(
            () -> {
              over.set(closer.getState() == Thread.State.TIMED_WAITING);
              return over.get();
            },
            PATIENCE));
    assertTrue(holdUntil(() -> !closer.isAlive(), PATIENCE));
    assertEquals(
        Set.of(Coroutine.State.CANCELLED),
        Set.copyOf(behind.stream().map(Coroutine::state).toList()));
    assertEquals(0, begun.get());
  }

  /** They never move, so they must not all stay with the one that has spawned them. */
  @Test
  void longLivedChildren_ofOneCoroutine_areSpread() {
    try (CoroutineScheduler scheduler = TestSchedulers.builder().loops(4).build()) {
      scheduler
          .spawn(
              () -> {
                for (int number = 0; number < 400; number++) {
                  scheduler.spawn(() -> Coroutines.delay(Duration.ofDays(1)));
                  Coroutines.delay(Duration.ofMillis(1));
                }
              })
          .join();
      for (LoopStats loop : scheduler.stats().loops()) {
        assertTrue(loop.coroutines() >= 30, loop::toString);
      }
      scheduler.close(Duration.ZERO);
    }
  }

  /** Each ends once, whoever begins it, and whenever it is cancelled. */
  @ParameterizedTest
  @ValueSource(strings = {"fifo", "priority", "random"})
  void coroutines_takenOverAndCancelled_endOnce(String policy) {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    SchedulingPolicy order =
        switch (policy) {
          case "fifo" -> SchedulingPolicy.fifo();
          case "priority" -> SchedulingPolicy.priority(Duration.ofMillis(1));
          default -> SchedulingPolicy.random(seed);
        };
    AtomicInteger begun = new AtomicInteger();
    int rounds = 60;
    int children = 50;
    CoroutineStats stats;
    try (CoroutineScheduler scheduler = TestSchedulers.builder().loops(3).policy(order).build()) {
      for (int round = 0; round < rounds; round++) {
        List<Coroutine<?>> all = new ArrayList<>();
        int holdMicros = random.nextInt(300);
        int priority = random.nextInt(-5, 5);
        boolean inside = random.nextBoolean();
        Action spawnAll =
            () -> {
              for (int child = 0; child < children; child++) {
                SpawnOptions options =
                    SpawnOptions.DEFAULT.withPriority(child % 2 == 0 ? priority : 0);
                all.add(scheduler.spawn(options, begun::incrementAndGet));
              }
              boolean _ = holdUntil(() -> false, Duration.ofNanos(1000L * holdMicros));
            };
        if (inside) {
          scheduler.spawn(spawnAll).join();
        } else {
          assertDoesNotThrow(spawnAll::run);
        }
        for (Coroutine<?> each : all) {
          if (random.nextInt(3) == 0) {
            each.cancel();
          }
        }
        for (Coroutine<?> each : all) {
          assertTrue(
              holdUntil(() -> each.state().isEnd(), PATIENCE), () -> each + ", seed " + seed);
        }
      }
      assertTrue(holdUntil(() -> Internals.live(scheduler) == 0, PATIENCE));
      stats = scheduler.stats();
    }
    assertEquals(stats.spawned(), stats.finished() + stats.cancelled().get("call"), "seed " + seed);
    assertEquals(0, stats.failed());
    assertTrue(begun.get() <= rounds * children);
  }

  @Test
  void cancel_whileItIsTakenOver_reachesIt() {
    cancelWhileTakenOver(SpawnOptions.DEFAULT, () -> Coroutines.delay(Duration.ofDays(1)));
  }

  /**
   * The body begins although it is cancelled, and then waits where the cancellation does not count
   * yet.
   */
  @Test
  void cancel_whileItIsTakenOver_reachesACoroutineThatBeginsAllTheSame() {
    cancelWhileTakenOver(
        SpawnOptions.DEFAULT.evenIfCancelled(),
        () -> Coroutines.shield(Duration.ofMillis(2), () -> Coroutines.delay(Duration.ofDays(1))));
  }

  /**
   * Cancels coroutines that are taken over at about that time. The loop on which each was placed is
   * held for the whole time, so a cancellation that went only there would not arrive.
   *
   * @param body waits until it is cancelled
   */
  private static void cancelWhileTakenOver(SpawnOptions options, Action body) {
    SplittableRandom random = new SplittableRandom();
    try (CoroutineScheduler scheduler = TestSchedulers.builder().loops(2).build()) {
      for (int round = 0; round < 100; round++) {
        AtomicBoolean over = new AtomicBoolean();
        AtomicReference<Coroutine<?>> child = new AtomicReference<>();
        Coroutine<?> spawner =
            scheduler.spawn(
                () -> {
                  Coroutine<?> sleeper = scheduler.spawn(options, body);
                  child.set(sleeper);
                  return holdUntil(() -> sleeper.state().isEnd() || over.get(), PATIENCE);
                });
        assertTrue(holdUntil(() -> child.get() != null, PATIENCE));
        Coroutine<?> sleeper = child.get();
        int micros = random.nextInt(200);
        boolean _ = holdUntil(() -> false, Duration.ofNanos(1000L * micros));
        sleeper.cancel();
        boolean ended = holdUntil(() -> sleeper.state().isEnd(), PATIENCE);
        over.set(true);
        assertTrue(ended, "the cancellation has not arrived");
        spawner.join();
      }
    }
  }
}
