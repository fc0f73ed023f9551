package io.tourbillon.bench.durable;

import java.time.Instant;

/**
 * A timer to schedule.
 *
 * @param timer its number, which is its key
 * @param at when it is due
 */
public record Due(int timer, Instant at) {}
