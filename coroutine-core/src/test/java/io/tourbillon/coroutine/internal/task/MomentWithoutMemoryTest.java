package io.tourbillon.coroutine.internal.task;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.Coroutine.State;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.CoroutineScope;
import io.tourbillon.coroutine.CoroutineScope.Policy;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.FullHeapClock;
import io.tourbillon.coroutine.LogCapture;
import io.tourbillon.coroutine.SpawnOptions;
import io.tourbillon.coroutine.TestSchedulers;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What depends on the end of a coroutine happens even if there is no memory for it at first. */
class MomentWithoutMemoryTest {
  private static final Duration LONG = Duration.ofHours(1);

  private final FullHeapClock clock = new FullHeapClock();
  private final CoroutineScheduler scheduler =
      TestSchedulers.builder().loops(1).clock(clock).build();
  private final CompletableFuture<Coroutine<?>> other = new CompletableFuture<>();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  private static void sleep() {
    Coroutines.delay(LONG);
  }

  private void assertOtherIsCancelled() throws Exception {
    Coroutine<?> cancelled = other.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThrows(CompletionException.class, () -> cancelled.join(PATIENCE));
    assertEquals(State.CANCELLED, cancelled.state());
    assertTrue(clock.hasFailed());
  }

  @Test
  void child_thatFails_cancelsItsSiblings() throws Exception {
    IOException broken = new IOException("broken");
    Coroutine<?> owner =
        scheduler.spawn(
            () ->
                CoroutineScope.<Object, RuntimeException>run(
                    Policy.FAIL_FAST,
                    scope -> {
                      other.complete(scope.spawn(MomentWithoutMemoryTest::sleep));
                      scope.spawn(
                          () -> {
                            Coroutines.delay(1, TimeUnit.MILLISECONDS);
                            clock.failIn(Supervisor.class);
                            throw broken;
                          });
                      scope.join();
                      return "never";
                    }));
    assertSame(
        broken, assertThrows(CompletionException.class, () -> owner.join(PATIENCE)).getCause());
    assertOtherIsCancelled();
  }

  @Test
  void deadlineOfAScope_cancelsTheChildren() throws Exception {
    Coroutine<?> owner =
        scheduler.spawn(
            () ->
                CoroutineScope.<Object, RuntimeException>run(
                    Policy.FAIL_FAST,
                    Duration.ofMillis(20),
                    scope -> {
                      other.complete(scope.spawn(MomentWithoutMemoryTest::sleep));
                      Coroutines.yieldNow();
                      clock.failIn(Supervisor.class);
                      scope.join();
                      return "never";
                    }));
    assertEquals(
        TimeoutException.class,
        assertThrows(CompletionException.class, () -> owner.join(PATIENCE)).getCause().getClass());
    assertOtherIsCancelled();
  }

  @Test
  void coroutine_thatHasLeftAScopeOpen_endsAndCancelsTheChildren() throws Exception {
    try (LogCapture log = new LogCapture()) {
      Coroutine<String> careless =
          scheduler.spawn(
              SpawnOptions.named("careless"),
              () -> {
                @SuppressWarnings("resource") // Must be left open.
                CoroutineScope scope = CoroutineScope.open(Policy.FAIL_FAST);
                other.complete(scope.spawn(MomentWithoutMemoryTest::sleep));
                Coroutines.yieldNow();
                clock.failIn(CancelScope.Children.class);
                return "value";
              });
      assertEquals("value", careless.join(PATIENCE));
      assertOtherIsCancelled();
      assertTrue(scheduler.close(PATIENCE));
      assertTrue(log.lines().toString().contains("careless"), log.lines()::toString);
    }
  }

  @Test
  void attached_areCancelledWhenTheirOwnerHasEnded() throws Exception {
    Coroutine<?> owner =
        scheduler.spawn(
            () -> {
              other.complete(sleeper());
              Coroutines.yieldNow();
              clock.failIn(Attachments.class);
            });
    Coroutine.awaitAll(List.of(owner));
    assertOtherIsCancelled();
  }

  private static Coroutine<?> sleeper() {
    return Coroutines.spawnAttached(
        "sleeper",
        () -> {
          sleep();
          return "never";
        });
  }
}
