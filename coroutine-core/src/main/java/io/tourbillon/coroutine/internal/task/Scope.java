package io.tourbillon.coroutine.internal.task;

import org.jspecify.annotations.Nullable;

/**
 * A stretch of a coroutine's code within which signals are raised by rules of its own: earlier, for
 * the limit of a timeout or the failure of a child, or later, for the grace of a shield. Scopes of
 * a coroutine are a stack; only the coroutine itself, and its loop while it is suspended, look at
 * them.
 *
 * <p>A cancellation is a deadline like any other, the time at which it was asked for; so the one
 * question is from when on suspension points raise a signal, and whose. Asking again at every
 * suspension point makes it level-triggered.
 */
abstract sealed class Scope permits TimeoutScope, ShieldScope, ChildrenScope, LocalScope {
  /** No signal will be raised. */
  static final long NEVER = Long.MAX_VALUE;

  /** The one around it, or null for the whole coroutine. */
  final @Nullable Scope outer;

  Scope(@Nullable Scope outer) {
    this.outer = outer;
  }

  /**
   * From when on suspension points inside a scope raise a signal, in elapsed time.
   *
   * @param scope null for the whole coroutine
   * @param cancellation of the whole coroutine, or null
   */
  static long strikeNanos(@Nullable Scope scope, @Nullable Cancellation cancellation) {
    if (scope != null) {
      return scope.strikeNanosInside(cancellation);
    }
    return cancellation == null ? NEVER : cancellation.elapsedNanos;
  }

  /** Whose signal that is, or null if there is none. */
  static @Nullable Signal signal(@Nullable Scope scope, @Nullable Cancellation cancellation) {
    return scope == null ? cancellation : scope.signalInside(cancellation);
  }

  abstract long strikeNanosInside(@Nullable Cancellation cancellation);

  abstract @Nullable Signal signalInside(@Nullable Cancellation cancellation);
}
