package io.tourbillon.metrics;

import java.util.function.Function;
import org.HdrHistogram.Histogram;

/**
 * A histogram that a snapshot holds, and how to call it.
 *
 * @param <S> what kind of snapshot
 * @param name in Micrometer's style; the unit is seconds
 * @param ladder the buckets it has where buckets are to be had
 * @param nanos finds it in a snapshot; cumulative since the start
 */
record Distribution<S>(
    String name, String description, Ladder ladder, Function<S, Histogram> nanos) {}
