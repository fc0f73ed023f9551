package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.Cancelled.assertCancelled;
import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tourbillon.coroutine.Coroutine.State;
import io.tourbillon.coroutine.CoroutineScope.Policy;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which code sees a failure in a scope, and what the scope keeps afterwards. */
class CoroutineScopeFailuresTest {
  private static final Duration LONG = Duration.ofHours(1);

  private final BlockingQueue<Throwable> unseen = new LinkedBlockingQueue<>();
  private final CoroutineScheduler scheduler =
      TestSchedulers.builder()
          .loops(2)
          .exceptionHandler((coroutine, failure) -> unseen.add(failure))
          .build();
  private final IOException broken = new IOException("broken");
  private final IllegalStateException notCleanedUp = new IllegalStateException("not cleaned up");

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  private void run(Action body) throws TimeoutException {
    scheduler.spawn(body).join(PATIENCE);
  }

  /** Spawns a child that has begun, and fails when it is cancelled. */
  private void spawnOneThatFailsToCleanUp(CoroutineScope scope) {
    Coroutine<?> child =
        scope.spawn(
            () -> {
              try {
                Coroutines.delay(LONG);
              } finally {
                throwNotCleanedUp();
              }
            });
    TestSchedulers.awaitSuspended(child);
  }

  private void throwNotCleanedUp() {
    throw notCleanedUp;
  }

  @Test
  void failFast_whatIsThrownWhileCleaningUp_isSuppressed() {
    try (CoroutineScope scope = CoroutineScope.open(scheduler, Policy.FAIL_FAST)) {
      spawnOneThatFailsToCleanUp(scope);
      scope.spawn(
          () -> {
            throw broken;
          });
      assertSame(broken, assertThrows(CompletionException.class, scope::join).getCause());
    }
    assertEquals(List.of(notCleanedUp), List.of(broken.getSuppressed()));
  }

