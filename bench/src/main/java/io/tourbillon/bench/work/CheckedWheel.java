package io.tourbillon.bench.work;

import io.tourbillon.bench.subject.SubjectTask;
import io.tourbillon.bench.subject.WheelSink;
import io.tourbillon.bench.subject.WheelSubject;

/**
 * A wheel that checks that every timer expires once, in the tick of its deadline.
 *
 * <p>The id and the deadline of a timer make a number. It is added to a sum when the timer is
 * armed. When a timer expires, the number of its id and the current tick is subtracted. A sum of
 * zero shows that exactly the armed timers expired, each in its tick. The check takes about a
 * nanosecond and no memory, so the measurement is that of the wheel.
 */
final class CheckedWheel extends WheelSink {
  /** Odd numbers without a pattern: 2<sup>64</sup> divided by the golden ratio, and a prime. */
  private static final long ID_FACTOR = 0x9E3779B97F4A7C15L;

  private static final long SUM_FACTOR = 0xD6E8FEB86659FD93L;

  private final WheelSubject wheel;
  private long tick;
  private long latestDeadlineTick;
  private int pending;
  private long sum;

  CheckedWheel(WheelSubject wheel) {
    this.wheel = wheel;
  }

  /** The last tick that the wheel was advanced to. */
  long tick() {
    return tick;
  }

  void arm(long deadlineTick, SubjectTask task) {
    long id = wheel.arm(deadlineTick, task);
    sum += number(id, deadlineTick);
    latestDeadlineTick = Math.max(latestDeadlineTick, deadlineTick);
    pending++;
  }

  @Override
  protected void expired(long id) {
    sum -= number(id, tick);
    pending--;
  }

  private static long number(long id, long tick) {
    long mixed = (id * ID_FACTOR + tick) * SUM_FACTOR;
    return (mixed ^ mixed >>> 32) * ID_FACTOR;
  }

  /**
   * Advances to a tick: the next one, or a later one if nothing is due before it.
   *
   * @return how many timers expired
   */
  int advance(long tick) {
    this.tick = tick;
    int pendingBefore = pending;
    wheel.advance(tick, this);
    return pendingBefore - pending;
  }

  /**
   * Advances to the next tick in which the wheel may have something to do.
   *
   * @return how many timers expired
   * @throws IllegalStateException if all deadlines are past: timers were lost
   */
  int advanceToNext() {
    long next = wheel.nextTick();
    if (next > latestDeadlineTick) {
      throw new IllegalStateException(
          "every timer must expire by its deadline: "
              + pending
              + " did not by the last, tick "
              + latestDeadlineTick);
    }
    return advance(next);
  }

  /**
   * Advances until nothing is pending, and checks the sum.
   *
   * @throws IllegalStateException if some timer did not expire, expired twice, or in another tick
   *     than that of its deadline
   */
  void expireAll() {
    while (pending > 0) {
      advanceToNext();
    }
    if (sum != 0 || pending != 0 || wheel.pending() != 0) {
      throw new IllegalStateException(
          "every timer must expire once and in its tick: some did not, and left are "
              + wheel.pending()
              + " by the wheel's count, "
              + pending
              + " by ours");
    }
  }
}
