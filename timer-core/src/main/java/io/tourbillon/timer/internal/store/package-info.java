/**
 * The tables of durable timers, in SQLite and in PostgreSQL. No timer here, and no thread but those
 * that open connections: each method of a {@link io.tourbillon.timer.internal.store.StoreSession}
 * is one statement or one transaction.
 *
 * <h2>Tables</h2>
 *
 * <ul>
 *   <li><b>timers</b>: a row for each timer, by handler and key. Its {@code version} is a random
 *       number that every write renews, so that the end of a firing removes what has fired and not
 *       what has replaced it. Its {@code shard} is one that the writing node owned, or one of a
 *       node that has the handler; a replacement may move it. {@code written} is when a user wrote
 *       it last, by the database's clock.
 *   <li><b>shards</b>: who owns each, and the epoch of the owner. A node loads and fires the timers
 *       of its shards only. {@code owned_until} is when the owner before it gave it back, or when
 *       the lease of that ended: since then, nobody has fired its timers.
 *   <li><b>nodes</b>: until when the lease of each node lasts, by the database's clock. The shards
 *       of a node whose lease is over are free for others.
 *   <li><b>handlers</b>: the names of the handlers of each node.
 *   <li><b>notices</b>: keys at which the owner of a shard is to look. Who writes into the shard of
 *       another node, or in the transaction of a caller, leaves one.
 *   <li><b>batches</b>, in PostgreSQL: the number of the last transaction of each writer, and which
 *       of its cancels have found something. After a connection broke it tells whether the
 *       transaction was committed, and keeps one that was not from being committed later.
 * </ul>
 */
@NullMarked
package io.tourbillon.timer.internal.store;

import org.jspecify.annotations.NullMarked;
