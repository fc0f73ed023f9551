package io.tourbillon.coroutine.internal.loop;

import io.tourbillon.coroutine.internal.engine.LoopConfined;
import io.tourbillon.timer.internal.MemoryReserve;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The tasks of a loop that other loops may take over: those that wait to begin, and those that the
 * loop has let go, in the order in which they came. Each stands here and in the mailbox or the
 * ready queue of the loop. Who runs it is decided by {@link LoopTask#claim}; the queues keep
 * claimed tasks for a while, and all who find one ignore it. A task that was let go twice may stand
 * here twice. Thread-safe, except for the method that is marked for the loop.
 */
public final class Newcomers {
  /** How many claims there must be before the loop removes claimed tasks. */
  private static final int FEWEST = 64;

  private final Queue<LoopTask> queue = new ConcurrentLinkedQueue<>();

  /** Claims of the loop since it last removed claimed tasks from the whole queue. */
  @LoopConfined private int claims;

  /** How many claims lead to the next such removal. */
  @LoopConfined private int mostClaims = FEWEST;

  /**
   * Adds a task, which must be unclaimed by now: a claimed one is removed at any time. Waits for
   * memory if there is none, since the task must not be lost.
   */
  void add(LoopTask task) {
    while (true) {
      try {
        queue.add(task);
        return;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  /** Returns the one that was added first and is not claimed; null if there is none. */
  @Nullable LoopTask oldest() {
    LoopTask first = queue.peek();
    while (first != null && !first.isUnclaimed()) {
      // Not poll: another thread may have removed it meanwhile. This may remove another entry of
      // the same task, which has been let go again since.
      if (queue.remove(first) && first.isUnclaimed()) {
        add(first);
      }
      first = queue.peek();
    }
    return first;
  }

  /** Returns all that are not claimed, each once. */
  public List<LoopTask> all() {
    return queue.stream().filter(LoopTask::isUnclaimed).distinct().toList();
  }

  /** Removes the claimed tasks at the head. */
  void forgetFirst() {
    LoopTask _ = oldest();
  }

  /**
   * Called by the loop when it has claimed a task. Removes the claimed ones at the head now and
   * then, not each time, since another loop may be at work there. If turns do not come in order of
   * arrival, claimed ones collect behind the head. They are removed after as many claims as tasks
   * waited at the last removal, so that each claim costs the same in the end.
   */
  public void wasClaimed() {
    claims++;
    if (claims % FEWEST == 0) {
      forgetFirst();
    }
    if (claims >= mostClaims) {
      boolean _ = queue.removeIf(each -> !each.isUnclaimed());
      claims = 0;
      mostClaims = Math.max(FEWEST, queue.size());
    }
  }
}
