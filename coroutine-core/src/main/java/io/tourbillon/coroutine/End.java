package io.tourbillon.coroutine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The end of a coroutine, for those who wait for it. One who gives up says so, and then looks
 * whether the end has come; the loop completes this, and then looks whether anyone is left: so one
 * of them knows of a failure that nobody will see.
 */
final class End<T extends @Nullable Object> extends CompletableFuture<T> {
  private static final VarHandle WATCHERS;

  static {
    try {
      WATCHERS = MethodHandles.lookup().findVarHandle(End.class, "watchers", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** By atomic additions. */
  @SuppressWarnings("unused")
  private volatile int watchers;

  /** Of the scope whose child it is; written once by who spawns, read by whoever dumps. */
  volatile @Nullable Family family;

  void watch() {
    int _ = (int) WATCHERS.getAndAdd(this, 1);
  }

  void unwatch() {
    int _ = (int) WATCHERS.getAndAdd(this, -1);
  }

  boolean isWatched() {
    return watchers > 0;
  }
}
