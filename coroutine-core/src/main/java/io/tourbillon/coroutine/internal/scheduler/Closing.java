package io.tourbillon.coroutine.internal.scheduler;

import io.tourbillon.coroutine.CoroutineDump;
import io.tourbillon.coroutine.internal.dump.DumpSnapshot;
import io.tourbillon.coroutine.internal.engine.Interrupts;
import io.tourbillon.coroutine.internal.loop.Uninterruptibly;
import io.tourbillon.coroutine.internal.observe.LoopCounts.Count;
import io.tourbillon.coroutine.internal.task.CoroutineLoop;
import io.tourbillon.coroutine.internal.task.CoroutineTask;
import io.tourbillon.coroutine.internal.task.CurrentLoop;
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
 * The end of a scheduler: refuses new coroutines from outside, waits for those that there are and
 * for what they spawn, cancels those that do not end, and names in the log who does not end by
 * that. Called by any thread.
 */
final class Closing {
  private static final System.Logger LOG = System.getLogger("io.tourbillon.coroutine");

  /** How many coroutines a message of the log names. */
  private static final int MOST_NAMES = 20;

  /** How long those that were cancelled have for cleaning up, counted from the last that ended. */
  private static final Duration CLEAN_UP = Duration.ofSeconds(1);

  private final LoopScheduler scheduler;
  private final List<CoroutineLoop> loops;

  /** What {@link #close()} waits at most, or null if it waits as long as it takes. */
  private final @Nullable Duration closeGrace;

  /** How long a close waits before it names in the log for the first time who is waited for. */
  private final long reportAfterNanos;

  /** Completed when it has begun and no coroutine is left. */
  private final CompletableFuture<@Nullable Void> quiet = new CompletableFuture<>();

  /**
   * Written once. Volatile: a coroutine takes its place before it looks here, and whoever closes
   * looks at the places after writing this; so one of them sees the other.
   */
  private volatile boolean begun;

  /** Whether the time of those that there are is over; written once. */
  private volatile boolean over;

  Closing(LoopScheduler scheduler, List<CoroutineLoop> loops, SchedulerBuilder options) {
    this.scheduler = scheduler;
    this.loops = loops;
    closeGrace = options.closeGrace;
    // By another clock a wait that ends by itself would make time go on.
    reportAfterNanos =
        loops.getFirst().isRealTime() ? options.closeReportAfter.toNanos() : Long.MAX_VALUE;
  }

  /** Whether new coroutines are refused, unless one that runs spawns them. */
  boolean hasBegun() {
    return begun;
  }

  /** Whether all have ended, or those that have not are being cancelled: nothing new is begun. */
  boolean isOver() {
    return over;
  }

  /**
   * Whether something new may begin after the close has.
   *
   * @param spawner the coroutine that wants it, or null; it has not ended, so nobody has seen the
   *     last one end, nor will before this has its place
   */
  boolean admits(@Nullable CoroutineTask<?> spawner) {
    return !over && spawner != null && spawner.loop.scheduler().equals(scheduler);
  }

  /** Waits for all, for the configured grace or without limit; an interrupt cancels them. */
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

  /** Waits for all for so long, then cancels; says whether all have ended. */
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
   * Waits until no coroutine is left. Names in the log who is waited for, after a while and then
   * each time that twice as much time has passed.
   *
   * @param grace how long to wait, or null for no limit
   * @param heedInterrupts false to wait on when the thread is interrupted
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
    CoroutineTask<?> caller = CurrentLoop.coroutineOrWaiter();
    if (caller != null && caller.loop.scheduler().equals(scheduler)) {
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

  /** A loop has no coroutine left. */
  void loopIsQuiet() {
    if (begun && scheduler.isQuiet()) {
      quiet.complete(null);
    }
  }

  /** Cancels all that is left and says whether it has ended. */
  private boolean cancelAll() {
    end();
    for (CoroutineLoop loop : loops) {
      loop.tell(loop::cancelAll);
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

  /** How many there are, and some of their names. */
  private static String counted(CoroutineDump left) {
    StringJoiner names =
        new StringJoiner(", ", " (", left.coroutines().size() < left.total() ? ", ...)" : ")");
    left.coroutines().forEach(one -> names.add(one.summary()));
    return left.total() + names.setEmptyValue("").toString();
  }

  void cancel(CoroutineTask<?> coroutine) {
    coroutine.cancel(Count.CANCELLED_BY_CLOSE, "the scheduler is closed", scheduler.name());
  }

  /**
   * Waits, for a while, until failures that nobody has seen are told of.
   *
   * @param ended whether all have ended; else they may be holding up their loops
   */
  private void finish(boolean ended) {
    end();
    boolean _ =
        CoroutineLoop.tellAll(loops, ended ? CLEAN_UP : DumpSnapshot.ANSWER, CoroutineLoop::finish);
    scheduler.closeBlockingThreads();
  }
}
