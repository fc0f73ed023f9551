package io.tourbillon.coroutine.sync;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.Suspension;
import io.tourbillon.timer.Clock;
import io.tourbillon.timer.internal.TickScale;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Limits how many permits are acquired over time: a token bucket that permits drip into at a fixed
 * rate, up to its burst.
 *
 * <pre>{@code
 * RateLimiter limiter = RateLimiter.builder(100, Duration.ofSeconds(1)).burst(10).build();
 * limiter.acquire();
 * send(request);
 * }</pre>
 *
 * <p>In any stretch of time, no more permits are acquired than drip in it, plus a burst.
 *
 * <p>Thread-safe. To acquire holds a lock for some ten nanoseconds and reads the clock. There is no
 * thread and no polling: permits are computed from the clock, exactly, when somebody looks. A
 * caller that has to wait sleeps once, for the time that its permits take. It is woken before that,
 * once or twice, if others give up. It never acquires early. It is late by as much as its scheduler
 * is, a tick, which does not delay the callers behind it.
 *
 * <p>Fair: requests are served in arrival order. A caller that has to wait has reserved the permits
 * that drip next. They count as acquired when they are there, however late the caller itself is. If
 * it gives up, those behind it get them and wait less. A caller that has been cancelled holds up
 * nobody, even before it runs again, unless its turn had come by then.
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
   * Returns a builder of a limiter.
   *
   * @param permits how many drip in a period, at least 1
   * @param period more than zero
   * @throws IllegalArgumentException if one of them is less
   */
  public static Builder builder(int permits, Duration period) {
    return new Builder(permits, period);
  }

  /** As {@link #acquire(int)}, of one permit. */
  public void acquire() {
    acquire(1);
  }

  /**
   * Acquires permits. Waits until they have dripped and all earlier requests have been served.
   *
   * @param permits from 1 to the burst
   * @throws IllegalArgumentException if it is out of that range
   * @throws CoroutineCancelledException if the calling coroutine is cancelled
   * @throws CancellationException if the calling thread is interrupted while it waits
   */
  public void acquire(int permits) {
    requireInRange(permits);
    Suspension.checkCancelled();
    boolean _ = acquireWithin(Long.MAX_VALUE, reservations.request(permits));
  }

  /** As {@link #acquire(int, Duration)}, of one permit. */
  public void acquire(Duration limit) throws TimeoutException {
    acquire(1, limit);
  }

  /**
   * As {@link #acquire(int)}, if the permits come within the limit. That is known at once.
   *
   * @param limit zero or less does not wait
   * @throws TimeoutException at once, if it would take longer
   */
  public void acquire(int permits, Duration limit) throws TimeoutException {
    requireInRange(permits);
    Objects.requireNonNull(limit, "limit");
    Suspension.checkCancelled();
    Reservations.Request request = reservations.request(permits);
    if (!acquireWithin(TickScale.nanosOf(limit), request)) {
      throw new TimeoutException(request + " would take longer than " + limit);
    }
  }

  /** As {@link #tryAcquire(int)}, of one permit. */
  public boolean tryAcquire() {
    return tryAcquire(1);
  }

  /**
   * Acquires permits if they are available and no earlier request waits. Never waits.
   *
   * @param permits from 1 to the burst
   * @return true if the permits were acquired
   * @throws IllegalArgumentException if it is out of that range
   */
  public boolean tryAcquire(int permits) {
    requireInRange(permits);
    return acquireWithin(0, reservations.request(permits));
  }

  /** As {@link #tryAcquire(int, Duration)}, of one permit. */
  public boolean tryAcquire(Duration limit) {
    return tryAcquire(1, limit);
  }

  /** As {@link #tryAcquire(int, long, TimeUnit)}, of one permit. */
  public boolean tryAcquire(long timeout, TimeUnit unit) {
    return tryAcquire(1, timeout, unit);
  }

  /**
   * Acquires permits, if they come within the limit. That is known at once, so a result of false
   * comes without a wait.
   *
   * @param permits from 1 to the burst
   * @param limit zero or less does not wait
   * @return true if the permits were acquired, false if it would take longer
   * @throws IllegalArgumentException if the number of permits is out of that range
   * @throws CoroutineCancelledException if the calling coroutine is cancelled
   * @throws CancellationException if the calling thread is interrupted while it waits
   */
  public boolean tryAcquire(int permits, Duration limit) {
    requireInRange(permits);
    Objects.requireNonNull(limit, "limit");
    Suspension.checkCancelled();
    return acquireWithin(TickScale.nanosOf(limit), reservations.request(permits));
  }

  /**
   * As {@link #tryAcquire(int, Duration)}.
   *
   * @param timeout zero or less does not wait
   * @param unit the unit of the timeout
   */
  public boolean tryAcquire(int permits, long timeout, TimeUnit unit) {
    return tryAcquire(permits, Duration.ofNanos(unit.toNanos(timeout)));
  }

  /** Returns how many permits could be acquired now. A snapshot. */
  public int availablePermits() {
    return reservations.available();
  }

  @Override
  public String toString() {
    return name + ", " + availablePermits() + " available";
  }

  private boolean acquireWithin(long limitNanos, Reservations.Request request) {
    return switch (reservations.tryAcquire(Math.max(0, limitNanos), request)) {
      case ACQUIRED -> true;
      case REFUSED -> false;
      case RESERVED -> {
        reservations.await(request);
        yield true;
      }
    };
  }

  private void requireInRange(int permits) {
    if (permits < 1) {
      throw new IllegalArgumentException("permits must be at least 1: " + permits);
    }
    if (permits > burst) {
      throw new IllegalArgumentException(
          "permits must be at most " + burst + ", the burst of " + name + ": " + permits);
    }
  }

  /** Options of a limiter. Each method returns this builder. Not thread-safe. */
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
     * Sets how many permits the limiter holds at most, and at first. The default is 1, which
     * spreads them evenly.
     *
     * @param burst at least 1
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
     * Sets the clock by which permits drip. The default is that of the scheduler whose coroutine
     * builds the limiter, or else the system's. It should be the clock of the callers: a coroutine
     * waits by the clock of its scheduler, a thread by the system's. A caller whose clock is ahead
     * looks again.
     */
    public Builder clock(Clock clock) {
      this.clock = Objects.requireNonNull(clock, "clock");
      return this;
    }

    /**
     * Sets the name for messages and {@link Coroutine#waitsFor}. The default is generated, such as
     * {@code rate limiter-1}.
     */
    public Builder name(String name) {
      this.name = Objects.requireNonNull(name, "name");
      return this;
    }

    /**
     * Builds a limiter that holds a burst at first.
     *
     * @throws IllegalArgumentException if an empty limiter would take 73 years or more to fill
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
