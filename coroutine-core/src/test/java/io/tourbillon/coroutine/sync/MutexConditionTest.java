package io.tourbillon.coroutine.sync;

import static io.tourbillon.coroutine.Cancelled.assertCancelled;
import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Action;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.Coroutine.State;
import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.Coroutines;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class MutexConditionTest extends OnTwoLoops {
  private final Mutex mutex = new Mutex("accounts");
  private final MutexCondition changed = mutex.newCondition();

  private Coroutine<?> waiting(Action afterwards) {
    return suspended(
        () -> {
          mutex.lock();
          try {
            changed.await();
            afterwards.run();
          } finally {
            mutex.unlock();
          }
        });
  }

  private void signalLocked() {
    mutex.withLock(changed::signal);
  }

  @Test
  void await_letsGoOfTheMutex_andHoldsItAgain() throws Exception {
    Coroutine<?> waiter = waiting(() -> assertTrue(mutex.isHeldByCaller()));
    assertEquals("a condition of accounts", waiter.waitsFor().orElseThrow());
    assertFalse(mutex.isLocked());
    signalLocked();
    waiter.join(PATIENCE);
    assertFalse(mutex.isLocked());
  }

  @Test
  void signalled_waitsForTheMutexToo() throws Exception {
    Coroutine<?> waiter = waiting(() -> {});
    mutex.lock();
    changed.signal();
    assertEquals(State.SUSPENDED, waiter.state());
    mutex.unlock();
    waiter.join(PATIENCE);
  }

  @Test
  void signal_tellsTheOneWhoHasWaitedLongest() throws Exception {
    List<Integer> told = Collections.synchronizedList(new ArrayList<>());
    List<Coroutine<?>> waiters = new ArrayList<>();
    for (int number = 0; number < 4; number++) {
      int mine = number;
      waiters.add(waiting(() -> told.add(mine)));
    }
    signalLocked();
    waiters.get(0).join(PATIENCE);
    assertEquals(List.of(0), told);
    mutex.withLock(changed::signalAll);
    for (Coroutine<?> waiter : waiters) {
      waiter.join(PATIENCE);
    }
    assertEquals(List.of(0, 1, 2, 3), told);
  }

  @Test
  void signal_thatNobodyWaitsFor_isNotKept() throws Exception {
    signalLocked();
    mutex.lock();
    assertThrows(TimeoutException.class, () -> changed.await(Duration.ofMillis(5)));
    assertTrue(mutex.isHeldByCaller());
  }

  @Test
  void condition_withoutItsMutex_isRefused() {
    for (Runnable use : List.<Runnable>of(changed::await, changed::signal, changed::signalAll)) {
      String message = assertThrows(IllegalStateException.class, use::run).getMessage();
      assertTrue(message.contains("by its holder: accounts, held by nobody, not by "), message);
    }
    assertThrows(IllegalStateException.class, () -> changed.await(Duration.ZERO));
  }

  @Test
  void cancelledWaiter_holdsTheMutexBeforeItSeesThat() throws Exception {
    List<String> log = Collections.synchronizedList(new ArrayList<>());
    Coroutine<?> waiter =
        suspended(
            () -> {
              mutex.lock();
              try {
                changed.await();
              } catch (CoroutineCancelledException cancelled) {
                log.add("cancelled, holder: " + mutex.isHeldByCaller());
                throw cancelled;
              } finally {
                mutex.unlock();
              }
            });
    mutex.lock();
    waiter.cancel();
    while (!waiter.waitsFor().orElse("").startsWith("locking accounts, held by")) {
      Thread.onSpinWait();
    }
    assertEquals(List.of(), log);
    changed.signal();
    mutex.unlock();
    assertCancelled(waiter::join);
    assertEquals(List.of("cancelled, holder: true"), log);
    assertFalse(mutex.isLocked());
  }

  @Test
  void cancelledWaiter_takesNoSignal() throws Exception {
    Coroutine<?> first = waiting(() -> {});
    Coroutine<?> second = waiting(() -> {});
    first.cancel();
    assertCancelled(first::join);
    signalLocked();
    second.join(PATIENCE);
  }

  /** It was signalled before the cancel, so it returns, and the signal is not lost. */
  @Test
  void waiter_cancelledAfterItsSignal_returns() throws Exception {
    List<String> log = Collections.synchronizedList(new ArrayList<>());
    Coroutine<?> waiter =
        waiting(
            () -> {
              log.add("told, holder: " + mutex.isHeldByCaller());
              Coroutines.checkCancelled();
              log.add("not reached");
            });
    mutex.lock();
    changed.signal();
    waiter.cancel();
    while (!waiter.waitsFor().orElse("").startsWith("locking accounts, held by")) {
      Thread.onSpinWait();
    }
    mutex.unlock();
    assertCancelled(waiter::join);
    assertEquals(List.of("told, holder: true"), log);
    assertFalse(mutex.isLocked());
  }

  @Test
  void limits_areHeededByThreadsAndCoroutines() throws Exception {
    Action late =
        () -> {
          mutex.lock();
          assertThrows(TimeoutException.class, () -> changed.await(Duration.ofMillis(5)));
          assertThrows(TimeoutException.class, () -> changed.await(Duration.ZERO));
          mutex.unlock();
        };
    late.run();
    scheduler.spawn(late).join(PATIENCE);
  }

  @Test
  void thread_thatIsInterrupted_holdsTheMutexAndStaysInterrupted() {
    mutex.lock();
    Coroutine<?> other =
        suspended(() -> mutex.withLock(() -> Coroutines.delay(Duration.ofMillis(20))));
    Thread.currentThread().interrupt();
    assertThrows(CancellationException.class, changed::await);
    assertTrue(mutex.isHeldByCaller() && Thread.interrupted());
    mutex.unlock();
    other.join();
  }

  @Test
  void threadsAndCoroutines_handOverByIt() throws Exception {
    int[] state = {0};
    Coroutine<?> even =
        scheduler.spawn(
            () -> {
              for (int turn = 0; turn < 500; turn++) {
                whenIts(state, 0);
              }
            });
    for (int turn = 0; turn < 500; turn++) {
      whenIts(state, 1);
    }
    even.join(PATIENCE);
    assertEquals(0, state[0]);
  }

  private void whenIts(int[] state, int mine) {
    mutex.withLock(
        () -> {
          while (state[0] != mine) {
            changed.await();
          }
          state[0] = 1 - mine;
          changed.signalAll();
        });
  }
}
