package io.tourbillon.coroutine.internal.engine;

import io.tourbillon.timer.internal.IndependentThread;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Keeps apart what must not run on our loops. */
public final class Scheduling {
  private Scheduling() {}

  /**
   * Does it on a platform thread that is no loop: virtual threads that are made by a virtual thread
   * get the scheduler of that one, and those that the JDK makes for the whole process must not get
   * ours.
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

  /** Has a class of the JDK start the threads that it needs, by the JDK's own scheduler. */
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
