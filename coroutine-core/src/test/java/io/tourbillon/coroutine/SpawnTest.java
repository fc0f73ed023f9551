package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.Cancelled.assertCancelled;
import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine.State;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SpawnTest {
  private final CoroutineScheduler scheduler = TestSchedulers.builder().loops(2).name("s").build();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  @Test
  void join_fromAThread_returnsWhatTheBodyReturns() throws Exception {
    Coroutine<String> coroutine = scheduler.spawn(() -> "result");
    assertEquals("result", coroutine.join(PATIENCE));
    assertEquals("result", coroutine.join());
    assertEquals(State.DONE, coroutine.state());
    assertEquals(Optional.empty(), coroutine.waitsFor());
  }

  @Test
  void join_ofAnAction_returnsNull() throws Exception {
    assertNull(scheduler.spawn(() -> {}).join(PATIENCE));
  }

  @Test
  void join_ofAFailure_wrapsItAsFuturesDo() {
    IOException cause = new IOException("broken");
    Coroutine<?> coroutine =
        scheduler.spawn(
            () -> {
              throw cause;
            });
    assertSame(
        cause, assertThrows(CompletionException.class, () -> coroutine.join(PATIENCE)).getCause());
    assertSame(cause, assertThrows(CompletionException.class, coroutine::join).getCause());
    assertEquals(State.FAILED, coroutine.state());
  }

  @Test
  void join_fromACoroutine_suspendsIt() throws Exception {
    Coroutine<Integer> sum =
        scheduler.spawn(
            () -> {
              Coroutine<Integer> left =
                  scheduler.spawn(
                      () -> {
                        Coroutines.delay(Duration.ofMillis(5));
                        return 40;
                      });
              Coroutine<Integer> right = scheduler.spawn(() -> 2);
              return left.join() + right.join();
            });
    assertEquals(42, sum.join(PATIENCE));
  }

  @Test
  void join_ofAFailureFromACoroutine_wrapsItAsFuturesDo() throws Exception {
    IOException cause = new IOException("broken");
    Coroutine<?> failing =
        scheduler.spawn(
            () -> {
              Coroutines.delay(Duration.ofMillis(2));
              throw cause;
            });
    Coroutine<Throwable> joiner =
        scheduler.spawn(() -> assertThrows(CompletionException.class, failing::join).getCause());
    assertSame(cause, joiner.join(PATIENCE));
  }

  @Test
  void join_ofOneThatHasEnded_needsNoTime() throws Exception {
    Coroutine<String> ended = scheduler.spawn(() -> "ended");
    ended.join();
    assertEquals("ended", ended.join(Duration.ZERO));
    Coroutine<String> joiner = scheduler.spawn(() -> ended.join(Duration.ZERO));
    assertEquals("ended", joiner.join(PATIENCE));
  }

  @Test
  void join_ofItself_isRefused() throws Exception {
    Coroutine<String> refused =
        scheduler.spawn(
            SpawnOptions.named("narcissus"),
            () ->
                assertThrows(IllegalStateException.class, () -> Coroutines.current().join())
                    .getMessage());
    assertEquals("a coroutine must not join itself: narcissus", refused.join(PATIENCE));
  }

  @Test
  void join_forALimitedTime_timesOutAndLeavesItGoingOn() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    Coroutine<String> slow =
        scheduler.spawn(
            () ->
                Coroutines.blocking(
                    () -> {
                      release.await();
                      return "late";
                    }));
    assertThrows(TimeoutException.class, () -> slow.join(Duration.ofMillis(5)));
    Coroutine<?> joiner =
        scheduler.spawn(
            () -> assertThrows(TimeoutException.class, () -> slow.join(Duration.ofMillis(5))));
    joiner.join(PATIENCE);
    release.countDown();
    assertEquals("late", slow.join(PATIENCE));
  }

  @Test
  void toFuture_completesAsTheCoroutineEnds() throws Exception {
    assertEquals(7, scheduler.spawn(() -> 7).toFuture().get(30, TimeUnit.SECONDS));
    CompletableFuture<?> failed =
        scheduler
            .spawn(
                () -> {
                  throw new IOException("broken");
                })
            .toFuture();
    ExecutionException wrapped =
        assertThrows(ExecutionException.class, () -> failed.get(30, TimeUnit.SECONDS));
    assertInstanceOf(IOException.class, wrapped.getCause());
  }

  @Test
  void toFuture_insideACoroutineOfOneThatHasEnded_isDone() throws Exception {
    Coroutine<Boolean> caller =
        scheduler.spawn(
            () -> {
              Coroutine<Integer> ended = scheduler.spawn(() -> 7);
              assertEquals(7, ended.join());
              return ended.toFuture().isDone();
            });
    assertTrue(caller.join(PATIENCE));
  }

  @Test
  void toFuture_cancelled_cancelsTheCoroutine() {
    Coroutine<?> sleeper = scheduler.spawn(() -> Coroutines.delay(Duration.ofHours(1)));
    assertTrue(sleeper.toFuture().cancel(false));
    CancellationException cancelled = assertCancelled(() -> sleeper.join(PATIENCE));
    assertTrue(cancelled.getMessage().endsWith(": its future was cancelled"));
  }

  @Test
  void name_isAsAskedOrANumber() throws Exception {
    Coroutine<String> named =
        scheduler.spawn(SpawnOptions.named("session"), () -> Coroutines.current().name());
    assertEquals("session", named.join(PATIENCE));
    assertTrue(scheduler.spawn(() -> {}).name().matches("s-\\d+"));
  }

  @Test
  void current_isTheCoroutineItself() throws Exception {
    CompletableFuture<Coroutine<?>> self = new CompletableFuture<>();
    Coroutine<Boolean> coroutine =
        scheduler.spawn(
            () -> {
              Coroutine<?> before = Coroutines.current();
              Coroutines.delay(Duration.ofMillis(2));
              self.complete(before);
              return before.equals(Coroutines.current());
            });
    assertTrue(coroutine.join(PATIENCE));
    assertSame(coroutine, self.join());
  }

  @Test
  void spawn_ofManyThatSpawn_runsAll() throws Exception {
    Coroutine<Integer> root = scheduler.spawn(() -> count(12));
    assertEquals((1 << 13) - 1, root.join(PATIENCE));
  }

  private int count(int depth) {
    if (depth == 0) {
      return 1;
    }
    List<Coroutine<Integer>> children = new ArrayList<>();
    for (int child = 0; child < 2; child++) {
      children.add(scheduler.spawn(() -> count(depth - 1)));
    }
    int sum = 1;
    for (Coroutine<Integer> child : children) {
      sum += child.join();
    }
    return sum;
  }

  @Test
  void outside_everythingOfCoroutines_isRefusedWithAdvice() {
    for (org.junit.jupiter.api.function.Executable call :
        List.<org.junit.jupiter.api.function.Executable>of(
            () -> Coroutines.delay(Duration.ofMillis(1)),
            () -> Coroutines.delay(1, TimeUnit.MILLISECONDS),
            Coroutines::yieldNow,
            () -> Coroutines.await(new CompletableFuture<>()),
            () -> Coroutines.suspend(resumption -> {}),
            Coroutines::checkCancelled,
            Coroutines::current,
            () -> Coroutines.blocking(() -> 1),
            () -> Coroutines.withTimeout(Duration.ofMillis(1), () -> 1),
            () -> Coroutines.shield(Duration.ofMillis(1), () -> 1))) {
      String message = assertThrows(IllegalStateException.class, call).getMessage();
      assertTrue(
          message.contains(
              "must be called inside a coroutine, which CoroutineScheduler.spawn makes"),
          message);
    }
  }

  @Test
  void state_beforeAndAfter_isAsItStands() throws Exception {
    CompletableFuture<String> stage = new CompletableFuture<>();
    CompletableFuture<State> inside = new CompletableFuture<>();
    Coroutine<String> coroutine =
        scheduler.spawn(
            () -> {
              inside.complete(Coroutines.current().state());
              return Coroutines.await(stage);
            });
    assertEquals(State.RUNNING, inside.get(30, TimeUnit.SECONDS));
    TestSchedulers.awaitSuspended(coroutine);
    assertTrue(coroutine.waitsFor().orElseThrow().contains("CompletableFuture"));
    assertFalse(coroutine.state().isEnd());
    stage.complete("done");
    assertEquals("done", coroutine.join(PATIENCE));
    assertTrue(coroutine.state().isEnd());
  }
}
