package io.tourbillon.coroutine.sync;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.OrderlyEnd;
import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.Suspension;
import io.tourbillon.timer.Clock;
import io.tourbillon.timer.MissedTick;
import io.tourbillon.timer.internal.ShortLock;
import io.tourbillon.timer.internal.TickScale;
import java.io.Serial;
import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Ticks again and again, for a coroutine or thread that does something at each tick.
 *
 * <pre>{@code
 * for (Ticker.Tick tick : Ticker.every(Duration.ofSeconds(1))) {
 *   report();
 * }
 * }</pre>
 *
 * <p>Ticks are whole periods after the ticker was made, not after the last one was taken, so they
 * do not drift. Ticks that have passed when somebody asks for one are missed: {@link MissedTick}
 * says what becomes of them. By default one of them is made up for and the others are left out.
 *
 * <p>Never early; late by as much as the scheduler of the coroutine is. It has no thread and no
 * timer but that of whoever waits. For one at a time: a second one who asks while the first waits
 * has an {@link IllegalStateException}. Otherwise thread-safe. A call holds a lock for some ten
 * nanoseconds and reads the clock.
 */
public final class Ticker implements Iterable<Ticker.Tick>, AutoCloseable {
  private static final AtomicLong NUMBERS = new AtomicLong();

  private final ShortLock lock = new ShortLock();
  private final String name;
  private final Clock clock;
  private final long originNanos;
  private final long periodNanos;
  private final MissedTick missedTick;

  // Guarded by the lock.
  private long nextNumber = 1;

  /** When the next is due, in elapsed time. */
  private long dueNanos;

  private boolean closed;

  /** Whether somebody is about to get the next. */
  private boolean used;

  /** Null unless somebody waits. */
  private @Nullable Resumption<Boolean> woken;

  /**
   * A tick.
   *
   * @param number counts periods: 1 is the first; those that are left out are counted too
   * @param latenessNanos how long after its time it has been taken
   */
  public record Tick(long number, long latenessNanos) {}

  private Ticker(Builder options) {
    name = options.name == null ? "ticker-" + NUMBERS.incrementAndGet() : options.name;
    clock = options.clock == null ? Suspension.clock() : options.clock;
    originNanos = clock.nanoTime();
    periodNanos = options.periodNanos;
    missedTick = options.missedTick;
    dueNanos = periodNanos;
  }

  /**
   * One that ticks after each period from now on.
   *
   * @param period more than zero
   * @throws IllegalArgumentException if it is not
   */
  public static Ticker every(Duration period) {
    return builder(period).build();
  }

  /**
   * Configures one.
   *
   * @param period more than zero
   * @throws IllegalArgumentException if it is not
   */
  public static Builder builder(Duration period) {
    return new Builder(period);
  }

  /**
   * Waits until the next tick, if that has not passed yet. One who gives up has not taken it.
   *
   * @throws IllegalStateException if the ticker is closed, or is meanwhile; or if somebody else
   *     waits for the next tick
   * @throws CoroutineCancelledException if the calling coroutine is cancelled
   * @throws CancellationException if the calling thread, no coroutine, is interrupted meanwhile
   */
  public Tick next() {
    Tick next = nextOrEnd();
    if (next == null) {
      throw new ClosedException(name);
    }
    return next;
  }

  /** What {@link #next} throws at the end. */
  private static final class ClosedException extends IllegalStateException implements OrderlyEnd {
    @Serial private static final long serialVersionUID = 1;

    ClosedException(String name) {
      super(name + " is closed");
    }

    @Override
    public boolean isOrderly() {
      return true;
    }
  }

  /**
   * The ticks to come, until it is closed. They are the same as those of {@link #next}, which each
   * are taken once; {@code hasNext} waits.
   */
  @Override
  public Iterator<Tick> iterator() {
    return new Iterator<>() {
      private @Nullable Tick next;

      @Override
      public boolean hasNext() {
        if (next == null) {
          next = nextOrEnd();
        }
        return next != null;
      }

      @Override
      public Tick next() {
        if (!hasNext()) {
          throw new NoSuchElementException(name + " is closed");
        }
        Tick tick = Objects.requireNonNull(next);
        next = null;
        return tick;
      }
    };
  }

