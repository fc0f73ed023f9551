package io.tourbillon.coroutine.channel;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static io.tourbillon.coroutine.channel.Select.onReceive;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** A select does not wait for a lock while it holds another. */
class SelectLocksTest {
  private final LockedChannel<String> first = (LockedChannel<String>) Channel.<String>rendezvous();
  private final LockedChannel<String> second = (LockedChannel<String>) Channel.<String>rendezvous();

  private CompletableFuture<String> selecting(Select<String> select) {
    CompletableFuture<String> end = new CompletableFuture<>();
    Thread thread = Thread.ofPlatform().start(() -> end.complete(select.await()));
    while (thread.getState() != Thread.State.WAITING) {
      LockSupport.parkNanos(100_000);
    }
    return end;
  }

  private void othersAreFree(LockedChannel<String> busy, LockedChannel<String> free) {
    CompletableFuture<String> end;
    busy.lock.lock();
    try {
      end =
          selecting(Select.of(onReceive(first, value -> value), onReceive(second, value -> value)));
      assertEquals(
          Optional.empty(), assertTimeoutPreemptively(Duration.ofSeconds(10), free::tryReceive));
    } finally {
      busy.lock.unlock();
    }
    assertTimeoutPreemptively(
        PATIENCE,
        () -> {
          free.send("value");
          assertEquals("value", end.join());
        });
  }

  @Test
  void select_thatWaitsForTheSecond_doesNotHoldTheFirst() {
    othersAreFree(second, first);
  }

  @Test
  void select_thatWaitsForTheFirst_doesNotHoldTheSecond() {
    othersAreFree(first, second);
  }
}
