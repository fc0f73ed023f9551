package io.tourbillon.timer;

import io.tourbillon.timer.internal.Refusals;
import io.tourbillon.timer.internal.SafeText;
import io.tourbillon.timer.internal.observe.LogMessage;
import io.tourbillon.timer.internal.observe.Logging;
import io.tourbillon.timer.internal.text.Printable;
import io.tourbillon.timer.internal.watchdog.ThrottledLog;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Calls the listener and the exception handler, and catches everything that they throw. Never
 * called under a lock. Without a listener each method is one test of a final field. A call of a
 * listener allocates nothing, so that a full heap cannot make an operation fail after it has taken
 * effect.
 */
final class Events {
  private final ThrottledLog stallLog = new ThrottledLog(Logging.logger());
  private final @Nullable TimerListener listener;
  private final TimerExceptionHandler exceptionHandler;

  Events(@Nullable TimerListener listener, TimerExceptionHandler exceptionHandler) {
    this.listener = listener;
    this.exceptionHandler = exceptionHandler;
    LogMessage.load();
    Refusals.load();
  }

  boolean areHeard() {
    return listener != null;
  }

  void scheduled(long id, long deadlineNanos) {
    if (listener != null) {
      try {
        listener.scheduled(id, deadlineNanos);
      } catch (Throwable failure) {
        listenerFailed(failure);
      }
    }
  }

  void rescheduled(long id, long deadlineNanos) {
    if (listener != null) {
      try {
        listener.rescheduled(id, deadlineNanos);
      } catch (Throwable failure) {
        listenerFailed(failure);
      }
    }
  }

  void cancelled(long id) {
    if (listener != null) {
      try {
        listener.cancelled(id);
      } catch (Throwable failure) {
        listenerFailed(failure);
      }
    }
  }

  void handedBack(long id) {
    if (listener != null) {
      try {
        listener.handedBack(id);
      } catch (Throwable failure) {
        listenerFailed(failure);
      }
    }
  }

  void fired(long id, long latenessNanos) {
    if (listener != null) {
      try {
        listener.fired(id, latenessNanos);
      } catch (Throwable failure) {
        listenerFailed(failure);
      }
    }
  }

  void ran(long id, long runNanos) {
    if (listener != null) {
      try {
        listener.ran(id, runNanos);
      } catch (Throwable failure) {
        listenerFailed(failure);
      }
    }
  }

  void rejected(RejectedExecutionException cause) {
    if (listener != null) {
      try {
        listener.rejected(cause);
      } catch (Throwable failure) {
        listenerFailed(failure);
      }
    }
  }

  void paused(long nanos) {
    if (listener != null) {
      try {
        listener.paused(nanos);
      } catch (Throwable failure) {
        listenerFailed(failure);
      }
    }
  }

  void stalled(StallReport report) {
    if (listener != null) {
      try {
        listener.stalled(report);
      } catch (Throwable failure) {
        listenerFailed(failure);
      }
    } else {
      try {
        stallLog.warn(report);
      } catch (Throwable unloggable) {
        log(LogMessage.STALL_NOT_LOGGED, unloggable);
      }
    }
  }

  /** A task threw. */
  void failed(long id, Runnable task, Throwable error) {
    if (listener != null) {
      try {
        listener.failed(id, error);
      } catch (Throwable failure) {
        listenerFailed(failure);
      }
    }
    handle(task, LogMessage.FAILED, error);
  }

  /**
   * A task will not run.
   *
   * @param why the reason, for the log of the default handler; other handlers see the class of the
   *     error
   */
  void notRun(Runnable task, LogMessage why, RejectedExecutionException error) {
    handle(task, why, error);
  }

  /** If the handler fails, both failures are logged. */
  @SuppressWarnings("ReferenceEquality") // A handler may throw the very failure that it was given.
  private void handle(Runnable task, LogMessage what, Throwable error) {
    try {
      if (exceptionHandler instanceof LoggingHandler logging) {
        logging.handle(task, what, error);
      } else {
        exceptionHandler.handle(task, error);
      }
    } catch (Throwable failure) {
      log(LogMessage.HANDLER_FAILED, failure);
      if (failure != error) {
        log(LogMessage.HANDLER_NOT_TOLD, error);
      }
    }
  }

  private void listenerFailed(Throwable failure) {
    log(LogMessage.LISTENER_FAILED, failure);
  }

  /**
   * Logs a message about one task, with its name if there is memory for that.
   *
   * @param entry what stood in the wheel, or the task
   */
  void log(LogMessage what, Runnable entry, Throwable failure) {
    String text = what.text;
    try {
      text = what.text + ": " + TaskName.textOf(entry);
    } catch (OutOfMemoryError full) {
      // Without its name.
    }
    log(text, failure);
  }

  /**
   * Logs a message. A failure of the logger itself is dropped: there is no other place to report
   * it.
   */
  void log(LogMessage what, Throwable failure) {
    log(what.text, failure);
  }

  /** Nobody has closed the service, and nobody can any more: its thread has ended. */
  void dropped(String threadName) {
    try {
      String text = LogMessage.DROPPED.text + ": " + Printable.of(threadName);
      Logging.logger().log(System.Logger.Level.WARNING, text);
    } catch (Throwable unloggable) {
      // There is no other place to report it.
    }
  }

  private static void log(String text, Throwable failure) {
    try {
      Logging.logger().log(System.Logger.Level.ERROR, text, failure);
    } catch (Throwable unloggable) {
      // The driver must go on, whatever the handler of a logger throws, even the failure itself.
    }
  }

  /** The exception handler of services for which none was given. */
  enum LoggingHandler implements TimerExceptionHandler {
    INSTANCE;

    @Override
    public void handle(Runnable task, Throwable error) {
      handle(task, LogMessage.FAILED, error);
    }

    /** Logs whether the task threw or was not run, which the error alone does not show. */
    void handle(Runnable task, LogMessage what, Throwable error) {
      Logging.logger().log(System.Logger.Level.ERROR, what.text + ": " + SafeText.of(task), error);
    }
  }
}
