package io.tourbillon.spring.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.springframework.scheduling.Trigger;

/** Interleavings that threads rarely meet, made on purpose: all of it happens in one thread. */
class TriggeredTaskTest {
  private static final Clock CLOCK = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
  private static final Trigger ALWAYS = _ -> Instant.EPOCH;

  private final List<Run> scheduled = new ArrayList<>();

  /** A run that was scheduled; the test runs it. */
  private static final class Run extends FutureTask<Object> implements ScheduledFuture<Object> {
    Run(Runnable task) {
      super(task, null);
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return 0;
    }

    @Override
    public int compareTo(Delayed other) {
      return 0;
    }
  }

  private static ScheduledFuture<?> ours(Runnable task, TriggeredTask.Timing timing) {
    return TriggeredTask.start(task, ALWAYS, CLOCK, timing);
  }

  /** Notes a run after it was scheduled, without a look at what has happened meanwhile. */
  private static final class Twin implements Runnable {
    final Runnable task;
    final TriggeredTask.Timing timing;
    volatile ScheduledFuture<?> current;

    Twin(Runnable task, TriggeredTask.Timing timing) {
      this.task = task;
      this.timing = timing;
      current = timing.schedule(this, Instant.EPOCH);
    }

    @Override
    public void run() {
      task.run();
      if (!current.isCancelled()) {
        current = timing.schedule(this, Instant.EPOCH);
      }
    }
  }

  /** Returns whether a run was left that nobody can cancel. */
  private boolean leavesARunAfterACancelInBetween(boolean twin) {
    AtomicReference<Runnable> cancel = new AtomicReference<>();
    TriggeredTask.Timing timing =
        (run, _) -> {
          Run next = new Run(run);
          scheduled.add(next);
          if (cancel.get() != null) {
            cancel.get().run();
          }
          return next;
        };
    if (twin) {
      Twin broken = new Twin(() -> {}, timing);
      cancel.set(() -> broken.current.cancel(false));
    } else {
      ScheduledFuture<?> task = ours(() -> {}, timing);
      cancel.set(() -> task.cancel(false));
    }
    scheduled.getFirst().run();
    return !scheduled.getLast().isCancelled();
  }

  @Test
  void cancel_whileTheNextRunIsBeingScheduled_cancelsThatRun() {
    assertThat(leavesARunAfterACancelInBetween(false)).isFalse();
    assertThat(scheduled).hasSize(2);
  }

  @Test
  void twin_thatDoesNotLookAgain_leavesARun() {
    assertThat(leavesARunAfterACancelInBetween(true)).isTrue();
  }

  @Test
  void run_thatBeginsBeforeItIsNoted_doesNotHideTheOneAfterIt() {
    AtomicReference<Run> second = new AtomicReference<>();
    ScheduledFuture<?> task =
        ours(
            () -> {},
            (run, _) -> {
              Run next = new Run(run);
              scheduled.add(next);
              if (scheduled.size() == 2) {
                second.set(next);
                next.run();
              }
              return next;
            });
    scheduled.getFirst().run();
    assertThat(scheduled).hasSize(3);
    assertThat(second.get().isDone()).isTrue();
    assertThat(task.isDone()).isFalse();
    task.cancel(false);
    assertThat(scheduled.getLast().isCancelled()).isTrue();
  }
}
