package io.tourbillon.metrics.server;

import io.tourbillon.timer.Distribution;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A few figures of a distribution, in seconds. */
record Percentiles(double p50, double p99, double p999, double max) implements JsonWriter.Value {

  @Override
  public void writeTo(JsonWriter json) throws IOException {
    json.beginObject()
        .member("p50", p50)
        .member("p99", p99)
        .member("p999", p999)
        .member("max", max)
        .endObject();
  }

  private static final double NANOS_PER_SECOND = 1e9;

  /** Returns the figures of what was recorded between two snapshots; null if nothing was. */
  static @Nullable Percentiles between(Distribution beforeNanos, Distribution afterNanos) {
    Distribution meanwhile = afterNanos.minus(beforeNanos);
    if (meanwhile.count() == 0) {
      return null;
    }
    return new Percentiles(
        meanwhile.percentile(50) / NANOS_PER_SECOND,
        meanwhile.percentile(99) / NANOS_PER_SECOND,
        meanwhile.percentile(99.9) / NANOS_PER_SECOND,
        meanwhile.max() / NANOS_PER_SECOND);
  }
}
