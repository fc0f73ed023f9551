package io.tourbillon.timer;

/**
 * Wakes the driver in time.
 *
 * <p>{@link #wakeTick} is the tick until which the driver is going to wait: who arms a timer for an
 * earlier one wakes it. The driver sets it to ALWAYS before it looks for the next event of each
 * shard and to what it has found after that. A timer is either armed before the driver has had its
 * shard's lock in that search, and then the driver finds it; or after that, and then whoever armed
 * it, having had the lock after the driver, reads ALWAYS or what was written later, and wakes the
 * driver if its timer is earlier. A wake that comes before the wait makes the wait return at once.
 */
final class Waker {
  /** No event. */
  static final long NEVER = Long.MAX_VALUE;

  /** No timer is earlier than this: while the driver is not about to wait, it need not be woken. */
  private static final long NOBODY = Long.MIN_VALUE;

  /** Every timer is earlier than this. */
  private static final long ALWAYS = Long.MAX_VALUE;

  private final Clock.Alarm alarm;

  /** Written by the driver alone, read by all; volatile, with the locks, for the reason above. */
  private volatile long wakeTick = NOBODY;

  /** Set by whoever frees memory, cleared by the driver before it trims; volatile to be seen. */
  private volatile boolean trimWanted;

  /** Set once, before the driver is woken for the last time. */
  private volatile boolean stopped;

  Waker(Clock.Alarm alarm) {
    this.alarm = alarm;
  }

  // Called by any thread.

  /**
   * Follows the arming of a timer, outside the shard's lock. Besides its own deadline there is one
   * more reason to wake the driver: the timer may have filled a block so much that moving it down a
   * level has to begin earlier. Whoever takes note of that under the lock does so for all who armed
   * before, and compares afterwards. To miss it would cost a burst of work when the block begins,
   * and no timer.
   */
  void armed(Shard shard, long deadlineTick) {
    long wakeBefore = wakeTick;
    if (deadlineTick < wakeBefore) {
      alarm.wake();
    } else if (wakeBefore != NOBODY && shard.isCascadeEarlier()) {
      long eventTick = shard.nextEventTick();
      // Only now may wakeTick be compared: the shard's flag is down for all who raised it before.
      if (eventTick < wakeTick) {
        alarm.wake();
      }
    }
  }

  /** Sees to it that memory is given back within a second. */
  void freed() {
    if (!trimWanted) {
      trimWanted = true;
      alarm.wake();
    }
  }

  void stop() {
    stopped = true;
    alarm.wake();
  }

  // Called by the driver.

  boolean isStopped() {
    return stopped;
  }

  boolean isTrimWanted() {
    return trimWanted;
  }

  void beginTrim() {
    trimWanted = false;
  }

  /**
   * The next event of all shards, or NEVER. From now on who arms an earlier one wakes the driver.
   */
  long findNextEvent(Shard[] shards) {
    wakeTick = ALWAYS;
    long tick = NEVER;
    for (Shard shard : shards) {
      tick = Math.min(tick, shard.nextEventTick());
    }
    wakeTick = tick;
    return tick;
  }

  /** Waits until this time by the clock, or until woken. */
  void awaitUntil(long clockNanos) {
    alarm.awaitUntil(clockNanos);
    wakeTick = NOBODY;
  }

  /** Waits until woken. */
  void await() {
    alarm.await();
    wakeTick = NOBODY;
  }

  /** The driver will not wait any more. */
  void close() {
    alarm.close();
  }
}
