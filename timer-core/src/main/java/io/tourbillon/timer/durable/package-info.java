/**
 * Timers that survive the process, and that several processes share: {@link
 * io.tourbillon.timer.durable.DurableTimers}, on SQLite or PostgreSQL.
 *
 * <h2>The life of a durable timer</h2>
 *
 * <ol>
 *   <li><b>schedule</b>: {@code DurableNode} checks the arguments. {@code Changes} picks a shard of
 *       this process, or one of a process that has the handler. {@code GroupWriter} writes the row,
 *       many in a transaction.
 *   <li><b>load</b>: if it is due before the horizon of its shard, the writer hands it to {@code
 *       NearTimers} when it is committed. If not, the {@code Keeper} loads it when the horizon
 *       comes near.
 *   <li><b>due</b>: a timer of the {@code TimerService} hands it to {@code Firings}, which checks a
 *       batch in the table and starts {@code Attempts} of those that are still there. What this
 *       process has no handler for goes {@code Elsewhere}.
 *   <li><b>end</b>: the writer removes the row, or keeps it for another attempt or as dead. It
 *       leaves what has been replaced meanwhile, and what has another owner.
 * </ol>
 *
 * <p>Three threads have a connection each: the writer, the firings and the {@code Keeper}, which
 * also renews the lease through {@code Membership}. A fourth looks for connections that hang.
 *
 * <p>What several processes do at once is decided in the tables alone, see {@code
 * io.tourbillon.timer.internal.store}, and how changes are grouped and repeated in {@code
 * io.tourbillon.timer.internal.writer}. The memory of a process may be out of date at any time: a
 * check precedes each firing, and a sweep finds what memory has missed.
 */
@NullMarked
package io.tourbillon.timer.durable;

import org.jspecify.annotations.NullMarked;
