package io.tourbillon.coroutine.sync;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.OrderlyEnd;
import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.Selectable;
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
 * A periodic signal for a coroutine or a thread that does something at each tick.
 *
 * <pre>{@code
 * for (Ticker.Tick tick : Ticker.every(Duration.ofSeconds(1))) {
 *   report();
 * }
 * }</pre>
 *
 * <p>Thread-safe, but for one caller at a time: a second caller that asks for a tick while the
 * first one waits gets an {@link IllegalStateException}. A call holds a lock for some ten
 * nanoseconds and reads the clock. A ticker has no thread, and no timer but that of the caller that
 * waits.
 *
 * <p>Ticks are due whole periods after the ticker was created, not after the last one was taken, so
 * they do not drift. Never early; late by as much as the scheduler of the coroutine is. Ticks that
 * are overdue when a caller asks for one are missed: {@link MissedTick} says what happens to them.
 * By default the caller gets one of them, and the others are skipped.
 */
public final class Ticker implements Iterable<Ticker.Tick>, AutoCloseable {
  private static final AtomicLong NUMBERS = new AtomicLong();

  private final ShortLock lock = new ShortLock();
  private final String name;
  private final Clock clock;
  private final long originNanos;
  private final MissedTick missedTick;

  /** The most by which a tick is delayed at random, as a part of the period. */
  private final double jitter;

  // Guarded by the lock.
  private long nextNumber = 1;

  /** Volatile, so that observers need no lock. */
  private volatile long periodNanos;

  /** When the next tick is due without its jitter, in elapsed time. */
  private long dueNanos;

  private long jitterNanos;

  private volatile boolean closed; // Written under the lock.

  /** True while a caller waits for the next tick or takes it. */
  private boolean inUse;

  /** Null unless a caller waits. */
  private @Nullable Resumption<Boolean> woken;

  /** When the tick is due for which the caller is about to wait, in elapsed time. */
  private long expectedNanos;

  /**
   * A tick.
   *
   * @param number the number of its period: 1 for the first; skipped ticks are counted as well
   * @param latenessNanos how long after its due time it was taken
   */
  public record Tick(long number, long latenessNanos) {}

  private Ticker(Builder options) {
    name = options.name == null ? "ticker-" + NUMBERS.incrementAndGet() : options.name;
    clock = options.clock == null ? Suspension.clock() : options.clock;
    originNanos = clock.nanoTime();
    periodNanos = options.periodNanos;
    missedTick = options.missedTick;
    jitter = options.jitter;
    dueNanos = periodNanos;
    jitterNanos = nextJitterNanos();
  }

  /**
   * Creates a ticker that ticks after each period from now on.
   *
   * @param period more than zero
   * @throws IllegalArgumentException if it is not
   */
  public static Ticker every(Duration period) {
    return builder(period).build();
  }

  /**
   * Returns a builder of a ticker.
   *
   * @param period more than zero
   * @throws IllegalArgumentException if it is not
   */
  public static Builder builder(Duration period) {
    return new Builder(period);
  }

  /**
   * Takes the next tick; waits until it is due. A caller that gives up has not taken it.
   *
   * @throws IllegalStateException if the ticker is closed, before or during the wait; or if another
   *     caller waits for the next tick
   * @throws CoroutineCancelledException if the calling coroutine is cancelled
   * @throws CancellationException if the calling thread is interrupted while it waits
   */
  public Tick next() {
    Tick next = nextOrEnd();
    if (next == null) {
      throw new ClosedException(name);
    }
    return next;
  }

  /**
   * Returns what a {@code Select} waits for to take the next tick. If another case takes place, it
   * has taken none. The select throws as {@link #next} does if the ticker is closed, or if another
   * caller waits for the next tick.
   */
  public Selectable<Tick> onTick() {
    return new Ticking();
  }

  private final class Ticking implements Selectable<Tick> {
    @Override
    public @Nullable Tick tryTake() {
      beginUse();
      try {
        if (closed) {
          throw new ClosedException(name);
        }
        return take();
      } finally {
        endUse();
      }
    }

    /** The select wakes by itself when the tick is due. A reset or a close wakes it as well. */
    @Override
    public Suspension.Registration enrol(Resumption<@Nullable Tick> taken) {
      beginUse();
      sleep(new Granting<@Nullable Tick>(null, taken));
      return Ticker.this::endUse;
    }

    @Override
    public long nanosToNextTry() {
      return nanosToNext();
    }

    @Override
    public String toString() {
      return Ticker.this.toString();
    }
  }

