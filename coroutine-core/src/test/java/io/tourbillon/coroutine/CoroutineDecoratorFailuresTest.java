package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine.State;
import io.tourbillon.coroutine.CoroutineScope.Policy;
import io.tourbillon.timer.TaskDecorator;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Decorators, wrappers and bodies that throw, and wrappers that do not run their body. */
class CoroutineDecoratorFailuresTest {
  private final IllegalStateException broken = new IllegalStateException("no context");
  private final Exception own = new Exception("the body's");
  private final AtomicInteger bodies = new AtomicInteger();

  /** Closed by each test's end. */
  private @Nullable CoroutineScheduler open;

  @AfterEach
  void close() {
    if (open != null) {
      open.close(Duration.ZERO);
    }
  }

  private CoroutineScheduler newScheduler(CoroutineDecorator decorator) {
    CoroutineScheduler scheduler = TestSchedulers.builder().loops(1).decorator(decorator).build();
    open = scheduler;
    return scheduler;
  }

  private static Throwable failureOf(Coroutine<?> coroutine) {
    Throwable failure =
        assertThrows(CompletionException.class, () -> coroutine.join(PATIENCE)).getCause();
    assertEquals(State.FAILED, coroutine.state());
    return failure;
  }

  private String body() {
    bodies.incrementAndGet();
    Coroutines.yieldNow();
    return "value";
  }

  private String failing() throws Exception {
    body();
    throw own;
  }

  @Test
  void decoratorThatThrows_spawnsNothing() {
    CoroutineScheduler scheduler =
        newScheduler(
            (_, _) -> {
              throw broken;
            });
    assertSame(broken, assertThrows(RuntimeException.class, () -> scheduler.spawn(this::body)));
    try (CoroutineScope scope = CoroutineScope.open(scheduler, Policy.FAIL_FAST)) {
      assertSame(broken, assertThrows(RuntimeException.class, () -> scope.spawn(this::body)));
    }
    assertSame(
        broken,
        assertThrows(
            RuntimeException.class,
            () -> scheduler.timers().schedule(Duration.ZERO, () -> bodies.incrementAndGet())));
    assertEquals(0, scheduler.stats().spawned());
    assertEquals(0, scheduler.timers().pending());
    assertTrue(scheduler.close(Duration.ZERO));
    assertEquals(0, bodies.get());
  }

  @Test
  void decoratorThatThrows_failsTheCallOfTheCoroutine_whichGoesOn() {
    AtomicBoolean isBroken = new AtomicBoolean();
    CoroutineScheduler scheduler =
        newScheduler(
            (_, body) -> {
              if (isBroken.get()) {
                throw broken;
              }
              return body;
            });
    String seen =
        scheduler
            .spawn(
                () -> {
                  isBroken.set(true);
                  assertSame(
                      broken,
                      assertThrows(RuntimeException.class, () -> Coroutines.blocking(this::body)));
                  assertSame(
                      broken,
                      assertThrows(
                          RuntimeException.class,
                          () -> Coroutines.spawnAttached("helper", this::body)));
                  isBroken.set(false);
                  return Coroutines.blocking(() -> "goes on");
                })
            .join();
    assertEquals("goes on", seen);
    assertEquals(0, bodies.get());
  }

  @Test
  void decoratorThatReturnsNull_spawnsNothing() {
    CoroutineScheduler scheduler = newScheduler(new ReturnsNull());
    assertEquals(
        "the coroutine decorator must return an action",
        assertThrows(NullPointerException.class, () -> scheduler.spawn(this::body)).getMessage());
    assertEquals(0, scheduler.stats().spawned());
  }

  private static final class ReturnsNull implements CoroutineDecorator {
    @Override
    @SuppressWarnings("NullAway") // The rule that is tested.
    public Action decorate(SpawnOptions options, Action body) {
      return null;
    }
  }

  @Test
  void wrapperThatThrowsBefore_failsTheCoroutine() {
    CoroutineScheduler scheduler =
        newScheduler(
            (_, _) ->
                () -> {
                  throw broken;
                });
    assertSame(broken, failureOf(scheduler.spawn(this::body)));
    assertEquals(0, bodies.get());
  }

  @Test
  void wrapperThatThrowsAfter_failsTheCoroutine() {
    CoroutineScheduler scheduler = newScheduler((_, body) -> () -> throwAfter(body));
    assertSame(broken, failureOf(scheduler.spawn(this::body)));
    assertEquals(1, bodies.get());
  }

  private void throwAfter(Action body) throws Exception {
    try {
      body.run();
    } finally {
      fail();
    }
  }

  private void fail() {
    throw broken;
  }

  @Test
  void wrapperThatThrowsAfterTheBodyHasThrown_isSuppressedInThat() {
    CoroutineScheduler scheduler = newScheduler((_, body) -> () -> throwAfter(body));
    assertSame(own, failureOf(scheduler.spawn(this::failing)));
    assertArrayEquals(new Throwable[] {broken}, own.getSuppressed());
  }

  @Test
  void wrapperThatThrowsAnother_orNone_doesNotHideTheFailureOfTheBody() {
    for (boolean throwsAnother : new boolean[] {true, false}) {
      CoroutineScheduler scheduler =
          newScheduler(
              (_, body) ->
                  () -> {
                    try {
                      body.run();
                    } catch (Exception thrown) {
                      if (throwsAnother) {
                        throw new IllegalStateException(thrown);
                      }
                    }
                  });
      assertSame(own, failureOf(scheduler.spawn(this::failing)));
      scheduler.close();
    }
  }

