package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.Cancelled.assertCancelled;
import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static io.tourbillon.coroutine.channel.Select.onAwait;
import static io.tourbillon.coroutine.channel.Select.onJoin;
import static io.tourbillon.coroutine.channel.Select.onReceive;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine.State;
import io.tourbillon.coroutine.CoroutineScope.Policy;
import io.tourbillon.coroutine.channel.Channel;
import io.tourbillon.coroutine.channel.ChannelClosedException;
import io.tourbillon.coroutine.channel.Select;
import io.tourbillon.coroutine.generator.Generator;
import io.tourbillon.coroutine.internal.task.Failures;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * If a wait throws a {@link CoroutineCancelledException}, the waiter itself was cancelled. The
 * cancellation of what it waits for is a failure like any other.
 */
class WhoseCancellationTest {
  private final List<Throwable> untold = new CopyOnWriteArrayList<>();
  private final CoroutineScheduler scheduler =
      TestSchedulers.builder()
          .loops(1)
          .exceptionHandler((coroutine, failure) -> untold.add(failure))
          .build();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  /** Fails when its child does, and does not ask for the cause. */
  private Coroutine<String> failingWithItsChild() {
    return scheduler.spawn(
        () -> {
          try (CoroutineScope scope = CoroutineScope.open(Policy.FAIL_FAST)) {
            scope.spawn(
                () -> {
                  throw new IOException("the child");
                });
            Coroutines.delay(Duration.ofHours(1));
            return "not so far";
          }
        });
  }

  @Test
  void join_ofOneThatItsScopeHasFailed_tellsTheChildsFailure_andHasSeenIt() {
    Coroutine<String> failing = failingWithItsChild();
    CompletionException joined =
        scheduler.spawn(() -> assertThrows(CompletionException.class, failing::join)).join();
    assertEquals("the child", assertInstanceOf(IOException.class, joined.getCause()).getMessage());
    CompletionException byThread = assertThrows(CompletionException.class, failing::join);
    assertSame(joined.getCause(), byThread.getCause());
    assertEquals(State.FAILED, failing.state());
    scheduler.close();
    assertEquals(List.of(), untold);
  }

  /** A worker that passes everything it catches to the caller that waits for it. */
  private CompletableFuture<String> cancelledWorkersFuture() {
    CompletableFuture<String> future = new CompletableFuture<>();
    Coroutine<?> worker =
        scheduler.spawn(
            () -> {
              try {
                Coroutines.delay(Duration.ofHours(1));
              } catch (Throwable t) {
                future.completeExceptionally(t);
              }
            });
    TestSchedulers.awaitSuspended(worker);
    worker.cancel("it is no use any more");
    return future;
  }

  /** All ways to wait for something that has ended with another coroutine's cancellation. */
  private Stream<Wait> waits() {
    CompletableFuture<String> future = cancelledWorkersFuture();
    Coroutine<String> failed = scheduler.spawn(future::join);
    Callable<String> passesItOn =
        () -> {
          try {
            return Coroutines.await(future);
          } catch (CompletionException e) {
            throw assertInstanceOf(CoroutineCancelledException.class, e.getCause());
          }
        };
    return Stream.of(
        new Wait("await", () -> Coroutines.await(future)),
        new Wait(
            "await of a minimal stage", () -> Coroutines.await(future.minimalCompletionStage())),
        new Wait("join", () -> scheduler.spawn(passesItOn).join()),
        new Wait("join, with a limit", () -> scheduler.spawn(passesItOn).join(PATIENCE)),
        new Wait("join of one that waits as a thread does", failed::join),
        new Wait("await of its future", () -> Coroutines.await(failed.toFuture())),
        new Wait("race", () -> CoroutineScope.race(List.of(passesItOn))),
        new Wait("gather", () -> CoroutineScope.gather(List.of(passesItOn)).getFirst()),
        new Wait("firstSuccess", () -> CoroutineScope.firstSuccess(List.of(passesItOn))),
        new Wait(
            "scope",
            () ->
                CoroutineScope.run(
                    Policy.FAIL_FAST,
                    scope -> {
                      scope.spawn(passesItOn);
                      Coroutines.delay(Duration.ofHours(1));
                      return "";
                    })),
        new Wait(
            "select of a join",
            () -> Select.select(onJoin(scheduler.spawn(passesItOn), value -> value))),
        new Wait("select of a stage", () -> Select.select(onAwait(future, value -> value))),
        new Wait(
            "a callback",
            () -> Coroutines.<String>suspend(resumption -> resumption.fail(failureOf(future)))),
        new Wait(
            "acquisition", () -> Coroutines.acquireWithin(PATIENCE, passesItOn::call, value -> {})),
        new Wait(
            "generator",
            () -> {
              try (Generator<String> generator =
                  Generator.of(out -> out.yield(passesItOn.call()))) {
                return generator.iterator().next();
              }
            }));
  }

