package io.tourbillon.bench.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.account.Account.End;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Engine;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
final class SleepersTest {
  private final Ledger ledger = new Ledger();

  private static CoroutineScheduler scheduler(Engine engine) {
    return CoroutineScheduler.builder().engine(engine).loops(2).build();
  }

  @ParameterizedTest
  @EnumSource
  void close_allAsleep_endsEach(Engine engine) throws InterruptedException {
    int count = 10_000;
    try (CoroutineScheduler scheduler = scheduler(engine)) {
      Sleepers sleepers = new Sleepers(scheduler, ledger, count);
      sleepers.warmUp(() -> true);
      assertEquals(0, ledger.sleeps.begun(), "a warm-up does not count");
      sleepers.spawn(begun -> true);
      assertEquals(count, sleepers.spawned());

      sleepers.close();
      assertTrue(scheduler.close(Duration.ZERO));
    }

    assertEquals(List.of(), ledger.broken());
    assertEquals(count, ledger.sleepers.begun());
    assertEquals(count, ledger.sleeps.ended(End.CANCELLED));
    assertEquals(
        ledger.sleeps.begun(), ledger.sleeps.ended(End.FIRED) + ledger.sleeps.ended(End.CANCELLED));
  }

  @Test
  void spawn_toldToStop_spawnsNoMore() throws InterruptedException {
    try (CoroutineScheduler scheduler = scheduler(Engine.HANDOFF);
        Sleepers sleepers = new Sleepers(scheduler, ledger, 1_000_000)) {
      sleepers.spawn(begun -> false);

      assertEquals(0, sleepers.spawned());
    }
  }

  @Test
  void broken_sleepersAreForgotten_isTold() throws InterruptedException {
    try (CoroutineScheduler scheduler = scheduler(Engine.HANDOFF)) {
      new Sleepers(scheduler, ledger, 10).spawn(begun -> true);
      assertTrue(scheduler.close(Duration.ZERO));
    }

    assertEquals(
        List.of("every coroutine ends: 10 sleepers were spawned, but 0 ended"), ledger.broken());
  }

  @Test
  void broken_coroutineFails_isTold() {
    try (CoroutineScheduler scheduler = scheduler(Engine.HANDOFF)) {
      Coroutine<?> failing =
          scheduler.spawn(
              () -> {
                throw new IllegalArgumentException("example");
              });
      ledger.sleepers.begin();
      CompletableFuture<?> end = failing.toFuture();
      assertThrows(RuntimeException.class, end::join);
      ledger.sleepers.end(failing);
    }

    assertEquals(
        List.of(
            "no coroutine fails: 1 of the sleepers did, the first by"
                + " java.lang.IllegalArgumentException: example"),
        ledger.broken());
  }

  @Test
  void cancel_coroutineDoesNotEnd_isRefused() {
    CountDownLatch enough = new CountDownLatch(1);
    try (CoroutineScheduler scheduler = scheduler(Engine.HANDOFF)) {
      CountDownLatch begun = new CountDownLatch(1);
      Coroutine<?> deaf =
          scheduler.spawn(
              () ->
                  Coroutines.blocking(
                      () -> {
                        begun.countDown();
                        return awaitQuietly(enough);
                      }));
      // A call that has not begun would be taken back.
      assertTrue(awaitQuietly(begun));

      IllegalStateException refusal =
          assertThrows(
              IllegalStateException.class,
              () -> Endings.cancel(List.of(deaf), "example", System.nanoTime() + 1_000_000));
      assertTrue(refusal.getMessage().startsWith("it has not ended in time: "), refusal::toString);
      enough.countDown();
    }
  }

  /** Does not heed interrupts. */
  private static boolean awaitQuietly(CountDownLatch latch) {
    while (true) {
      try {
        latch.await();
        return true;
      } catch (InterruptedException e) {
        // Then once more.
      }
    }
  }
}
