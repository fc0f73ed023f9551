package io.tourbillon.metrics.server;

import io.tourbillon.coroutine.CoroutineStats;
import io.tourbillon.coroutine.LoopStats;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The state of a scheduler at one moment, and what it has done since the sample before.
 *
 * @param spawned coroutines per second, as are {@code finished}, {@code failed}, {@code cancelled}
 *     and {@code timeouts}
 * @param live the number of coroutines in each state
 * @param lateness of the delays and limits that expired meanwhile; null if none was recorded
 * @param queueWait time in the ready queue; null if none was recorded
 * @param turn duration of the turns; null if none was recorded
 */
record CoroutineSample(
    double spawned,
    double finished,
    double failed,
    double cancelled,
    double timeouts,
    Map<String, Long> live,
    long threads,
    List<LoopSample> loops,
    @Nullable Percentiles lateness,
    @Nullable Percentiles queueWait,
    @Nullable Percentiles turn)
    implements JsonWriter.Value {

  @Override
  public void writeTo(JsonWriter json) throws IOException {
    json.beginObject()
        .member("spawned", spawned)
        .member("finished", finished)
        .member("failed", failed)
        .member("cancelled", cancelled)
        .member("timeouts", timeouts)
        .name("live")
        .numbers(live)
        .member("threads", threads)
        .name("loops")
        .values(loops)
        .member("lateness", lateness)
        .member("queueWait", queueWait)
        .member("turn", turn)
        .endObject();
  }

  static CoroutineSample between(CoroutineStats before, CoroutineStats after, double seconds) {
    Map<String, Long> live = new TreeMap<>();
    live.put("created", after.created());
    live.put("ready", after.ready());
    live.put("running", after.running());
    live.put("suspended", after.suspended());
    List<LoopSample> loops = new ArrayList<>();
    for (int loop = 0; loop < after.loops().size(); loop++) {
      loops.add(LoopSample.between(before.loops().get(loop), after.loops().get(loop), seconds));
    }
    return new CoroutineSample(
        (after.spawned() - before.spawned()) / seconds,
        (after.finished() - before.finished()) / seconds,
        (after.failed() - before.failed()) / seconds,
        (cancelled(after) - cancelled(before)) / seconds,
        (after.timeouts() - before.timeouts()) / seconds,
        live,
        after.threads(),
        loops,
        Percentiles.between(before.latenessNanos(), after.latenessNanos()),
        Percentiles.between(before.waitNanos(), after.waitNanos()),
        Percentiles.between(before.turnNanos(), after.turnNanos()));
  }

  private static long cancelled(CoroutineStats stats) {
    return stats.cancelled().values().stream().mapToLong(Long::longValue).sum();
  }

  /**
   * The state of a loop at one moment, and what it has done since the sample before.
   *
   * @param utilisation the share of time in which the loop was not at rest
   * @param switches turns per second
   * @param stalls how many there were meanwhile, not per second
   */
  record LoopSample(
      String name,
      long coroutines,
      long ready,
      long mailbox,
      double utilisation,
      double switches,
      long stalls,
      boolean dead)
      implements JsonWriter.Value {

    @Override
    public void writeTo(JsonWriter json) throws IOException {
      json.beginObject()
          .member("name", name)
          .member("coroutines", coroutines)
          .member("ready", ready)
          .member("mailbox", mailbox)
          .member("utilisation", utilisation)
          .member("switches", switches)
          .member("stalls", stalls)
          .member("dead", dead)
          .endObject();
    }

    static LoopSample between(LoopStats before, LoopStats after, double seconds) {
      double busySeconds = (after.busyNanos() - before.busyNanos()) / 1e9;
      return new LoopSample(
          after.name(),
          after.coroutines(),
          after.readyQueue(),
          after.mailbox(),
          Math.clamp(busySeconds / seconds, 0, 1),
          (after.switches() - before.switches()) / seconds,
          after.stalls() - before.stalls(),
          after.dead());
    }
  }
}
