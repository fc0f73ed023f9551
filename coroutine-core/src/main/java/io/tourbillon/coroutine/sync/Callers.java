package io.tourbillon.coroutine.sync;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.Suspension;
import org.jspecify.annotations.Nullable;

/** Coroutines and threads, as {@link Suspension#caller} tells of them. */
final class Callers {
  private Callers() {}

  /** A name for errors and dumps. */
  static String name(@Nullable Object caller) {
    return switch (caller) {
      case null -> "nobody";
      case Coroutine<?> coroutine -> coroutine.name() + hasEnded(coroutine.state().isEnd());
      case Thread thread ->
          (thread.getName().isEmpty() ? "thread " + thread.threadId() : thread.getName())
              + hasEnded(!thread.isAlive());
      default -> caller.toString();
    };
  }

  private static String hasEnded(boolean ended) {
    return ended ? ", which has ended" : "";
  }
}
