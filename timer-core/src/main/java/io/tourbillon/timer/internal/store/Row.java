package io.tourbillon.timer.internal.store;

/**
 * What a node keeps in memory of a timer that is due soon.
 *
 * @param dueMicros microseconds since 1970
 * @param version names this write of the timer; another write has another one
 * @param payloadBytes how long its payload is
 */
public record Row(TimerKey key, int shard, long dueMicros, long version, int payloadBytes) {}
