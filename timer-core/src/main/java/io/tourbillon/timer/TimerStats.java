package io.tourbillon.timer;

import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * What a service has done since it was built: a snapshot that does not change any more.
 *
 * <p>At rest, {@code scheduled = fired + cancelled + handedBack + pending}, where a periodic timer
 * counts once when it ends, however often it ran.
 *
 * @param scheduled timers accepted
 * @param cancelled timers cancelled
 * @param rescheduled deadlines changed
 * @param fired timers that ended by firing
 * @param runs tasks run or handed to the executor, those of periodic timers each time
 * @param handedBack timers pending at shutdown
 * @param rejected timers refused for {@code maxPending}, and tasks refused by the executor
 * @param exceptions tasks that threw
 * @param pauses times that the driver was late through no task's fault
 * @param pauseNanos how late, summed up
 * @param pending timers pending
 * @param pendingByLevel the same by level of the wheel, finest first: level L holds timers due
 *     within about 512 * 256<sup>L</sup> ticks; periodic timers whose run is going on are in none
 * @param latenessNanos time from the end of the tick in which a timer was due to its being taken
 *     into a batch; the requested deadline was up to a tick before
 * @param runNanos how long tasks ran
 */
public record TimerStats(
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
    long pending,
    List<Long> pendingByLevel,
    Histogram latenessNanos,
    Histogram runNanos) {}
