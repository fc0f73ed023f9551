package io.tourbillon.bench.scenario;

import com.fasterxml.jackson.annotation.JsonFormat;

/** A point of a distribution: this percentage was no later than this. A pair in files. */
@JsonFormat(shape = JsonFormat.Shape.ARRAY)
public record Percentile(double percent, long nanos) {}
