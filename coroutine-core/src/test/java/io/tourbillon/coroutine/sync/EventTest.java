package io.tourbillon.coroutine.sync;

import static io.tourbillon.coroutine.Cancelled.assertCancelled;
import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.TestSchedulers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class EventTest extends OnTwoLoops {
  private final Event ready = new Event("ready");

  @Test
  void set_letsAllGoOn_andNobodyWaitsAnyMore() throws Exception {
    Coroutine<?> one = suspended(() -> ready.await());
    Coroutine<?> other = suspended(() -> ready.await(PATIENCE));
    assertEquals("ready, not set", one.waitsFor().orElseThrow());
    assertFalse(ready.isSet());
    assertTrue(ready.set());
    one.join(PATIENCE);
    other.join(PATIENCE);
    assertTrue(ready.isSet());
    assertFalse(ready.set());
    ready.await();
    ready.await(Duration.ZERO);
    assertEquals("ready, set", ready.toString());
  }

  @Test
  void set_letsThoseGoOnFirst_whoCameFirst() throws Exception {
    List<Integer> order = new ArrayList<>();
    try (CoroutineScheduler oneLoop = TestSchedulers.oneLoop()) {
      oneLoop
          .spawn(
              () -> {
                for (int number = 1; number <= 3; number++) {
                  int mine = number;
                  oneLoop.spawn(
                      () -> {
                        ready.await();
                        order.add(mine);
                      });
                }
                Coroutines.yieldNow();
                ready.set();
              })
          .join(PATIENCE);
    }
    assertEquals(List.of(1, 2, 3), order);
  }

  @Test
  void clear_hasThoseWaitWhoComeThen_andStopsNobody() throws Exception {
    for (int round = 0; round < 3; round++) {
      Coroutine<?> waiter = suspended(() -> ready.await());
      ready.set();
      ready.clear();
      waiter.join(PATIENCE);
      assertThrows(TimeoutException.class, () -> ready.await(Duration.ZERO));
    }
  }

  @Test
  void whoGivesUp_changesNothing() throws Exception {
    Coroutine<?> cancelled = suspended(() -> ready.await());
    Coroutine<?> waiter = suspended(() -> ready.await());
    cancelled.cancel();
    assertCancelled(cancelled::join);
    assertThrows(TimeoutException.class, () -> ready.await(Duration.ofMillis(5)));
    Thread.currentThread().interrupt();
    assertThrows(CancellationException.class, () -> ready.await());
    assertTrue(Thread.interrupted());
    assertTrue(ready.set());
    waiter.join(PATIENCE);
  }

  @Test
  void cancelledCoroutine_seesThat_thoughItNeedNotWait() {
    ready.set();
    Coroutine<?> coroutine =
        scheduler.spawn(
            () -> {
              Coroutines.current().cancel();
              ready.await();
            });
    assertCancelled(coroutine::join);
  }

  /** Waiters see what was done before the event was set, and no waiter is missed. */
  @Test
  void set_whileOthersCome_isMissedByNobody() throws Exception {
    for (int round = 0; round < 300; round++) {
      Event event = new Event();
      int[] loaded = {0};
      List<Coroutine<Integer>> all = new ArrayList<>();
      for (int number = 0; number < 4; number++) {
        all.add(
            scheduler.spawn(
                () -> {
                  event.await(PATIENCE);
                  return loaded[0];
                }));
      }
      loaded[0] = round;
      event.set();
      for (Coroutine<Integer> each : all) {
        assertEquals(round, each.join(PATIENCE));
      }
    }
  }
}
