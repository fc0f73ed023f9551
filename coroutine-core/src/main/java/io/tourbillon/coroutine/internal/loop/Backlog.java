package io.tourbillon.coroutine.internal.loop;

import io.tourbillon.coroutine.internal.engine.LoopConfined;
import java.util.List;

/**
 * Lets go of ready tasks when the loop has a backlog while another loop rests, so that {@link
 * WorkStealing} finds them. A task that is let go keeps its place in the ready queue, and the loop
 * runs it in its turn if no other loop has taken it over by then. During a turn that is long, the
 * {@link Rescuer} does this.
 */
@LoopConfined
final class Backlog {
  /** How long the tasks must have waited. */
  private static final long PATIENCE_NANOS = 50_000;

  /** A turn of this length, or a few together, hold the loop. */
  private static final long HELD_NANOS = Rescuer.HELD_NANOS;

  /**
   * For how long the loop is careful after a turn that held it. That costs some clock readings and
   * moves, and a pause of the garbage collector holds loops as well.
   */
  private static final long CAREFUL_NANOS = 200_000_000;

  /** With more tasks in the queue, to be careful would cost more than it gains. */
  private static final int FEW = 8;

  /** The most tasks to let go at once. */
  private static final int MOST = 32;

  /** About how many turns count for {@link #turnNanos}. */
  private static final int RECENT = 64;

  /** About how many rounds count for {@link #waiting}, which has this unit as well. */
  private static final int ROUNDS = 16;

  /** Tasks are let go though turns are short if they wait for so many long turns: some ms. */
  private static final int DEEP = 1000;

  private final EventLoop loop;
  private final ReadyQueue ready;
  private final WorkStealing stealing;

  /** Turns that are shorter on average are run faster than they are moved. */
  private final long longTurnNanos;

  /** The end of the last turn that held the loop; long past at first. */
  private long heldNanos = -CAREFUL_NANOS;

  private boolean isCareful;
  private long roundNanos;

  /** Whether the loop has let go of tasks in this round. */
  private boolean isShared;

  /** Whether tasks have waited for too long in recent rounds, and another loop may rest. */
  private boolean isDeep;

  // Plain, since other loops only take a glimpse.

  /** The average length of recent turns. */
  private long turnNanos;

  /** How many sixteenths of a task were ready when recent rounds began, on average. */
  private long waiting;

  Backlog(EventLoop loop, ReadyQueue ready, WorkStealing stealing, long longTurnNanos) {
    this.loop = loop;
    this.ready = ready;
    this.stealing = stealing;
    this.longTurnNanos = longTurnNanos;
    turnNanos = longTurnNanos;
  }

  /** Called before the first turn of a round. */
  void beginRound(long nowNanos) {
    roundNanos = nowNanos;
    isShared = false;
    waiting += ready.size() - waiting / ROUNDS;
    isDeep = waitNanos() >= DEEP * longTurnNanos;
    shareIfHeldLately(nowNanos);
  }

  /**
   * Called between turns: lets go of every second task, once in a round, if turns are long and the
   * tasks have waited for some time, or if tasks wait for long in each round.
   *
   * @param tookNanos the time that the turns since the last look took together
   * @param turns their number
   */
  void look(long nowNanos, long tookNanos, int turns) {
    took(nowNanos, tookNanos);
    // At most one long turn more on average: a pause of the collector is no turn.
    long countedNanos = Math.min(tookNanos, RECENT * longTurnNanos);
    turnNanos += (countedNanos - turns * turnNanos) / RECENT;
    boolean isMuch = isDeep || tookNanos >= turns * longTurnNanos;
    if (isMuch && !isShared && nowNanos - roundNanos >= PATIENCE_NANOS) {
      isDeep = false; // One search a round.
      share(2);
    } else {
      shareIfHeldLately(nowNanos);
    }
  }

  /** Called when some turns have ended. */
  void took(long nowNanos, long tookNanos) {
    if (tookNanos >= HELD_NANOS) {
      heldNanos = nowNanos;
    }
  }

  // May be called by any thread.

  /** Returns the average length of recent turns, about. */
  long turnNanos() {
    return turnNanos;
  }

  /** Returns how long a task waits for its turn, on average, while the loop is busy. */
  long waitNanos() {
    return waiting * turnNanos / ROUNDS;
  }

  // Called by the loop.

  /** Returns whether it must look after each turn, because a turn has held the loop lately. */
  boolean looksOften() {
    return isCareful;
  }

  /**
   * Lets go of all tasks but the first, if there are few and a turn has held the loop a short time
   * ago. The next one may do so as well, and during a turn the rescuer takes some milliseconds.
   */
  private void shareIfHeldLately(long nowNanos) {
    isCareful = nowNanos - heldNanos < CAREFUL_NANOS && ready.size() <= FEW;
    if (isCareful) {
      share(1);
    }
  }

  /**
   * Lets go of some tasks if another loop rests. The loop keeps the first, which it runs soon.
   *
   * @param step 1 for all others, 2 for every second one
   */
  private void share(int step) {
    if (ready.isEmpty() || !stealing.restsAnyBut(loop)) {
      return;
    }
    isShared = true;
    boolean some = false;
    List<Runnable> waiting = ready.some(step == 1 ? FEW : 2 * MOST);
    for (int at = 1; at < waiting.size(); at += step) {
      if (waiting.get(at) instanceof LoopTask task && loop.letGo(task)) {
        loop.newcomers().add(task);
        some = true;
      }
    }
    if (some) {
      loop.offered();
    }
  }
}
