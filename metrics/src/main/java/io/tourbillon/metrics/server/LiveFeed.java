package io.tourbillon.metrics.server;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.CoroutineStats;
import io.tourbillon.timer.SlowRun;
import io.tourbillon.timer.TimerService;
import io.tourbillon.timer.TimerStats;
import io.tourbillon.timer.durable.DurableStats;
import io.tourbillon.timer.durable.DurableTimers;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The samples of the last minutes, one for each second, for pages. A sample is taken when a page
 * asks and the last sample is old enough. So all pages share one series, and nothing is done while
 * no page asks. If no page has asked for minutes, the series starts again. A page in the background
 * may ask only once a minute; then each sample covers a minute. Thread-safe.
 */
final class LiveFeed {
  static final int MAX_SAMPLES = 300;

  /**
   * Slightly less than the second between two polls of a page, so that a page that polls a little
   * early does not have to wait for two seconds.
   */
  static final long STEP_NANOS = 900_000_000L;

  static final long GAP_NANOS = 300_000_000_000L;

  private final @Nullable TimerService timers;
  private final @Nullable CoroutineScheduler scheduler;
  private final @Nullable DurableTimers durable;
  private final LongSupplier nanoTime;
  private final InstantSource wallClock;
  private final long series;

  // Guarded by the monitor.
  private final ArrayDeque<Sample> samples = new ArrayDeque<>();
  private @Nullable Moment last;
  private long number;

  LiveFeed(
      @Nullable TimerService timers,
      @Nullable CoroutineScheduler scheduler,
      @Nullable DurableTimers durable,
      LongSupplier nanoTime,
      InstantSource wallClock) {
    this.timers = timers;
    this.scheduler = scheduler;
    this.durable = durable;
    this.nanoTime = nanoTime;
    this.wallClock = wallClock;
    this.series = wallClock.millis();
  }

  /**
   * The reply to a page.
   *
   * @param series tells a server from the next one at the same address
   * @param samples oldest first; empty if there is none that the page has not seen
   * @param slowest the slowest tasks of the last one to two minutes
   */
  record Reply(long series, List<Sample> samples, List<SlowTask> slowest)
      implements JsonWriter.Value {

    @Override
    public void writeTo(JsonWriter json) throws IOException {
      json.beginObject()
          .member("series", series)
          .name("samples")
          .values(samples)
          .name("slowest")
          .values(slowest)
          .endObject();
    }
  }

  /**
   * Returns what a page has not seen yet.
   *
   * @param seen the number of the last sample that the page has seen
   */
  synchronized Reply since(long seen) {
    long nowNanos = nanoTime.getAsLong();
    Moment before = last;
    if (before == null || nowNanos - before.nanos >= GAP_NANOS) {
      samples.clear();
      last = takeMoment(nowNanos);
    } else if (nowNanos - before.nanos >= STEP_NANOS) {
      Moment after = takeMoment(nowNanos);
      last = after;
      number++;
      samples.addLast(between(before, after));
      if (samples.size() > MAX_SAMPLES) {
        samples.removeFirst();
      }
    }
    return new Reply(
        series,
        samples.stream().filter(sample -> sample.number() > seen).toList(),
        last == null || last.timers == null
            ? List.of()
            : last.timers.slowest().stream().map(SlowTask::of).toList());
  }

  private Moment takeMoment(long nowNanos) {
    return new Moment(
        nowNanos,
        timers == null ? null : timers.stats(),
        scheduler == null ? null : scheduler.stats(),
        durable == null ? null : durable.stats());
  }

  private Sample between(Moment before, Moment after) {
    double seconds = (after.nanos - before.nanos) / 1e9;
    return new Sample(
        number,
        wallClock.millis(),
        before.timers == null || after.timers == null
            ? null
            : TimerSample.between(before.timers, after.timers, seconds),
        before.coroutines == null || after.coroutines == null
            ? null
            : CoroutineSample.between(before.coroutines, after.coroutines, seconds),
        before.durable == null || after.durable == null
            ? null
            : DurableSample.between(before.durable, after.durable, seconds));
  }

  private record Moment(
      long nanos,
      @Nullable TimerStats timers,
      @Nullable CoroutineStats coroutines,
      @Nullable DurableStats durable) {}

  /**
   * One of the slowest tasks of the last one to two minutes.
   *
   * @param task the tag of the timer, or the name of the class of the task
   * @param endEpochMillis when the task ended
   */
  record SlowTask(String task, double seconds, long endEpochMillis) implements JsonWriter.Value {

    @Override
    public void writeTo(JsonWriter json) throws IOException {
      json.beginObject()
          .member("task", task)
          .member("seconds", seconds)
          .member("endEpochMillis", endEpochMillis)
          .endObject();
    }

    static SlowTask of(SlowRun run) {
      return new SlowTask(run.task(), run.runNanos() / 1e9, run.endEpochMillis());
    }
  }
}
