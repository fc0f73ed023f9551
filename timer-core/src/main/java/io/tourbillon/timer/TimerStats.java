package io.tourbillon.timer;

import io.tourbillon.timer.internal.text.Measured;
import java.util.List;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;

/**
 * What a service has done since it was built: a snapshot that does not change any more.
 *
 * <p>Always {@code scheduled = fired + cancelled + handedBack + pending}, where a periodic timer
 * counts once when it ends, however often it ran.
 *
 * <p>From its due tick to its end the time of a timer is split in three: {@code latenessNanos} says
 * how far the wheel lags behind, {@code waitNanos} how long tasks queue, {@code runNanos} how long
 * they take. Where one ends the next begins. Lateness is known of every timer that was taken out of
 * the wheel, those among them that were cancelled before their task began included. Wait and run
 * time are measured for all runs of an executor, of a small batch, or of a service with a {@link
 * TimerListener}; of more than 16 tasks that the driver runs as one batch each sixteenth is
 * measured, and counts for sixteen. Values are exact to 1 % and at most an hour.
 *
 * <p>The histograms are this snapshot's own and not thread-safe for writing; the rest is immutable.
 *
 * @param recorded whether the service was built with {@code recordStats}; if not, all is zero or
 *     empty but for these three and what is pending
 * @param tickNanos the length of a tick
 * @param maxPending the most timers that may be pending, or {@link Long#MAX_VALUE}
 * @param scheduled timers accepted
 * @param cancelled timers cancelled
 * @param rescheduled deadlines changed
 * @param fired timers that ended by firing
 * @param runs tasks that were run or handed to the executor, also those that it refused, those of
 *     periodic timers each time
 * @param handedBack timers pending at shutdown
 * @param rejected timers refused for {@code maxPending}, and tasks refused by the executor
 * @param exceptions tasks that threw
 * @param pauses times that the driver was late through no task's fault
 * @param pauseNanos how late, summed up
 * @param stalls times that the watchdog has reported a task that ran for too long, on the driver or
 *     on a thread of the executor
 * @param pending timers pending
 * @param pendingByLevel the same by level of the wheel, finest first: level L holds timers due
 *     within about 512 * 256<sup>L</sup> ticks; periodic timers whose run is going on are in none
 * @param latenessNanos time from the end of the tick in which a timer was due to its being taken
 *     into a batch; the requested deadline was up to a tick before. Runs that a periodic timer
 *     makes up for at once after it has missed them are not in it: they were in no wheel then
 * @param waitNanos time from then to the start of the task, for which other tasks of the batch or
 *     the executor's queue kept it waiting. A run that is made up for begins when the one before it
 *     has ended, and has waited for nothing since
 * @param runNanos how long tasks ran
 * @param slowest the longest of the measured runs of the last one to two minutes, at most 10, the
 *     longest first
 */
public record TimerStats(
    boolean recorded,
    long tickNanos,
    long maxPending,
    long scheduled,
    long cancelled,
    long rescheduled,
    long fired,
    long runs,
    long handedBack,
    long rejected,
    long exceptions,
    long pauses,
    long pauseNanos,
    long stalls,
    long pending,
    List<Long> pendingByLevel,
    Histogram latenessNanos,
    Histogram waitNanos,
    Histogram runNanos,
    List<SlowRun> slowest) {
  /** For people: a line for each of what became of timers, of runs, and of what was measured. */
  @Override
  public String toString() {
    String bound = maxPending == Long.MAX_VALUE ? "" : " of at most " + maxPending;
    String levels = pendingByLevel.stream().map(String::valueOf).collect(Collectors.joining(", "));
    StringJoiner text = new StringJoiner("\n");
    if (!recorded) {
      text.add("timers: pending " + pending + bound + " (by level " + levels + "); not recorded");
      return text.toString();
    }
    text.add(
        "timers: scheduled "
            + scheduled
            + ", fired "
            + fired
            + ", cancelled "
            + cancelled
            + ", handed back "
            + handedBack
            + ", pending "
            + pending
            + bound
            + " (by level "
            + levels
            + "); rescheduled "
            + rescheduled
            + " times");
    text.add(
        "runs: "
            + runs
            + ", exceptions "
            + exceptions
            + ", rejected "
            + rejected
            + ", stalls "
            + stalls
            + ", pauses "
            + pauses
            + " ("
            + Measured.time(pauseNanos)
            + ")");
    text.add("late: " + Measured.times(latenessNanos) + "; a tick is " + Measured.time(tickNanos));
    text.add("waited: " + Measured.times(waitNanos));
    text.add("ran: " + Measured.times(runNanos));
    slowest.forEach(run -> text.add("slow: " + run));
    return text.toString();
  }
}
