package io.tourbillon.coroutine.internal.observe;

import io.tourbillon.timer.Distribution;
import io.tourbillon.timer.internal.TickScale;
import org.jspecify.annotations.Nullable;

/**
 * Measures a loop: how late it is, how long tasks wait for a turn, and how long turns take. Any
 * thread may call {@link #addTo}; only the loop, or the coroutine that has the turn, may call the
 * other methods.
 *
 * <p>Reading the clock costs a good part of a turn. So one wait in {@value #SAMPLING} is measured.
 * Turns are measured between two readings of the loop's clock, which are up to sixteen turns apart;
 * each turn counts as the average.
 */
public final class LoopRecorder {
  private static final int SAMPLING = 64;

  private final TickScale scale;
  private final Recording lateness = new Recording();
  private final Recording wait = new Recording();
  private final Recording turn = new Recording();

  /** The tick whose expiries are counted; they are recorded together. */
  private long dueTick;

  private long dueCount;

  /** The task whose wait is being measured; null if none is. */
  private @Nullable Runnable sample;

  private long sampleNanos;
  private int untilSample = SAMPLING;

  /** Creates a recorder in the elapsed time of a scale. */
  public LoopRecorder(TickScale scale) {
    this.scale = scale;
  }

  /**
   * Records an expiry. Ticks must come in order.
   *
   * @param tick the tick in which it was due
   * @param nowNanos the elapsed time at which the loop found it
   */
  public void expired(long tick, long nowNanos) {
    if (tick != dueTick) {
      expiredAll(nowNanos);
      dueTick = tick;
    }
    dueCount++;
  }

  /** Records that all expiries so far have been found. */
  public void expiredAll(long nowNanos) {
    if (dueCount > 0) {
      lateness.record(nowNanos - scale.startNanos(dueTick), dueCount);
      dueCount = 0;
    }
  }

  /** Returns whether to measure the wait of the next task that becomes ready. Counts the call. */
  public boolean isSampleWanted() {
    return --untilSample <= 0 && sample == null;
  }

  /** Begins to measure the wait of a task. */
  public void beginSample(Runnable task, long nowNanos) {
    untilSample = SAMPLING;
    sample = task;
    sampleNanos = nowNanos;
  }

  /** Returns whether the wait of this task is being measured. */
  public boolean isSample(Runnable task) {
    return task.equals(sample);
  }

  /** Records the wait of the task that is being measured, which has its turn now. */
  public void endSample(long nowNanos) {
    sample = null;
    wait.record(nowNanos - sampleNanos, SAMPLING);
  }

  /** Stops measuring a task that is no longer ready. */
  public void forget(Runnable task) {
    if (isSample(task)) {
      sample = null;
    }
  }

  /** Records how long some turns took together. */
  public void turnsTook(long nanos, int turns) {
    turn.record(nanos / turns, turns);
  }

  /** Adds what was measured so far to distributions. May be called by any thread. */
  public void addTo(
      Distribution.Builder lateness, Distribution.Builder wait, Distribution.Builder turn) {
    this.lateness.addTo(lateness);
    this.wait.addTo(wait);
    this.turn.addTo(turn);
  }
}
