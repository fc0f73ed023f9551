package io.tourbillon.timer;

import io.tourbillon.timer.internal.TickScale;
import io.tourbillon.timer.internal.observe.LogMessage;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;

/**
 * Keeps timers with a wall-clock time on time when the wall clock is set, is slewed, or has gone on
 * while the machine was suspended.
 *
 * <p>Such a timer is armed for the delay that is left by the wall clock, like any other timer. Two
 * things correct that delay later:
 *
 * <ul>
 *   <li><b>Never early.</b> When a {@link WallTimer} is due and its time has not come, it is armed
 *       again instead of being run. This catches all steps back.
 *   <li><b>Not late.</b> Once a second, while there are such timers, the driver compares the wall
 *       clock with the monotonic clock. If they have moved apart, it arms all these timers again.
 *       This catches steps forward, and costs about 200 ns a timer when it happens.
 * </ul>
 *
 * <p>A clock may be stepped and set back between two comparisons, which then find no difference. A
 * timer that was armed in between has a wrong delay. So whoever arms a timer compares the clocks as
 * well, and if they stand apart, the next comparison arms all timers again in any case.
 */
final class WallClock {
  private static final long CHECK_NANOS = 1_000_000_000;

  /**
   * How far the clocks may move apart before the timers are armed again. A clock that is slewed by
   * 500 ppm needs 10 s for that.
   */
  private static final long TOLERANCE_NANOS = 5_000_000;

  private static final long NEVER = Long.MAX_VALUE;

  private final InstantSource source;
  private final Clock clock;
  private final Waker waker;
  private final Events events;

  /**
   * Whether the driver may wake up by itself to compare the clocks. With another clock than the
   * system's that would make time advance; it compares them whenever it looks for due timers.
   */
  private final boolean isPeriodic;

  /** The timers that have not ended and may have a wall-clock time. */
  private final TimerGroup watched = new TimerGroup();

  /** Set by the first timer and never cleared, so that other services pay one read. */
  private volatile boolean used;

  /**
   * Whether the driver will compare the clocks by itself, because it has seen a timer. The driver
   * clears it before it looks for timers. A thread that adds a timer reads it afterwards. So either
   * the driver sees the timer, or the thread sees that it must wake the driver.
   */
  private volatile boolean isWatching;

  /**
   * What the two clocks showed when the timers were last armed by them. Compared by identity.
   *
   * @param nanos of the monotonic clock
   */
  private record Comparison(Instant instant, long nanos) {
    boolean differsFrom(Instant otherInstant, long otherNanos) {
      long driftNanos =
          TickScale.nanosOf(Duration.between(instant, otherInstant)) - (otherNanos - nanos);
      return Math.abs(driftNanos) >= TOLERANCE_NANOS;
    }
  }

  /**
   * Written by the driver before it looks for timers to arm again. A thread that arms a timer reads
   * it after the timer can be found. So either the driver finds the timer, or the thread sees the
   * new comparison.
   */
  private volatile Comparison last = new Comparison(Instant.EPOCH, 0);

  /**
   * Whether a timer was armed while the clocks stood apart from the last comparison. Set by any
   * thread, cleared by the driver before it reads the clocks.
   */
  private volatile boolean someAreArmedApart;

  /** When to compare the clocks next. Confined to the driver. */
  private long nextNanos;

  WallClock(InstantSource source, Clock clock, Waker waker, Events events) {
    this.source = source;
    this.clock = clock;
    this.waker = waker;
    this.events = events;
    isPeriodic = clock.equals(Clock.system());
  }

  // Called by any thread.

  /** Identifies the last comparison, for {@link #armed}. */
  Object lastComparison() {
    return last;
  }

  /** The time until an instant, for which a timer is then armed; zero or less if it has come. */
  long nanosUntil(Instant time) {
    Instant now = now();
    if (last.differsFrom(now, clock.nanoTime())) {
      someAreArmedApart = true;
    }
    return TickScale.nanosOf(Duration.between(now, time));
  }

  /**
   * Called when a timer has been armed and is watched. If the driver has armed all others again
   * meanwhile, it must do so once more.
   *
   * @param before the {@link #lastComparison} before {@link #nanosUntil}
   */
  @SuppressWarnings("ReferenceEquality") // Each comparison is another one.
  void armed(Object before) {
    if (last != before) {
      someAreArmedApart = true;
      waker.wake();
    }
  }

  private Instant now() {
    return Objects.requireNonNull(source.instant(), "the wall clock must return an instant");
  }

  /** Keeps a timer on time from now on. */
  void watch(TimerGroup.Member timer) {
    used = true;
    boolean _ = watched.add(timer); // This group is never closed.
    if (!isWatching) {
      waker.wake();
    }
  }

  void forget(TimerGroup.Member timer) {
    watched.remove(timer);
  }

  /** Called if the source has failed when a timer was due. */
  void failed(Throwable failure) {
    events.log(LogMessage.WALL_CLOCK_FAILED, failure);
  }

  // Called by the driver.

  /**
   * Compares the clocks if it is time to, and arms the timers again if the clocks have moved apart.
   *
   * @param nowNanos the elapsed time
   * @return when to compare them again, in elapsed time, or the largest long
   */
  long check(long nowNanos) {
    if (!used) {
      return NEVER;
    }
    isWatching = false;
    if (watched.pending() == 0) {
      return NEVER;
    }
    isWatching = true;
    if (!isPeriodic || nowNanos >= nextNanos) {
      try {
        compare();
      } catch (OutOfMemoryError full) {
        throw full; // The driver tries again.
      } catch (Throwable failure) {
        failed(failure);
      }
      nextNanos = nowNanos + CHECK_NANOS;
    }
    return isPeriodic ? nextNanos : NEVER;
  }

  private void compare() {
    boolean follows = someAreArmedApart;
    someAreArmedApart = false;
    boolean done = false;
    try {
      Instant now = now();
      long nanos = clock.nanoTime();
      if (follows || last.differsFrom(now, nanos)) {
        last = new Comparison(now, nanos);
        follows = true;
        for (TimerGroup.Member member : watched.members()) {
          ((WallTimer) member.timer).follow();
        }
      }
      done = true;
    } finally {
      if (follows && !done) {
        someAreArmedApart = true; // The next comparison tries again.
      }
    }
  }
}