  /**
   * Ends it; iterations end, and whoever waits for the next tick is told. Closing twice is once.
   */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      if (woken != null) {
        woken.resume(true);
        woken = null;
      }
    } finally {
      lock.unlock();
    }
  }

  /** Names it, and its period. */
  @Override
  public String toString() {
    return name + ", every " + Duration.ofNanos(periodNanos);
  }

  private @Nullable Tick nextOrEnd() {
    Suspension.checkCancelled();
    begin();
    try {
      for (long nanos = leftNanos(); nanos > 0; nanos = leftNanos()) {
        Boolean _ = Suspension.<Boolean>awaitAtMost(this, Duration.ofNanos(nanos), this::sleep);
      }
      return taken();
    } finally {
      end();
    }
  }

  private void begin() {
    lock.lock();
    try {
      if (used) {
        throw new IllegalStateException("a ticker is for one at a time: " + name);
      }
      used = true;
    } finally {
      lock.unlock();
    }
  }

  private void end() {
    lock.lock();
    try {
      used = false;
      woken = null;
    } finally {
      lock.unlock();
    }
  }

  private void sleep(Resumption<Boolean> toWake) {
    lock.lock();
    try {
      if (closed) {
        toWake.resume(true);
      } else {
        woken = toWake;
      }
    } finally {
      lock.unlock();
    }
  }

  private long leftNanos() {
    lock.lock();
    try {
      return closed ? 0 : dueNanos - elapsedNanos();
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Tick taken() {
    lock.lock();
    try {
      if (closed) {
        return null;
      }
      long nowNanos = elapsedNanos();
      Tick tick = new Tick(nextNumber, nowNanos - dueNanos);
      long missed = missedTick == MissedTick.BURST ? 0 : tick.latenessNanos / periodNanos;
      nextNumber += 1 + missed;
      dueNanos =
          missed > 0 && missedTick == MissedTick.DELAY
              ? TickScale.deadlineNanos(nowNanos, periodNanos)
              : TickScale.deadlineNanos(dueNanos + missed * periodNanos, periodNanos);
      return tick;
    } finally {
      lock.unlock();
    }
  }

  private long elapsedNanos() {
    return clock.nanoTime() - originNanos;
  }

  /** Options of a ticker; each method returns this builder. Not thread-safe. */
  public static final class Builder {
    private final long periodNanos;
    private MissedTick missedTick = MissedTick.SKIP;
    private @Nullable Clock clock;
    private @Nullable String name;

    private Builder(Duration period) {
      if (!period.isPositive()) {
        throw new IllegalArgumentException("period must be more than zero: " + period);
      }
      periodNanos = TickScale.nanosOf(period);
    }

    /** What becomes of ticks that have passed before they were asked for; SKIP by default. */
    public Builder missedTick(MissedTick missedTick) {
      this.missedTick = Objects.requireNonNull(missedTick, "missedTick");
      return this;
    }

    /**
     * By what time it ticks; by default, that of the scheduler whose coroutine builds it, and
     * otherwise the system's. It should be the clock of whoever waits: a coroutine waits by that of
     * its scheduler, a thread by the system's, and one whose clock is ahead looks again.
     */
    public Builder clock(Clock clock) {
      this.clock = Objects.requireNonNull(clock, "clock");
      return this;
    }

    /** For errors and {@link Coroutine#waitsFor}; by default, ticker and a number. */
    public Builder name(String name) {
      this.name = Objects.requireNonNull(name, "name");
      return this;
    }

    /** Builds it; the first tick comes a period later. */
    public Ticker build() {
      return new Ticker(this);
    }
  }
}
