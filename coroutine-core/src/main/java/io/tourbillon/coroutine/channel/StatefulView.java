package io.tourbillon.coroutine.channel;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A view that keeps something from one receive to the next, such as a value without a partner. For
 * one receiver at a time; what it keeps is there for the next one, also if a receiver gives up.
 */
abstract class StatefulView<T> extends SourceView<T> {
  /** True while a receiver uses the fields of the view, or a cancel does. */
  private final AtomicBoolean inUse = new AtomicBoolean();

  /** Written by any thread before it reads {@link #inUse}, and read by a receiver after that. */
  private volatile boolean cancelled;

  /** Gives up what it keeps. Called by the one who uses it, after a cancel. */
  abstract void dropHeld();

  @Override
  final void begin() {
    super.begin();
    if (!inUse.compareAndSet(false, true)) {
      super.end();
      throw new IllegalStateException("a view must have one receiver at a time: " + this);
    }
  }

  @Override
  final void end() {
    inUse.set(false);
    super.end();
    dropIfCancelled();
  }

  /**
   * The receiver that has ended, and the thread that cancels, each try, so one of them succeeds.
   */
  private void dropIfCancelled() {
    if (cancelled && inUse.compareAndSet(false, true)) {
      try {
        dropHeld();
      } finally {
        inUse.set(false);
      }
    }
  }

  @Override
  public final void cancel(@Nullable Throwable cause) {
    cancelled = true;
    super.cancel(cause);
    dropIfCancelled();
  }
}
