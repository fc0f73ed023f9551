package io.tourbillon.timer.internal.store;

import org.jspecify.annotations.Nullable;

/**
 * Tells the owner of a shard to look at a timer, with what the table says of it now.
 *
 * @param stored the timer as it is now, perhaps in another shard; null if it is dead or gone
 */
public record Notice(long id, @Nullable Stored stored) {}
