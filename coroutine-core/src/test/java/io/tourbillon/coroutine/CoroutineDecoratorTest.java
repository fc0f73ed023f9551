package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.CoroutineScope.Policy;
import io.tourbillon.coroutine.channel.Channel;
import io.tourbillon.coroutine.channel.Source;
import io.tourbillon.coroutine.generator.Generator;
import io.tourbillon.timer.TaskDecorator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A decorator carries a context from the code that spawns a coroutine to its turns. */
class CoroutineDecoratorTest {
  private static final ThreadLocal<@Nullable String> CONTEXT = new ThreadLocal<>();

  private final CoroutineScheduler scheduler =
      TestSchedulers.builder().loops(1).decorator(CoroutineDecoratorTest::inContext).build();

  @AfterEach
  void close() {
    CONTEXT.remove();
    scheduler.close(Duration.ZERO);
  }

  /** Runs the body in the context of its spawner. */
  private static Action inContext(SpawnOptions options, Action body) {
    String captured = CONTEXT.get();
    return () -> {
      String before = CONTEXT.get();
      CONTEXT.set(captured);
      try {
        body.run();
      } finally {
        CONTEXT.set(before);
      }
    };
  }

  private static void suspendInAllWays() {
    Coroutines.delay(Duration.ofMillis(1));
    Coroutines.yieldNow();
    Coroutines.await(
        new CompletableFuture<String>().completeOnTimeout("", 1, TimeUnit.MILLISECONDS));
  }

  /** Returns the contexts that a body sees before and after suspensions. */
  private static String seen() {
    StringBuilder seen = new StringBuilder();
    for (int turn = 0; turn < 3; turn++) {
      seen.append(CONTEXT.get()).append(' ');
      suspendInAllWays();
    }
    return seen.append(CONTEXT.get()).toString();
  }

  @Test
  void coroutines_thatTakeTurns_eachSeeTheContextOfTheirSpawner() throws Exception {
    List<Coroutine<String>> all = new ArrayList<>();
    for (String request : List.of("a", "b", "c")) {
      CONTEXT.set(request);
      all.add(scheduler.spawn(CoroutineDecoratorTest::seen));
    }
    CONTEXT.remove();
    all.add(scheduler.spawn(CoroutineDecoratorTest::seen));
    assertEquals(
        List.of("a a a a", "b b b b", "c c c c", "null null null null"),
        all.stream().map(Coroutine::join).toList());
  }

  @Test
  void loop_betweenTheTurns_seesNothing() throws Exception {
    CONTEXT.set("request");
    Coroutine<String> coroutine = scheduler.spawn(CoroutineDecoratorTest::seen);
    CONTEXT.remove();
    CompletableFuture<String> onTheLoop = new CompletableFuture<>();
    scheduler.timers().schedule(Duration.ZERO, () -> onTheLoop.complete("saw " + CONTEXT.get()));
    assertEquals("saw null", onTheLoop.get(30, TimeUnit.SECONDS));
    assertEquals("request request request request", coroutine.join());
  }

  /** Unlike a ThreadContextElement of Kotlin, which installs the first value again. */
  @Test
  void valueThatTheCoroutineSets_staysAfterASuspension_andIsInheritedFromThenOn() {
    CONTEXT.set("request");
    String seen =
        scheduler
            .spawn(
                () -> {
                  Coroutine<String> before = scheduler.spawn(CoroutineDecoratorTest::seen);
                  CONTEXT.set("user");
                  suspendInAllWays();
                  Coroutine<String> after = scheduler.spawn(CoroutineDecoratorTest::seen);
                  return CONTEXT.get() + ", " + before.join() + ", " + after.join();
                })
            .join();
    assertEquals("user, request request request request, user user user user", seen);
    assertEquals("request", CONTEXT.get());
  }

  @Test
  void contextThatIsNotRestored_isSeenByNobodyElse() throws Exception {
    try (CoroutineScheduler leaking =
        TestSchedulers.builder()
            .loops(1)
            .decorator(
                (_, body) ->
                    () -> {
                      CONTEXT.set("left behind by " + Coroutines.current().name());
                      body.run();
                    })
            .build()) {
      leaking.spawn(CoroutineDecoratorTest::suspendInAllWays).join(PATIENCE);
      CompletableFuture<String> onTheLoop = new CompletableFuture<>();
      leaking.spawn(SpawnOptions.named("plain"), () -> {}).join(PATIENCE);
      Coroutine<String> next = leaking.spawn(SpawnOptions.named("next"), CONTEXT::get);
      assertEquals("left behind by next", next.join());
      CONTEXT.remove();
      new Thread(() -> onTheLoop.complete("" + CONTEXT.get())).start();
      assertEquals("null", onTheLoop.get(30, TimeUnit.SECONDS));
    }
  }

