/**
 * Channels, which hand values from coroutines and threads to others, and {@link
 * io.tourbillon.coroutine.channel.Select}, which waits for the first of several things.
 *
 * <pre>
 *   Source, Sink ─ Channel ── the receiving side, the sending side, and both
 *     LockedChannel ───────── the lock, and how callers wait; ChannelIterator
 *       Handover ──────────── the buffer, and the waiters at its two ends
 *         Waiters ─────────── senders or receivers in arrival order, each a Resumption
 *   Production ────────────── a coroutine that fills a channel, for {@code Channel.produce}
 *   Completions ───────────── coroutines as they end, for {@code Channel.asCompleted}
 *   Select ─── SelectCase ─── one Resumption of the select, among the waiters of several channels
 *     SelectWait ──────────── one attempt, under the SelectLocks of all channels
 *     Selectable ──────────── what else can be a case: the locks and ticks of package sync
 *   SourceView ────────────── a source without a queue: the receiver polls, and maps or drops
 *     StatefulView ────────── one that keeps values between receives, for one receiver at a time
 * </pre>
 *
 * <p>A view waits by a select. Its cases are those of the channels at the bottom; what one of them
 * receives becomes a step, which the receiver runs without locks: functions of users, and changes
 * of what a view keeps. If a step has no result, the select tries again.
 *
 * <p>{@link io.tourbillon.coroutine.Resumption#resume} decides between a value and a receiver that
 * gives up: a value goes to a waiter only if that method returns true, and otherwise to the next
 * one. So no value is lost to a cancellation or a timeout that comes at the same moment, and none
 * is received twice.
 */
@NullMarked
package io.tourbillon.coroutine.channel;

import org.jspecify.annotations.NullMarked;
