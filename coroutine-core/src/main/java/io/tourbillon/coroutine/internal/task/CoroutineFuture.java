package io.tourbillon.coroutine.internal.task;

import io.tourbillon.coroutine.Awaited;
import io.tourbillon.coroutine.internal.observe.LoopCounts.Count;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A future of a coroutine. Cancelling it cancels the coroutine. */
final class CoroutineFuture<T extends @Nullable Object> extends CompletableFuture<T>
    implements Awaited {
  private final JoinableCoroutine<T> coroutine;

  CoroutineFuture(JoinableCoroutine<T> coroutine) {
    this.coroutine = coroutine;
  }

  /**
   * Refuses a wait that would never end.
   *
   * @throws IllegalStateException if this is the future of the calling coroutine
   */
  void requireJoinable() {
    coroutine.requireJoinable();
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean cancelled = super.cancel(mayInterruptIfRunning);
    if (cancelled) {
      coroutine.cancel(Count.CANCELLED_BY_FUTURE, "its future was cancelled", CurrentLoop.whoAmI());
    }
    return cancelled;
  }

  @Override
  public List<?> holders() {
    return isDone() ? List.of() : List.of(coroutine);
  }

  @Override
  public String toString() {
    return "the future of " + coroutine;
  }

  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return new CompletableFuture<>();
  }
}
