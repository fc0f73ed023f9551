package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.Cancelled.assertCancelled;
import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine.State;
import io.tourbillon.coroutine.CoroutineScope.Policy;
import io.tourbillon.coroutine.testkit.Simulation;
import io.tourbillon.coroutine.testkit.SimulationFailure;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class CoroutineScopeTest {
  private static final Duration LONG = Duration.ofHours(1);

  private final List<String> unseen = new ArrayList<>();
  private final CoroutineScheduler scheduler =
      TestSchedulers.builder()
          .loops(2)
          .exceptionHandler((coroutine, failure) -> note(failure))
          .build();
  private final IOException broken = new IOException("broken");
  private final Simulation simulation =
      new Simulation().engine(TestSchedulers.ENGINE).grace(Duration.ZERO);

  private synchronized void note(Throwable failure) {
    unseen.add(failure.getMessage());
  }

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  private void run(Action body) throws TimeoutException {
    scheduler.spawn(body).join(PATIENCE);
  }

  private static Coroutine<?> sleeping(CoroutineScope scope) {
    return scope.spawn(() -> Coroutines.delay(LONG));
  }

  private <T> Callable<T> failing() {
    return () -> {
      throw broken;
    };
  }

  private static <T> Callable<T> after(int millis, T value) {
    return () -> {
      Coroutines.delay(Duration.ofMillis(millis));
      return value;
    };
  }

  @Test
  void join_waitsForAllChildren() throws Exception {
    AtomicInteger sum = new AtomicInteger();
    run(
        () -> {
          try (CoroutineScope scope = CoroutineScope.open(Policy.FAIL_FAST)) {
            for (int number = 1; number <= 100; number++) {
              int mine = number;
              scope.spawn(
                  () -> {
                    Coroutines.delay(Duration.ofMillis(mine % 7));
                    sum.addAndGet(mine);
                  });
            }
            scope.join();
            assertEquals(5050, sum.get());
          }
        });
  }

  @Test
  void failFast_cancelsTheOthersAndThrowsTheFailure() throws Exception {
    run(
        () -> {
          Coroutine<?> other;
          try (CoroutineScope scope = CoroutineScope.open(Policy.FAIL_FAST)) {
            other = sleeping(scope);
            scope.spawn(failing());
            assertSame(broken, assertThrows(CompletionException.class, scope::join).getCause());
          }
          assertEquals(State.CANCELLED, other.state());
        });
    assertEquals(List.of(), unseen);
  }

  /** The body waits for something other than its children. */
  @Test
  void failFast_endsOtherWaitsOfTheBodyToo() throws Exception {
    CompletableFuture<String> never = new CompletableFuture<>();
    run(
        () -> {
          CoroutineCancelledException raised =
              assertThrows(
                  CoroutineCancelledException.class,
                  () -> {
                    try (CoroutineScope scope = CoroutineScope.open(Policy.FAIL_FAST)) {
                      scope.spawn(failing());
                      Coroutines.await(never);
                    }
                  });
          assertSame(broken, raised.getCause());
          // It was the signal of the scope, which has ended.
          Coroutines.delay(Duration.ofMillis(1));
        });
  }

  @Test
  void supervise_leavesAFailureToTheChild() throws Exception {
    run(
        () -> {
          try (CoroutineScope scope = CoroutineScope.open(Policy.SUPERVISE)) {
            Coroutine<?> failed = scope.spawn(failing());
            Coroutine<String> other = scope.spawn(after(20, "value"));
            scope.join();
            assertEquals("value", other.join());
            assertSame(broken, assertThrows(CompletionException.class, failed::join).getCause());
          }
        });
  }

  @Test
  void firstSuccess_cancelsTheOthers() throws Exception {
    run(
        () -> {
          try (CoroutineScope scope = CoroutineScope.open(Policy.FIRST_SUCCESS)) {
            Coroutine<?> slow = sleeping(scope);
            scope.spawn(failing());
            scope.spawn(after(5, "value"));
            scope.join();
            assertEquals(State.CANCELLED, slow.state());
          }
        });
  }

  @Test
  void deadline_failsTheScope() throws Exception {
    run(
        () -> {
          Coroutine<?> child;
          try (CoroutineScope scope =
              CoroutineScope.open(Policy.SUPERVISE).timeout(Duration.ofMillis(5))) {
            child = sleeping(scope);
            Throwable cause = assertThrows(CompletionException.class, scope::join).getCause();
            assertInstanceOf(TimeoutException.class, cause);
            assertEquals("the scope was open for PT0.005S", cause.getMessage());
          }
          assertEquals(State.CANCELLED, child.state());
        });
  }

  @Test
  void deadline_saidAgain_countsFromThen() throws Exception {
    run(
        () -> {
          try (CoroutineScope scope = CoroutineScope.open(Policy.FAIL_FAST)) {
            scope.timeout(Duration.ofMillis(20)).timeout(LONG);
            scope.spawn(() -> Coroutines.delay(Duration.ofMillis(40)));
            scope.join();
            scope.timeout(Duration.ofMillis(1));
            sleeping(scope);
            assertInstanceOf(
                TimeoutException.class,
                assertThrows(CompletionException.class, scope::join).getCause());
          }
        });
  }

  /** For example, a clean-up that fails. */
  @Test
  void failFast_suppressesFailuresThatComeOfTheFirst() throws Exception {
    IOException second = new IOException("broken, too");
    run(
        () -> {
          try (CoroutineScope scope = CoroutineScope.open(Policy.FAIL_FAST)) {
            awaitBegun(scope, second);
            scope.spawn(failing());
            assertSame(broken, assertThrows(CompletionException.class, scope::join).getCause());
          }
          assertEquals(List.of(second), List.of(broken.getSuppressed()));
        });
    assertEquals(List.of(), unseen);
  }

  /** There is no other failure to add it to, and nobody joins the child. */
  @Test
  void failure_ofAChildThatIsCancelledByTheClose_isReported() throws Exception {
    run(
        () -> {
          try (CoroutineScope scope = CoroutineScope.open(Policy.FAIL_FAST)) {
            awaitBegun(scope, broken);
          }
        });
    scheduler.close();
    assertEquals(List.of("broken"), unseen);
  }

  /** Returns when there is a child that throws this failure as soon as it is cancelled. */
  private static void awaitBegun(CoroutineScope scope, IOException failure) {
    CompletableFuture<Boolean> begun = new CompletableFuture<>();
    scope.spawn(
        () -> {
          begun.complete(true);
          try {
            Coroutines.delay(LONG);
          } catch (CoroutineCancelledException cancelled) {
            throw failure;
          }
        });
    assertTrue(Coroutines.await(begun));
  }

  @Test
  void cancel_byAChild_endsTheScopeWithoutAFailure() throws Exception {
    run(
        () -> {
          try (CoroutineScope scope = CoroutineScope.open(Policy.FAIL_FAST)) {
            Coroutine<?> other = sleeping(scope);
            Coroutine<?> teller = scope.spawn(() -> scope.cancel("enough"));
            scope.join();
            assertEquals(State.CANCELLED, other.state());
            assertEquals(State.DONE, teller.state());
            Coroutine<?> late = sleeping(scope);
            assertTrue(assertCancelled(late::join).getMessage().endsWith("its scope has ended"));
          }
        });
  }

  @Test
  void close_cancelsAndWaitsForCleaningUp() throws Exception {
    AtomicInteger cleanedUp = new AtomicInteger();
    CompletableFuture<Boolean> begun = new CompletableFuture<>();
    run(
        () -> {
          IllegalStateException thrown = new IllegalStateException("from the block");
          assertSame(
              thrown,
              assertThrows(
                  IllegalStateException.class,
                  () -> {
                    try (CoroutineScope scope = CoroutineScope.open(Policy.FAIL_FAST)) {
                      scope.spawn(
                          () -> {
                            begun.complete(true);
                            try {
                              Coroutines.delay(LONG);
                            } finally {
                              Coroutines.shield(
                                  PATIENCE, () -> Coroutines.delay(Duration.ofMillis(20)));
                              cleanedUp.incrementAndGet();
                            }
                          });
                      assertTrue(Coroutines.await(begun));
                      throw thrown;
                    }
                  }));
          assertEquals(1, cleanedUp.get());
        });
  }

  @Test
  void cancellingTheOwner_cancelsTheChildrenFirst() throws Exception {
    CompletableFuture<Coroutine<?>> child = new CompletableFuture<>();
    Coroutine<?> owner =
        scheduler.spawn(
            () -> {
              try (CoroutineScope scope = CoroutineScope.open(Policy.FAIL_FAST)) {
                child.complete(sleeping(scope));
                scope.join();
              }
            });
    child.join();
    owner.cancel("enough");
    assertCancelled(() -> owner.join(PATIENCE));
    assertEquals(State.CANCELLED, owner.state());
    assertEquals(State.CANCELLED, child.join().state());
  }

  @Test
  void cancelledChild_meansNothingForTheOthers() throws Exception {
    run(
        () -> {
          try (CoroutineScope scope = CoroutineScope.open(Policy.FAIL_FAST)) {
            Coroutine<?> cancelled = sleeping(scope);
            Coroutine<String> other = scope.spawn(after(10, "value"));
            cancelled.cancel();
            scope.join();
            assertEquals("value", other.join());
          }
        });
  }

  @Test
  void children_mayHaveSiblings() throws Exception {
    AtomicInteger ended = new AtomicInteger();
    run(
        () -> {
          try (CoroutineScope scope = CoroutineScope.open(Policy.FAIL_FAST)) {
            scope.spawn(
                () -> {
                  scope.spawn(
                      () -> {
                        Coroutines.delay(Duration.ofMillis(10));
                        ended.incrementAndGet();
                      });
                  ended.incrementAndGet();
                });
            scope.join();
            assertEquals(2, ended.get());
          }
        });
  }

  @Test
  void scopes_nest() throws Exception {
    run(
        () -> {
          try (CoroutineScope outer = CoroutineScope.open(Policy.FAIL_FAST)) {
            try (CoroutineScope inner = CoroutineScope.open(Policy.FAIL_FAST)) {
              inner.spawn(failing());
              assertThrows(CompletionException.class, inner::join);
            }
            Coroutine<String> child = outer.spawn(after(1, "the outer one goes on"));
            outer.join();
            assertEquals("the outer one goes on", child.join());
          }
        });
  }

  @Test
  void misuse_isRefused() throws Exception {
    assertThrows(IllegalStateException.class, () -> CoroutineScope.open(Policy.FAIL_FAST));
    run(
        () -> {
          CoroutineScope outer = CoroutineScope.open(Policy.FAIL_FAST);
          CoroutineScope inner = CoroutineScope.open(Policy.FAIL_FAST);
          assertTrue(
              assertThrows(IllegalStateException.class, outer::close)
                  .getMessage()
                  .startsWith("scopes must be closed in reverse order"));
          inner.close();
          inner.close();
          assertEquals(
              "the scope is closed",
              assertThrows(IllegalStateException.class, () -> inner.spawn(() -> {})).getMessage());
        });
    CoroutineScope mine = CoroutineScope.open(scheduler, Policy.FAIL_FAST);
    String me = Thread.currentThread().getName();
    Coroutine<?> stranger =
        scheduler.spawn(
            SpawnOptions.named("stranger"),
            () ->
                assertEquals(
                    "only the coroutine or thread that opened a scope may join or close it: "
                        + me
                        + ", not stranger",
                    assertThrows(IllegalStateException.class, mine::join).getMessage()));
    stranger.join(PATIENCE);
    mine.close();
  }

  @Test
  void scopeOfAThread_isTheSame() {
    Coroutine<?> other;
    try (CoroutineScope scope = CoroutineScope.open(scheduler, Policy.FAIL_FAST)) {
      other = sleeping(scope);
      scope.spawn(failing());
      assertSame(broken, assertThrows(CompletionException.class, scope::join).getCause());
    }
    assertEquals(State.CANCELLED, other.state());
    try (CoroutineScope scope = CoroutineScope.open(scheduler, Policy.FAIL_FAST)) {
      other = sleeping(scope);
      Thread.currentThread().interrupt();
    }
    assertTrue(Thread.interrupted());
    assertEquals(State.CANCELLED, other.state());
  }

  @Test
  void gather_returnsAllInOrder() throws Exception {
    run(
        () -> {
          assertEquals(
              List.of("a", "b", "c"),
              CoroutineScope.gather(List.of(after(10, "a"), after(1, "b"), after(5, "c"))));
          assertEquals(List.of(), CoroutineScope.gather(List.<Callable<String>>of()));
          assertSame(
              broken,
              assertThrows(
                      CompletionException.class,
                      () -> CoroutineScope.gather(List.of(after(3_600_000, "a"), failing())))
                  .getCause());
        });
  }

  @Test
  void race_takesTheFirstThatEnds() throws Exception {
    run(
        () -> {
          assertEquals("b", CoroutineScope.race(List.of(after(3_600_000, "a"), after(1, "b"))));
          assertSame(
              broken,
              assertThrows(
                      CompletionException.class,
                      () -> CoroutineScope.race(List.of(after(3_600_000, "a"), failing())))
                  .getCause());
          assertThrows(IllegalArgumentException.class, () -> CoroutineScope.race(List.of()));
        });
  }

  @Test
  void firstSuccess_passesFailuresOver() {
    simulation.run(
        () -> {
          assertEquals("b", CoroutineScope.firstSuccess(List.of(failing(), after(5, "b"))));
          Throwable all =
              assertThrows(
                      CompletionException.class,
                      () ->
                          CoroutineScope.firstSuccess(
                              List.of(
                                  failing(),
                                  () -> {
                                    Coroutines.delay(Duration.ofMillis(5));
                                    throw new IOException("too");
                                  })))
                  .getCause();
          assertSame(broken, all);
          assertEquals("too", all.getSuppressed()[0].getMessage());
        });
  }

  @Test
  void awaitAny_andAll_doNotThrowWhatWasThrown() throws Exception {
    CompletableFuture<String> value = new CompletableFuture<>();
    Coroutine<String> failed = scheduler.spawn(failing());
    Coroutine<String> later = scheduler.spawn(() -> Coroutines.await(value));
    assertSame(failed, Coroutine.awaitAny(List.of(later, failed)));
    value.complete("value");
    run(() -> Coroutine.awaitAll(List.of(later, failed)));
    assertEquals(State.DONE, later.state());
    assertThrows(CompletionException.class, failed::join);
  }

  @Test
  @Tag("not-plain-thread") // The driver of its alarms wakes once for nothing.
  void deadlineOfAScopeThatIsClosed_isForgotten() {
    for (int round = 0; round < 3; round++) {
      CoroutineScope.open(scheduler, Policy.FAIL_FAST).timeout(LONG).timeout(LONG).close();
    }
    assertEquals(0, scheduler.timers().pending());
    // If the deadline were still in the wheel, time would advance to it before the deadlock.
    SimulationFailure nothingIsDue =
        assertThrows(
            SimulationFailure.class,
            () ->
                simulation.run(
                    () -> {
                      CoroutineScope.open(Policy.FAIL_FAST).timeout(LONG).close();
                      Coroutines.await(new CompletableFuture<>());
                    }));
    assertTrue(nothingIsDue.getMessage().contains("at PT0S"), nothingIsDue::getMessage);
  }

  @Test
  void deadline_isExact() {
    simulation.run(
        () -> {
          try (CoroutineScope scope = CoroutineScope.open(Policy.FAIL_FAST)) {
            sleeping(scope.timeout(Duration.ofMinutes(2)));
            CompletionException over = assertThrows(CompletionException.class, scope::join);
            assertEquals("the scope was open for PT2M", over.getCause().getMessage());
          }
          assertEquals(Duration.ofMinutes(2), Simulation.elapsed());
        });
  }

  /** Failures, ends, cancels and deadlines come at about the same time. */
  @Test
  void nothing_outlivesItsScope() throws Exception {
    List<Policy> policies = List.of(Policy.values());
    List<Coroutine<?>> owners = new ArrayList<>();
    for (int number = 0; number < 200; number++) {
      int mine = number;
      Coroutine<?> owner =
          scheduler.spawn(
              () -> {
                List<Coroutine<?>> children = new ArrayList<>();
                try (CoroutineScope scope =
                    CoroutineScope.open(policies.get(mine % 3))
                        .timeout(Duration.ofMillis(1 + mine % 5))) {
                  for (int child = 0; child < 5; child++) {
                    children.add(
                        scope.spawn(child == mine % 7 ? failing() : after(child, "value")));
                  }
                  scope.join();
                } finally {
                  for (Coroutine<?> child : children) {
                    assertTrue(child.state().isEnd(), child::toString);
                  }
                }
              });
      owners.add(owner);
      if (number % 4 == 0) {
        owner.cancel();
      }
    }
    for (Coroutine<?> owner : owners) {
      try {
        owner.join(PATIENCE);
      } catch (CompletionException failure) {
        assertFalse(failure.getCause() instanceof AssertionError, failure::toString);
      }
    }
  }
}
