package io.tourbillon.metrics;

import io.tourbillon.timer.Distribution;
import java.util.function.Function;

/**
 * A histogram that a snapshot contains, and how to register it.
 *
 * @param <S> the type of the snapshots
 * @param name in Micrometer's style; the unit is seconds
 * @param ladder the buckets, for registries that have buckets
 * @param nanos gets the histogram from a snapshot; it is cumulative since the start
 */
record HistogramMeter<S>(
    String name, String description, Ladder ladder, Function<S, Distribution> nanos) {}
