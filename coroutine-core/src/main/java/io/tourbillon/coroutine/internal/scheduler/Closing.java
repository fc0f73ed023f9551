package io.tourbillon.coroutine.internal.scheduler;

import io.tourbillon.coroutine.CoroutineDump;
import io.tourbillon.coroutine.internal.dump.DumpSnapshot;
import io.tourbillon.coroutine.internal.engine.Interrupts;
import io.tourbillon.coroutine.internal.loop.Uninterruptibly;
import io.tourbillon.coroutine.internal.observe.LoopCounts.Count;
import io.tourbillon.coroutine.internal.task.CoroutineLoop;
import io.tourbillon.coroutine.internal.task.CurrentLoop;
import io.tourbillon.coroutine.internal.task.SuspendingCoroutine;
import io.tourbillon.timer.internal.TickScale;
import io.tourbillon.timer.internal.text.Measured;
import io.tourbillon.timer.internal.text.Printable;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.StringJoiner;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The close of a scheduler: refuses new coroutines from outside, waits for the coroutines and what
 * they spawn, cancels those that do not end, and logs the names of those that do not end then
 * either. Thread-safe.
 */
final class Closing {
  private static final System.Logger LOG = System.getLogger("io.tourbillon.coroutine");

  /** The number of coroutines that a log message names. */
  private static final int MOST_NAMES = 20;

  /** How long to wait for cancelled coroutines after the last of them that ended. */
  private static final Duration CLEAN_UP = Duration.ofSeconds(1);

  private final LoopScheduler scheduler;
  private final List<CoroutineLoop> loops;

  /** The longest wait of {@link #close()}; null for no limit. */
  private final @Nullable Duration closeGrace;

  /** How long a close waits before it first logs for which coroutines. */
  private final long reportAfterNanos;

  /** Completed when a close has begun and no coroutine is left. */
  private final CompletableFuture<@Nullable Void> quiet = new CompletableFuture<>();

  /**
   * Whether a close has begun; written once. Volatile: a spawn takes its place before it reads
   * this, and a close reads the places after it wrote this, so one of them sees the other.
   */
  private volatile boolean begun;

  /** Whether the grace is over or all have ended; written once. */
  private volatile boolean over;

  /**
   * Whether nobody waits for the last coroutine any more. Written before the places are counted,
   * and read after the last place was given back, so that one of both closes the alarms.
   */
  private volatile boolean hasGivenUp;

  Closing(LoopScheduler scheduler, List<CoroutineLoop> loops, SchedulerBuilder options) {
    this.scheduler = scheduler;
    this.loops = loops;
    closeGrace = options.closeGrace;
    // Under a virtual clock, a wait with a limit would let time leap.
    reportAfterNanos =
        loops.getFirst().isRealTime() ? options.closeReportAfter.toNanos() : Long.MAX_VALUE;
  }

  /** Returns whether new coroutines are refused, unless a running coroutine spawns them. */
  boolean hasBegun() {
    return begun;
  }

  /**
   * Returns whether all coroutines have ended or are being cancelled, so that nothing new begins.
   */
  boolean isOver() {
    return over;
  }

  /**
   * Returns whether something new may begin after a close has begun.
   *
   * @param spawner the coroutine that spawns, or null. It has not ended, so the close cannot have
   *     seen the last one end, and will not before the new one has its place
   */
  boolean admits(@Nullable SuspendingCoroutine<?> spawner) {
    return !over && spawner != null && spawner.loop().scheduler().equals(scheduler);
  }

  /**
   * Waits for all coroutines, for the configured grace or without a limit. An interrupt cancels
   * them.
   */
  void close() {
    refuseMore();
    boolean ended;
    try {
      ended = awaitQuiet(closeGrace, true) || cancelAll();
    } catch (InterruptedException e) {
      ended = cancelAll();
      Interrupts.restore();
    }
    finish(ended);
  }

  /** Waits for all coroutines for a grace, then cancels. Returns whether all have ended. */
  boolean close(Duration grace) {
    SchedulerBuilder.requireGrace(grace);
    refuseMore();
    boolean ended;
    try {
      ended = awaitQuiet(grace, false) || cancelAll();
    } catch (InterruptedException impossible) {
      throw new AssertionError(impossible);
    }
    finish(ended);
    return ended;
  }

