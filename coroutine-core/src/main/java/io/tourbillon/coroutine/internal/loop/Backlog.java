package io.tourbillon.coroutine.internal.loop;

import io.tourbillon.coroutine.internal.engine.LoopConfined;
import java.util.Iterator;

/**
 * Lets go of ready tasks when the loop has a backlog while another loop rests, so that {@link
 * WorkStealing} finds them. A task that is let go keeps its place in the ready queue, and the loop
 * runs it in its turn if no other loop has taken it over by then.
 */
@LoopConfined
final class Backlog {
  /** How long the tasks must have waited. */
  private static final long PATIENCE_NANOS = 50_000;

  /** The most tasks to let go at once. */
  private static final int MOST = 32;

  private final EventLoop loop;
  private final ReadyQueue ready;
  private final WorkStealing stealing;

  /** Turns that are shorter on average are run faster than they are moved. */
  private final long longTurnNanos;

  Backlog(EventLoop loop, ReadyQueue ready, WorkStealing stealing, long longTurnNanos) {
    this.loop = loop;
    this.ready = ready;
    this.stealing = stealing;
    this.longTurnNanos = longTurnNanos;
  }

  /**
   * Lets go of every second task, up to a limit, if that is due. Called between turns.
   *
   * @param turnNanos the average length of the last turns
   * @param roundNanos the time since the round began, at which the first tasks were ready
   * @return whether it was due
   */
  boolean share(long turnNanos, long roundNanos) {
    if (turnNanos < longTurnNanos
        || roundNanos < PATIENCE_NANOS
        || ready.isEmpty()
        || !stealing.restsAnyBut(loop)) {
      return false;
    }
    int count = 0;
    Iterator<Runnable> waiting = ready.waiting().iterator();
    while (count < MOST && waiting.hasNext()) {
      waiting.next(); // The loop runs this one itself, and soon.
      if (waiting.hasNext() && waiting.next() instanceof LoopTask task && loop.letGo(task)) {
        loop.newcomers().add(task);
        count++;
      }
    }
    if (count > 0) {
      loop.offered();
    }
    return true;
  }
}
