package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.Cancelled.assertCancelled;
import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Coroutines that are attached to another, and the tools for authors of such helpers. */
class AttachedCoroutineTest {
  private final CoroutineScheduler scheduler = TestSchedulers.builder().loops(2).build();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  private static Coroutine<?> sleeper(String name) {
    return Coroutines.spawnAttached(
        name,
        () -> {
          Coroutines.delay(Duration.ofDays(1));
          return name;
        });
  }

  @Test
  void attached_areCancelledWhenTheirOwnerHasEnded_inWhateverWay() throws Exception {
    List<Coroutine<?>> sleepers = new ArrayList<>();
    Coroutine<?> owner =
        scheduler.spawn(
            () -> {
              sleepers.add(sleeper("one"));
              sleepers.add(sleeper("two"));
              assertEquals("three", Coroutines.spawnAttached("three", () -> "three").join());
              Coroutines.yieldNow();
              throw new IllegalStateException("broken");
            });
    assertThrows(RuntimeException.class, () -> owner.join(PATIENCE));
    for (Coroutine<?> sleeper : sleepers) {
      CancellationException cancelled = assertCancelled(() -> sleeper.join(PATIENCE));
      assertTrue(
          cancelled.getMessage().endsWith(owner.name() + ", its owner, has ended"),
          cancelled.getMessage());
    }
  }

  @Test
  void attached_ofAttached_endToo() throws Exception {
    CompletableFuture<Coroutine<?>> innermost = new CompletableFuture<>();
    scheduler
        .spawn(
            () -> {
              Coroutines.spawnAttached(
                  "middle",
                  () -> {
                    innermost.complete(sleeper("innermost"));
                    return sleeper("another").join();
                  });
              Coroutines.await(innermost);
            })
        .join(PATIENCE);
    assertCancelled(() -> innermost.join().join(PATIENCE));
  }

  @Test
  void attached_outsideACoroutine_areRefused() {
    assertThrows(IllegalStateException.class, () -> sleeper("one"));
  }

  @Test
  void whenEnded_ofACoroutineThatNeverBegan_isTold() {
    CompletableFuture<String> told = new CompletableFuture<>();
    Coroutine<?> owner =
        scheduler.spawn(
            () -> {
              Coroutine<?> unbegun = sleeper("unbegun");
              Suspension.whenEnded(unbegun, () -> told.complete("ended"));
              unbegun.cancel();
            });
    owner.join();
    assertEquals("ended", told.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join());
  }

  private static void resumeAt(CompletableFuture<String> gate, Resumption<String> opened) {
    CompletableFuture<?> _ = gate.thenAccept(opened::resume);
  }

  @Test
  void awaitUndisturbed_waitsThoughItIsCancelledOrInterrupted() throws Exception {
    CompletableFuture<String> gate = new CompletableFuture<>();
    Coroutine<String> waiter =
        scheduler.spawn(
            () ->
                Suspension.<String>awaitUndisturbed("the gate", opened -> resumeAt(gate, opened)));
    TestSchedulers.awaitSuspended(waiter);
    waiter.cancel();
    scheduler.timers().schedule(Duration.ofMillis(5), () -> gate.complete("open"));
    Thread.currentThread().interrupt();
    assertEquals(
        "open", Suspension.<String>awaitUndisturbed("the gate", opened -> resumeAt(gate, opened)));
    assertTrue(Thread.interrupted());
    assertEquals("open", waiter.join(PATIENCE));
  }
}
