package io.tourbillon.coroutine.internal.loop;

import io.tourbillon.timer.internal.IndependentThread;
import io.tourbillon.timer.internal.MemoryReserve;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A thread that lets go of ready tasks for the loops that a turn holds, while another loop of the
 * scheduler rests. {@link WorkStealing} finds them then, as if their loop had let them go. So a
 * call that blocks a loop, or a long computation, strands nothing that is ready behind it. The
 * thread enters by the {@link TurnGate} of the loop.
 *
 * <p>It looks at all loops every 5 ms, and less often while it finds all of them idle. A loop that
 * is in the same turn as at an earlier look, 5 ms ago or longer, is held. As long as it is held,
 * each look goes on where the last one stopped, so it finds what the task that has the turn has
 * made ready since.
 *
 * <p><b>At rest.</b> If no loop has done anything since the last look, the rescuer rests until one
 * wakes up. It writes that it rests and then reads whether each loop is idle; a loop writes that it
 * is not and then reads whether the rescuer rests. One sees what the other wrote, as both are in
 * volatile mode.
 *
 * <p>The thread begins with the first loop and ends with the last.
 */
final class Rescuer implements Runnable {
  /** How long a turn must last at least, and how long to wait between two looks at busy loops. */
  static final long HELD_NANOS = 5_000_000;

  /**
   * The longest wait between two looks. To wake up costs as much as a short turn, and loops with
   * little to do should not cost twice as much.
   */
  private static final long MOST_PAUSE_NANOS = 20_000_000;

  /** How many tasks to look at while inside a gate. */
  private static final int MOST = 64;

  /** How many times to enter the same gate at one look. */
  private static final int MOST_ENTRIES = 16;

  /** So many tasks to skip at most, in an order in which that means to look at them again. */
  private static final int MOST_SKIPS = 16_384;

  private final WorkStealing stealing;

  /** The loops that have a thread. */
  private final List<Watched> watched = new CopyOnWriteArrayList<>();

  /** Null if no loop has a thread. Guarded by this; volatile, since loops wake it. */
  private volatile @Nullable Thread thread;

  /** Guarded by this; volatile, since loops read it. */
  private volatile boolean resting;

  /** A loop, and what the rescuer knows of it; only the rescuer uses that. */
  static final class Watched {
    final EventLoop loop;
    final TurnGate gate;

    /** The turn that it saw first at this time. */
    long turn;

    long sinceNanos;

    /** How many of the tasks that wait behind this turn it has looked at. */
    int place;

    /** The {@link ReadyQueue#takenBack} of that time; a removal moves the places of others. */
    int takenBack;

    Watched(EventLoop loop, TurnGate gate) {
      this.loop = loop;
      this.gate = gate;
    }
  }

  Rescuer(WorkStealing stealing) {
    this.stealing = stealing;
  }

  /**
   * Watches a loop whose thread is about to start. If there is no memory for a thread, the loops
   * run without a rescuer until the next one starts.
   */
  synchronized void begin(EventLoop loop, TurnGate gate) {
    boolean isNew = thread == null;
    try {
      watched.add(new Watched(loop, gate));
      if (isNew) {
        Thread fresh = IndependentThread.daemon(stealing.name() + "-rescuer", this);
        thread = fresh;
        fresh.start();
      }
    } catch (OutOfMemoryError full) {
      if (isNew) {
        thread = null;
      }
    }
    wakeIfResting();
  }

  /** Ceases to watch a loop whose thread has ended. Waits for memory if there is none. */
  synchronized void end(EventLoop loop) {
    while (!isForgotten(loop)) {
      MemoryReserve.pause();
    }
    if (watched.isEmpty()) {
      Thread last = thread;
      thread = null;
      resting = false;
      LockSupport.unpark(last);
    }
  }

  private boolean isForgotten(EventLoop loop) {
    try {
      boolean _ = watched.removeIf(each -> each.loop.equals(loop));
      return true;
    } catch (OutOfMemoryError full) {
      return false;
    }
  }

  /** Called by a loop when it is not idle any more. */
  void wakeIfResting() {
    if (resting) {
      LockSupport.unpark(thread);
    }
  }

  // Called by its thread.

  @Override
  public void run() {
    long pauseNanos = HELD_NANOS;
    while (isWanted()) {
      LockSupport.parkNanos(this, pauseNanos);
      Thread.interrupted();
      try {
        if (!looksAtActivity()) {
          rest();
        }
        pauseNanos = areAllIdle() ? Math.min(2 * pauseNanos, MOST_PAUSE_NANOS) : HELD_NANOS;
      } catch (RuntimeException | Error failure) {
        MemoryReserve.pause(); // It goes on: what it has let go is among the newcomers.
      }
    }
  }

  private boolean isWanted() {
    return Thread.currentThread().equals(thread);
  }

  private void rest() {
    if (setResting(true)) {
      if (areAllIdle()) {
        LockSupport.park(this);
      }
      boolean _ = setResting(false);
    }
  }

  /** Does nothing and returns false if this thread is to end; another may have begun already. */
  private synchronized boolean setResting(boolean now) {
    if (isWanted()) {
      resting = now;
      return true;
    }
    return false;
  }

  private boolean areAllIdle() {
    for (Watched each : watched) {
      if (!each.loop.isIdle()) {
        return false;
      }
    }
    return true;
  }

  /** Looks at all loops. Returns whether any has done something since the last look. */
  private boolean looksAtActivity() {
    long nowNanos = System.nanoTime();
    boolean isActive = false;
    for (Watched each : watched) {
      isActive |= looksAtActivity(each, nowNanos);
    }
    return isActive;
  }

  private boolean looksAtActivity(Watched each, long nowNanos) {
    long turn = each.gate.turn();
    if (turn != each.turn) {
      each.turn = turn;
      each.sinceNanos = nowNanos;
      each.place = 0;
      return true;
    }
    if (each.loop.isIdle()) {
      return false;
    }
    if (nowNanos - each.sinceNanos >= HELD_NANOS && stealing.restsAnyBut(each.loop)) {
      rescue(each);
    }
    return true;
  }

  private static void rescue(Watched each) {
    for (int entry = 0; entry < MOST_ENTRIES; entry++) {
      if (rescueSome(each) < MOST) {
        return;
      }
    }
  }

  /** Lets go of some tasks. Returns the number of those that it has looked at. */
  static int rescueSome(Watched each) {
    List<LoopTask> gone = new ArrayList<>(MOST);
    long turn = each.turn;
    if (!each.gate.tryEnter(turn)) {
      return 0;
    }
    try {
      ReadyQueue ready = each.loop.ready();
      if (ready.takenBack() != each.takenBack) {
        each.takenBack = ready.takenBack();
        each.place = 0;
      }
      List<Runnable> waiting = ready.some(each.place, MOST);
      for (Runnable task : waiting) {
        if (task instanceof LoopTask some && each.loop.letGoInTurn(some)) {
          gone.add(some);
        }
      }
      each.place = nextPlace(each, waiting.size());
      return waiting.size();
    } finally {
      each.gate.leave(turn);
      if (!gone.isEmpty()) {
        each.loop.offerLetGo(gone);
      }
    }
  }

  /** Returns where to go on. Begins again in an order in which new tasks are not at the end. */
  private static int nextPlace(Watched each, int seen) {
    int next = each.place + seen;
    boolean isOver = !each.loop.ready().addsAtTheEnd() && (seen < MOST || next > MOST_SKIPS);
    return isOver ? 0 : next;
  }
}
