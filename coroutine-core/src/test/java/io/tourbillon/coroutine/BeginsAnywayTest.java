package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.Cancelled.assertCancelled;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.CoroutineScope.Policy;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Bodies that begin although their coroutine was cancelled before. */
class BeginsAnywayTest {
  private final CoroutineScheduler scheduler = TestSchedulers.oneLoop();
  private final AtomicBoolean closed = new AtomicBoolean();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  private void useAndClose() {
    try {
      Coroutines.delay(Duration.ofHours(1));
    } finally {
      closed.set(true);
    }
  }

  /** Spawns and cancels in a coroutine of the only loop, so that nothing begins in between. */
  private Coroutine<?> cancelledBeforeItsFirstTurn(SpawnOptions options) {
    return scheduler
        .spawn(
            () -> {
              Coroutine<?> spawned = scheduler.spawn(options, this::useAndClose);
              spawned.cancel("too early");
              return spawned;
            })
        .join();
  }

  @Test
  void begins_cancelledBefore_beginsAndSeesItAtItsFirstSuspension() {
    Coroutine<?> spawned = cancelledBeforeItsFirstTurn(SpawnOptions.DEFAULT.evenIfCancelled());
    String message = assertCancelled(spawned::join).getMessage();
    assertTrue(message.endsWith("too early"), message);
    assertTrue(closed.get());
  }

  @Test
  void without_cancelledBefore_doesNotBegin() {
    assertCancelled(cancelledBeforeItsFirstTurn(SpawnOptions.DEFAULT)::join);
    assertFalse(closed.get());
  }

  @Test
  void begins_inAScopeThatHasEnded_beginsToo() {
    scheduler
        .spawn(
            () ->
                CoroutineScope.<Object, RuntimeException>run(
                    Policy.SUPERVISE,
                    scope -> {
                      scope.cancel("over");
                      return scope.spawn(
                          SpawnOptions.named("late").evenIfCancelled(), this::useAndClose);
                    }))
        .join();
    assertTrue(closed.get());
  }

  @Test
  void options_keepTheOthers() {
    SpawnOptions options = SpawnOptions.named("name").withPriority(3).evenIfCancelled().withRate(7);
    SpawnOptions without = SpawnOptions.named("name").withPriority(3).withRate(7);
    assertEquals(without.evenIfCancelled(), options);
    assertFalse(without.beginsEvenIfCancelled());
    assertThrows(IllegalArgumentException.class, () -> options.withRate(-1));
  }
}
