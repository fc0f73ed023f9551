package io.tourbillon.coroutine.sync;

import static io.tourbillon.coroutine.TestSchedulers.ENGINE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScope;
import io.tourbillon.coroutine.CoroutineScope.Policy;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.Selectable;
import io.tourbillon.coroutine.Suspension;
import io.tourbillon.coroutine.channel.Channel;
import io.tourbillon.coroutine.channel.Select;
import io.tourbillon.coroutine.channel.SelectCase;
import io.tourbillon.coroutine.testkit.Simulation;
import io.tourbillon.coroutine.testkit.SimulationFailure;
import io.tourbillon.timer.MissedTick;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Waiters give up, by a timeout or a cancellation, at every place where they can. */
@Timeout(300)
@Tag("continuation") // The orders are the same on each engine; this one is the fastest.
class SyncInterleavingsTest {
  private static final int ORDERS = 1000;
  private static final int PLACES = 3;
  private static final int COMERS = 6;

  private final Simulation simulation = new Simulation().engine(ENGINE).grace(Duration.ZERO);

  private static Duration shortly() {
    return Duration.ofMillis(1 + Suspension.random().nextInt(4));
  }

  /** The twin: checks, and takes later. */
  private static final class Hasty extends Gates.Lossy {
    Hasty() {
      super(PLACES);
    }

    @Override
    public void enter(int places, Duration limit) throws TimeoutException {
      if (free() < places) {
        throw new TimeoutException("full");
      }
      Coroutines.checkpoint();
      leave(-places);
    }
  }

  /**
   * Checks that there are never too many inside, that nobody waits for ever, and that in the end as
   * many are admitted as at first.
   */
  private static void pass(Supplier<GateRace.Gate> gates) {
    GateRace.Gate gate = gates.get();
    int most = gate.free();
    AtomicInteger inside = new AtomicInteger();
    try (CoroutineScope scope = CoroutineScope.open(Policy.FAIL_FAST)) {
      List<Coroutine<?>> comers = new ArrayList<>();
      for (int number = 0; number < COMERS; number++) {
        comers.add(scope.spawn(() -> goThrough(gate, most, inside)));
      }
      for (int turn = Suspension.random().nextInt(20); turn > 0; turn--) {
        Coroutines.yieldNow();
      }
      comers.get(Suspension.random().nextInt(COMERS)).cancel();
      comers.get(Suspension.random().nextInt(COMERS)).cancel();
      scope.join();
    }
    assertEquals(most, gate.free(), "free in the end");
  }

  private static void goThrough(GateRace.Gate gate, int most, AtomicInteger inside) {
    for (int turn = 0; turn < 3; turn++) {
      int places = 1 + Suspension.random().nextInt(most);
      try {
        gate.enter(places, shortly());
      } catch (TimeoutException late) {
        continue;
      }
      try {
        assertTrue(inside.addAndGet(places) <= most, "too many at once");
        if (Suspension.random().nextBoolean()) {
          Coroutines.delay(Duration.ofMillis(1));
        }
      } finally {
        inside.addAndGet(-places);
        gate.leave(places);
      }
    }
  }

  private void assertCaught(Supplier<GateRace.Gate> twins, String fault) {
    SimulationFailure failure =
        assertThrows(SimulationFailure.class, () -> simulation.explore(ORDERS, () -> pass(twins)));
    assertTrue(String.valueOf(failure.getMessage()).contains(fault), failure::getMessage);
    assertFalse(String.valueOf(failure.getMessage()).contains("another way"), failure::getMessage);
  }

  @Test
  void mutex_letsOneIn_andIsFreeInTheEnd() {
    simulation.explore(ORDERS, () -> pass(() -> new Gates.OfMutex(new Mutex())));
  }

  @Test
  void timedTryLock_letsOneIn_andIsFreeInTheEnd() {
    simulation.explore(ORDERS, () -> pass(() -> new Gates.OfTryLock(new Mutex())));
  }

  @Test
  void timedTryAcquire_conservesPermits() {
    simulation.explore(ORDERS, () -> pass(() -> new Gates.OfTryAcquire(new Semaphore(PLACES))));
  }

  @Test
  void twinWhoseTimedTryLosesPlaces_isCaught() {
    assertCaught(() -> new Gates.LossyTry(PLACES), "free in the end");
    assertCaught(() -> new Gates.LossyTry(1), "free in the end");
  }

  @Test
  void mutexInASelect_letsOneIn_andIsFreeInTheEnd() {
    simulation.explore(ORDERS, () -> pass(() -> Gates.OfSelect.of(new Mutex())));
  }

  @Test
  void semaphoreInASelect_conservesPermits() {
    simulation.explore(ORDERS, () -> pass(() -> Gates.OfSelect.of(new Semaphore(PLACES))));
  }

  @Test
  void twinThatGrantsToASelectThatHasChosen_isCaught() {
    assertCaught(() -> Gates.OfSelect.of(new Gates.Lossy(PLACES)), "free in the end");
  }

  /** Each tick is taken once, in every order of cases and cancellations. */
  private static void takeTicks(IntFunction<SelectCase<Long>> onTick, Ticker ticker) {
    Channel<Long> others = Channel.rendezvous();
    List<Long> taken = new ArrayList<>();
    for (int round = 0; round < 4; round++) {
      int mine = round;
      Coroutine<?> taking =
          Coroutines.scheduler()
              .spawn(
                  () -> {
                    while (true) {
                      long number =
                          Select.select(onTick.apply(mine), Select.onReceive(others, none -> none));
                      if (number > 0) {
                        taken.add(number);
                      }
                    }
                  });
      for (int turn = Suspension.random().nextInt(12); turn > 0; turn--) {
        Coroutines.delay(Duration.ofMillis(Suspension.random().nextInt(3)));
        boolean _ = others.trySend(0L);
      }
      taking.cancel();
      Coroutine.awaitAll(List.of(taking));
    }
    taken.add(ticker.next().number());
    assertEquals(LongStream.rangeClosed(1, taken.size()).boxed().toList(), taken, "ticks");
  }

