package io.tourbillon.timer.durable;

import java.sql.Connection;
import java.time.Instant;

/** A timer that fires. For one thread at a time, while its handler runs. */
public interface Firing {
  /** The name of the handler. */
  String handler();

  /** The key of the timer. */
  String key();

  /**
   * When the timer was due. Never later than now by the database's clock. After a failed attempt it
   * is the end of the pause: what needs the time that was scheduled puts it into the payload.
   */
  Instant due();

  /** What was scheduled with the timer. The array belongs to the caller. */
  byte[] payload();

  /** Which attempt it is, from 1. */
  int attempt();

  /**
   * A number that is greater for each later owner of the timer. A sink that remembers the greatest
   * fence of a key, and refuses lower ones, is safe from a process that was stopped for longer than
   * its lease and then continues.
   */
  long fence();

  /**
   * Begins a transaction that removes the timer, and returns its connection for the effects of the
   * handler. If the handler returns, the transaction is committed: effects and removal happen
   * together, exactly once. If it throws, the transaction is rolled back, and the timer fires again
   * like any other that has failed. The handler can not end the transaction: its connection refuses
   * {@code commit}, {@code rollback} and {@code setAutoCommit}, and {@code close} has no effect.
   *
   * <p>A statement that fails ends the transaction in PostgreSQL, also if the handler catches the
   * failure. A handler that wants to go on sets a savepoint before, and rolls back to it. Otherwise
   * the attempt has failed, even if the handler returns.
   *
   * <p>If the database fails to begin or to commit the transaction, the timer fires again after a
   * second, and that does not count as an attempt.
   *
   * <p>From this call on, the handler must not wait for a {@code schedule} or {@code cancel} of its
   * own timer, which waits for the transaction: both would wait until {@link
   * DurableTimers.Builder#writeLimit} is over. With SQLite this holds for all timers of the file,
   * since all other writes of it wait until the handler has returned, those of other firings in a
   * line. Within the transaction the handler can use {@link DurableTimers#schedule(Connection,
   * String, String, Instant, byte[])}, also for its own timer.
   *
   * <p>Each call returns the same connection.
   *
   * @throws DurableTimersException if the timer was cancelled or replaced, or another process has
   *     fired it; the handler should let the exception pass. Also if the database fails
   * @throws IllegalStateException if the handler has returned or thrown
   */
  Connection connection();
}
