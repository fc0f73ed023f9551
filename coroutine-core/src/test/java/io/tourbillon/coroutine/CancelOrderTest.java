package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine.State;
import io.tourbillon.coroutine.channel.Channel;
import io.tourbillon.coroutine.sync.Barrier;
import io.tourbillon.coroutine.sync.BarrierBrokenException;
import io.tourbillon.coroutine.sync.Mutex;
import io.tourbillon.coroutine.sync.MutexCondition;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The effects of a cancel that has returned come before what the same thread does next. */
class CancelOrderTest {
  private static final int ROUNDS = 500;

  private final CoroutineScheduler scheduler = TestSchedulers.builder().loops(2).build();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  private <T> Coroutine<T> suspended(Callable<T> body) {
    Coroutine<T> coroutine = scheduler.spawn(body);
    TestSchedulers.awaitSuspended(coroutine);
    return coroutine;
  }

  @Test
  void send_afterACancelThatHasReturned_goesToTheOther() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      Channel<Integer> channel = Channel.rendezvous();
      Coroutine<Integer> first = suspended(channel::receive);
      Coroutine<Integer> second = suspended(channel::receive);
      first.cancel();
      channel.send(round);
      assertEquals(round, second.join(PATIENCE));
      Coroutine.awaitAll(List.of(first));
      assertEquals(State.CANCELLED, first.state());
    }
  }

  @Test
  void resume_afterACancelThatHasReturned_isTold() {
    for (int round = 0; round < ROUNDS; round++) {
      CompletableFuture<Resumption<Integer>> made = new CompletableFuture<>();
      Coroutine<Integer> waiter =
          suspended(() -> Coroutines.suspend((Resumption<Integer> r) -> made.complete(r)));
      waiter.cancel();
      assertFalse(made.join().resume(1));
      assertFalse(made.join().fail(new IllegalStateException()));
      Cancelled.assertCancelled(waiter::join);
    }
  }

  @Test
  void lock_afterACancelThatHasReturned_isForTheOther() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      Mutex mutex = new Mutex();
      mutex.lock();
      Coroutine<?> first = suspended(() -> mutex.withLock(() -> 1));
      Coroutine<?> second = suspended(() -> mutex.withLock(() -> 2));
      first.cancel();
      mutex.unlock();
      assertEquals(2, second.join(PATIENCE));
      Cancelled.assertCancelled(first::join);
    }
  }

  @Test
  void signal_afterACancelThatHasReturned_isForTheOther() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      Mutex mutex = new Mutex();
      MutexCondition changed = mutex.newCondition();
      Callable<Integer> wait =
          () ->
              mutex.withLock(
                  () -> {
                    changed.await();
                    return 1;
                  });
      Coroutine<Integer> first = suspended(wait);
      Coroutine<Integer> second = suspended(wait);
      mutex.lock(); // By now both have released it and wait for a signal.
      first.cancel();
      changed.signal();
      mutex.unlock();
      assertEquals(1, second.join(PATIENCE));
      Cancelled.assertCancelled(first::join);
    }
  }

  @Test
  void lastAtABarrier_afterACancelThatHasReturned_findsItBroken() {
    for (int round = 0; round < ROUNDS; round++) {
      Barrier barrier = new Barrier(2);
      Coroutine<Integer> first = suspended(barrier::await);
      first.cancel();
      assertThrows(BarrierBrokenException.class, () -> barrier.await(PATIENCE));
      assertTrue(barrier.isBroken());
      Cancelled.assertCancelled(first::join);
    }
  }

  /**
   * A value that a coroutine takes while it registers is not lost, even if it is cancelled then.
   */
  @Test
  void resume_byTheCoroutineItselfAsItIsCancelled_isNotLost() throws Exception {
    Coroutine<Boolean> taker =
        scheduler.spawn(
            () ->
                Coroutines.suspend(
                    resumption -> {
                      Coroutines.current().cancel();
                      resumption.resume(true);
                    }));
    assertTrue(taker.join(PATIENCE));
  }

  /** Inside a shield a cancellation must wait, and a value may still come. */
  @Test
  void send_toAShieldedOneThatIsCancelled_arrives() throws Exception {
    Channel<Integer> channel = Channel.rendezvous();
    Coroutine<Integer> shielded =
        suspended(() -> Coroutines.shield(PATIENCE, () -> channel.receive()));
    assertTrue(shielded.cancel());
    channel.send(7);
    assertEquals(7, shielded.join(PATIENCE));
  }
}
