package io.tourbillon.bench.work;

import io.tourbillon.bench.subject.SubjectTask;
import io.tourbillon.bench.subject.WheelSink;
import io.tourbillon.bench.subject.WheelSubject;

/**
 * A wheel that checks that every timer expires once, in the tick of its deadline.
 *
 * <p>Id and deadline of a timer make a number. It is added when the timer is armed; when it expires
 * the number of its id and the tick of the moment is taken away. That all sums up to nothing says
 * that those expired that were armed, each in its tick; it costs a nanosecond or so and no memory,
 * so that the wheel's own is what is measured.
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

  /** The tick that was advanced to last. */
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
   * Advances to a tick, either the next or one that nothing is due before.
   *
   * @return how many expired
   */
  int advance(long tick) {
    this.tick = tick;
    int pendingBefore = pending;
    wheel.advance(tick, this);
    return pendingBefore - pending;
  }

  /**
   * Advances to the next tick that there is something to do in, as far as the wheel knows.
   *
   * @return how many expired
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
   * Advances until nothing is pending any more, and checks.
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