  /**
   * Waits until no coroutine is left. Logs for which coroutines it waits, after a while and then
   * each time after twice the time.
   *
   * @param grace how long to wait; null for no limit
   * @param heedInterrupts false to ignore interrupts while waiting
   * @return false if the grace is over and coroutines are left
   * @throws InterruptedException if the thread is interrupted and heedInterrupts is true
   */
  private boolean awaitQuiet(@Nullable Duration grace, boolean heedInterrupts)
      throws InterruptedException {
    long startNanos = System.nanoTime();
    long graceNanos = grace == null ? Long.MAX_VALUE : TickScale.nanosOf(grace);
    long reportNanos = reportAfterNanos;
    while (true) {
      long passedNanos = System.nanoTime() - startNanos;
      long waitNanos = Math.min(graceNanos, reportNanos) - passedNanos;
      if (heedInterrupts
          ? isQuietWithin(waitNanos)
          : Uninterruptibly.isDoneWithin(quiet, Duration.ofNanos(waitNanos))) {
        return true;
      }
      if (graceNanos <= reportNanos) {
        return false;
      }
      reportWait(System.nanoTime() - startNanos);
      reportNanos *= 2;
    }
  }

  private boolean isQuietWithin(long nanos) throws InterruptedException {
    try {
      quiet.get(nanos, TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException notYet) {
      return false;
    } catch (ExecutionException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private void reportWait(long waitedNanos) {
    CoroutineDump left = scheduler.dump(MOST_NAMES);
    if (left.total() > 0) {
      LOG.log(
          Level.WARNING,
          Printable.of(scheduler.name())
              + " is being closed and has waited for "
              + Measured.span(Duration.ofNanos(waitedNanos))
              + "; coroutines that have not ended: "
              + counted(left));
    }
  }

  private void refuseMore() {
    SuspendingCoroutine<?> caller = CurrentLoop.coroutineOrWaiter();
    if (caller != null && caller.loop().scheduler().equals(scheduler)) {
      throw closedByItself(caller.name());
    }
    CoroutineLoop loop = CurrentLoop.get();
    if (loop != null && loop.scheduler().equals(scheduler) && CurrentLoop.isOwnThread()) {
      throw closedByItself(loop.name());
    }
    begun = true;
    loopIsQuiet();
  }

  private static IllegalStateException closedByItself(String name) {
    return new IllegalStateException(
        "a scheduler must not be closed by one of its own coroutines or loops: " + name);
  }

  /** Called when a loop has no coroutine left. */
  void loopIsQuiet() {
    if (begun && scheduler.isQuiet()) {
      quiet.complete(null);
      if (hasGivenUp) {
        scheduler.closeAlarms();
      }
    }
  }

  /** Cancels all coroutines that are left. Returns whether all have ended. */
  private boolean cancelAll() {
    end();
    for (CoroutineLoop loop : loops) {
      loop.tellToCancelAll();
    }
    int before = Integer.MAX_VALUE;
    for (int now = scheduler.live(); now < before; now = scheduler.live()) {
      before = now;
      if (Uninterruptibly.isDoneWithin(quiet, CLEAN_UP)) {
        return true;
      }
    }
    LOG.log(
        Level.WARNING,
        Printable.of(scheduler.name())
            + " is closed; coroutines that have not ended: "
            + counted(scheduler.dump(MOST_NAMES)));
    return false;
  }

  private void end() {
    over = true;
    scheduler.closeTimers();
  }

  /** Returns the number of coroutines and some of their names. */
  private static String counted(CoroutineDump left) {
    StringJoiner names =
        new StringJoiner(", ", " (", left.coroutines().size() < left.total() ? ", ...)" : ")");
    left.coroutines().forEach(one -> names.add(one.summary()));
    return left.total() + names.setEmptyValue("").toString();
  }

  void cancel(SuspendingCoroutine<?> coroutine) {
    coroutine.cancel(Count.CANCELLED_BY_CLOSE, "the scheduler is closed", scheduler.name());
  }

  /**
   * Waits for a while until the loops have reported failures that no code has seen.
   *
   * @param ended whether all have ended; if not, coroutines may hold their loops
   */
  private void finish(boolean ended) {
    end();
    boolean _ =
        CoroutineLoop.tellAll(loops, ended ? CLEAN_UP : DumpSnapshot.ANSWER, CoroutineLoop::finish);
    scheduler.closeBlockingThreads();
    hasGivenUp = true;
    if (scheduler.isQuiet()) {
      scheduler.closeAlarms();
    }
  }
}
