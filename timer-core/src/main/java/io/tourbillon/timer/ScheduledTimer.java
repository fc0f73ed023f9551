package io.tourbillon.timer;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A timer with a handle: what stands in the wheel is the handle, which follows what happens to it.
 *
 * <p>The fields are guarded by the lock of the shard, which decides every race between a cancel, a
 * reschedule, a batch and a shutdown: whoever changes {@code state} from PENDING first has ended
 * the timer. The exception is {@code task} after a batch has taken the timer: nobody but the thread
 * that runs it then looks at the field.
 */
class ScheduledTimer implements TimerHandle {
  final Shard shard;
  @Nullable Runnable task;
  private long id;
  private State state = State.PENDING;

  ScheduledTimer(Shard shard, Runnable task) {
    this.shard = shard;
    this.task = task;
  }

  @Override
  public boolean cancel() {
    return shard.service.cancel(this);
  }

  @Override
  public boolean reschedule(Duration delay) {
    return shard.service.reschedule(
        this, TickScale.nanosOf(Objects.requireNonNull(delay, "delay")));
  }

  @Override
  public Duration remaining() {
    return shard.service.remaining(this);
  }

  @Override
  public State state() {
    return shard.stateOf(this);
  }

  @Nullable String tag() {
    return null;
  }

  /** Follows a cancel, outside all locks: tells whoever waits for the task. */
  void cancelled(Runnable notRun) {}

  /** Takes what is to run, on the thread that runs it. */
  @Nullable Runnable takeTask() {
    Runnable taken = task;
    task = null;
    return taken;
  }

  // Called under the shard's lock.

  final long id() {
    return id;
  }

  final boolean isPending() {
    return state == State.PENDING;
  }

  final State stateUnderLock() {
    return state;
  }

  /** Whether a batch has taken the timer and it will be armed again. */
  boolean isRunning() {
    return false;
  }

  /** Follows the arming of the timer; {@code id} names it until it leaves the wheel. */
  void armed(long id) {
    this.id = id;
  }

  /** Follows a batch that takes the timer, and says whether it goes on after this run. */
  boolean taken() {
    state = State.FIRED;
    return false;
  }

  void rescheduled(long deadlineNanos) {}

  /** PENDING -> CANCELLED, HANDED_BACK, or FIRED for good. Returns the task, and lets it go. */
  final Runnable ended(State end) {
    assert state == State.PENDING : state + " -> " + end;
    state = end;
    Runnable last = task;
    task = null;
    return Objects.requireNonNull(last, "a pending timer has a task");
  }

  @Override
  public String toString() {
    return "timer " + Long.toHexString(id);
  }

  /**
   * A timer behind which somebody waits. A class of its own so that cancelling any other timer need
   * not look at its task.
   */
  static final class Accountable extends ScheduledTimer {
    Accountable(Shard shard, AccountableTask task) {
      super(shard, task);
    }

    @Override
    void cancelled(Runnable notRun) {
      ((AccountableTask) notRun).cancelled();
    }
  }

  /** A timer with a tag. */
  static final class Tagged extends ScheduledTimer {
    private final String tag;

    Tagged(Shard shard, Runnable task, String tag) {
      super(shard, task);
      this.tag = tag;
    }

    @Override
    String tag() {
      return tag;
    }
  }
}
