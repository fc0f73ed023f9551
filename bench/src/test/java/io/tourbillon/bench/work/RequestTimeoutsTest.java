package io.tourbillon.bench.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.subject.SubjectTask;
import io.tourbillon.bench.subject.TimerKind;
import io.tourbillon.bench.subject.TimerSubject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RequestTimeoutsTest {
  private static final int PENDING = 100;
  private static final int THREADS = 3;
  private static final int OPERATIONS = 10_000;

  @ParameterizedTest
  @EnumSource
  void operate_everySubject_keepsAllPending(TimerKind kind) {
    try (TimerSubject timers = kind.open(PENDING, false)) {
      RequestTimeouts work = filled(timers, Order.RANDOM);
      operate(work);
      work.check();
      work.drain();
      timers.requirePending(0);
    }
  }

  /** What every subject promises: several threads, each with places of its own. */
  @ParameterizedTest
  @EnumSource
  void share_threadsAtOnce_keepAllPending(TimerKind kind) throws Exception {
    try (TimerSubject timers = kind.open(PENDING, false)) {
      RequestTimeouts work = filled(timers, Order.RANDOM);
      operateTogether(work, OPERATIONS);
      work.check();
    }
  }

  /** The broken twin of the above: a service that counts as if there were one thread. */
  @Test
  void check_afterThreadsThatOverwroteACount_isRefused() throws Exception {
    RequestTimeouts work = filled(new CountsForOneThread(), Order.RANDOM);
    operateTogether(work, 1);
    assertThrows(IllegalStateException.class, work::check);
  }

  @Test
  void share_each_hasPlacesOfItsOwnAndTogetherAll() {
    UseCounts timers = new UseCounts(10);
    RequestTimeouts work = new RequestTimeouts(timers, 10, Order.FIFO);
    work.fill();
    for (int thread = 0; thread < THREADS; thread++) {
      Operation share = work.share(thread, THREADS);
      int places = thread == THREADS - 1 ? 4 : 3;
      for (int place = 0; place < places; place++) {
        share.operate();
      }
    }
    int[] once = new int[10];
    Arrays.fill(once, 1);
    assertEquals(Arrays.toString(once), Arrays.toString(timers.cancels));
  }

  @Test
  void share_moreThreadsThanPlaces_isRefused() {
    RequestTimeouts work = new RequestTimeouts(new ModelTimers(2), 2, Order.FIFO);
    Exception refusal = assertThrows(IllegalArgumentException.class, () -> work.share(0, 3));
    assertEquals("threads must be at most as many as places, 2: 3", refusal.getMessage());
  }

  @Test
  void operate_always_armsFrom30To60Seconds() {
    ModelTimers timers = new ModelTimers(PENDING);
    operate(filled(timers, Order.RANDOM));
    for (long delayNanos : timers.delayNanos) {
      assertTrue(delayNanos >= TimeUnit.SECONDS.toNanos(30));
      assertTrue(delayNanos < TimeUnit.SECONDS.toNanos(60));
    }
  }

  @Test
  void operate_afterATimerWasLost_isRefused() {
    ModelTimers timers = new ModelTimers(PENDING);
    RequestTimeouts work = filled(timers, Order.FIFO);
    timers.cancel(7);
    Exception refusal = assertThrows(IllegalStateException.class, () -> operate(work));
    assertEquals(
        "the timer of a place must be pending, but came due or was lost: place 7",
        refusal.getMessage());
    assertThrows(IllegalStateException.class, work::check);
    assertThrows(IllegalStateException.class, work::drain);
  }

  @Test
  void check_serviceThatKeepsWhatIsCancelled_isRefused() {
    ModelTimers timers =
        new ModelTimers(PENDING) {
          @Override
          void addPending(int change) {
            super.addPending(Math.max(change, 0));
          }
        };
    RequestTimeouts work = filled(timers, Order.FIFO);
    work.operate();
    Exception refusal = assertThrows(IllegalStateException.class, work::check);
    assertEquals("pending timers must be 100: 101", refusal.getMessage());
  }

  private static RequestTimeouts filled(TimerSubject timers, Order order) {
    RequestTimeouts work = new RequestTimeouts(timers, PENDING, order);
    work.fill();
    return work;
  }

  private static void operate(Operation operation) {
    operate(operation, OPERATIONS);
  }

  private static void operate(Operation operation, int times) {
    for (int time = 0; time < times; time++) {
      operation.operate();
    }
  }

  private static void operateTogether(RequestTimeouts work, int times)
      throws ExecutionException, InterruptedException {
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      Phaser start = new Phaser(THREADS);
      List<Future<?>> ends = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        Operation share = work.share(thread, THREADS);
        ends.add(
            threads.submit(
                () -> {
                  start.arriveAndAwaitAdvance();
                  operate(share, times);
                }));
      }
      for (Future<?> end : ends) {
        end.get();
      }
    }
  }

  private static final class UseCounts extends ModelTimers {
    private final int[] cancels;

    UseCounts(int places) {
      super(places);
      cancels = new int[places];
    }

    @Override
    public boolean cancel(int place) {
      cancels[place]++;
      return super.cancel(place);
    }
  }

  /** Forgets in cancel that there are other threads, which it has do the same at the same time. */
  private static final class CountsForOneThread extends ModelTimers {
    private final Phaser between = new Phaser(THREADS);
    private volatile long count;

    CountsForOneThread() {
      super(PENDING);
    }

    @Override
    public synchronized void arm(int place, long delay, SubjectTask task) {
      super.arm(place, delay, task);
      count++;
    }

    @Override
    public boolean cancel(int place) {
      long before = count;
      between.arriveAndAwaitAdvance();
      count = before - 1;
      between.arriveAndAwaitAdvance();
      return super.cancel(place);
    }

    @Override
    public long pending() {
      return count;
    }
  }
}
