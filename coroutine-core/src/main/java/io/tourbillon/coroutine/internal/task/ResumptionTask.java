package io.tourbillon.coroutine.internal.task;

import io.tourbillon.coroutine.internal.loop.Message;
import org.jspecify.annotations.Nullable;

/**
 * One suspension of a coroutine that a callback ends. When settled, it goes to the loop as a
 * message, which makes the coroutine ready. Only the loop, or the coroutine while it has the turn,
 * cuts it.
 */
non-sealed class ResumptionTask<T extends @Nullable Object> extends Settlement<T>
    implements Message {
  private static final byte HOME = -1;

  /**
   * The coroutine; cleared on the loop when the suspension is over, so that a kept resumption does
   * not keep it reachable. A thread that reads null has not settled the outcome, and can no longer
   * do so.
   */
  private @Nullable SuspendingCoroutine<?> coroutine;

  /**
   * Whether the coroutine is inside a shield. Then only the coroutine can decide whether a
   * cancellation must wait.
   */
  private final boolean shielded;

  /**
   * The number of the loop on which it was settled, plus 1; {@link #HOME} for the coroutine's own;
   * 0 if that is none, or does not matter. Written by the thread that settles, before it sends the
   * message. A byte, since the object then has 32 bytes.
   */
  private byte settledBy;

  ResumptionTask(SuspendingCoroutine<?> coroutine, Object source) {
    super(source);
    this.coroutine = coroutine;
    shielded = CancelScope.Shield.isAround(coroutine.scope());
  }

  /**
   * Returns whether the coroutine was cancelled by a call that has returned. What the cancelling
   * thread does next, such as sending a value, must not reach the coroutine, although its loop may
   * not know of the cancellation yet. This does not hold for a settlement by the coroutine itself,
   * during its registration: it already owns the value.
   */
  @Override
  boolean isOverruled() {
    SuspendingCoroutine<?> waiter = coroutine;
    return waiter != null
        && !shielded
        && waiter.cancellation() != null
        && CurrentLoop.coroutine() != waiter;
  }

  @Override
  final void wake() {
    SuspendingCoroutine<?> waiter = coroutine;
    if (waiter != null) { // Else it has seen the outcome already.
      waiter.resume(this);
    }
  }

  /** Notes that it was settled on the coroutine's own loop. */
  final void settledAtHome() {
    settledBy = HOME;
  }

  final boolean isSettledAtHome() {
    return settledBy == HOME;
  }

  /** Notes the loop on which it was settled, which is not that of the coroutine. */
  final void settledOn(CoroutineLoop other) {
    settledBy = (byte) (other.number() + 1);
  }

  /** Returns the number of the other loop on which it was settled; -1 if there is none. */
  final int attractor() {
    return Math.max(settledBy, 0) - 1;
  }

  /** Makes the coroutine ready. Called by the loop. */
  @Override
  public final void run() {
    if (coroutine instanceof CoroutineTask<?> resumed) {
      letGo();
      resumed.settled(this);
    }
  }

  @Override
  final void letGo() {
    super.letGo();
    coroutine = null;
  }
}
