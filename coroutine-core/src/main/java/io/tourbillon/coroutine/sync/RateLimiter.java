package io.tourbillon.coroutine.sync;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.Suspension;
import io.tourbillon.timer.Clock;
import io.tourbillon.timer.internal.TickScale;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Lets so many go on in a time: a bucket into which permits drip, as many as its burst, and out of
 * which they are acquired.
 *
 * <pre>{@code
 * RateLimiter limiter = RateLimiter.builder(100, Duration.ofSeconds(1)).burst(10).build();
 * limiter.acquire();
 * send(request);
 * }</pre>
 *
 * <p>In no stretch of time are more acquired than drip in it, and a burst. Fair: requests are
 * served in the order in which they came. One who has to wait has reserved what drips next, and it
 * counts as acquired when that is there, however late the waiter itself is; if it gives up, those
 * behind it have it, and wait less.
 *
 * <p>Nothing drips really: permits are computed when somebody looks, exactly, from the clock. There
 * is no thread, and nobody polls. Each who waits does so once, for the time that its permits take;
 * it is woken before that, once or twice, if others give theirs back. An acquisition holds a lock
 * for some ten nanoseconds, and reads the clock. Never early; late by as much as the waiter's
 * scheduler is, a tick, of which the next do not suffer.
 *
 * <p>Thread-safe.
 */
public final class RateLimiter {
  private static final AtomicLong NUMBERS = new AtomicLong();

  private final String name;
  private final int burst;
  private final Reservations reservations;

  private RateLimiter(Builder options) {
    name = options.name == null ? "rate limiter-" + NUMBERS.incrementAndGet() : options.name;
    burst = options.burst;
    Clock clock = options.clock == null ? Suspension.clock() : options.clock;
    TokenBucket bucket = new TokenBucket(options.permits, options.periodNanos, burst);
    reservations = new Reservations(name, clock, bucket);
  }

  /**
   * Configures one.
   *
   * @param permits how many drip in the period, at least 1
   * @param period more than zero
   * @throws IllegalArgumentException if one of them is less
   */
  public static Builder builder(int permits, Duration period) {
    return new Builder(permits, period);
  }

  /** As {@link #acquire(int)}, of one. */
  public void acquire() {
    acquire(1);
  }

  /**
   * Acquires permits; waits until so many have dripped, and everybody who came before has been
   * served.
   *
   * @param permits from 1 to the burst
   * @throws IllegalArgumentException if it is out of that range
   * @throws CoroutineCancelledException if the calling coroutine is cancelled
   * @throws CancellationException if the calling thread, no coroutine, is interrupted meanwhile
   */
  public void acquire(int permits) {
    require(permits);
    Suspension.checkCancelled();
    Reservations.Request request = reservations.request(permits);
    if (!reservations.isServedWithin(Long.MAX_VALUE, request)) {
      reservations.await(request);
    }
  }

  /** As {@link #acquire(int, Duration)}, of one. */
  public void acquire(Duration limit) throws TimeoutException {
    acquire(1, limit);
  }

  /**
   * As {@link #acquire(int)}, but does not wait if its turn does not come within a limit, as is
   * known at once.
   *
   * @param limit zero or less does not wait
   * @throws TimeoutException if it would take longer; thrown at once
   */
  public void acquire(int permits, Duration limit) throws TimeoutException {
    require(permits);
    Objects.requireNonNull(limit, "limit");
    Suspension.checkCancelled();
    Reservations.Request request = reservations.request(permits);
    if (!reservations.isServedWithin(TickScale.nanosOf(limit), request)) {
      if (request.place == null) {
        throw new TimeoutException(request + " would take longer than " + limit);
      }
      reservations.await(request);
    }
  }

  /** As {@link #tryAcquire(int)}, of one. */
  public boolean tryAcquire() {
    return tryAcquire(1);
  }

  /**
   * Acquires permits if that needs no waiting.
   *
   * @param permits from 1 to the burst
   * @return whether it did; false if there are too few, or somebody waits already
   * @throws IllegalArgumentException if it is out of that range
   */
  public boolean tryAcquire(int permits) {
    require(permits);
    return reservations.isServedWithin(0, reservations.request(permits));
  }

  /** How many could be acquired now; a snapshot. */
  public int availablePermits() {
    return reservations.available();
  }

  @Override
  public String toString() {
    return name + ", " + availablePermits() + " available";
  }

  private void require(int permits) {
    if (permits < 1) {
      throw new IllegalArgumentException("permits must be at least 1: " + permits);
    }
    if (permits > burst) {
      throw new IllegalArgumentException(
          "permits must be at most " + burst + ", the burst of " + name + ": " + permits);
    }
  }

  /** Options of a limiter; each method returns this builder. Not thread-safe. */
  public static final class Builder {
    private final int permits;
    private final long periodNanos;
    private int burst = 1;
    private @Nullable Clock clock;
    private @Nullable String name;

    private Builder(int permits, Duration period) {
      if (permits < 1) {
        throw new IllegalArgumentException("permits must be at least 1: " + permits);
      }
      if (!period.isPositive()) {
        throw new IllegalArgumentException("period must be more than zero: " + period);
      }
      this.permits = permits;
      periodNanos = TickScale.nanosOf(period);
    }

    /**
     * How many permits it holds at most, and at first; 1 by default, which spreads them evenly.
     *
     * @throws IllegalArgumentException if it is less than 1
     */
    public Builder burst(int burst) {
      if (burst < 1) {
        throw new IllegalArgumentException("burst must be at least 1: " + burst);
      }
      this.burst = burst;
      return this;
    }

    /**
     * By what time permits drip; by default, that of the scheduler whose coroutine builds it, and
     * otherwise the system's. It should be the clock of those who wait: a coroutine waits by that
     * of its scheduler, a thread by the system's, and one whose clock is ahead looks again.
     */
    public Builder clock(Clock clock) {
      this.clock = Objects.requireNonNull(clock, "clock");
      return this;
    }

    /** For errors and {@link Coroutine#waitsFor}; by default, rate limiter and a number. */
    public Builder name(String name) {
      this.name = Objects.requireNonNull(name, "name");
      return this;
    }

    /**
     * Builds it; it begins full.
     *
     * @throws IllegalArgumentException if it would take 73 years or more to fill
     */
    public RateLimiter build() {
      if (TokenBucket.fillNanos(permits, periodNanos, burst) >= TokenBucket.NEVER_NANOS) {
        throw new IllegalArgumentException(
            "a burst must fill within 73 years: "
                + burst
                + " at "
                + permits
                + " in "
                + Duration.ofNanos(periodNanos));
      }
      return new RateLimiter(this);
    }
  }
}
