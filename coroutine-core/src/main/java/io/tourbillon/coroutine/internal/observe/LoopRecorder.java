package io.tourbillon.coroutine.internal.observe;

import io.tourbillon.timer.Distribution;
import io.tourbillon.timer.internal.TickScale;
import org.jspecify.annotations.Nullable;

/**
 * Measures a loop: how late it is, how long turns are waited for, and how long they take. All but
 * {@link #addTo} is the loop's, or that of the coroutine of it that has the turn.
 *
 * <p>Reading the clock costs a good part of a turn. So the wait of one turn is measured of {@value
 * #SAMPLING}, and turns are measured from one look of the loop at the clock to the next, which is
 * up to sixteen; each then counts as the average.
 */
public final class LoopRecorder {
  private static final int SAMPLING = 64;

  private final TickScale scale;
  private final Recording lateness = new Recording();
  private final Recording wait = new Recording();
  private final Recording turn = new Recording();

  /** Expiries of one tick are recorded together. */
  private long dueTick;

  private long dueCount;

  /** The task whose wait is being measured, and since when. */
  private @Nullable Runnable sample;

  private long sampleNanos;
  private int untilSample = SAMPLING;

  /** A recorder in the elapsed time of this scale. */
  public LoopRecorder(TickScale scale) {
    this.scale = scale;
  }

  /** Something that was due in a tick is found at this time; ticks come in order. */
  public void expired(long tick, long nowNanos) {
    if (tick != dueTick) {
      expiredAll(nowNanos);
      dueTick = tick;
    }
    dueCount++;
  }

  /** All that is due has been found. */
  public void expiredAll(long nowNanos) {
    if (dueCount > 0) {
      lateness.record(nowNanos - scale.startNanos(dueTick), dueCount);
      dueCount = 0;
    }
  }

  /** Whether the wait of the task that is made ready next is to be measured. */
  public boolean isSampleWanted() {
    return --untilSample <= 0 && sample == null;
  }

  /** The wait of this task is measured from now on. */
  public void beginSample(Runnable task, long nowNanos) {
    untilSample = SAMPLING;
    sample = task;
    sampleNanos = nowNanos;
  }

  /** Whether the wait of this task is being measured. */
  public boolean isSample(Runnable task) {
    return task.equals(sample);
  }

  /** The task whose wait is measured has its turn. */
  public void endSample(long nowNanos) {
    sample = null;
    wait.record(nowNanos - sampleNanos, SAMPLING);
  }

  /** It is ready no more. */
  public void forget(Runnable task) {
    if (isSample(task)) {
      sample = null;
    }
  }

  /** So many turns have taken so long together. */
  public void turnsTook(long nanos, int turns) {
    turn.record(nanos / turns, turns);
  }

  /** Adds what was measured so far. By any thread. */
  public void addTo(
      Distribution.Builder lateness, Distribution.Builder wait, Distribution.Builder turn) {
    this.lateness.addTo(lateness);
    this.wait.addTo(wait);
    this.turn.addTo(turn);
  }
}
