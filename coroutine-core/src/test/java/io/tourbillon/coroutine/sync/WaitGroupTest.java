package io.tourbillon.coroutine.sync;

import static io.tourbillon.coroutine.Cancelled.assertCancelled;
import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.Coroutine.State;
import io.tourbillon.coroutine.Coroutines;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class WaitGroupTest extends OnTwoLoops {
  private final WaitGroup group = new WaitGroup("pages");

  @Test
  void await_isOverWhenAllAreDone() throws Exception {
    group.add(2);
    Coroutine<?> waiter = suspended(() -> group.await());
    assertEquals("pages of 2", waiter.waitsFor().orElseThrow());
    group.done();
    assertEquals(State.SUSPENDED, waiter.state());
    scheduler.spawn(() -> group.done()).join(PATIENCE);
    waiter.join(PATIENCE);
    group.await();
    group.await(Duration.ZERO);
  }

  @Test
  void group_isUsedAgain_whoHasWaitedBeforeGoesOn() throws Exception {
    for (int round = 0; round < 3; round++) {
      group.add();
      Coroutine<?> waiter = suspended(() -> group.await());
      group.done();
      group.add();
      waiter.join(PATIENCE);
      group.done();
    }
  }

  @Test
  void add_whileOthersWait_prolongsTheWait() throws Exception {
    group.add();
    Coroutine<?> waiter = suspended(() -> group.await());
    group.add();
    group.done();
    assertEquals(State.SUSPENDED, waiter.state());
    group.done();
    waiter.join(PATIENCE);
  }

  @Test
  void count_outOfItsRange_isRefused() {
    assertEquals(
        "done must not be called more often than add: pages of 0",
        assertThrows(IllegalStateException.class, group::done).getMessage());
    assertEquals(
        "the number to add must be at least 1: 0",
        assertThrows(IllegalArgumentException.class, () -> group.add(0)).getMessage());
    group.add(Integer.MAX_VALUE);
    assertEquals(
        "a count must be at most 2147483647: 1 more to pages of 2147483647",
        assertThrows(IllegalStateException.class, group::add).getMessage());
    assertEquals(Integer.MAX_VALUE, group.count());
  }

  @Test
  void whoGivesUp_changesNothing() throws Exception {
    group.add();
    Coroutine<?> cancelled = suspended(() -> group.await());
    cancelled.cancel();
    assertCancelled(cancelled::join);
    assertThrows(TimeoutException.class, () -> group.await(Duration.ofMillis(5)));
    assertThrows(TimeoutException.class, () -> group.await(Duration.ZERO));
    Thread.currentThread().interrupt();
    assertThrows(CancellationException.class, () -> group.await());
    assertTrue(Thread.interrupted());
    assertEquals(1, group.count());
    group.done();
    group.await();
  }

  @Test
  void cancelledCoroutine_seesThat_thoughItNeedNotWait() {
    Coroutine<?> coroutine =
        scheduler.spawn(
            () -> {
              Coroutines.current().cancel();
              group.await();
            });
    assertCancelled(coroutine::join);
  }
}
