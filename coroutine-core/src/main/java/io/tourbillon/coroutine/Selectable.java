package io.tourbillon.coroutine;

import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something that a caller takes, or waits for until it can: a lock, a permit, a tick, the moment at
 * which an event is set. A {@code Select} waits for the first of several of them, besides channels.
 * The synchronizers of this library offer them by methods such as {@code Mutex.onLock}; authors of
 * other primitives may as well.
 *
 * <p>Thread-safe: coroutines and threads may wait for the same object at the same time. The text of
 * {@link Object#toString} says what a waiter waits for, such as "locking mutex-1".
 *
 * <p>An implementation keeps three rules, so that nothing is lost and nothing is taken twice. It
 * gives something away only if {@link Resumption#resume} has returned true, and otherwise to the
 * next waiter. It tries and adds the waiter as one step, so that no grant falls between the two.
 * And {@link Suspension.Registration#remove} serves those who waited behind the one that leaves.
 *
 * @param <T> what is taken
 */
public interface Selectable<T> extends Awaited {
  /**
   * Takes it if it can be had at once. Never waits.
   *
   * @return what was taken; null if the caller would have to wait
   * @throws IllegalStateException if the caller must not wait for it, such as the holder of a mutex
   *     for that mutex
   */
  @Nullable T tryTake();

  /**
   * Gives it to the caller as soon as it can be had, which may be during this call.
   *
   * @param taken gets it, or null if the caller should try again. The primitive may call it under
   *     its lock. {@link Resumption#onCancel} is of no use here, since the caller removes the
   *     registration
   * @return removes the waiter. The caller does that in any case, also after it was served
   * @throws IllegalStateException as for {@link #tryTake}
   */
  Suspension.Registration enrol(Resumption<@Nullable T> taken);

  /**
   * Gives back what was taken: unlocks, releases. Called by the one who has taken it. Does nothing
   * if there is nothing to give back, as after a tick.
   */
  default void giveBack(T taken) {}

  /**
   * Returns after how many nanoseconds, by {@link Suspension#clock}, the caller should try again
   * even if nobody has told it. For what becomes available by the passing of time.
   *
   * @return {@link Long#MAX_VALUE} if time alone changes nothing
   */
  default long nanosToNextTry() {
    return Long.MAX_VALUE;
  }

  /** Nobody in particular, unless the primitive knows who holds it. */
  @Override
  default Collection<?> holders() {
    return List.of();
  }
}