  private static Throwable failureOf(CompletableFuture<?> future) {
    return Coroutines.await(future.handle((value, failure) -> failure));
  }

  record Wait(String name, Callable<String> attempt) {}

  @TestFactory
  Stream<DynamicTest> waitFor_whatEndedWithSomeoneElsesCancellation_failsAsForAnyFailure() {
    return waits()
        .map(
            each ->
                DynamicTest.dynamicTest(
                    each.name,
                    () -> {
                      Throwable thrown =
                          scheduler
                              .spawn(
                                  () -> assertThrows(CompletionException.class, each.attempt::call))
                              .join(PATIENCE);
                      assertTrue(
                          Failures.contains(thrown, thrown.getCause())
                              && thrown.getCause() != null);
                    }));
  }

  @Test
  void channel_closedWithSomeoneElsesCancellation_isClosed() throws Exception {
    CompletableFuture<String> future = cancelledWorkersFuture();
    Channel<String> channel = Channel.rendezvous();
    Coroutine<?> reader =
        scheduler.spawn(
            () -> {
              Throwable cancelled =
                  assertThrows(CompletionException.class, () -> Coroutines.await(future));
              channel.closeWith(cancelled.getCause());
              assertThrows(ChannelClosedException.class, channel::receive);
              assertThrows(
                  ChannelClosedException.class,
                  () -> Select.select(onReceive(channel, value -> value)));
            });
    reader.join(PATIENCE);
  }

  @Test
  void join_ofACancelledCoroutine_isTheSameForThreadsAndCoroutines() {
    Coroutine<?> sleeper = scheduler.spawn(() -> Coroutines.delay(Duration.ofHours(1)));
    sleeper.cancel("enough");
    String byThread = assertCancelled(sleeper::join).getMessage();
    assertTrue(byThread.endsWith("enough"), byThread);
    scheduler
        .spawn(() -> assertEquals(byThread, assertCancelled(sleeper::join).getMessage()))
        .join();
    assertCancelled(() -> Coroutine.awaitAny(List.of(sleeper)).join());
    // A future reports it as the JDK's futures do.
    assertTrue(sleeper.toFuture().handle((value, failure) -> true).join());
    assertTrue(sleeper.toFuture().isCancelled());
  }

  @Test
  void waiter_thatIsCancelledItself_seesItsOwn_thoughBothAre() throws Exception {
    Coroutine<?> sleeper = scheduler.spawn(() -> Coroutines.delay(Duration.ofHours(1)));
    Coroutine<String> waiter =
        scheduler.spawn(
            () -> assertThrows(CoroutineCancelledException.class, sleeper::join).reason());
    TestSchedulers.awaitSuspended(waiter);
    scheduler
        .spawn(
            () -> {
              waiter.cancel("the waiter");
              sleeper.cancel("the sleeper");
            })
        .join();
    assertEquals("the waiter", waiter.join(PATIENCE));
  }
}
