package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.Holding.holdFor;
import static io.tourbillon.coroutine.Holding.holdUntil;
import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.sync.Event;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A loop that a turn has held keeps nothing waiting behind the next turn that does so. */
@Tag("not-continuation")
@Tag("not-plain-thread") // No turns.
class HeldLoopTest {
  /** In many rounds, and after short turns, so that long ones are not the reason. */
  @Test
  void readyOne_behindATurnThatHoldsTheLoopAgain_runsOnALoopThatRests() throws Exception {
    try (CoroutineScheduler scheduler = TestSchedulers.builder().loops(2).build()) {
      for (int round = 0; round < 50; round++) {
        Coroutine<Boolean> ran = scheduler.spawn(() -> runsMeanwhile(scheduler));
        assertTrue(ran.join(PATIENCE.multipliedBy(2)), "it has waited behind the holder");
      }
    }
  }

  private static boolean runsMeanwhile(CoroutineScheduler scheduler) {
    AtomicBoolean free = new AtomicBoolean();
    AtomicBoolean hasRun = new AtomicBoolean();
    AtomicInteger begun = new AtomicInteger();
    Event go = new Event();
    // Fills the other loop until all have begun on this one.
    Coroutine<?> occupant = scheduler.spawn(() -> holdUntil(free::get));
    while (occupant.state() == Coroutine.State.CREATED) {
      holdFor(Duration.ofMillis(1));
    }
    Coroutine<Boolean> holder =
        scheduler.spawn(
            () -> {
              begun.incrementAndGet();
              go.await();
              return holdUntil(hasRun::get);
            });
    Coroutine<?> waiter =
        scheduler.spawn(
            () -> {
              begun.incrementAndGet();
              go.await();
              hasRun.set(true);
            });
    while (begun.get() < 2) {
      Coroutines.yieldNow();
    }
    free.set(true);
    occupant.join();
    holdFor(Duration.ofMillis(10));
    Coroutines.delay(Duration.ofMillis(1));
    for (int turn = 0; turn < 40; turn++) {
      Coroutines.yieldNow();
    }
    go.set();
    waiter.join();
    return holder.join();
  }
}
