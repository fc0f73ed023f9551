package io.tourbillon.timer.internal.store;

import org.jspecify.annotations.Nullable;

/**
 * Tells the owner of a shard to look at a timer, with what the table says of it now.
 *
 * @param row the timer as it is now, perhaps in another shard; null if it is dead or gone
 * @param moved whether the shard of another process has handed it over, for want of its handler
 */
public record Notice(long id, @Nullable Row row, boolean moved) {}
