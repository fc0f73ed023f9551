package io.tourbillon.adoption;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.timer.TimerService;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/** The timers that a library uses. Thread-safe. */
public sealed interface TimeSource extends AutoCloseable {
  /** Starts the timers of a subject. */
  static TimeSource of(Subject subject) {
    return switch (subject) {
      case OWN -> new Own();
      case TIMERS -> {
        TimerService timers = TimerService.create();
        yield new Tourbillon(timers, timers);
      }
      case LOOPS -> {
        CoroutineScheduler scheduler = CoroutineScheduler.create();
        yield new Tourbillon(scheduler.timers(), scheduler);
      }
    };
  }

  /** The number of timers that are pending. Does not know timers inside a library. */
  long pending();

  /** Ends the timers, and waits until their threads have ended. */
  @Override
  void close();

  /**
   * The timers that the library brings. Some libraries bring none: they get an executor as their
   * documentation shows it, whose cancelled tasks leave the queue, so that memory is bounded.
   */
  final class Own implements TimeSource {
    private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1);

    Own() {
      executor.setRemoveOnCancelPolicy(true);
    }

    /** Its thread begins with the first task. */
    ScheduledThreadPoolExecutor executor() {
      return executor;
    }

    @Override
    public long pending() {
      return executor.getQueue().size();
    }

    @Override
    public void close() {
      executor.shutdownNow();
      executor.close();
    }
  }

  /**
   * Our timers.
   *
   * @param owner what to close: the timer service, or the scheduler that it belongs to
   */
  record Tourbillon(TimerService timers, AutoCloseable owner) implements TimeSource {
    @Override
    public long pending() {
      return timers.pending();
    }

    @Override
    public void close() {
      switch (owner) {
        case CoroutineScheduler scheduler -> scheduler.close();
        default -> timers.close();
      }
    }
  }
}
