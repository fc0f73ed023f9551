package io.tourbillon.timer.durable;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A timer in the table.
 *
 * @param attempts how often it was tried and has failed
 * @param dead whether it is kept only to be looked at, because its last attempt has failed
 * @param lastFailure what the last attempt has thrown, as text; null if none has failed
 */
@SuppressWarnings("ArrayRecordComponent") // The bytes are what users want; nobody compares these.
public record DurableTimer(
    String handler,
    String key,
    Instant due,
    int attempts,
    boolean dead,
    @Nullable String lastFailure,
    byte[] payload) {}
