package io.tourbillon.coroutine;

import org.jspecify.annotations.Nullable;

/**
 * Receives the events of coroutines, one call for each event. A scheduler without a listener pays
 * one test for each coroutine, and tests of one flag at each suspension.
 *
 * <p>No call is made by a loop, and none holds a lock:
 *
 * <ul>
 *   <li>The code that spawns a coroutine calls {@code spawned} and {@code rejected}. The coroutine
 *       may begin, and even end, before {@code spawned} is called.
 *   <li>The coroutine itself calls {@code begun} and {@code ended}, first and last, outside what a
 *       {@link CoroutineDecorator} puts around its body. Both take time of its turns. At {@code
 *       ended} its state is still {@code RUNNING}, and nobody who joins it has been resumed.
 *   <li>If a coroutine ends without a turn, because it is cancelled before the first one or its
 *       loop dies, another thread calls {@code ended} soon after.
 * </ul>
 *
 * <p>Implementations must be thread-safe and fast, since they hold up the caller. They may block as
 * their caller may. Exceptions that they throw are logged and otherwise ignored. Times are those of
 * the scheduler's clock, in nanoseconds.
 *
 * <p>The coroutines are all that {@link CoroutineStats} counts, also generators and other helpers.
 * Threads of {@link CoroutineScheduler#threadFactory} and timers are none; the latter have a {@link
 * io.tourbillon.timer.TimerListener}.
 */
public interface CoroutineListener {
  /** A coroutine was accepted. */
  default void spawned(Coroutine<?> coroutine) {}

  /**
   * The first turn of a coroutine has begun; called before its body.
   *
   * @param waitedNanos the time since it was spawned
   */
  default void begun(Coroutine<?> coroutine, long waitedNanos) {}

  /**
   * The body of a coroutine has ended, or the coroutine was cancelled before it could begin. Called
   * once for each coroutine that was accepted.
   *
   * @param outcome {@code DONE}, {@code FAILED} or {@code CANCELLED}
   * @param failure what the body threw, or why the coroutine failed; null if it is done, or was
   *     cancelled before it began
   * @param livedNanos the time since it was spawned
   */
  default void ended(
      Coroutine<?> coroutine,
      Coroutine.State outcome,
      @Nullable Throwable failure,
      long livedNanos) {}

  /**
   * A spawn has failed, for example because the scheduler is closed.
   *
   * @param cause what the spawning method throws after this call
   */
  default void rejected(SpawnOptions options, RuntimeException cause) {}

  /**
   * A listener that receives the turns of coroutines as well, which costs some tens of nanoseconds
   * for each. For what must be set in each turn, since it belongs to the thread that carries the
   * coroutine: labels of a profiler, or the affinity of a native library.
   *
   * <p>The coroutine itself calls both methods, within its turn. {@code begun} begins the first
   * turn and {@code ended} ends the last. A blocking call of the JDK, which on {@link
   * Engine#VIRTUAL_THREAD} frees the loop, counts as part of a turn. A coroutine may be resumed on
   * another loop, and may be suspended for no time at all. Suspensions of these methods themselves
   * are not reported.
   */
  interface OfTurns extends CoroutineListener {
    /**
     * A coroutine is about to suspend.
     *
     * @param turnNanos the time since it began or was resumed
     */
    void suspended(Coroutine<?> coroutine, long turnNanos);

    /**
     * A coroutine goes on.
     *
     * @param suspendedNanos the time since it was suspended, with that in which it waited for a
     *     turn
     */
    void resumed(Coroutine<?> coroutine, long suspendedNanos);
  }
}
