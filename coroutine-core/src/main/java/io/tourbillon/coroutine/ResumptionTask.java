package io.tourbillon.coroutine;

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
   * message has come or after a cut, when no other thread reads it any more: one that wants to must
   * first have settled the outcome.
   */
  private @Nullable CoroutineTask<?> coroutine;

  ResumptionTask(CoroutineTask<?> coroutine, Object source) {
    super(source);
    this.coroutine = coroutine;
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