  private static Ticker everyTwoMillis() {
    return Ticker.builder(Duration.ofMillis(2)).missedTick(MissedTick.BURST).build();
  }

  @Test
  void tickInASelect_isTakenOnce() {
    simulation.explore(
        ORDERS,
        () -> {
          Ticker ticker = everyTwoMillis();
          takeTicks(_ -> Select.on(ticker.onTick(), Ticker.Tick::number), ticker);
        });
  }

  /** The twin: takes the tick that is due when it leaves, as if it had been chosen. */
  private record Greedy(Selectable<Ticker.Tick> ticking) implements Selectable<Ticker.Tick> {
    @Override
    public Ticker.@Nullable Tick tryTake() {
      return ticking.tryTake();
    }

    @Override
    public Suspension.Registration enrol(Resumption<Ticker.@Nullable Tick> taken) {
      Suspension.Registration enrolled = ticking.enrol(taken);
      return () -> {
        enrolled.remove();
        Ticker.Tick _ = tryTake();
      };
    }

    @Override
    public long nanosToNextTry() {
      return ticking.nanosToNextTry();
    }
  }

  @Test
  void twinThatTakesATickAsItLeaves_isCaught() {
    SimulationFailure failure =
        assertThrows(
            SimulationFailure.class,
            () ->
                simulation.explore(
                    ORDERS,
                    () -> {
                      Ticker ticker = everyTwoMillis();
                      Greedy twin = new Greedy(ticker.onTick());
                      takeTicks(_ -> Select.on(twin, Ticker.Tick::number), ticker);
                    }));
    assertTrue(String.valueOf(failure.getMessage()).contains("ticks"), failure::getMessage);
  }

  @Test
  void semaphore_conservesPermits() {
    simulation.explore(ORDERS, () -> pass(() -> new Gates.OfSemaphore(new Semaphore(PLACES))));
  }

  @Test
  void twinThatLosesPlaces_isCaught() {
    assertCaught(() -> new Gates.Lossy(PLACES), "free in the end");
  }

  @Test
  void twinThatLooksBeforeItTakes_isCaught() {
    assertCaught(Hasty::new, "too many at once");
  }

  @Test
  void cancelledWaiter_leavesTheRow_andThoseBehindKeepTheirOrder() {
    simulation.explore(
        ORDERS,
        () -> {
          Mutex mutex = new Mutex();
          List<Integer> order = new ArrayList<>();
          mutex.lock();
          try (CoroutineScope scope = CoroutineScope.open(Policy.FAIL_FAST)) {
            List<Coroutine<?>> waiters = new ArrayList<>();
            for (int number = 0; number < 4; number++) {
              int mine = number;
              waiters.add(scope.spawn(() -> mutex.withLock(() -> order.add(mine))));
              Simulation.settle();
            }
            Coroutine<?> unlocking = Coroutines.scheduler().spawn(Coroutines::yieldNow);
            waiters.get(1).cancel();
            unlocking.join();
            mutex.unlock();
            scope.join();
          }
          assertEquals(List.of(0, 2, 3), order);
          assertFalse(mutex.isLocked());
        });
  }

  @Test
  void barrier_whosePartiesGiveUp_leavesNobodyBehind() {
    simulation.explore(
        ORDERS,
        () -> {
          Barrier barrier = new Barrier(3);
          List<Coroutine<String>> parties = new ArrayList<>();
          for (int number = 0; number < 3; number++) {
            Duration late = shortly();
            Duration limit = number == 0 ? shortly() : Duration.ofHours(1);
            parties.add(
                Coroutines.scheduler()
                    .spawn(
                        () -> {
                          Coroutines.delay(late);
                          return partyAt(barrier, limit);
                        }));
          }
          List<String> ends = parties.stream().map(Coroutine::join).toList();
          // The first may give up or not, although all have come; nobody is left waiting.
          assertTrue(ends.stream().filter("gave up"::equals).count() <= 1, ends::toString);
          assertEquals(ends.get(1), ends.get(2));
          assertTrue(Simulation.elapsed().compareTo(Duration.ofHours(1)) < 0);
        });
  }

  private static String partyAt(Barrier barrier, Duration limit) {
    try {
      barrier.await(limit);
      return "went on";
    } catch (TimeoutException late) {
      return "gave up";
    } catch (BarrierBrokenException broken) {
      return "broken";
    }
  }

  @Test
  void waitGroup_letsNobodyGoTooEarly() {
    simulation.explore(
        ORDERS,
        () -> {
          WaitGroup group = new WaitGroup();
          AtomicInteger done = new AtomicInteger();
          group.add(4);
          try (CoroutineScope scope = CoroutineScope.open(Policy.FAIL_FAST)) {
            for (int number = 0; number < 4; number++) {
              scope.spawn(
                  () -> {
                    Coroutines.checkpoint();
                    done.incrementAndGet();
                    group.done();
                  });
              scope.spawn(
                  () -> {
                    group.await();
                    assertEquals(4, done.get());
                  });
            }
            scope.join();
          }
        });
  }
}
