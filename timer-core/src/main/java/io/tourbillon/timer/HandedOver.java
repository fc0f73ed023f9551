package io.tourbillon.timer;

import io.tourbillon.timer.internal.StackReserve;
import io.tourbillon.timer.internal.roster.Roster;
import io.tourbillon.timer.internal.text.Printable;
import org.jspecify.annotations.Nullable;

/**
 * A task that was handed to the executor of the service, from before the hand-over until it has
 * run.
 *
 * <pre>
 *   WAITING --start--> RUNNING --> ENDED
 *      +-------drop--------------> ENDED      the executor refused it, or was terminated
 * </pre>
 *
 * <p>All moves are made under this object's monitor, which is held for a few instructions. So a
 * task runs once at most, whatever the executor does, and an interrupt hits this task only.
 */
final class HandedOver implements Runnable, Roster.Member {
  private enum Phase {
    WAITING,
    RUNNING,
    ENDED
  }

  final AbstractShard<?> shard;
  final long id;
  final Runnable entry;
  final long deadlineTick;
  final long takenNanos;
  final int counts;
  private final ExecutorHandOff handOff;

  // Guarded by the monitor.
  private Phase phase = Phase.WAITING;
  private @Nullable Thread thread;
  private boolean interruptSent;

  /** The roster's. */
  private int rosterPlace = NOWHERE;

  HandedOver(
      ExecutorHandOff handOff,
      AbstractShard<?> shard,
      long id,
      Runnable entry,
      long deadlineTick,
      long takenNanos,
      int counts) {
    this.handOff = handOff;
    this.shard = shard;
    this.id = id;
    this.entry = entry;
    this.deadlineTick = deadlineTick;
    this.takenNanos = takenNanos;
    this.counts = counts;
  }

  /**
   * Called by the executor. Throws nothing, as an exception or error would end the thread of the
   * executor.
   */
  @Override
  public void run() {
    // If the stack is too small, this throws, and the task is still WAITING.
    StackReserve.require();
    synchronized (this) {
      if (phase != Phase.WAITING) {
        return;
      }
      phase = Phase.RUNNING;
      thread = Thread.currentThread();
    }
    handOff.run(this);
    synchronized (this) {
      phase = Phase.ENDED;
      thread = null;
      if (interruptSent) {
        // The interrupt was meant for this task, not for the next one of this thread.
        Thread.interrupted();
      }
    }
    handOff.ended(this);
  }

  /** Whether the calling thread is running the task. */
  synchronized boolean isRunningHere() {
    return Thread.currentThread().equals(thread);
  }

  /** Whether the task has neither been started nor dropped. */
  synchronized boolean isWaiting() {
    return phase == Phase.WAITING;
  }

  /** WAITING -> ENDED: false if the task was started. */
  synchronized boolean drop() {
    if (phase != Phase.WAITING) {
      return false;
    }
    phase = Phase.ENDED;
    return true;
  }

  /** The name of the thread that runs the task, or null if none does. */
  synchronized @Nullable String threadName() {
    return thread == null ? null : Printable.of(thread.getName());
  }

  /** Interrupts the task if it is running. */
  synchronized void interruptRun() {
    if (thread != null) {
      interruptSent = true;
      thread.interrupt();
    }
  }

  /** Names the task of the user, as executors name the tasks that they refuse. */
  @Override
  public String toString() {
    return "timer task " + TaskName.textOf(entry);
  }

  @Override
  public int rosterPlace() {
    return rosterPlace;
  }

  @Override
  public void rosterPlace(int place) {
    rosterPlace = place;
  }
}
