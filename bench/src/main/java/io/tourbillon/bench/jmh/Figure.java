package io.tourbillon.bench.jmh;

/** A number that a benchmark has measured by itself. */
record Figure(String name, double value, String unit) {}
