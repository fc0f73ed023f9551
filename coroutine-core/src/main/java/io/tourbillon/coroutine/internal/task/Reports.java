package io.tourbillon.coroutine.internal.task;

import io.tourbillon.coroutine.CoroutineExceptionHandler;
import io.tourbillon.coroutine.LoopStall;
import io.tourbillon.coroutine.OrderlyEnd;
import io.tourbillon.coroutine.RealTimeWait;
import io.tourbillon.coroutine.internal.observe.FlightRecorder;
import io.tourbillon.coroutine.internal.observe.LoopStallEvent;
import io.tourbillon.timer.internal.IndependentThread;
import io.tourbillon.timer.internal.SafeText;
import io.tourbillon.timer.internal.text.Printable;
import io.tourbillon.timer.internal.watchdog.Watchdog;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reports to handlers of users and to the log what went wrong on the loops of a scheduler.
 * Exceptions of handlers are logged. Called by {@code LoopEngine.report}, where code of users may
 * run, and by watchdogs.
 */
public final class Reports {
  private static final System.Logger LOG = System.getLogger("io.tourbillon.coroutine");

  private final CoroutineExceptionHandler exceptionHandler;
  private final @Nullable Duration watchdogBound;
  private final Consumer<? super LoopStall> stallHandler;
  private final Consumer<? super RealTimeWait> realTimeWaitHandler;

  /**
   * Creates reports to these handlers.
   *
   * @param watchdogBound the limit of the watchdogs; null for none
   */
  public Reports(
      CoroutineExceptionHandler exceptionHandler,
      @Nullable Duration watchdogBound,
      Consumer<? super LoopStall> stallHandler,
      Consumer<? super RealTimeWait> realTimeWaitHandler) {
    this.exceptionHandler = exceptionHandler;
    this.watchdogBound = watchdogBound;
    this.stallHandler = stallHandler;
    this.realTimeWaitHandler = realTimeWaitHandler;
  }

  /** Starts a watchdog over the thread of a loop; returns null if the user wants none. */
  @Nullable Watchdog<LoopStall> newWatchdog(CoroutineLoop loop, Thread thread) {
    Duration bound = watchdogBound;
    if (bound == null) {
      return null;
    }
    Watchdog<LoopStall> watchdog =
        new Watchdog<>(bound.toNanos(), loop::look, stall -> stalled(loop, stall));
    watchdog.start(IndependentThread.daemon(loop.name() + "-watchdog", watchdog), thread);
    return watchdog;
  }

  private void stalled(CoroutineLoop loop, LoopStall stall) {
    loop.stalled();
    if (FlightRecorder.takesLoopStalls()) {
      LoopStallEvent.record(
          stall.loop(), stall.coroutine().orElse(null), stall.heldNanos(), stall.stack());
    }
    try {
      stallHandler.accept(stall);
    } catch (Throwable thrown) {
      LOG.log(Level.ERROR, "the stall handler has thrown", thrown);
    }
  }

  /** Reports a failure that no code has seen, unless it is an orderly end. */
  void uncaught(SuspendingCoroutine<?> coroutine, Throwable failure) {
    if (isOrderly(failure)) {
      return;
    }
    try {
      exceptionHandler.handle(coroutine, failure);
    } catch (Throwable thrown) {
      LOG.log(Level.ERROR, "the exception handler has thrown", thrown);
    }
  }

  /**
   * Returns whether a failure is an orderly end. Calls code of users; if that throws, the failure
   * must be reported.
   */
  private static boolean isOrderly(Throwable failure) {
    try {
      return failure instanceof OrderlyEnd end && end.isOrderly();
    } catch (Throwable broken) {
      return false;
    }
  }

  /**
   * Reports a coroutine, or another virtual thread, that waits by the system's clock instead of the
   * scheduler's.
   */
  void waitsInRealTime(CoroutineLoop loop, @Nullable CoroutineTask<?> coroutine) {
    Thread thread = coroutine == null ? null : coroutine.thread();
    RealTimeWait wait =
        new RealTimeWait(
            loop.name(),
            coroutine == null ? Optional.empty() : Optional.of(coroutine.name()),
            thread == null ? List.of() : Arrays.asList(thread.getStackTrace()));
    try {
      realTimeWaitHandler.accept(wait);
    } catch (Throwable thrown) {
      LOG.log(Level.ERROR, "the handler of waits in real time has thrown", thrown);
    }
  }

  /** Logs a scope that a coroutine left open. */
  void leftOpen(ScopedCoroutine<?> coroutine, CancelScope.LeftOpen how) {
    LOG.log(
        Level.WARNING,
        Printable.of(coroutine.name())
            + switch (how) {
              case BY_ITS_END -> " has ended without closing a scope that it has opened";
              case BY_A_PART ->
                  " has left a timeout, shield or CoroutineLocal.where without closing a scope that"
                      + " it has opened there";
            }
            + "; its children are cancelled");
  }

  /** Logs an exception of a turn or of a task of the loop. */
  void taskFailed(CoroutineLoop loop, Object task, Throwable failure) {
    LOG.log(Level.ERROR, Printable.of(loop + ": a task has thrown: ") + SafeText.of(task), failure);
  }

  /** Logs that no thread could be started for messages that came after the end of a loop. */
  void notRevived(CoroutineLoop loop, Throwable failure) {
    LOG.log(
        Level.ERROR,
        Printable.of(loop.name())
            + ": messages that came after its end wait, as no thread could be started for them",
        failure);
  }

  /** Logs that a loop has died. */
  void loopDied(CoroutineLoop loop, Throwable failure) {
    String message =
        Printable.of(loop.name()) + " has died, and its coroutines fail: " + loop.live();
    // In another thread, since a logger takes locks that coroutines of the loop may hold.
    IndependentThread.daemon(loop.name() + "-report", () -> LOG.log(Level.ERROR, message, failure))
        .start();
  }
}
