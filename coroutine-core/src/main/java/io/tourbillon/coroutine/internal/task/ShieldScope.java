package io.tourbillon.coroutine.internal.task;

import org.jspecify.annotations.Nullable;

/** Puts off signals from outside until a grace is over, so that code can clean up. */
final class ShieldScope extends Scope {
  private final long enteredNanos;
  private final long graceNanos;

  /**
   * @param enteredNanos in elapsed time; the grace of a signal that came before begins then
   */
  ShieldScope(@Nullable Scope outer, long enteredNanos, long graceNanos) {
    super(outer);
    this.enteredNanos = enteredNanos;
    this.graceNanos = Math.max(0, graceNanos);
  }

  /** Whether there is one among these scopes. */
  static boolean isAround(@Nullable Scope innermost) {
    for (Scope scope = innermost; scope != null; scope = scope.outer) {
      if (scope instanceof ShieldScope) {
        return true;
      }
    }
    return false;
  }

  @Override
  long strikeNanosInside(@Nullable Cancellation cancellation) {
    long strikeNanos = strikeNanos(outer, cancellation);
    if (strikeNanos == NEVER) {
      return NEVER;
    }
    long endNanos = Math.max(strikeNanos, enteredNanos) + graceNanos;
    return endNanos < 0 ? NEVER : endNanos;
  }

  @Override
  @Nullable Signal signalInside(@Nullable Cancellation cancellation) {
    return signal(outer, cancellation);
  }
}
