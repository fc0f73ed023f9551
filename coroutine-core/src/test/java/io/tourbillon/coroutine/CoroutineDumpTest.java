package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine.State;
import io.tourbillon.coroutine.CoroutineScope.Policy;
import io.tourbillon.coroutine.internal.scheduler.Internals;
import io.tourbillon.timer.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class CoroutineDumpTest {
  private final VirtualClock clock = new VirtualClock();
  private final CoroutineScheduler scheduler = TestSchedulers.on(clock);

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  private void settle() {
    clock.advance(Duration.ZERO);
  }

  private CoroutineDump dump(int most) {
    return Dumps.answered(scheduler, most);
  }

  private static void sleep() {
    Coroutines.delay(Duration.ofHours(1));
  }

  private void spawnSleepers(int count) {
    for (int number = 0; number < count; number++) {
      scheduler.spawn(SpawnOptions.named("sleeper-" + number), CoroutineDumpTest::sleep);
    }
    settle();
  }

  @Test
  void dump_saysWhatEachWaitsFor_andSinceWhen_andForHowLong() {
    spawnSleepers(1);
    clock.advance(Duration.ofMillis(2250));
    scheduler.spawn(SpawnOptions.named("awaiting"), () -> Coroutines.suspend(_ -> {}));
    settle();
    clock.advance(Duration.ofMinutes(2));
    CoroutineDump dump = dump(10);
    assertEquals(2, dump.total());
    assertEquals(List.of(), dump.silent());
    assertEquals(List.of(), dump.deadlocks());
    assertEquals(
        """
        2 coroutines
        sleeper-0 SUSPENDED for 2 min 2 s on a delay; 57 min 57 s left; coroutine-loop-0
        awaiting SUSPENDED for 2 min 0 s on a callback; coroutine-loop-0
        """,
        dump.toString());
    assertEquals(Duration.ofMillis(122_250), dump.coroutines().getFirst().inState());
  }

  @Test
  void remaining_isTheNearestLimit() {
    scheduler.spawn(
        SpawnOptions.named("limited"),
        () ->
            Coroutines.withTimeout(
                Duration.ofSeconds(5),
                () ->
                    Coroutines.withTimeout(
                        Duration.ofSeconds(9), () -> Coroutines.suspend(_ -> {}))));
    settle();
    clock.advance(Duration.ofMillis(1500));
    assertEquals(
        "limited SUSPENDED for 1.50 s on a callback; 3.50 s left; coroutine-loop-0",
        dump(1).coroutines().getFirst().toString());
  }

  @Test
  void remaining_insideAShield_isTheTimeUntilItsEnd() {
    scheduler.spawn(
        SpawnOptions.named("shielded"),
        () ->
            Coroutines.withTimeout(
                Duration.ofSeconds(5),
                () -> {
                  Coroutines.shield(Duration.ofSeconds(100), CoroutineDumpTest::sleep);
                  return 0;
                }));
    settle();
    clock.advance(Duration.ofSeconds(10));
    assertEquals(
        "shielded SUSPENDED for 10 s on a delay; 1 min 35 s left; coroutine-loop-0",
        dump(1).coroutines().getFirst().toString());
  }

  private void openScope(String name, Action inside) {
    try (CoroutineScope scope = CoroutineScope.open(Policy.SUPERVISE)) {
      for (int number = 0; number < 3; number++) {
        scope.spawn(SpawnOptions.named(name + number), inside);
      }
      scope.join();
    }
  }

  @Test
  void dump_isATree() {
    scheduler.spawn(
        SpawnOptions.named("server"),
        () -> {
          Coroutine<?> _ =
              Coroutines.spawnAttached(
                  "helper",
                  () -> {
                    sleep();
                    return 0;
                  });
          openScope("session-", () -> openScope("request-", CoroutineDumpTest::sleep));
        });
    settle();
    String tree =
        """
        14 coroutines
        server
          helper
          session-0
            request-0
            request-1
            request-2
          session-1
            request-0
            request-1
            request-2
          session-2
            request-0
            request-1
            request-2
        """;
    assertEquals(tree, dump(100).toString().replaceAll(" SUSPENDED.*", ""));
    assertEquals("server", dump(2).coroutines().get(1).parent().orElseThrow());
  }

  /** The youngest come first, and their parents are the oldest. */
  @Tag("not-plain-thread")
  @Test
  void dump_ofMoreThanWanted_showsNobodyWithoutItsParents_andCountsTheOthers() {
    spawnSleepers(5);
    scheduler.spawn(
        SpawnOptions.named("server"),
        () -> openScope("session-", () -> openScope("request-", CoroutineDumpTest::sleep)));
    settle();
    CoroutineDump dump = dump(4);
    assertEquals(
        """
        18 coroutines
        server
          session-2
            request-1
            request-2
        and 14 more
        """,
        dump.toString().replaceAll(" SUSPENDED.*", ""));
  }

  @Tag("not-plain-thread")
  @Test
  void dump_ofMoreThanWanted_showsAsLargeAPartOfEachLoop() {
    try (CoroutineScheduler two = TestSchedulers.builder().loops(2).clock(clock).build()) {
      List<Coroutine<?>> sleepers = new ArrayList<>();
      for (int number = 0; number < 20; number++) {
        SpawnOptions inTurn = SpawnOptions.DEFAULT.onLoop(number);
        sleepers.add(two.spawn(inTurn, CoroutineDumpTest::sleep));
      }
      settle();
      Map<String, Long> shown =
          Dumps.answered(two, 10).coroutines().stream()
              .collect(Collectors.groupingBy(CoroutineDump.Entry::loop, Collectors.counting()));
      assertEquals(Map.of("coroutine-loop-0", 5L, "coroutine-loop-1", 5L), shown);
      sleepers.forEach(Coroutine::cancel);
    }
  }

  @Test
  void deadlineOfAScope_isItsChildrensToo() {
    scheduler.spawn(
        SpawnOptions.named("parent"),
        () -> {
          try (CoroutineScope scope =
              CoroutineScope.open(Policy.FAIL_FAST).timeout(Duration.ofSeconds(10))) {
            scope.spawn(SpawnOptions.named("child"), CoroutineDumpTest::sleep);
            scope.join();
          }
        });
    settle();
    clock.advance(Duration.ofSeconds(1));
    assertEquals(
        """
        2 coroutines
        parent SUSPENDED for 1 s on the children of a scope; 9 s left; coroutine-loop-0
          child SUSPENDED for 1 s on a delay; 9 s left; coroutine-loop-0
        """,
        dump(10).toString());
  }

  @Test
  void scopeOfAThread_isNamedAsParent() {
    try (CoroutineScope scope = CoroutineScope.open(scheduler, Policy.SUPERVISE)) {
      scope.spawn(SpawnOptions.named("child"), CoroutineDumpTest::sleep);
      settle();
      assertEquals(
          "child SUSPENDED for 0 s on a delay; 1 h 0 min left; child of thread "
              + Thread.currentThread().getName()
              + "; coroutine-loop-0",
          dump(10).coroutines().getFirst().toString());
    }
  }

  /** Otherwise, keeping the result of a child would keep its parents in memory. */
  @Test
  void childOfAClosedScope_leadsToItsParentNoMore() {
    List<Coroutine<?>> kept = new ArrayList<>();
    scheduler.spawn(
        () -> {
          try (CoroutineScope scope = CoroutineScope.open(Policy.SUPERVISE)) {
            kept.add(scope.spawn(() -> 42));
            scope.join();
          }
        });
    settle();
    assertNull(Internals.parent(kept.getFirst()));
  }

  @Test
  void entry_namesItsGroup() {
    scheduler.spawn(
        SpawnOptions.named("grouped").inGroup(CoroutineGroup.named("tenants")),
        CoroutineDumpTest::sleep);
    settle();
    assertTrue(dump(1).toString().endsWith("; coroutine-loop-0; group tenants\n"));
  }

  /** Names and texts of users are shown on one line, or not at all. */
  @Test
  void words_thatAreHostile_doNoHarm() {
    scheduler.spawn(
        SpawnOptions.named("line\nbreak"), () -> Suspension.await("x".repeat(10_000), _ -> {}));
    scheduler.spawn(
        SpawnOptions.named("mute"),
        () ->
            Suspension.await(
                new Object() {
                  @Override
                  public String toString() {
                    throw new IllegalStateException("on purpose");
                  }
                },
                _ -> {}));
    settle();
    List<CoroutineDump.Entry> entries = dump(2).coroutines();
    assertTrue(entries.get(0).toString().startsWith("line\uFFFDbreak SUSPENDED for 0 s on xxx"));
    assertTrue(entries.get(0).toString().length() < 1000);
    assertTrue(entries.get(1).toString().contains("whose toString throws"), entries::toString);
  }

  /** A dump is needed most when a loop is blocked. */
  @Tag("not-plain-thread")
  @Test
  void dump_ofALoopThatIsHeldUp_namesWhoHoldsIt() throws Exception {
    spawnSleepers(1);
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    Coroutine<?> hog =
        scheduler.spawn(
            SpawnOptions.named("hog"),
            () -> {
              running.countDown();
              while (release.getCount() > 0) {
                Thread.onSpinWait();
              }
            });
    running.await();
    CoroutineDump dump = scheduler.dump(10);
    release.countDown();
    hog.join(PATIENCE);
    assertEquals(
        """
        2 coroutines
        coroutine-loop-0 does not answer
        hog RUNNING for 0 s; coroutine-loop-0
        and 1 more
        """,
        dump.toString());
    assertEquals(List.of("coroutine-loop-0"), dump.silent());
  }

  @Test
  void dump_byACoroutine_showsIt() throws Exception {
    CoroutineDump dump =
        scheduler.spawn(SpawnOptions.named("me"), () -> scheduler.dump(1)).join(PATIENCE);
    assertEquals(State.RUNNING, dump.coroutines().getFirst().state());
    assertEquals("me", dump.coroutines().getFirst().name());
  }

  @Test
  void dump_ofNone_counts() {
    spawnSleepers(3);
    assertEquals("3 coroutines\nand 3 more\n", dump(0).toString());
  }

  @Test
  void text_ofABoundedLength_saysHowManyWereLeftOut() {
    spawnSleepers(100);
    settle();
    CoroutineDump dump = dump(90);
    int line = dump.coroutines().getFirst().toString().length() + 1;
    String header = "100 coroutines\n";
    String text = dump.toString(header.length() + 3 * line + line / 2);
    assertTrue(text.startsWith(header), text);
    assertEquals(5, text.lines().count(), text);
    assertTrue(text.endsWith("\nand 97 more\n"), text);
    assertEquals(
        "maxCharacters must not be negative: -1",
        assertThrows(IllegalArgumentException.class, () -> dump.toString(-1)).getMessage());
  }

  @Test
  void dump_ofLessThanNone_isRefused() {
    assertEquals(
        "most must not be negative: -1",
        assertThrows(IllegalArgumentException.class, () -> scheduler.dump(-1)).getMessage());
  }
}