  @Test
  void childrenOfAScope_inACoroutineAndInAThread_seeTheContextOfTheirSpawner() {
    CONTEXT.set("thread");
    try (CoroutineScope scope = CoroutineScope.open(scheduler, Policy.FAIL_FAST)) {
      Coroutine<String> ofTheThread = scope.spawn(CoroutineDecoratorTest::seen);
      Coroutine<String> ofACoroutine =
          scope.spawn(
              () -> {
                CONTEXT.set("coroutine");
                try (CoroutineScope inner = CoroutineScope.open()) {
                  return inner.spawn(CoroutineDecoratorTest::seen).join();
                }
              });
      assertEquals("thread thread thread thread", ofTheThread.join());
      assertEquals("coroutine coroutine coroutine coroutine", ofACoroutine.join());
    }
  }

  @Test
  void partsAndHelpersOfACoroutine_seeItsContext() {
    CONTEXT.set("request");
    List<String> seen =
        scheduler
            .spawn(
                () -> {
                  List<String> parts = new ArrayList<>();
                  parts.add(
                      Coroutines.withTimeout(Duration.ofHours(1), CoroutineDecoratorTest::last));
                  parts.add(Coroutines.shield(Duration.ofHours(1), CoroutineDecoratorTest::last));
                  parts.add(
                      Coroutines.acquireWithin(
                          Duration.ofHours(1), CoroutineDecoratorTest::last, _ -> {}));
                  parts.add(Coroutines.blocking(() -> "" + CONTEXT.get()));
                  for (String each : Generator.<String>of(out -> out.yield(last()))) {
                    parts.add(each);
                  }
                  Source<String> produced = Channel.produce(1, sink -> sink.send(last()));
                  parts.add(produced.receive());
                  parts.add(
                      Coroutines.spawnAttached("helper", CoroutineDecoratorTest::last).join());
                  return parts;
                })
            .join();
    assertEquals(7, seen.size());
    for (String each : seen) {
      assertEquals("request", each, seen::toString);
    }
  }

  private static String last() {
    suspendInAllWays();
    return "" + CONTEXT.get();
  }

  @Test
  void blockingCall_thatChangesItsThread_changesNothingForTheNext() {
    CONTEXT.set("request");
    String seen =
        scheduler
            .spawn(
                () -> {
                  Coroutines.blocking(() -> CONTEXT.set("the call's"));
                  String own = CONTEXT.get();
                  CONTEXT.set("later");
                  return own + ", " + Coroutines.blocking(() -> CONTEXT.get());
                })
            .join();
    assertEquals("request, later", seen);
  }

  @Test
  void timersOfTheScheduler_runInTheContextOfTheirScheduler() throws Exception {
    CompletableFuture<String> ofTheThread = new CompletableFuture<>();
    CompletableFuture<String> ofACoroutine = new CompletableFuture<>();
    CONTEXT.set("thread");
    scheduler
        .timers()
        .schedule(Duration.ofMillis(1), () -> ofTheThread.complete("" + CONTEXT.get()));
    CONTEXT.set("coroutine");
    scheduler.spawn(
        () -> {
          scheduler
              .timers()
              .schedule(Duration.ofMillis(1), () -> ofACoroutine.complete("" + CONTEXT.get()));
        });
    assertEquals("thread", ofTheThread.get(30, TimeUnit.SECONDS));
    assertEquals("coroutine", ofACoroutine.get(30, TimeUnit.SECONDS));
  }

  @Test
  @Tag("virtual-thread")
  void tasksOfTheExecutor_runInTheContextOfTheSubmitter() throws Exception {
    try (ExecutorService executor = scheduler.asExecutor()) {
      CONTEXT.set("request");
      CompletableFuture<String> executed = new CompletableFuture<>();
      executor.execute(() -> executed.complete("" + CONTEXT.get()));
      assertEquals("request", executed.get(30, TimeUnit.SECONDS));
      Callable<String> call = () -> "" + CONTEXT.get();
      assertEquals("request", executor.submit(call).get(30, TimeUnit.SECONDS));
      assertEquals("request", executor.invokeAny(List.of(call)));
      CONTEXT.set("later");
      assertEquals("later", executor.invokeAll(List.of(call)).getFirst().get());
    }
  }

