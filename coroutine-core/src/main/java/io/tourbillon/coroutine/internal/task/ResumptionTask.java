package io.tourbillon.coroutine.internal.task;

import io.tourbillon.coroutine.internal.loop.Message;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One suspension of a coroutine that a callback ends. When it is settled it goes to the loop as a
 * message, by which the coroutine gets its turn; it is cut by the loop, or by the coroutine while
 * it has the turn.
 */
non-sealed class ResumptionTask<T extends @Nullable Object> extends Settlement<T>
    implements Message {
  /**
   * Not final, as a resumption that is over lets the coroutine go. Cleared on the loop when the
   * message has come or after a cut; a thread that reads it then has not settled the outcome, and
   * can not any more.
   */
  private @Nullable CoroutineTask<?> coroutine;

  /** Whether a cancellation may have to wait, which is the coroutine's to find out. */
  private final boolean shielded;

  ResumptionTask(CoroutineTask<?> coroutine, Object source) {
    super(source);
    this.coroutine = coroutine;
    shielded = CancelScope.Shield.isAround(coroutine.scope());
  }

  /**
   * A cancel that has returned comes before what the same thread does next, such as to send a
   * value: the coroutine's own loop may learn of it later than its channel does. What the coroutine
   * itself settles, while it registers, is not concerned: it has what it takes there. If the
   * coroutine is gone it is settled, and this does not matter.
   */
  @Override
  boolean isOverruled() {
    CoroutineTask<?> waiter = coroutine;
    return waiter != null
        && !shielded
        && waiter.cancellation() != null
        && CurrentLoop.coroutine() != waiter;
  }

  @Override
  final void wake() {
    Objects.requireNonNull(coroutine, "it is let go by whoever settles").loop.tell(this);
  }

  /** Brings the turn. By the loop. */
  @Override
  public final void run() {
    CoroutineTask<?> resumed = coroutine;
    if (resumed != null) {
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
