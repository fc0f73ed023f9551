package io.tourbillon.coroutine;

/** Why a coroutine, or a part of it, is to end. Compared by identity. */
sealed interface Signal permits Cancellation, TimeoutScope {
  /** Who asked for it. */
  String source();

  /** Why. */
  String reason();
}
