package io.tourbillon.coroutine;

import io.tourbillon.coroutine.LoopCounts.Count;
import io.tourbillon.timer.text.Printable;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.StringJoiner;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The end of a scheduler: refuses new coroutines, waits for those that there are, cancels those
 * that do not end, and names in the log who does not end by that. Called by any thread.
 */
final class Closing {
  private static final System.Logger LOG = System.getLogger("io.tourbillon.coroutine");

  /** How many coroutines a message of the log names. */
  private static final int MOST_NAMES = 20;

  /** How long those that were cancelled have for cleaning up, counted from the last that ended. */
  private static final Duration CLEAN_UP = Duration.ofSeconds(1);

  private final LoopScheduler scheduler;
  private final List<EventLoop> loops;

  /** Completed when it has begun and no coroutine is left. */
  private final CompletableFuture<@Nullable Void> quiet = new CompletableFuture<>();

  /**
   * Written once. Volatile: a coroutine takes its place before it looks here, and whoever closes
   * looks at the places after writing this; so one of them sees the other.
   */
  private volatile boolean begun;

  Closing(LoopScheduler scheduler, List<EventLoop> loops) {
    this.scheduler = scheduler;
    this.loops = loops;
  }

  /** Whether new coroutines are refused. */
  boolean hasBegun() {
    return begun;
  }

  /** Waits for all, however long it takes, but for an interrupt, which stays set. */
  void close() {
    refuseMore();
    boolean ended = true;
    try {
      quiet.get();
    } catch (InterruptedException e) {
      ended = cancelAll();
      Interrupts.restore();
    } catch (ExecutionException impossible) {
      throw new AssertionError(impossible);
    }
    finish(ended);
  }

  /** Waits for all for so long, then cancels; says whether all have ended. */
  boolean close(Duration grace) {
    if (grace.isNegative()) {
      throw new IllegalArgumentException("grace must not be negative: " + grace);
    }
    refuseMore();
    boolean ended = Uninterruptibly.isDoneWithin(quiet, grace) || cancelAll();
    finish(ended);
    return ended;
  }

  private void refuseMore() {
    EventLoop loop = CurrentLoop.get();
    if (loop != null && loop.scheduler().equals(scheduler)) {
      CoroutineTask<?> caller = loop.current();
      if (caller != null || Thread.currentThread().equals(loop.thread())) {
        throw new IllegalStateException(
            "a scheduler must not be closed by one of its own coroutines or loops: "
                + (caller == null ? loop.name() : caller.name()));
      }
    }
    begun = true;
    scheduler.closeTimers();
    loopIsQuiet();
  }

  /** A loop has no coroutine left. */
  void loopIsQuiet() {
    if (begun && scheduler.live() == 0) {
      quiet.complete(null);
    }
  }

  /** Cancels all that is left and says whether it has ended. */
  private boolean cancelAll() {
    for (EventLoop loop : loops) {
      loop.tell(loop::cancelAll);
    }
    int before = Integer.MAX_VALUE;
    for (int now = scheduler.live(); now < before; now = scheduler.live()) {
      before = now;
      if (Uninterruptibly.isDoneWithin(quiet, CLEAN_UP)) {
        return true;
      }
    }
    CoroutineDump left = scheduler.dump(MOST_NAMES);
    StringJoiner names =
        new StringJoiner(", ", " (", left.coroutines().size() < left.total() ? ", ...)" : ")");
    left.coroutines().forEach(one -> names.add(one.summary()));
    LOG.log(
        Level.WARNING,
        Printable.of(scheduler.name())
            + " is closed; coroutines that have not ended: "
            + left.total()
            + names.setEmptyValue(""));
    return false;
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
    boolean _ =
        scheduler.tellAll(loops, ended ? CLEAN_UP : LoopScheduler.ANSWER, EventLoop::finish);
    scheduler.closeBlockingThreads();
  }
}
