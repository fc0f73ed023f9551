package io.tourbillon.coroutine.sync;

import static io.tourbillon.coroutine.Cancelled.assertCancelled;
import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.SpawnOptions;
import io.tourbillon.coroutine.TestSchedulers;
import io.tourbillon.timer.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class BarrierTest extends OnTwoLoops {
  private static BarrierBrokenException brokenFor(Coroutine<?> party) {
    return (BarrierBrokenException)
        assertThrows(CompletionException.class, () -> party.join(PATIENCE)).getCause();
  }

  @Test
  void all_goOnWhenTheLastHasCome_andAgainInTheNextRound() throws Exception {
    Barrier barrier = new Barrier("start", 3, null);
    for (int round = 0; round < 3; round++) {
      Coroutine<Integer> first = suspendedFor(barrier::await);
      assertEquals("start, 1 of 3 there", first.waitsFor().orElseThrow());
      Coroutine<Integer> second = suspendedFor(barrier::await);
      assertEquals(2, barrier.numberWaiting());
      assertEquals(2, barrier.await());
      assertEquals(0, first.join(PATIENCE));
      assertEquals(1, second.join(PATIENCE));
      assertEquals(0, barrier.numberWaiting());
    }
  }

  @Test
  void action_isRunOnceARound_beforeAllGoOn() throws Exception {
    AtomicInteger rounds = new AtomicInteger();
    Barrier barrier =
        new Barrier(
            2,
            () -> {
              Coroutines.delay(Duration.ofMillis(2));
              rounds.incrementAndGet();
            });
    List<Coroutine<?>> parties = new ArrayList<>();
    for (int party = 0; party < 2; party++) {
      parties.add(
          scheduler.spawn(
              () -> {
                for (int round = 1; round <= 20; round++) {
                  barrier.await();
                  assertTrue(rounds.get() >= round);
                }
              }));
    }
    for (Coroutine<?> party : parties) {
      party.join(PATIENCE);
    }
    assertEquals(20, rounds.get());
  }

  @Test
  void partyThatIsCancelled_breaksItForAll_untilItIsReset() throws Exception {
    Barrier barrier = new Barrier("start", 3, null);
    Coroutine<?> first = suspended(barrier::await);
    Coroutine<?> second =
        awaitSuspension(scheduler.spawn(SpawnOptions.named("shy"), () -> barrier.await()));
    second.cancel();
    assertCancelled(second::join);
    assertEquals("start is broken: shy gave up", brokenFor(first).getMessage());
    assertTrue(barrier.isBroken());
    assertEquals("start, broken", barrier.toString());
    assertEquals(
        "start is broken: shy gave up",
        assertThrows(BarrierBrokenException.class, barrier::await).getMessage());
    barrier.reset();
    assertFalse(barrier.isBroken());
    Coroutine<?> third = suspended(barrier::await);
    Coroutine<?> fourth = suspended(barrier::await);
    barrier.await();
    third.join(PATIENCE);
    fourth.join(PATIENCE);
  }

  @Test
  void partyThatIsCancelledBeforeItComes_breaksItToo() {
    Barrier barrier = new Barrier(2);
    Coroutine<?> first = suspended(barrier::await);
    Coroutine<?> second =
        scheduler.spawn(
            () -> {
              Coroutines.current().cancel();
              barrier.await();
            });
    assertCancelled(second::join);
    brokenFor(first);
  }

  @Test
  void partyWhoseLimitIsOver_breaksIt() throws Exception {
    Barrier barrier = new Barrier(3);
    Coroutine<?> first = suspended(barrier::await);
    assertThrows(TimeoutException.class, () -> barrier.await(Duration.ofMillis(5)));
    brokenFor(first);
    barrier.reset();
    Coroutine<?> second =
        scheduler.spawn(
            () -> assertThrows(TimeoutException.class, () -> barrier.await(Duration.ofMillis(5))));
    second.join(PATIENCE);
    assertTrue(barrier.isBroken());
    barrier.reset();
    Coroutine<?> third = suspended(barrier::await);
    assertThrows(TimeoutException.class, () -> barrier.await(Duration.ofNanos(1)));
    brokenFor(third);
    barrier.reset();
    Coroutine<?> fourth =
        scheduler.spawn(
            () -> assertThrows(TimeoutException.class, () -> barrier.await(Duration.ofNanos(1))));
    fourth.join(PATIENCE);
    assertTrue(barrier.isBroken());
    Barrier alone = new Barrier(1);
    assertEquals(0, alone.await(Duration.ZERO));
  }

  @Test
  void threadThatIsInterrupted_breaksIt() {
    Barrier barrier = new Barrier(3);
    Coroutine<?> first = suspended(barrier::await);
    Thread.currentThread().interrupt();
    assertThrows(CancellationException.class, barrier::await);
    assertTrue(Thread.interrupted());
    brokenFor(first);
  }

  @Test
  void actionThatFails_breaksItForTheOthers() {
    IllegalArgumentException failure = new IllegalArgumentException("broken");
    Barrier barrier =
        new Barrier(
            2,
            () -> {
              throw failure;
            });
    Coroutine<?> first = suspended(barrier::await);
    assertSame(failure, assertThrows(IllegalArgumentException.class, barrier::await));
    assertSame(failure, brokenFor(first).getCause());
    assertTrue(barrier.isBroken());
  }

  @Test
  void reset_breaksItForThoseWhoWait() {
    Barrier barrier = new Barrier("start", 2, null);
    Coroutine<?> first = suspended(barrier::await);
    barrier.reset();
    assertEquals("start was reset", brokenFor(first).getMessage());
    assertFalse(barrier.isBroken());
  }

  @Test
  void withoutParties_isRefused() {
    assertEquals(
        "parties must be at least 1: 0",
        assertThrows(IllegalArgumentException.class, () -> new Barrier(0)).getMessage());
  }

  /** All parties have come, and a timeout cannot undo that, even if it comes during the action. */
  @Test
  void partyWhoseLimitIsOverDuringTheAction_breaksNothing() throws Exception {
    VirtualClock clock = new VirtualClock();
    CountDownLatch begun = new CountDownLatch(1);
    CompletableFuture<String> acted = new CompletableFuture<>();
    Barrier barrier =
        new Barrier(
            2,
            () -> {
              begun.countDown();
              acted.join();
            });
    try (CoroutineScheduler onTheClock = TestSchedulers.on(clock)) {
      Coroutine<?> impatient =
          awaitSuspension(
              onTheClock.spawn(
                  () ->
                      assertThrows(
                          TimeoutException.class, () -> barrier.await(Duration.ofHours(1)))));
      Thread last = Thread.ofPlatform().start(barrier::await);
      begun.await();
      clock.advance(Duration.ofHours(2));
      impatient.join(PATIENCE);
      acted.complete("at last");
      last.join();
    }
    assertFalse(barrier.isBroken());
  }
}
