package io.tourbillon.metrics.server;

import io.tourbillon.timer.durable.DurableStats;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The state of durable timers at one moment, and what they have done since the sample before.
 *
 * @param scheduled timers per second; the figures up to {@code superseded} are per second, too
 * @param leaseSeconds how long others wait for this process
 * @param leaseAgeSeconds how long ago the lease was renewed
 * @param unknownHandlers the first of their names, in order
 * @param lateness of the firings that began meanwhile; null if none did
 * @param commit the times of the transactions meanwhile; null if there was none
 */
record DurableSample(
    double scheduled,
    double cancelled,
    double fired,
    double failed,
    double retried,
    double dead,
    double skipped,
    double superseded,
    long loaded,
    long backlog,
    long running,
    long waiting,
    long ownedShards,
    long shards,
    double leaseSeconds,
    double leaseAgeSeconds,
    List<String> unknownHandlers,
    @Nullable Percentiles lateness,
    @Nullable Percentiles commit)
    implements JsonWriter.Value {
  private static final int MOST_NAMES = 20;

  @Override
  public void writeTo(JsonWriter json) throws IOException {
    json.beginObject()
        .member("scheduled", scheduled)
        .member("cancelled", cancelled)
        .member("fired", fired)
        .member("failed", failed)
        .member("retried", retried)
        .member("dead", dead)
        .member("skipped", skipped)
        .member("superseded", superseded)
        .member("loaded", loaded)
        .member("backlog", backlog)
        .member("running", running)
        .member("waiting", waiting)
        .member("ownedShards", ownedShards)
        .member("shards", shards)
        .member("leaseSeconds", leaseSeconds)
        .member("leaseAgeSeconds", leaseAgeSeconds)
        .name("unknownHandlers")
        .strings(unknownHandlers)
        .member("lateness", lateness)
        .member("commit", commit)
        .endObject();
  }

  static DurableSample between(DurableStats before, DurableStats after, double seconds) {
    return new DurableSample(
        (after.scheduled() - before.scheduled()) / seconds,
        (after.cancelled() - before.cancelled()) / seconds,
        (after.fired() - before.fired()) / seconds,
        (after.failed() - before.failed()) / seconds,
        (after.retried() - before.retried()) / seconds,
        (after.dead() - before.dead()) / seconds,
        (after.skipped() - before.skipped()) / seconds,
        (after.superseded() - before.superseded()) / seconds,
        after.loaded(),
        after.backlog(),
        after.running(),
        after.waiting(),
        after.ownedShards(),
        after.shards(),
        after.lease().toNanos() / 1e9,
        after.leaseAge().toNanos() / 1e9,
        after.unknownHandlers().stream().sorted().limit(MOST_NAMES).toList(),
        Percentiles.between(before.latenessNanos(), after.latenessNanos()),
        Percentiles.between(before.commitNanos(), after.commitNanos()));
  }
}
