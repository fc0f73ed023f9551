package io.tourbillon.bench.scenario;

import com.fasterxml.jackson.annotation.JsonFormat;

/** A point of a distribution: this many percent were no later than this. In files a pair. */
@JsonFormat(shape = JsonFormat.Shape.ARRAY)
public record Percentile(double percent, long nanos) {}
