package io.tourbillon.timer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Wakes the driver in time: its own thread, or the loop that polls, which searches when it asks how
 * long it may rest. The waker of a confined service stays BUSY.
 *
 * <p>One word, {@link #plan}, holds what the driver is doing, and the tick until which it will not
 * look at the shards unless it is woken:
 *
 * <pre>
 *   BUSY --beginSearch--> SEARCHING(never) --armed--> SEARCHING(earlier tick) ...
 *    ^                          |
 *    |                      endSearch
 *    |                          v
 *    +---------busy------- WAITING(tick)     a thread that arms an earlier timer wakes the driver
 * </pre>
 *
 * <p>While the driver searches the shards for their next event, a thread that arms a timer lowers
 * the tick in the word instead of waking the driver. The driver takes the minimum of that tick and
 * of what it has found, so a stream of far timers costs the driver nothing.
 *
 * <p><b>Why no timer is forgotten.</b> A timer is armed under its shard's lock, and the driver
 * takes every shard's lock between beginSearch and endSearch. If the timer came first, the driver
 * finds it. Otherwise its thread had the lock after the driver, so it reads SEARCHING or what was
 * written later. It lowers the tick, wakes the driver, or finds BUSY of a later round, and then the
 * driver is going to search again. A wake that comes before the wait makes the wait return at once.
 */
final class Waker {
  /** No event: later than every tick of a timer. */
  static final long NEVER = Long.MAX_VALUE >> 1;

  /** The driver is at work and searches again before it waits. Earlier than every tick. */
  private static final long BUSY = Long.MIN_VALUE;

  /** The lowest bit of the plan; the tick stands above it. */
  private static final long WAITING = 1;

  private static final VarHandle PLAN;

  static {
    try {
      PLAN = MethodHandles.lookup().findVarHandle(Waker.class, "plan", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Clock.Alarm alarm;

  /**
   * Written by the driver; other threads lower the tick by compare-and-set while the driver
   * searches. Volatile, together with the shards' locks, for the reason above.
   */
  private volatile long plan = BUSY;

  /** Set by a thread that frees memory, cleared by the driver before it trims. */
  private volatile boolean trimWanted;

  /** Set once, before the driver is woken for the last time. */
  private volatile boolean stopped;

  /**
   * Set once, by the thread that notices that nobody refers to the service any more; read by the
   * driver before it rests, and by threads that have ended a timer. Volatile: a thread that has
   * ended the last timer either sees it, and wakes the driver, or has ended the timer before it was
   * set, and then the wake of {@link #drop} makes the driver count what is pending.
   */
  private volatile boolean dropped;

  Waker(Clock.Alarm alarm) {
    this.alarm = alarm;
  }

  // Called by any thread.

  /**
   * Called after a timer was armed, outside the lock of the shard. Besides the deadline there is a
   * second reason to wake the driver: the timer may have filled its block so much that the cascade
   * of the block must begin earlier. One thread clears that flag under the lock, reads the plan
   * afterwards, and wakes the driver for all threads that armed before. A missed flag would cost a
   * burst of work when the block begins, but no timer.
   */
  void armed(AbstractShard<?> shard, long deadlineTick) {
    if (plan != BUSY) {
      lower(
          shard.isCascadeEarlier() ? Math.min(deadlineTick, shard.nextEventTick()) : deadlineTick);
    }
  }

  /** Wakes the driver, or lowers its tick, if it would look at the shards after this tick only. */
  private void lower(long tick) {
    long seen = plan;
    while (tick < seen >> 1) {
      if ((seen & WAITING) != 0) {
        alarm.wake();
        return;
      }
      if (PLAN.compareAndSet(this, seen, tick << 1)) { // SEARCHING(later) -> SEARCHING(tick)
        return;
      }
      seen = plan;
    }
  }

  /** Makes the driver look for due timers now. */
  void wake() {
    alarm.wake();
  }

  /** Makes the driver free memory within a second. */
  void freed() {
    if (!trimWanted) {
      trimWanted = true;
      alarm.wake();
    }
  }

  /** Nobody can schedule any more, so that the driver may end when nothing is pending. */
  void drop() {
    dropped = true;
    alarm.wake();
  }

  /** Called when timers have ended, as the driver of a dropped service waits for the last one. */
  void ended() {
    if (dropped) {
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

  boolean isDropped() {
    return dropped;
  }

  boolean isTrimWanted() {
    return trimWanted;
  }

  void beginTrim() {
    trimWanted = false;
  }

  /** The driver begins to look at each shard. */
  void beginSearch() {
    plan = NEVER << 1;
  }

  /** The driver has found something to do. */
  void busy() {
    plan = BUSY;
  }

  /**
   * The driver is about to wait. From now on a thread that arms an earlier timer wakes it.
   *
   * @param found the earliest event that the search has found, or {@link #NEVER}
   * @return the tick until which to wait: this event, or an earlier timer armed meanwhile
   */
  long endSearch(long found) {
    long seen;
    long tick;
    do {
      seen = plan;
      tick = Math.min(found, seen >> 1);
    } while (!PLAN.compareAndSet(this, seen, tick << 1 | WAITING)); // SEARCHING -> WAITING
    return tick;
  }

  /** Waits until this time by the clock, or until woken. */
  void awaitUntil(long clockNanos) {
    alarm.awaitUntil(clockNanos);
    busy();
  }

  /** Waits until woken. */
  void await() {
    alarm.await();
    busy();
  }

  /** The driver will not wait again. */
  void close() {
    alarm.close();
  }
}
