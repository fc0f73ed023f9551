package io.tourbillon.coroutine.sync;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.Suspension;
import org.jspecify.annotations.Nullable;

/** Names the coroutines and threads that {@link Suspension#caller} returns. */
final class Callers {
  private Callers() {}

  /** Returns a name for messages and dumps. */
  static String name(@Nullable Object caller) {
    return switch (caller) {
      case null -> "nobody";
      case Coroutine<?> coroutine -> coroutine.name() + ended(coroutine.state().isEnd());
      case Thread thread ->
          (thread.getName().isEmpty() ? "thread " + thread.threadId() : thread.getName())
              + ended(!thread.isAlive());
      default -> caller.toString();
    };
  }

  private static String ended(boolean hasEnded) {
    return hasEnded ? ", which has ended" : "";
  }
}
