package io.tourbillon.coroutine.internal.loop;

import io.tourbillon.coroutine.internal.engine.LoopConfined;
import org.jspecify.annotations.Nullable;

/**
 * Takes over tasks from other loops when its loop would rest: see {@link WorkStealing}.
 * Loop-confined, except for {@link #isIdle} and {@link #offered}.
 *
 * <p>How long a task has waited to begin is told by its number: the thief notes the last number
 * that was given, and 50 us later takes tasks with this number or a smaller one. Of tasks that have
 * begun it notes the oldest, and takes it, with others, if it finds it again 50 us later.
 */
@LoopConfined
final class Thief {
  /** How long a task must have waited. */
  private static final long PATIENCE_NANOS = 50_000;

  private static final long LONGEST_PAUSE_NANOS = 64 * PATIENCE_NANOS;

  /** The most tasks to take over at once. */
  private static final int MOST = 32;

  private final Peer loop;
  private final WorkStealing stealing;

  /** Whether the loop rests or is about to; written by the loop, read by spawners. */
  private volatile boolean idle;

  /** How many tasks to take over at most, and when the last ones were taken. */
  private int most = 1;

  private long tookNanos;

  /** The last number of a task, and when it was noted. */
  private long notedNumber;

  private long notedNanos;

  /** The number of the oldest task at that time, if it had begun; else 0. */
  private long notedBegun;

  /** The pause before the next look; 0 if the loop is not the searcher. */
  private long pauseNanos;

  Thief(Peer loop, WorkStealing stealing) {
    this.loop = loop;
    this.stealing = stealing;
  }

  // May be called by any thread.

  boolean isIdle() {
    return idle;
  }

  /** Called when a task has been added to the newcomers of this loop. */
  void offered() {
    if (!idle) {
      stealing.call();
    }
  }

  // Called by the loop.

  /** Takes over a task, or returns the elapsed time at which to end the rest. */
  long beginIdling(long nowNanos) {
    loop.newcomers().forgetFirst(); // So a loop at rest keeps no task that has ended.
    idle = true;
    Peer from = stealing.loopWithOldest(loop);
    LoopTask oldest = from == null ? null : from.newcomers().oldest();
    if (from != null && oldest != null && hasWaited(oldest, nowNanos) && takeSome(from, nowNanos)) {
      return nowNanos;
    }
    boolean someWait = oldest != null;
    return isToSearch(someWait, nowNanos) ? pause(oldest, nowNanos) : LoopWheel.NEVER;
  }

  /**
   * Takes over some tasks that have not begun: one, and twice as many each time if the last ones
   * took less than 50 us together, so that no other loop can wait long for what this one has taken.
   * Of those that have begun, takes over all that the other loop has let go: it has kept some, or
   * is held.
   */
  private boolean takeSome(Peer from, long nowNanos) {
    most = nowNanos - tookNanos < PATIENCE_NANOS ? Math.min(2 * most, MOST) : 1;
    tookNanos = nowNanos;
    int taken = 0;
    LoopTask next = from.newcomers().oldest();
    while (next != null
        && next.number() <= notedNumber
        && taken < (next.strand() == null ? most : MOST)) {
      if (loop.takeOver(next)) {
        taken++;
      }
      next = from.newcomers().oldest();
    }
    return taken > 0;
  }

  /** The number tells nothing about a task that has begun: it must be the one that was noted. */
  private boolean hasWaited(LoopTask task, long nowNanos) {
    return nowNanos - notedNanos >= PATIENCE_NANOS
        && (task.strand() == null ? task.number() <= notedNumber : task.number() == notedBegun);
  }

  private boolean isToSearch(boolean someWait, long nowNanos) {
    if (!stealing.isSearcher(loop)) {
      boolean isWanted = someWait || nowNanos - notedNanos < LONGEST_PAUSE_NANOS;
      return isWanted && stealing.becomeSearcher(loop);
    }
    boolean isOver =
        !someWait
            && pauseNanos == LONGEST_PAUSE_NANOS
            && nowNanos - notedNanos >= pauseNanos
            && stealing.lastNumber() == notedNumber;
    if (!isOver) {
      return true;
    }
    pauseNanos = 0;
    boolean _ = stealing.stopSearching(loop);
    return stealing.loopWithOldest(loop) != null && stealing.becomeSearcher(loop);
  }

  /** Notes the last number and returns the time of the next look. */
  private long pause(@Nullable LoopTask oldest, long nowNanos) {
    boolean someWait = oldest != null;
    if (pauseNanos == 0 && nowNanos - notedNanos < PATIENCE_NANOS) {
      pauseNanos = PATIENCE_NANOS; // A note that is not old enough yet is better than a new one.
    } else if (nowNanos - notedNanos >= pauseNanos) {
      pauseNanos =
          someWait || pauseNanos == 0
              ? PATIENCE_NANOS
              : Math.min(4 * pauseNanos, LONGEST_PAUSE_NANOS);
      notedNumber = stealing.lastNumber();
      notedNanos = nowNanos;
      notedBegun = oldest == null || oldest.strand() == null ? 0 : oldest.number();
    }
    return notedNanos + pauseNanos; // Also if the loop was woken before it was time to look.
  }

  void endIdling() {
    idle = false;
  }

  /**
   * Called when the loop has work of its own. Lets another loop search if a task waits that is not
   * the next turn of this one.
   */
  void stopSearching() {
    pauseNanos = 0;
    // The caller of this loop relies on it until it has ceased to search, so it looks once more.
    boolean othersWait = stealing.stopSearching(loop) && stealing.loopWithOldest(loop) != null;
    boolean ownWait = !loop.hasOneTask() && loop.newcomers().oldest() != null;
    if (othersWait || ownWait) {
      stealing.call();
    }
  }
}
