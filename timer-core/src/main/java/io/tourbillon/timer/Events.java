package io.tourbillon.timer;

import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells the listener and the exception handler, and keeps what they throw from doing harm. Never
 * called under a lock. Without a listener each method is one test of a final field.
 */
final class Events {
  private static final System.Logger LOGGER = System.getLogger("io.tourbillon.timer");

  private final @Nullable TimerListener listener;
  private final TimerExceptionHandler exceptionHandler;

  Events(@Nullable TimerListener listener, TimerExceptionHandler exceptionHandler) {
    this.listener = listener;
    this.exceptionHandler = exceptionHandler;
  }

  boolean areHeard() {
    return listener != null;
  }

  void scheduled(long id, long deadlineNanos) {
    if (listener != null) {
      tell(to -> to.scheduled(id, deadlineNanos));
    }
  }

  void rescheduled(long id, long deadlineNanos) {
    if (listener != null) {
      tell(to -> to.rescheduled(id, deadlineNanos));
    }
  }

  void cancelled(long id) {
    if (listener != null) {
      tell(to -> to.cancelled(id));
    }
  }

  void handedBack(long id) {
    tell(to -> to.handedBack(id));
  }

  void fired(long id, long latenessNanos) {
    tell(to -> to.fired(id, latenessNanos));
  }

  void ran(long id, long runNanos) {
    tell(to -> to.ran(id, runNanos));
  }

  void rejected(RejectedExecutionException cause) {
    tell(to -> to.rejected(cause));
  }

  void paused(long nanos) {
    tell(to -> to.paused(nanos));
  }

  void stalled(StallReport report) {
    if (listener != null) {
      tell(to -> to.stalled(report));
    } else {
      try {
        LOGGER.log(System.Logger.Level.WARNING, report::toString);
      } catch (Throwable unloggable) {
        log("a stalled driver could not be logged", unloggable);
      }
    }
  }

  /** A task threw. */
  void failed(long id, Runnable task, Throwable error) {
    tell(to -> to.failed(id, error));
    notRun(task, error);
  }

  /** A task threw, or will not run. */
  void notRun(Runnable task, Throwable error) {
    try {
      exceptionHandler.handle(task, error);
    } catch (Throwable failure) {
      log("the exception handler failed", failure);
    }
  }

  /** Logs, and lets a logger that fails have its way: nobody is left to be told of it. */
  void log(String what, Throwable failure) {
    try {
      LOGGER.log(System.Logger.Level.ERROR, what, failure);
    } catch (Throwable unloggable) {
      failure.addSuppressed(unloggable);
    }
  }

  private void tell(Consumer<TimerListener> event) {
    if (listener != null) {
      try {
        event.accept(listener);
      } catch (Throwable failure) {
        log("a timer listener failed", failure);
      }
    }
  }
}
