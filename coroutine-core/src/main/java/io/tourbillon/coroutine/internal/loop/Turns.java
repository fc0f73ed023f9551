package io.tourbillon.coroutine.internal.loop;

import io.tourbillon.coroutine.internal.engine.LoopConfined;
import io.tourbillon.coroutine.internal.engine.LoopEngine;
import io.tourbillon.coroutine.internal.observe.FlightRecorder;
import io.tourbillon.coroutine.internal.observe.LoopCounts.Count;
import io.tourbillon.coroutine.internal.observe.LoopRecorder;
import io.tourbillon.coroutine.internal.observe.SlowTurnEvent;
import io.tourbillon.timer.internal.watchdog.Watchdog;
import org.jspecify.annotations.Nullable;

/**
 * Gives turns to the tasks that are ready, one after the other, for about a millisecond. Reading
 * the clock costs a good part of a turn, so it is read after the first turn and then, while turns
 * are short, after 2, 4, 8 and each 16 more.
 */
@LoopConfined
public final class Turns {
  /** About the largest number of turns before the loop looks at the mailbox and the wheel again. */
  private static final int MOST_TURNS = 1024;

  /** The largest number of turns between two readings of the clock. */
  private static final int MOST_STRIDE = 16;

  private static final long ROUND_NANOS = 1_000_000;

  private final EventLoop loop;
  private final LoopEngine engine;
  private final ReadyQueue ready;

  /** Null if nothing is to be measured. */
  private final @Nullable LoopRecorder recorder;

  /** Null if no task can move after it has begun. */
  private final @Nullable Backlog backlog;

  /** The last reading of the clock. */
  private long lookNanos;

  /** Whether there were turns after that. */
  private boolean isUnlooked;

  Turns(
      EventLoop loop,
      LoopEngine engine,
      ReadyQueue ready,
      @Nullable LoopRecorder recorder,
      @Nullable Backlog backlog) {
    this.loop = loop;
    this.engine = engine;
    this.ready = ready;
    this.recorder = recorder;
    this.backlog = backlog;
  }

  /**
   * Gives a round of turns.
   *
   * @param nowNanos the elapsed time
   * @param dog the watchdog, which measures the turns; null if there is none
   */
  void give(long nowNanos, @Nullable Watchdog<?> dog) {
    if (dog != null) {
      dog.begin();
    }
    try {
      loop.counts().add(Count.SWITCHES, giveSome(nowNanos, dog));
    } finally {
      if (dog != null) {
        dog.end();
      }
    }
  }

  /** Called with the first reading of the clock after a round. */
  void endedBefore(long nowNanos) {
    if (isUnlooked && backlog != null) {
      backlog.took(nowNanos, nowNanos - lookNanos);
    }
    isUnlooked = false;
  }

  /** Returns what knows how long turns are and how many wait; null if no task can move. */
  @Nullable Backlog backlog() {
    return backlog;
  }

  /** Returns the last reading of the clock; the current turn began at that time or later. */
  long lookNanos() {
    return lookNanos;
  }

  private int giveSome(long nowNanos, @Nullable Watchdog<?> dog) {
    lookNanos = nowNanos;
    int stride = 1;
    int sinceLook = 0;
    int count = 0;
    int countAtLook = 0;
    Runnable last = null;
    if (backlog != null) {
      backlog.beginRound(nowNanos);
    }
    for (Runnable task = ready.poll(); task != null; task = ready.poll()) {
      if (run(task)) {
        count++;
      }
      last = task;
      if (++sinceLook == stride) {
        long seenNanos = loop.elapsedNanos();
        took(seenNanos - lookNanos, count - countAtLook, last);
        if (backlog != null) {
          backlog.look(seenNanos, seenNanos - lookNanos, sinceLook);
        }
        countAtLook = count;
        lookNanos = seenNanos;
        sinceLook = 0;
        if (seenNanos >= nowNanos + ROUND_NANOS || count >= MOST_TURNS) {
          break;
        }
        stride = looksOften() ? 1 : Math.min(MOST_STRIDE, 2 * stride);
        if (dog != null) {
          dog.nextTask();
        }
      }
    }
    isUnlooked = sinceLook > 0;
    if (count > countAtLook && isMeasured()) {
      took(loop.elapsedNanos() - lookNanos, count - countAtLook, last);
    }
    return count;
  }

  private boolean looksOften() {
    return backlog != null && backlog.looksOften();
  }

  /** Runs a task. Returns false if it has left this loop. */
  private boolean run(Runnable task) {
    try {
      if (task instanceof LoopTask coroutine) {
        return coroutine.takeTurn(loop);
      } else {
        engine.runOther(task);
      }
    } catch (Throwable failure) {
      loop.end(); // In case the turn was not ended, as the stack was full.
      loop.failed(task, failure);
    }
    return true;
  }

  private boolean isMeasured() {
    return recorder != null || FlightRecorder.takesSlowTurns();
  }

  private void took(long nanos, int turns, @Nullable Runnable last) {
    if (recorder != null && turns > 0) {
      recorder.turnsTook(nanos, turns);
    }
    if (nanos > SlowTurnEvent.SLOW_NANOS && FlightRecorder.takesSlowTurns()) {
      String name = last instanceof LoopTask coroutine ? coroutine.name() : null;
      SlowTurnEvent.record(loop.name(), name, nanos, turns);
    }
  }
}