  @Test
  @Tag("virtual-thread")
  void taskOfTheExecutor_isDecoratedOnce_howeverItIsSubmitted() throws Exception {
    AtomicInteger decorated = new AtomicInteger();
    TaskDecorator counting =
        task -> {
          decorated.incrementAndGet();
          return task;
        };
    try (CoroutineScheduler counted =
            TestSchedulers.builder().loops(1).decorator(CoroutineDecorator.of(counting)).build();
        ExecutorService executor = counted.asExecutor()) {
      Callable<Integer> call = () -> 1;
      executor.submit(call).get(30, TimeUnit.SECONDS);
      assertEquals(1, decorated.getAndSet(0));
      executor.invokeAny(List.of(call));
      assertEquals(1, decorated.getAndSet(0));
      executor.invokeAny(List.of(call, call), 30, TimeUnit.SECONDS);
      assertEquals(2, decorated.getAndSet(0));
      executor.invokeAll(List.of(call, call));
      assertEquals(2, decorated.get());
    }
  }

  /** A pool would keep the context of the request that happened to start the thread. */
  @Test
  @Tag("virtual-thread")
  void threadsOfTheFactory_seeNothing() throws Exception {
    CONTEXT.set("request");
    CompletableFuture<String> seen = new CompletableFuture<>();
    scheduler.threadFactory().newThread(() -> seen.complete("" + CONTEXT.get())).start();
    assertEquals("null", seen.get(30, TimeUnit.SECONDS));
  }

  @Test
  void taskDecorator_servesCoroutinesAndTasksAlike() throws Exception {
    AtomicInteger decorated = new AtomicInteger();
    try (CoroutineScheduler both =
        TestSchedulers.builder()
            .loops(1)
            .decorator(
                task -> {
                  decorated.incrementAndGet();
                  return task;
                })
            .build()) {
      assertEquals("done", both.spawn(() -> Coroutines.blocking(() -> "done")).join());
      CompletableFuture<Boolean> ran = new CompletableFuture<>();
      both.timers().schedule(Duration.ZERO, () -> ran.complete(true));
      ran.get(30, TimeUnit.SECONDS);
      Exception checked = new Exception("checked");
      Coroutine<?> failing =
          both.spawn(
              () -> {
                throw checked;
              });
      assertSame(checked, assertThrows(RuntimeException.class, failing::join).getCause());
    }
    assertEquals(4, decorated.get());
  }

  @Test
  void around_isTheOrderOfTheWrappers() {
    List<String> steps = new ArrayList<>();
    try (CoroutineScheduler nested =
        TestSchedulers.builder()
            .loops(1)
            .decorator(noting("outer", steps).around(noting("inner", steps)))
            .build()) {
      nested.spawn(() -> Coroutines.blocking(() -> steps.add("call"))).join();
    }
    assertEquals(
        List.of(
            "outer begins",
            "inner begins",
            "outer begins",
            "inner begins",
            "call",
            "inner ends",
            "outer ends",
            "inner ends",
            "outer ends"),
        steps);
  }

  private static CoroutineDecorator noting(String name, List<String> steps) {
    return (_, body) ->
        () -> {
          steps.add(name + " begins");
          body.run();
          steps.add(name + " ends");
        };
  }

  @Test
  void options_areThoseOfTheCoroutine() {
    List<@Nullable String> names = new ArrayList<>();
    try (CoroutineScheduler named =
        TestSchedulers.builder()
            .loops(1)
            .decorator(
                (options, body) -> {
                  names.add(options.name());
                  return body;
                })
            .build()) {
      named
          .spawn(
              SpawnOptions.named("one"),
              () -> {
                Coroutine<?> helper = Coroutines.spawnAttached("two", () -> 2);
                helper.join();
              })
          .join();
      assertNull(named.spawn(() -> {}).join());
    }
    List<@Nullable String> expected = new ArrayList<>(List.of("one", "two"));
    expected.add(null);
    assertEquals(expected, names);
  }

  /** A scheduler without a decorator runs the body itself: nothing is on the stack besides. */
  @Test
  void withoutADecorator_theBodyIsNotWrapped() {
    try (CoroutineScheduler plain = TestSchedulers.oneLoop()) {
      assertFalse(plain.spawn(CoroutineDecoratorTest::isWrapped).join());
      assertFalse(plain.spawn(() -> Coroutines.blocking(CoroutineDecoratorTest::isWrapped)).join());
    }
    assertTrue(scheduler.spawn(CoroutineDecoratorTest::isWrapped).join());
    assertTrue(
        scheduler.spawn(() -> Coroutines.blocking(CoroutineDecoratorTest::isWrapped)).join());
  }

  private static boolean isWrapped() {
    return StackWalker.getInstance()
        .walk(frames -> frames.anyMatch(each -> each.getClassName().contains(".surround.")));
  }
}
