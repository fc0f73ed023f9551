package io.tourbillon.coroutine.sync;

import io.tourbillon.coroutine.Body;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.Suspension;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Coroutines and threads, as {@link Suspension#caller} tells of them. */
final class Callers {
  private static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);

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

  /** Waits whatever happens to the caller, which sees a cancellation or an interrupt later. */
  static void awaitShielded(
      Object what, Consumer<? super Resumption<@Nullable Void>> registration) {
    if (Suspension.caller() instanceof Coroutine<?>) {
      Coroutines.shield(
          FOREVER, Body.of(() -> Suspension.<@Nullable Void>await(what, registration)));
      return;
    }
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try {
          Suspension.<@Nullable Void>await(what, registration);
          return;
        } catch (CancellationException interrupt) {
          interrupted |= Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
