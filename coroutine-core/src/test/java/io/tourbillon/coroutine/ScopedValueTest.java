package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tourbillon.timer.TaskDecorator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Scoped values that a coroutine binds, or that a decorator binds again, on each engine. */
class ScopedValueTest {
  private static final ScopedValue<String> REQUEST = ScopedValue.newInstance();
  private static final ScopedValue<Integer> NUMBER = ScopedValue.newInstance();
  private static final ScopedValue<String> UNNAMED = ScopedValue.newInstance();

  private final CoroutineScheduler scheduler =
      TestSchedulers.builder()
          .loops(1)
          .decorator(TaskDecorator.ofScopedValues(REQUEST, NUMBER))
          .build();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  private static void suspendInAllWays() {
    Coroutines.delay(Duration.ofMillis(1));
    Coroutines.yieldNow();
    Coroutines.await(
        new CompletableFuture<String>().completeOnTimeout("", 1, TimeUnit.MILLISECONDS));
  }

  private static String seen() {
    StringBuilder seen = new StringBuilder();
    for (int turn = 0; turn < 3; turn++) {
      seen.append(REQUEST.orElse("none")).append(NUMBER.orElse(0)).append(' ');
      suspendInAllWays();
    }
    return seen.append(UNNAMED.orElse("unnamed")).toString();
  }

  @Test
  void valuesOfTheSpawner_areBoundInEachTurn() {
    List<Coroutine<String>> all = new ArrayList<>();
    for (String request : List.of("a", "b", "c")) {
      ScopedValue.where(REQUEST, request)
          .where(UNNAMED, "not named")
          .run(() -> all.add(scheduler.spawn(ScopedValueTest::seen)));
    }
    ScopedValue.where(NUMBER, 7).run(() -> all.add(scheduler.spawn(ScopedValueTest::seen)));
    all.add(scheduler.spawn(ScopedValueTest::seen));
    assertEquals(
        List.of(
            "a0 a0 a0 unnamed",
            "b0 b0 b0 unnamed",
            "c0 c0 c0 unnamed",
            "none7 none7 none7 unnamed",
            "none0 none0 none0 unnamed"),
        all.stream().map(Coroutine::join).toList());
  }

  @Test
  void valuesOfTheSpawner_areBoundInChildrenBlockingCallsAndTimers() throws Exception {
    CompletableFuture<String> timer = new CompletableFuture<>();
    Coroutine<String> coroutine =
        ScopedValue.where(REQUEST, "a")
            .call(
                () ->
                    scheduler.spawn(
                        () -> {
                          Coroutines.delay(Duration.ofMillis(1));
                          scheduler
                              .timers()
                              .schedule(Duration.ofMillis(1), () -> timer.complete(REQUEST.get()));
                          return CoroutineScope.gather(
                                  List.of(
                                      ScopedValueTest::seen,
                                      () -> Coroutines.blocking(REQUEST::get)))
                              .toString();
                        }));
    assertEquals("[a0 a0 a0 unnamed, a]", coroutine.join());
    assertEquals("a", timer.get(30, TimeUnit.SECONDS));
  }

  /** Runs the body in three coroutines whose suspensions interleave. */
  private void threeTimes(Action body) throws Exception {
    List<Coroutine<?>> all = new ArrayList<>();
    for (int number = 0; number < 3; number++) {
      all.add(scheduler.spawn(body));
    }
    for (Coroutine<?> coroutine : all) {
      coroutine.join(PATIENCE);
    }
  }

  @Test
  void bindings_acrossSuspensions_areTheCoroutinesUntilTheirScopeEnds() throws Exception {
    threeTimes(
        () -> {
          String mine = Coroutines.current().name();
          assertFalse(REQUEST.isBound());
          ScopedValue.where(REQUEST, mine)
              .run(
                  () -> {
                    suspendInAllWays();
                    assertEquals(mine, REQUEST.get());
                    ScopedValue.where(REQUEST, mine + ", inner").run(() -> inner(mine));
                    suspendInAllWays();
                    assertEquals(mine, REQUEST.get());
                  });
          suspendInAllWays();
          assertThrows(NoSuchElementException.class, REQUEST::get);
        });
  }

  private static void inner(String outer) {
    suspendInAllWays();
    assertEquals(outer + ", inner", REQUEST.get());
  }

  @Test
  void bindings_whoseScopeIsCancelled_areUnbound() throws Exception {
    CompletableFuture<Boolean> boundAfterwards = new CompletableFuture<>();
    Coroutine<?> coroutine =
        scheduler.spawn(
            () -> {
              try {
                ScopedValue.where(REQUEST, "bound")
                    .run(() -> Coroutines.delay(Duration.ofHours(1)));
              } finally {
                boundAfterwards.complete(REQUEST.isBound());
              }
            });
    TestSchedulers.awaitSuspended(coroutine);
    coroutine.cancel();
    assertFalse(boundAfterwards.get(30, TimeUnit.SECONDS));
  }

  @Test
  void bindings_areNotSeenByTheLoop() throws Exception {
    Coroutine<?> coroutine =
        scheduler.spawn(
            () -> ScopedValue.where(UNNAMED, "bound").run(ScopedValueTest::suspendInAllWays));
    CompletableFuture<Boolean> onTheLoop = new CompletableFuture<>();
    scheduler.timers().schedule(Duration.ZERO, () -> onTheLoop.complete(UNNAMED.isBound()));
    assertFalse(onTheLoop.get(30, TimeUnit.SECONDS));
    coroutine.join(PATIENCE);
  }

  /** After an overflow the JVM forgets where the bindings are, and searches the stack for them. */
  @Test
  @Tag("not-handoff") // There, an overflow inside a suspension loses the coroutine.
  void bindings_afterAStackOverflow_areStillTheCoroutines() throws Exception {
    threeTimes(
        () -> {
          String mine = Coroutines.current().name();
          ScopedValue.where(REQUEST, mine)
              .run(
                  () -> {
                    for (int time = 0; time < 3; time++) {
                      assertThrows(StackOverflowError.class, () -> overflow(0));
                      Coroutines.yieldNow();
                      assertEquals(mine, REQUEST.get());
                    }
                  });
          assertFalse(REQUEST.isBound());
        });
  }

  private static int overflow(int depth) {
    return depth < 0 ? 0 : overflow(depth + 1) + depth;
  }
}
