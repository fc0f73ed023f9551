package io.tourbillon.coroutine.internal.engine;

import io.tourbillon.timer.internal.IndependentThread;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Runs code that must not run on an event loop. */
public final class Scheduling {
  private Scheduling() {}

  /**
   * Runs work on a platform thread that is no loop, and waits for it. A virtual thread that is made
   * by another gets the scheduler of that one; threads that the JDK makes for the whole process
   * must not get a loop as their scheduler.
   */
  public static <T> T byDefault(Supplier<T> work) {
    Thread caller = Thread.currentThread();
    if (!caller.isVirtual() && !(caller instanceof LoopThread)) {
      return work.get();
    }
    CompletableFuture<T> made = new CompletableFuture<>();
    IndependentThread.daemon(
            "tourbillon-helper",
            () -> {
              try {
                made.complete(work.get());
              } catch (Throwable failure) {
                made.completeExceptionally(failure);
              }
            })
        .start();
    return made.join();
  }

  /** Initialises a class of the JDK, so that it starts its threads on the JDK's own scheduler. */
  static void initialise(String className) {
    Class<?> _ =
        byDefault(
            () -> {
              try {
                return Class.forName(className);
              } catch (ClassNotFoundException another) {
                throw new IllegalStateException(
                    "the JDK must have the class " + className + ", as 25 has", another);
              }
            });
  }
}
