package io.tourbillon.bench.scenario;

/**
 * How much of a scenario is to be done.
 *
 * @param size timers or coroutines
 * @param warmUpMillis how long it is done at least before it is measured
 * @param measureMillis how long what is measured goes on, or over what time it is spread
 */
public record Job(int size, int warmUpMillis, int measureMillis) {}
