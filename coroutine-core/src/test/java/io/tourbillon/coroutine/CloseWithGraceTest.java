package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.CoroutineScope.Policy;
import io.tourbillon.coroutine.channel.Channel;
import io.tourbillon.coroutine.generator.Generator;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Coroutines that run when a close begins continue as before until the grace is over. */
class CloseWithGraceTest {
  record Work(String name, Action work) {}

  @TestFactory
  Stream<DynamicTest> running_whenACloseComes_canDoAllThatItCouldBefore() {
    return Stream.of(
            new Work("spawn", () -> Coroutines.scheduler().spawn(() -> 1).join()),
            new Work(
                "gather",
                () ->
                    assertEquals(List.of(1, 2), CoroutineScope.gather(List.of(() -> 1, () -> 2)))),
            new Work("race", () -> CoroutineScope.race(List.of(() -> 1))),
            new Work(
                "scope",
                () -> CoroutineScope.run(Policy.FAIL_FAST, scope -> scope.spawn(() -> 1).join())),
            new Work("produce", () -> Channel.produce(0, out -> out.send(1)).receive()),
            new Work(
                "produce elsewhere",
                () -> Channel.produce(Coroutines.scheduler(), 0, out -> out.send(1)).receive()),
            new Work(
                "generator",
                () -> {
                  try (Generator<Integer> one = Generator.of(out -> out.yield(1))) {
                    one.iterator().next();
                  }
                }),
            new Work(
                "timers",
                () ->
                    Coroutines.await(Coroutines.scheduler().timers().after(Duration.ofMillis(1)))),
            new Work("blocking", () -> Coroutines.blocking(() -> 1)),
            new Work(
                "blocking that spawns",
                () -> {
                  CoroutineScheduler own = Coroutines.scheduler();
                  Coroutines.blocking(() -> own.spawn(() -> 1).join());
                }))
        .map(each -> DynamicTest.dynamicTest(each.name, () -> worksDuringAClose(each.work)));
  }

  /** Each coroutine spawns the next one, on the loop with the fewest coroutines, and ends. */
  @Test
  void close_whileOneSpawnsTheNext_waitsForTheLast() {
    for (int round = 0; round < 100; round++) {
      AtomicInteger left = new AtomicInteger(2_000);
      CoroutineScheduler scheduler =
          TestSchedulers.builder().loops(8).watchdog(Duration.ZERO).build();
      hop(scheduler, left);
      scheduler.close();
      assertEquals(0, left.get());
    }
  }

  private static void hop(CoroutineScheduler scheduler, AtomicInteger left) {
    scheduler.spawn(
        () -> {
          if (left.decrementAndGet() > 0) {
            hop(scheduler, left);
          }
        });
  }

  private static void worksDuringAClose(Action work) throws Exception {
    CoroutineScheduler scheduler = TestSchedulers.builder().loops(2).build();
    CompletableFuture<Void> closing = new CompletableFuture<>();
    Coroutine<?> running =
        scheduler.spawn(
            () -> {
              Coroutines.await(closing);
              work.run();
            });
    CompletableFuture<Boolean> closed =
        CompletableFuture.supplyAsync(() -> scheduler.close(PATIENCE));
    while (!scheduler.isShutdown()) {
      Thread.onSpinWait();
    }
    assertThrows(RejectedExecutionException.class, () -> scheduler.spawn(() -> {}));
    closing.complete(null);
    running.join(PATIENCE);
    assertTrue(closed.join());
    assertThrows(
        RejectedExecutionException.class,
        () -> scheduler.timers().schedule(Duration.ofMillis(1), () -> {}));
  }

  @Test
  void cleaningUp_whenTheGraceIsOver_beginsNothingNew() throws Exception {
    CoroutineScheduler scheduler = TestSchedulers.oneLoop();
    CompletableFuture<Boolean> refused = new CompletableFuture<>();
    Coroutine<?> sleeper =
        scheduler.spawn(
            () -> {
              try {
                Coroutines.delay(Duration.ofHours(1));
              } finally {
                try {
                  Coroutines.scheduler().spawn(() -> {});
                  refused.complete(false);
                } catch (RejectedExecutionException e) {
                  refused.complete(true);
                }
              }
            });
    TestSchedulers.awaitSuspended(sleeper);
    assertTrue(scheduler.close(Duration.ZERO));
    assertTrue(refused.join());
  }

  /** A coroutine of another scheduler counts as outside, because the close does not wait for it. */
  @Test
  void coroutineOfAnotherScheduler_isOutside() throws Exception {
    CoroutineScheduler closed = TestSchedulers.oneLoop();
    CoroutineScheduler other = TestSchedulers.oneLoop();
    CompletableFuture<Void> end = new CompletableFuture<>();
    Coroutine<?> left = closed.spawn(() -> Coroutines.await(end));
    CompletableFuture<Boolean> closing =
        CompletableFuture.supplyAsync(() -> closed.close(PATIENCE));
    while (!closed.isShutdown()) {
      Thread.onSpinWait();
    }
    other
        .spawn(
            () -> {
              assertThrows(RejectedExecutionException.class, () -> closed.spawn(() -> {}));
            })
        .join(PATIENCE);
    end.complete(null);
    left.join(PATIENCE);
    assertTrue(closing.join());
    other.close();
  }
}
