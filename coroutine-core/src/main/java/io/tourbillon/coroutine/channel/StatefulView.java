package io.tourbillon.coroutine.channel;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A view that keeps something from one receive to the next, such as a value without a partner. For
 * one receiver at a time; what it keeps is there for the next one, also if a receiver gives up.
 */
abstract class StatefulView<T> extends SourceView<T> {
  /** Who uses the fields of the view. */
  private enum User {
    NONE,
    RECEIVER,
    /** For some instructions, in which what is kept is taken out. Runs no code of users. */
    CANCEL
  }

  private final AtomicReference<User> user = new AtomicReference<>(User.NONE);

  /** Written by any thread before it reads {@link #user}, and read by a receiver after that. */
  private volatile boolean cancelled;

  /**
   * Takes out what it keeps. Called by the one who uses it, after a cancel.
   *
   * @return gives it up, which may run code of users
   */
  abstract Runnable takeHeld();

  /** Gives up what it keeps. Called by a receiver. */
  final void dropHeld() {
    takeHeld().run();
  }

  @Override
  final void begin() {
    super.begin();
    while (!user.compareAndSet(User.NONE, User.RECEIVER)) {
      if (user.get() == User.RECEIVER) {
        super.end();
        throw new IllegalStateException("a view must have one receiver at a time: " + this);
      }
      Thread.onSpinWait();
    }
  }

  @Override
  final void end() {
    user.set(User.NONE);
    super.end();
    dropIfCancelled();
  }

  /**
   * The receiver that has ended, and the thread that cancels, each try, so one of them succeeds.
   */
  private void dropIfCancelled() {
    if (cancelled && user.compareAndSet(User.NONE, User.CANCEL)) {
      Runnable held;
      try {
        held = takeHeld();
      } finally {
        user.set(User.NONE);
      }
      held.run();
    }
  }

  @Override
  public final void cancel(@Nullable Throwable cause) {
    cancelled = true;
    super.cancel(cause);
    dropIfCancelled();
  }
}
