package io.tourbillon.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Timers join a group while it is cancelled or closed, and while they fire. */
@RealTime
@Timeout(120)
class TimerGroupRaceTest {
  private static final int ROUNDS = 300;
  private static final int TIMERS = 200;

  /** Whatever the order, a closed group leaves no timer behind and each timer ends once. */
  @Test
  void close_whileThreadsSchedule_missesNoTimer() throws Exception {
    try (TimerService timers = TimerService.create();
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      for (int round = 0; round < ROUNDS; round++) {
        TimerGroup group = new TimerGroup();
        TimerOptions options = TimerOptions.inGroup(group);
        AtomicInteger runs = new AtomicInteger();
        Callable<List<TimerHandle>> scheduling =
            () -> {
              List<TimerHandle> accepted = new ArrayList<>();
              try {
                for (int i = 0; i < TIMERS; i++) {
                  Duration delay = i % 4 == 0 ? Duration.ZERO : Duration.ofHours(1);
                  accepted.add(timers.schedule(delay, runs::incrementAndGet, options));
                }
              } catch (RejectedExecutionException closed) {
                // The other thread was faster.
              }
              return accepted;
            };
        Future<List<TimerHandle>> scheduled = threads.submit(scheduling);
        Future<?> closed = threads.submit(group::close);
        List<TimerHandle> handles = scheduled.get(60, TimeUnit.SECONDS);
        closed.get(60, TimeUnit.SECONDS);
        assertEquals(0, group.pending());
        for (TimerHandle handle : handles) {
          assertTrue(handle.state() != TimerHandle.State.PENDING, () -> "left: " + handle);
        }
        while (timers.pending() > 0) {
          Thread.onSpinWait(); // A task is beginning, and is counted until it has.
        }
      }
    }
  }

  /** A close leaves no timer pending, even if another thread is about to cancel it. */
  @Test
  void close_whileAnotherThreadCancels_leavesNoTimerPending() throws Exception {
    try (TimerService timers = TimerService.create();
        ExecutorService threads = Executors.newFixedThreadPool(1)) {
      for (int round = 0; round < 5_000; round++) {
        TimerGroup group = new TimerGroup();
        TimerOptions options = TimerOptions.inGroup(group);
        List<TimerHandle> handles = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          handles.add(timers.schedule(Duration.ofHours(1), () -> {}, options));
        }
        Future<Integer> cancelling = threads.submit(group::cancelAll);
        group.close();
        for (TimerHandle handle : handles) {
          assertEquals(TimerHandle.State.CANCELLED, handle.state());
        }
        cancelling.get(60, TimeUnit.SECONDS);
      }
    }
  }
}
