/**
 * What coroutines and threads hand over to each other: {@link
 * io.tourbillon.coroutine.channel.Channel}, and {@link io.tourbillon.coroutine.channel.Select} for
 * whoever waits for one of several things.
 *
 * <pre>
 *   Channel ── LockedChannel ── the lock, and how one waits; ChannelIterator
 *                Handover ───── the buffer, and who waits at its two ends
 *                Waiters ────── senders or receivers in a row, each a Resumption
 *   Production ── a coroutine that fills a channel, for {@code Channel.produce}
 *   Select ─── Case ─────────── one Resumption of the select, in the rows of several channels
 * </pre>
 *
 * <p>Who takes a value, and who gives up, is decided by {@link
 * io.tourbillon.coroutine.Resumption#resume}: a value goes to a waiter only if that says so, and
 * otherwise to the next. So none is lost to a cancellation or a timeout that comes just then, and
 * none is taken twice.
 */
@NullMarked
package io.tourbillon.coroutine.channel;

import org.jspecify.annotations.NullMarked;
