package io.tourbillon.timer;

import java.util.List;

/**
 * What a service has done since it was built: an immutable snapshot. Only services make snapshots;
 * later versions may add figures.
 *
 * <p>Always {@code scheduled = fired + cancelled + handedBack + pending}, where a periodic timer
 * counts once when it ends, however often it ran.
 *
 * <p>The time of a timer from its due tick to the end of its task is split in three: {@link
 * #latenessNanos} shows how far the wheel lags behind, {@link #waitNanos} how long tasks queue, and
 * {@link #runNanos} how long they take. Each part begins where the one before it ends. Lateness is
 * recorded for every timer that was taken out of the wheel, even if it was cancelled before its
 * task began. Wait and run time are measured for all runs of an executor, of a small batch, or of a
 * service with a {@link TimerListener}. If the driver runs more than 16 tasks as one batch, every
 * sixteenth is measured and counts for sixteen.
 */
public sealed interface TimerStats permits StatsSnapshot.Figures {
  /**
   * True if the service was built with {@code recordStats}. If not, all figures are zero or empty,
   * except {@link #tickNanos}, {@link #maxPending}, {@link #pending} and {@link #pendingByLevel}.
   */
  boolean recorded();

  /** The length of a tick. */
  long tickNanos();

  /** The limit of pending timers, or {@link Long#MAX_VALUE} if there is none. */
  long maxPending();

  /** Timers accepted. */
  long scheduled();

  /** Timers cancelled. */
  long cancelled();

  /** Deadlines changed. */
  long rescheduled();

  /** Timers that ended by firing. */
  long fired();

  /**
   * Tasks that were run or handed to the executor, including those that the executor refused. A
   * periodic timer counts for each run.
   */
  long runs();

  /** Timers that were pending at shutdown. */
  long handedBack();

  /** Timers refused because of {@code maxPending}, and tasks refused by the executor. */
  long rejected();

  /** Tasks that threw. */
  long exceptions();

  /** How often the driver was late for another reason than a task. */
  long pauses();

  /** The sum of these pauses. */
  long pauseNanos();

  /**
   * How often the watchdog has reported a task that ran for too long, on the driver or on a thread
   * of the executor.
   */
  long stalls();

  /** Timers pending. */
  long pending();

  /**
   * Timers pending in each level of the wheel, finest first: level L holds timers due within about
   * 512 * 256<sup>L</sup> ticks. A periodic timer that is running is in no level.
   */
  List<Long> pendingByLevel();

  /**
   * Time from the end of the tick in which a timer was due until a batch took it. The requested
   * deadline was up to one tick earlier. Runs that a periodic timer makes up for at once, after it
   * has missed them, are not included: they were in no wheel.
   */
  Distribution latenessNanos();

  /**
   * Time from then to the start of the task, during which other tasks of the batch, or the queue of
   * the executor, kept it waiting. A run that is made up for starts when the one before it has
   * ended, and waits from then on.
   */
  Distribution waitNanos();

  /** How long tasks ran. */
  Distribution runNanos();

  /** The longest measured runs of the last one to two minutes, at most 10, longest first. */
  List<SlowRun> slowest();

  /** A text for people: a line each for timers, for runs, and for every distribution. */
  @Override
  String toString();
}