  /** Otherwise the coroutine would count as failed. */
  @Test
  void wrapperThatTurnsTheCancellationIntoAnother_leavesTheCoroutineCancelled() throws Exception {
    CoroutineScheduler scheduler =
        newScheduler(
            (_, body) ->
                () -> {
                  try {
                    body.run();
                  } catch (CoroutineCancelledException cancelled) {
                    throw new IllegalStateException(cancelled);
                  }
                });
    Coroutine<?> coroutine = scheduler.spawn(() -> Coroutines.delay(Duration.ofHours(1)));
    TestSchedulers.awaitSuspended(coroutine);
    coroutine.cancel("enough");
    assertTrue(coroutine.toFuture().handle((_, _) -> true).get(30, TimeUnit.SECONDS));
    assertEquals(State.CANCELLED, coroutine.state());
  }

  @Test
  void wrapperThatDoesNotRunTheBody_failsTheCoroutine() {
    CoroutineScheduler scheduler = newScheduler((_, _) -> () -> {});
    Throwable failure = failureOf(scheduler.spawn(this::body));
    assertInstanceOf(RejectedExecutionException.class, failure);
    assertEquals("the coroutine decorator did not run the body", failure.getMessage());
  }

  @Test
  void wrapperThatRunsTheBodyTwice_failsTheCoroutine() {
    CoroutineScheduler scheduler =
        newScheduler(
            (_, body) ->
                () -> {
                  body.run();
                  body.run();
                });
    assertEquals(
        "a decorator must run the body only once",
        failureOf(scheduler.spawn(this::body)).getMessage());
    assertEquals(1, bodies.get());
  }

  @Tag("not-plain-thread")
  @Test
  void coroutineThatIsCancelledBeforeItBegins_doesNotRunItsWrapper() throws Exception {
    AtomicInteger wrappers = new AtomicInteger();
    CoroutineScheduler scheduler =
        newScheduler(
            (_, body) ->
                () -> {
                  wrappers.incrementAndGet();
                  body.run();
                });
    scheduler
        .spawn(
            () -> {
              Coroutine<?> never = scheduler.spawn(SpawnOptions.DEFAULT.here(), this::body);
              never.cancel();
              scheduler.spawn(SpawnOptions.DEFAULT.here().evenIfCancelled(), this::body).cancel();
            })
        .join(PATIENCE);
    assertTrue(scheduler.close(Duration.ofSeconds(30)));
    assertEquals(2, wrappers.get());
    assertEquals(1, bodies.get());
  }

  @Test
  void spawnThatIsRefused_throwsAsWithoutADecorator() {
    CoroutineScheduler scheduler = newScheduler((_, body) -> body);
    scheduler.close();
    assertThrows(RejectedExecutionException.class, () -> scheduler.spawn(this::body));
  }

  /** The scope spawns under its lock, and the decorator is code of users. */
  @Test
  void decorator_isCalledWithoutTheLockOfTheScope() {
    AtomicBoolean isFirst = new AtomicBoolean(true);
    AtomicBoolean gotThrough = new AtomicBoolean();
    CoroutineScope[] scopes = new CoroutineScope[1];
    CoroutineScheduler scheduler =
        newScheduler(
            (_, body) -> {
              if (isFirst.getAndSet(false)) {
                Thread other =
                    Thread.ofPlatform()
                        .daemon()
                        .start(
                            () -> {
                              scopes[0].spawn(() -> {});
                              gotThrough.set(true);
                            });
                assertTrue(joined(other), "the other thread waits for the lock");
              }
              return body;
            });
    try (CoroutineScope scope = CoroutineScope.open(scheduler, Policy.FAIL_FAST)) {
      scopes[0] = scope;
      scope.spawn(this::body);
    }
    assertTrue(gotThrough.get());
  }

  private static boolean joined(Thread thread) {
    try {
      return thread.join(Duration.ofSeconds(10));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  @Tag("virtual-thread")
  void wrapperOfAnExecutorsTask_thatDoesNotRunIt_failsTheFuture_andTheExecutorEnds()
      throws Exception {
    TaskDecorator broken = _ -> () -> {};
    try (CoroutineScheduler scheduler =
        TestSchedulers.builder().loops(1).decorator(broken).build()) {
      ExecutorService executor = scheduler.asExecutor();
      Future<?> future = executor.submit(() -> bodies.incrementAndGet());
      Throwable failure =
          assertThrows(ExecutionException.class, () -> future.get(30, TimeUnit.SECONDS)).getCause();
      assertInstanceOf(RejectedExecutionException.class, failure);
      executor.shutdown();
      assertTrue(executor.awaitTermination(30, TimeUnit.SECONDS));
      assertEquals(0, bodies.get());
    }
  }

  /** A context would be seen by all coroutines of the loop. */
  @Test
  @Tag("continuation")
  void decorator_whereCoroutinesShareThreadLocals_isRefused() throws Exception {
    assertEquals(
        "a decorator needs coroutines with thread-locals of their own, for which CONTINUATION needs"
            + " the flag --add-opens=java.base/java.lang=ALL-UNNAMED, as this JVM forbids the use of"
            + " sun.misc.Unsafe",
        new FreshJvm(RefusedDecoratorProgram.class)
            .with("--sun-misc-unsafe-memory-access=deny")
            .run()
            .strip());
  }
}
