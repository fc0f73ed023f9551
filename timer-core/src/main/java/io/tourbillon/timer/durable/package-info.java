/**
 * Timers that survive the process, and that several processes share: {@link
 * io.tourbillon.timer.durable.DurableTimers}, on SQLite or PostgreSQL.
 *
 * <p><b>Not finished.</b> A database that is away for long, a heap that is full while a firing
 * ends, and locks that others hold for long can still leave a future without an end or a timer late
 * until the next start.
 *
 * <h2>The life of a durable timer</h2>
 *
 * <ol>
 *   <li><b>schedule</b>: {@code DurableNode} checks the arguments and picks one of the shards that
 *       this process owns. {@code GroupWriter} writes the row, many in a transaction.
 *   <li><b>load</b>: if it is due before the horizon of its shard, the writer hands it to {@code
 *       NearTimers} when it is committed. If not, the {@code Keeper} loads it when the horizon
 *       comes near.
 *   <li><b>due</b>: a timer of the {@code TimerService} hands it to {@code Firings}, which checks a
 *       batch in the table and starts the handlers of those that are still there.
 *   <li><b>end</b>: the writer removes the row, or keeps it for another attempt or as dead. It
 *       leaves what has been replaced meanwhile, and what has another owner.
 * </ol>
 *
 * <p>What several processes do at once is decided in the tables alone, see {@code
 * io.tourbillon.timer.internal.store}. The memory of a process may be out of date at any time: a
 * check precedes each firing, and a sweep finds what memory has missed.
 */
@NullMarked
package io.tourbillon.timer.durable;

import org.jspecify.annotations.NullMarked;
