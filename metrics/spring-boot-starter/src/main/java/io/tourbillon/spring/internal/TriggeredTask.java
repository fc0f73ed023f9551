package io.tourbillon.spring.internal;

import java.time.Clock;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.Delayed;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.scheduling.Trigger;
import org.springframework.scheduling.support.SimpleTriggerContext;

/**
 * A task that runs whenever a trigger says so. Each run asks the trigger for the time of the next
 * one when it has ended, so runs never overlap. As a future it stands for the run that is pending
 * or has run last, as that of Spring's own schedulers does.
 *
 * <p>The series ends when the trigger gives no time, when it or the task throws, when the task is
 * cancelled, and when the scheduler refuses the next run.
 */
public final class TriggeredTask implements ScheduledFuture<@Nullable Object>, Runnable {
  private static final System.Logger LOG = System.getLogger("io.tourbillon.spring");

  /** Schedules a run. */
  @FunctionalInterface
  public interface Timing {
    /**
     * Schedules a run.
     *
     * @throws RejectedExecutionException if the scheduler accepts no more
     */
    ScheduledFuture<?> schedule(Runnable run, Instant time);
  }

  private final Runnable task;
  private final Trigger trigger;
  private final Clock clock;
  private final Timing timing;
  private final SimpleTriggerContext context;

  /** Guards the fields below. No code of users runs under it. */
  private final Object lock = new Object();

  /** How many runs were scheduled. A run may begin, and schedule the next, before it is noted. */
  private long scheduled;

  private long noted;
  private @Nullable ScheduledFuture<?> current;
  private boolean cancelled;

  /**
   * When the next run is due. Written before the run is scheduled, and read by that run; scheduling
   * orders the two.
   */
  private @Nullable Instant due;

  private TriggeredTask(Runnable task, Trigger trigger, Clock clock, Timing timing) {
    this.task = task;
    this.trigger = trigger;
    this.clock = clock;
    this.timing = timing;
    this.context = new SimpleTriggerContext(clock);
  }

  /**
   * Schedules the first run.
   *
   * @return the task, or null if the trigger gives no time
   * @throws RejectedExecutionException if the scheduler accepts no more
   */
  public static @Nullable TriggeredTask start(
      Runnable task, Trigger trigger, Clock clock, Timing timing) {
    TriggeredTask started = new TriggeredTask(task, trigger, clock, timing);
    Instant first = trigger.nextExecution(started.context);
    if (first == null) {
      return null;
    }
    started.scheduleRun(first);
    return started;
  }

  /** Called for one run at a time. */
  private void scheduleRun(Instant time) {
    long number;
    synchronized (lock) {
      number = ++scheduled;
    }
    due = time;
    ScheduledFuture<?> run = timing.schedule(this, time);
    boolean tooLate;
    synchronized (lock) {
      tooLate = cancelled;
      if (!tooLate && number > noted) {
        noted = number;
        current = run;
      }
    }
    if (tooLate) {
      boolean _ = run.cancel(false);
    }
  }

  @Override
  public void run() {
    Instant planned = Objects.requireNonNull(due);
    Instant began = clock.instant();
    task.run();
    context.update(planned, began, clock.instant());
    if (isStopped()) {
      return;
    }
    Instant next = nextTime();
    if (next != null) {
      try {
        scheduleRun(next);
      } catch (RejectedExecutionException _) {
        // The scheduler was shut down meanwhile, which ends the series.
        LOG.log(System.Logger.Level.DEBUG, "no more runs after a shutdown: " + task);
      }
    }
  }

  private @Nullable Instant nextTime() {
    try {
      return trigger.nextExecution(context);
    } catch (RuntimeException | Error failure) {
      // Nobody may ever look at the future of the run.
      LOG.log(
          System.Logger.Level.ERROR, "no more runs, because the trigger failed: " + task, failure);
      throw failure;
    }
  }

  private boolean isStopped() {
    synchronized (lock) {
      return cancelled;
    }
  }

  private ScheduledFuture<?> current() {
    synchronized (lock) {
      return Objects.requireNonNull(current);
    }
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    ScheduledFuture<?> last;
    synchronized (lock) {
      cancelled = true;
      last = Objects.requireNonNull(current);
    }
    return last.cancel(mayInterruptIfRunning);
  }

  @Override
  public boolean isCancelled() {
    return current().isCancelled();
  }

  @Override
  public boolean isDone() {
    return current().isDone();
  }

  @Override
  public @Nullable Object get() throws InterruptedException, ExecutionException {
    return current().get();
  }

  @Override
  public @Nullable Object get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    return current().get(timeout, unit);
  }

  @Override
  public long getDelay(TimeUnit unit) {
    return current().getDelay(unit);
  }

  @Override
  public int compareTo(Delayed other) {
    return current().compareTo(other);
  }

  @Override
  public String toString() {
    return task.toString();
  }
}
