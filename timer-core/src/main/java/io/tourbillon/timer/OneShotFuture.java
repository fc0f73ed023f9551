package io.tourbillon.timer;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** A task of a view that runs once. */
class OneShotFuture<V extends @Nullable Object> extends ViewFuture<V> {
  /** For whom the task runs. */
  enum Purpose {
    /** For the caller, who holds the future. */
    FUTURE,
    /** For {@code execute}: no caller holds the future, unless shutdownNow returns it. */
    COMMAND,
    /** For {@code invokeAll} or {@code invokeAny}, which wait for it inside. */
    INVOKED
  }

  private final Purpose purpose;

  OneShotFuture(OrderedExecutor view, Purpose purpose, Runnable task, V result, long delayNanos) {
    super(view, task, result, delayNanos);
    this.purpose = purpose;
  }

  OneShotFuture(OrderedExecutor view, Purpose purpose, Callable<V> task, long delayNanos) {
    super(view, task, delayNanos);
    this.purpose = purpose;
  }

  @Override
  boolean reportsFailure() {
    return purpose == Purpose.COMMAND;
  }

  @Override
  public boolean isPeriodic() {
    return false;
  }

  @Override
  boolean handBack() {
    boolean handedBack = super.handBack();
    if (handedBack && purpose == Purpose.INVOKED) {
      // The threads that wait in invokeAll or invokeAny cannot run what shutdownNow returns.
      cancel(false);
    }
    return handedBack;
  }
}