  /** Thrown by {@link #next} when the ticker is closed. */
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
   * Returns an iterator over the ticks to come, until the ticker is closed. Each tick is taken
   * once, by an iterator or by {@link #next}. {@code hasNext} waits, and takes the tick.
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
   * Starts again: the next tick is due a whole period from now, and those after it follow from
   * there. For timeouts that every activity puts off. May be called by any thread, also while a
   * caller waits for the tick.
   *
   * @throws IllegalStateException if the ticker is closed
   */
  public void reset() {
    resetTo(periodNanos);
  }

  /**
   * Starts again, as {@link #reset()} does, with another period.
   *
   * @param period more than zero
   * @throws IllegalArgumentException if it is not
   * @throws IllegalStateException if the ticker is closed
   */
  public void reset(Duration period) {
    resetTo(requirePositive(period));
  }

  private void resetTo(long newPeriodNanos) {
    lock.lock();
    try {
      if (closed) {
        throw new ClosedException(name);
      }
      periodNanos = newPeriodNanos;
      dueNanos = TickScale.deadlineNanos(elapsedNanos(), newPeriodNanos);
      jitterNanos = nextJitterNanos();
      wakeLocked();
    } finally {
      lock.unlock();
    }
  }

  /** Makes the caller that waits look at the ticker again. Called under the lock. */
  private void wakeLocked() {
    if (woken != null) {
      woken.resume(true);
      woken = null;
    }
  }

  private long nextJitterNanos() {
    return jitter == 0 ? 0 : (long) (jitter * periodNanos * Suspension.random().nextDouble());
  }

  /** Ends the ticker: iterations end, and {@link #next} throws. Closing again has no effect. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      wakeLocked();
    } finally {
      lock.unlock();
    }
  }

  /** Names the ticker and its period. */
  @Override
  public String toString() {
    return name + ", every " + Duration.ofNanos(periodNanos);
  }

  private @Nullable Tick nextOrEnd() {
    Suspension.checkCancelled();
    beginUse();
    try {
      while (true) {
        long nanos = nanosToNext();
        if (nanos > 0) {
          Boolean _ = Suspension.<Boolean>awaitAtMost(this, Duration.ofNanos(nanos), this::sleep);
        } else if (closed) {
          return null;
        } else {
          Tick tick = take();
          if (tick != null) {
            return tick;
          }
        }
      }
    } finally {
      endUse();
    }
  }

  private void beginUse() {
    lock.lock();
    try {
      if (inUse) {
        throw new IllegalStateException("a ticker must be used by one caller at a time: " + name);
      }
      inUse = true;
    } finally {
      lock.unlock();
    }
  }

  private void endUse() {
    lock.lock();
    try {
      inUse = false;
      woken = null;
    } finally {
      lock.unlock();
    }
  }

  private void sleep(Resumption<Boolean> toWake) {
    lock.lock();
    try {
      // A reset may have come since the caller computed how long to wait.
      if (closed || jitteredNanos() != expectedNanos) {
        toWake.resume(true);
      } else {
        woken = toWake;
      }
    } finally {
      lock.unlock();
    }
  }

  private long nanosToNext() {
    lock.lock();
    try {
      expectedNanos = jitteredNanos();
      return closed ? 0 : expectedNanos - elapsedNanos();
    } finally {
      lock.unlock();
    }
  }

  /** When the next tick is due, in elapsed time. Called under the lock. */
  private long jitteredNanos() {
    return jitterNanos == 0 ? dueNanos : TickScale.deadlineNanos(dueNanos, jitterNanos);
  }

  /** Takes the tick that is due; returns null if none is any more, as after a reset or a close. */
  private @Nullable Tick take() {
    lock.lock();
    try {
      long nowNanos = elapsedNanos();
      if (closed || jitteredNanos() > nowNanos) {
        return null;
      }
      Tick tick = new Tick(nextNumber, nowNanos - jitteredNanos());
      long missed = missedTick == MissedTick.BURST ? 0 : tick.latenessNanos / periodNanos;
      nextNumber += 1 + missed;
      dueNanos =
          missed > 0 && missedTick == MissedTick.DELAY
              ? TickScale.deadlineNanos(nowNanos, periodNanos)
              : TickScale.deadlineNanos(dueNanos + missed * periodNanos, periodNanos);
      jitterNanos = nextJitterNanos();
      return tick;
    } finally {
      lock.unlock();
    }
  }

  private long elapsedNanos() {
    return clock.nanoTime() - originNanos;
  }

  private static long requirePositive(Duration period) {
    if (!period.isPositive()) {
      throw new IllegalArgumentException("period must be more than zero: " + period);
    }
    return TickScale.nanosOf(period);
  }

  /** Options of a ticker. Each method returns this builder. Not thread-safe. */
  public static final class Builder {
    private final long periodNanos;
    private MissedTick missedTick = MissedTick.SKIP;
    private @Nullable Clock clock;
    private @Nullable String name;
    private double jitter;

    private Builder(Duration period) {
      periodNanos = requirePositive(period);
    }

    /**
     * Delays each tick at random, so that many tickers with the same period do not tick together.
     * The delays do not add up: each counts from the due time without it. Zero by default.
     *
     * @param jitter the longest delay as a part of the period, from 0 to 1
     * @throws IllegalArgumentException if it is out of that range
     */
    public Builder jitter(double jitter) {
      if (!(jitter >= 0 && jitter <= 1)) {
        throw new IllegalArgumentException("jitter must be from 0 to 1: " + jitter);
      }
      this.jitter = jitter;
      return this;
    }

    /** Sets what happens to ticks that are overdue when a caller asks. The default is SKIP. */
    public Builder missedTick(MissedTick missedTick) {
      this.missedTick = Objects.requireNonNull(missedTick, "missedTick");
      return this;
    }

    /**
     * Sets the clock by which it ticks. The default is that of the scheduler whose coroutine builds
     * the ticker, or else the system's. It should be the clock of the caller: a coroutine waits by
     * the clock of its scheduler, a thread by the system's. A caller whose clock is ahead looks
     * again.
     */
    public Builder clock(Clock clock) {
      this.clock = Objects.requireNonNull(clock, "clock");
      return this;
    }

    /**
     * Sets the name for messages and {@link Coroutine#waitsFor}. The default is generated, such as
     * {@code ticker-1}.
     */
    public Builder name(String name) {
      this.name = Objects.requireNonNull(name, "name");
      return this;
    }

    /** Builds a ticker whose first tick is due a period later. */
    public Ticker build() {
      return new Ticker(this);
    }
  }
}
