package io.tourbillon.metrics;

import io.tourbillon.timer.Distribution;
import java.util.function.Function;

/**
 * A histogram that a snapshot holds, and how to call it.
 *
 * @param <S> what kind of snapshot
 * @param name in Micrometer's style; the unit is seconds
 * @param ladder the buckets it has where buckets are to be had
 * @param nanos finds it in a snapshot; cumulative since the start
 */
record HistogramMeter<S>(
    String name, String description, Ladder ladder, Function<S, Distribution> nanos) {}
