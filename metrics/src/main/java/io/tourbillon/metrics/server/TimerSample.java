package io.tourbillon.metrics.server;

import io.tourbillon.timer.TimerStats;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The state of a service at one moment, and what it has done since the sample before.
 *
 * @param scheduled timers per second; the figures up to {@code exceptions} are per second, too
 * @param pauses how many there were meanwhile, not per second; the same holds for {@code stalls}
 * @param lateness of the timers that were taken out of the wheel meanwhile; null if none was
 *     recorded
 * @param queueWait of the tasks that began meanwhile; null if none was recorded
 * @param run of the tasks that ran meanwhile; null if none was recorded
 */
record TimerSample(
    double scheduled,
    double rescheduled,
    double cancelled,
    double fired,
    double runs,
    double rejected,
    double exceptions,
    long pauses,
    long stalls,
    long pending,
    List<Long> pendingByLevel,
    @Nullable Percentiles lateness,
    @Nullable Percentiles queueWait,
    @Nullable Percentiles run)
    implements JsonWriter.Value {

  @Override
  public void writeTo(JsonWriter json) throws IOException {
    json.beginObject()
        .member("scheduled", scheduled)
        .member("rescheduled", rescheduled)
        .member("cancelled", cancelled)
        .member("fired", fired)
        .member("runs", runs)
        .member("rejected", rejected)
        .member("exceptions", exceptions)
        .member("pauses", pauses)
        .member("stalls", stalls)
        .member("pending", pending)
        .name("pendingByLevel")
        .numbers(pendingByLevel)
        .member("lateness", lateness)
        .member("queueWait", queueWait)
        .member("run", run)
        .endObject();
  }

  static TimerSample between(TimerStats before, TimerStats after, double seconds) {
    return new TimerSample(
        (after.scheduled() - before.scheduled()) / seconds,
        (after.rescheduled() - before.rescheduled()) / seconds,
        (after.cancelled() - before.cancelled()) / seconds,
        (after.fired() - before.fired()) / seconds,
        (after.runs() - before.runs()) / seconds,
        (after.rejected() - before.rejected()) / seconds,
        (after.exceptions() - before.exceptions()) / seconds,
        after.pauses() - before.pauses(),
        after.stalls() - before.stalls(),
        after.pending(),
        after.pendingByLevel(),
        Percentiles.between(before.latenessNanos(), after.latenessNanos()),
        Percentiles.between(before.waitNanos(), after.waitNanos()),
        Percentiles.between(before.runNanos(), after.runNanos()));
  }
}