  @Test
  void failFast_whatIsThrownWhileCleaningUpWithoutAFailure_isNotLost() throws Exception {
    try (CoroutineScope scope = CoroutineScope.open(scheduler, Policy.FAIL_FAST)) {
      spawnOneThatFailsToCleanUp(scope);
    }
    assertSame(notCleanedUp, unseen.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS));
  }

  @Test
  void firstSuccess_whoseTimeIsOver_staysFailed() {
    CompletableFuture<String> stage = new CompletableFuture<>();
    try (CoroutineScope scope = CoroutineScope.open(scheduler, Policy.FIRST_SUCCESS)) {
      Coroutine<String> late =
          scope.spawn(() -> Coroutines.shield(LONG, () -> Coroutines.await(stage)));
      Coroutine<?> other = scope.spawn(() -> Coroutines.delay(LONG));
      TestSchedulers.awaitSuspended(late);
      scope.timeout(Duration.ZERO);
      Coroutine.awaitAll(List.of(other));
      stage.complete("late");
      assertEquals("late", late.join());
      assertInstanceOf(
          TimeoutException.class, assertThrows(CompletionException.class, scope::join).getCause());
    }
  }

  @Test
  void firstSuccess_whoseTimeIsOver_losesNoFailureThatCameBefore() {
    try (CoroutineScope scope = CoroutineScope.open(scheduler, Policy.FIRST_SUCCESS)) {
      Coroutine<?> failed =
          scope.spawn(
              () -> {
                throw broken;
              });
      scope.spawn(() -> Coroutines.delay(LONG));
      assertThrows(CompletionException.class, failed::join);
      scope.timeout(Duration.ZERO);
      Throwable cause = assertThrows(CompletionException.class, scope::join).getCause();
      assertInstanceOf(TimeoutException.class, cause);
      assertEquals(List.of(broken), List.of(cause.getSuppressed()));
    }
  }

  @Test
  void firstSuccess_ofPartsThatAreAllCancelled_saysSo() throws Exception {
    Callable<String> cancelled =
        () -> {
          Coroutines.current().cancel();
          Coroutines.checkCancelled();
          return "unreachable";
        };
    run(
        () -> {
          for (List<Callable<String>> parts :
              List.of(List.of(cancelled), List.of(cancelled, cancelled))) {
            assertCancelled(() -> CoroutineScope.firstSuccess(parts));
            assertCancelled(() -> CoroutineScope.race(parts));
            assertCancelled(() -> CoroutineScope.gather(parts));
          }
        });
  }

  @Test
  void deadline_ofAScopeThatIsClosed_isNotKept() {
    for (int number = 0; number < 100; number++) {
      try (CoroutineScope scope = CoroutineScope.open(scheduler, Policy.SUPERVISE)) {
        scope.timeout(LONG).timeout(LONG);
      }
    }
    assertEquals(0, scheduler.timers().pending());
    CoroutineScope closed = CoroutineScope.open(scheduler, Policy.SUPERVISE);
    closed.close();
    assertEquals(
        "the scope is closed",
        assertThrows(IllegalStateException.class, () -> closed.timeout(LONG)).getMessage());
  }

  @Test
  void deadline_theLastThatWasSaid_counts() {
    try (CoroutineScope scope = CoroutineScope.open(scheduler, Policy.SUPERVISE)) {
      scope.spawn(() -> Coroutines.delay(LONG));
      scope.timeout(LONG).timeout(Duration.ofMillis(1));
      assertEquals(
          "the scope was open for PT0.001S",
          assertThrows(CompletionException.class, scope::join).getCause().getMessage());
    }
  }

  @Test
  void scope_thatFailedAndWasLeftOutOfOrder_isOverAllTheSame() throws Exception {
    run(
        () -> {
          CoroutineScope outer = CoroutineScope.open(Policy.FAIL_FAST);
          outer.spawn(
              () -> {
                throw broken;
              });
          assertThrows(CoroutineCancelledException.class, () -> Coroutines.delay(LONG));
          CoroutineScope inner = CoroutineScope.open(Policy.FAIL_FAST);
          assertThrows(IllegalStateException.class, outer::close);
          inner.close();
          Coroutines.delay(Duration.ofMillis(1));
        });
  }

  /** The loop does not use the monitor of a scope, which others may hold. */
  @Test
  void monitor_ofAScope_isNotWhatTheLoopNeeds() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    try (CoroutineScheduler oneLoop = TestSchedulers.oneLoop();
        CoroutineScope scope = CoroutineScope.open(oneLoop, Policy.FAIL_FAST)) {
      Coroutine<?> child =
          scope.spawn(
              () -> {
                while (go.getCount() > 0) {
                  Coroutines.yieldNow();
                }
              });
      synchronized (scope) {
        go.countDown();
        child.join(PATIENCE);
        oneLoop.spawn(() -> {}).join(PATIENCE);
      }
      scope.join();
    }
  }

  @Test
  void failFast_blockLeftWithoutAJoin_failureIsToldOf() throws Exception {
    BlockingQueue<Throwable> told = new LinkedBlockingQueue<>();
    IllegalStateException lost = new IllegalStateException("lost?");
    try (CoroutineScheduler telling =
            TestSchedulers.builder().exceptionHandler((_, thrown) -> told.add(thrown)).build();
        CoroutineScope scope = CoroutineScope.open(telling, Policy.FAIL_FAST)) {
      Coroutine<?> child =
          scope.spawn(
              () -> {
                throw lost;
              });
      while (!child.state().isEnd()) {
        Thread.onSpinWait();
      }
    }
    assertSame(lost, told.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS));
  }

  /** A caller that joins the child or the scope has seen the failure. */
  @Test
  void failFast_failureThatWasSeen_isNotToldOfAgain() throws Exception {
    List<Throwable> told = new CopyOnWriteArrayList<>();
    try (CoroutineScheduler telling =
        TestSchedulers.builder().exceptionHandler((_, thrown) -> told.add(thrown)).build()) {
      for (boolean joinsScope : new boolean[] {true, false}) {
        try (CoroutineScope scope = CoroutineScope.open(telling, Policy.FAIL_FAST)) {
          Coroutine<?> child =
              scope.spawn(
                  () -> {
                    throw new IllegalStateException("seen");
                  });
          assertThrows(
              CompletionException.class,
              () -> {
                if (joinsScope) {
                  scope.join();
                } else {
                  child.join();
                }
              });
        }
      }
    }
    assertEquals(List.of(), told);
  }

  @Test
  void spawn_inAScopeThatIsCancelled_neverBegins() throws Exception {
    AtomicInteger begun = new AtomicInteger();
    for (int round = 0; round < 200; round++) {
      try (CoroutineScope scope = CoroutineScope.open(scheduler, Policy.FAIL_FAST)) {
        scope.cancel("enough");
        Coroutine<?> late = scope.spawn(begun::incrementAndGet);
        Coroutine.awaitAll(List.of(late));
        assertEquals(State.CANCELLED, late.state());
      }
    }
    assertEquals(0, begun.get());
  }

  @Test
  void scope_leftOpenByACoroutineThatEnds_cancelsItsChildren() throws Exception {
    try (LogCapture log = new LogCapture()) {
      Coroutine<Coroutine<?>> owner =
          scheduler.spawn(
              () -> CoroutineScope.open(Policy.SUPERVISE).spawn(() -> Coroutines.delay(LONG)));
      Coroutine<?> child = owner.join(PATIENCE);
      Coroutine.awaitAll(List.of(child));
      assertEquals(State.CANCELLED, child.state());
      assertEquals(
          owner.name()
              + " has ended without closing a scope that it has opened; its children are cancelled",
          log.firstLine());
    }
  }

  @Test
  void run_ofABlock_waitsForTheChildrenAndReturnsItsValue() throws Exception {
    AtomicInteger ended = new AtomicInteger();
    run(
        () -> {
          String value =
              CoroutineScope.run(
                  Policy.FAIL_FAST,
                  scope -> {
                    scope.spawn(
                        () -> {
                          Coroutines.delay(Duration.ofMillis(5));
                          ended.incrementAndGet();
                        });
                    return "value";
                  });
          assertEquals("value", value);
          assertEquals(1, ended.get());
        });
  }

  /** Like join, and not as a cancellation, which callers would take for their own. */
  @Test
  void run_whoseScopeFailsInsideTheBlock_throwsTheFailure() throws Exception {
    IOException broken = new IOException("broken");
    run(
        () -> {
          CompletionException ofAChild =
              assertThrows(
                  CompletionException.class,
                  () ->
                      CoroutineScope.run(
                          Policy.FAIL_FAST,
                          scope -> {
                            scope.spawn(
                                () -> {
                                  throw broken;
                                });
                            Coroutines.delay(LONG);
                            return null;
                          }));
          assertSame(broken, ofAChild.getCause());
          CompletionException ofTime =
              assertThrows(
                  CompletionException.class,
                  () ->
                      CoroutineScope.run(
                          Policy.SUPERVISE,
                          scope -> {
                            scope.timeout(Duration.ofMillis(1));
                            Coroutines.delay(LONG);
                            return null;
                          }));
          assertInstanceOf(TimeoutException.class, ofTime.getCause());
          Coroutines.delay(Duration.ofMillis(1)); // not cancelled by either
        });
  }

  @Test
  void run_whoseCallerIsCancelled_saysSo() throws Exception {
    Coroutine<?> caller =
        scheduler.spawn(
            () ->
                CoroutineScope.run(
                    Policy.FAIL_FAST,
                    scope -> {
                      scope.spawn(() -> Coroutines.delay(LONG));
                      Coroutines.delay(LONG);
                      return null;
                    }));
    TestSchedulers.awaitSuspended(caller);
    caller.cancel("enough");
    Coroutine.awaitAll(List.of(caller));
    assertEquals(State.CANCELLED, caller.state());
  }

  @Test
  void run_whoseBlockThrows_throwsThat() throws Exception {
    IOException own = new IOException("the block's own");
    run(
        () ->
            assertSame(
                own,
                assertThrows(
                    IOException.class,
                    () ->
                        CoroutineScope.run(
                            Policy.FAIL_FAST,
                            scope -> {
                              scope.spawn(() -> Coroutines.delay(LONG));
                              throw own;
                            }))));
  }

  /** The failure reaches another loop after the cancellation of the child that is joined. */
  @Test
  void failure_whileTheOwnerWaitsForAnotherChild_isThatOfTheScope() throws Exception {
    for (int round = 0; round < 200; round++) {
      boolean byFuture = round % 2 == 1;
      run(
          () -> {
            CompletionException failure =
                assertThrows(
                    CompletionException.class,
                    () ->
                        CoroutineScope.run(
                            Policy.FAIL_FAST, scope -> joinsOneWhileAnotherFails(scope, byFuture)));
            assertSame(broken, failure.getCause());
          });
    }
  }

  private @Nullable Void joinsOneWhileAnotherFails(CoroutineScope scope, boolean byFuture) {
    List<Coroutine<?>> siblings = new ArrayList<>();
    for (int number = 0; number < 50; number++) {
      siblings.add(scope.spawn(() -> Coroutines.delay(LONG)));
    }
    for (Coroutine<?> each : siblings) {
      while (each.state() != State.SUSPENDED) {
        Coroutines.yieldNow();
      }
    }
    Coroutine<?> joined = siblings.getFirst();
    scope.spawn(
        () -> {
          throw broken;
        });
    if (byFuture) {
      Coroutines.await(joined.toFuture());
    } else {
      joined.join();
    }
    return null;
  }

  @Test
  void run_ofWhichADeadlineIsSetWhenItIsLate_throwsTheTimeout() throws Exception {
    run(
        () ->
            assertThrows(
                TimeoutException.class,
                () ->
                    CoroutineScope.<Object, RuntimeException>run(
                        Policy.FAIL_FAST,
                        Duration.ofMillis(5),
                        scope -> {
                          try {
                            Coroutines.delay(LONG);
                          } finally {
                            scope.timeout(Duration.ofMillis(1));
                            Coroutines.shield(
                                PATIENCE, () -> Coroutines.delay(20, TimeUnit.MILLISECONDS));
                          }
                          return "never";
                        })));
  }
}
