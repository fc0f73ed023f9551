package io.tourbillon.coroutine.internal.loop;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets loops that would rest take over tasks of other loops: work stealing (Blumofe and Leiserson,
 * 1999), restricted to tasks that have no stack and no timer yet, and to those that {@link Backlog}
 * or {@link Rescuer} has let go. This class is what the loops of a scheduler share; each loop has a
 * {@link Thief}. Both know a loop as {@link Peer}. Thread-safe.
 *
 * <p><b>Which tasks.</b> The oldest first, and only from a loop whose oldest has waited for 50 us
 * or longer. So a task that its loop is about to run stays with the one that spawned or resumed it,
 * and the two can talk without waking another loop.
 *
 * <p><b>Who searches.</b> At most one loop at a time, the searcher, wakes up again and again to
 * look for such tasks. All others rest until they have work of their own. A loop becomes the
 * searcher when it is about to rest and sees a task that waits elsewhere or has searched a moment
 * ago, or when a busy loop spawns one, nobody searches, and it is called. The searcher looks after
 * 50 us, and after growing pauses of up to 3 ms if nothing waits. It stops when nothing was spawned
 * since its last look; so a scheduler at rest stays at rest.
 *
 * <p><b>Why none is missed</b> while a loop rests. A spawner adds its task to those of a loop,
 * sends it there, and then reads whether that loop is idle. If it is idle, it will read its mail,
 * and then calls another loop if the task is not its next turn. If it is not idle, the spawner
 * reads who searches, and if nobody does, who else is idle. A loop says that it is idle and then
 * looks for tasks; if one waits and another loop searches, it leaves the matter to that one. A
 * searcher that gets work of its own ceases to search, looks once more, and calls another loop if a
 * task waits. What {@link Backlog} or {@link Rescuer} lets go still has its entry in the ready
 * queue of its loop, so that loop is not idle before it has looked at it. In each pair one sees
 * what the other wrote, as each writes before it reads, both in volatile mode.
 */
public final class WorkStealing {
  private final String name;

  /** The loops of the scheduler; filled before the first of them starts. */
  private final Peer[] loops;

  /** Returns the number of the task that was spawned last. */
  private final LongSupplier lastNumber;

  /**
   * The loop that searches; null if none does. Set by the loop itself or by who calls it, by
   * compare-and-set from null; reset by the loop, or by who has called it too late.
   */
  private final AtomicReference<@Nullable Peer> searcher = new AtomicReference<>();

  private final Rescuer rescuer = new Rescuer(this);

  /**
   * Creates what loops share.
   *
   * @param name the name of the scheduler, for a thread
   * @param loops the loops; filled before the first of them starts
   * @param lastNumber returns the number of the task that was spawned last
   */
  @SuppressWarnings("this-escape") // The rescuer keeps a reference, and does nothing yet.
  public WorkStealing(String name, Peer[] loops, LongSupplier lastNumber) {
    this.name = name;
    this.loops = loops;
    this.lastNumber = lastNumber;
  }

  String name() {
    return name;
  }

  /** Returns what lets go of tasks for a loop that a turn holds. */
  Rescuer rescuer() {
    return rescuer;
  }

  /** Returns the number of the task that was spawned last. */
  long lastNumber() {
    return lastNumber.getAsLong();
  }

  /** Calls a loop that is idle, if nobody searches. Called by any thread. */
  void call() {
    int first = (int) (lastNumber() % loops.length); // Not always the same.
    for (int at = 0; at < loops.length && searcher.get() == null; at++) {
      Peer loop = loops[(first + at) % loops.length];
      if (loop.isIdle() && searcher.compareAndSet(null, loop)) {
        if (loop.isIdle()) {
          loop.rouse();
          return;
        }
        // It has begun to work, and may have done so before it could see that it is the searcher.
        // Others may have relied on it, so this search begins again.
        boolean _ = stopSearching(loop);
        at = -1;
      }
    }
  }

  boolean isSearcher(Peer loop) {
    return loop.equals(searcher.get());
  }

  /** Makes a loop the searcher. Returns false if another one is. Called by the loop. */
  boolean becomeSearcher(Peer loop) {
    return searcher.compareAndSet(null, loop);
  }

  /** Makes a loop cease to search. Returns false if it was not the searcher. */
  boolean stopSearching(Peer loop) {
    return isSearcher(loop) && searcher.compareAndSet(loop, null);
  }

  /** Returns whether another loop rests, about. */
  boolean restsAnyBut(Peer one) {
    for (Peer loop : loops) {
      if (loop.isIdle() && !loop.equals(one)) {
        return true;
      }
    }
    return false;
  }

  /** Returns the loop with a number, which begins at 0; numbers go round. */
  public Peer loop(long number) {
    return loops[(int) (number % loops.length)];
  }

  /**
   * Returns the loop, other than the thief's, that has the oldest task among its newcomers; null if
   * there is none. The task may belong to another loop, which has passed it to this one.
   */
  @Nullable Peer loopWithOldest(Peer thief) {
    Peer from = null;
    LoopTask oldest = null;
    for (Peer loop : loops) {
      if (!loop.equals(thief)) {
        LoopTask first = loop.newcomers().oldest();
        if (first != null && (oldest == null || first.number() < oldest.number())) {
          oldest = first;
          from = loop;
        }
      }
    }
    return from;
  }
}
