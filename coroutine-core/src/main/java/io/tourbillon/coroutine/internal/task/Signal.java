package io.tourbillon.coroutine.internal.task;

import org.jspecify.annotations.Nullable;

/** Why a coroutine, or a part of it, is to end. Compared by identity. */
sealed interface Signal permits Cancellation, TimeoutScope, ChildrenScope {
  /** Who asked for it. */
  String source();

  /** Why. */
  String reason();

  /** What has been thrown that led to it, if anything was. */
  default @Nullable Throwable cause() {
    return null;
  }

  /** Code that it is for is about to see it. By the coroutine, or its loop. */
  default void raised() {}
}
