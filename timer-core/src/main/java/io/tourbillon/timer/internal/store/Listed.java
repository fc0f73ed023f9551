package io.tourbillon.timer.internal.store;

import org.jspecify.annotations.Nullable;

/** A row for who looks at the table. */
@SuppressWarnings("ArrayRecordComponent") // Nobody compares these.
public record Listed(
    TimerKey key,
    long dueMicros,
    int attempts,
    boolean dead,
    @Nullable String error,
    byte[] payload) {}
