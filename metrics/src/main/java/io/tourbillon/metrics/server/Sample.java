package io.tourbillon.metrics.server;

import org.jspecify.annotations.Nullable;

/**
 * Everything at one moment, and what was done since the one before.
 *
 * @param number counts samples, from 1 on
 * @param epochMillis when it was taken
 */
record Sample(
    long number,
    long epochMillis,
    @Nullable TimerSample timers,
    @Nullable CoroutineSample coroutines) {}
