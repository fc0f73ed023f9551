package io.tourbillon.coroutine;

import io.tourbillon.timer.internal.TickScale;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Calls a body again when it fails, after a delay that grows and varies at random. Immutable and
 * thread-safe; one retry can serve all calls to a server.
 *
 * <pre>{@code
 * static final Retry RETRY = Retry.builder()
 *     .attempts(5)
 *     .delay(Duration.ofMillis(100))        // 50-100 ms, 100-200 ms, 200-400 ms, 400-800 ms
 *     .limit(Duration.ofSeconds(2))         // no attempt begins later
 *     .on(failure -> failure instanceof IOException || failure instanceof TimeoutException)
 *     .build();
 *
 * Page page = RETRY.call(() -> Coroutines.withTimeout(Duration.ofMillis(300), () -> load(url)));
 * }</pre>
 *
 * <p>The delay with jitter follows "equal jitter" of Marc Brooker, "Exponential Backoff And Jitter"
 * (2015).
 */
public final class Retry {
  private static final long NO_LIMIT = Long.MAX_VALUE;

  /** How many earlier failures the last one suppresses. */
  private static final int MOST_SUPPRESSED = 8;

  private final int attempts;
  private final long firstDelayNanos;
  private final double factor;
  private final long maxDelayNanos;
  private final double jitter;
  private final long limitNanos;
  private final Predicate<? super Exception> on;

  private Retry(Builder options) {
    attempts = options.attempts;
    firstDelayNanos = TickScale.nanosOf(options.delay);
    factor = options.factor;
    maxDelayNanos = TickScale.nanosOf(options.maxDelay);
    jitter = options.jitter;
    limitNanos = options.limit == null ? NO_LIMIT : TickScale.nanosOf(options.limit);
    on = options.on;
  }

  /** Returns a builder with three attempts and a first delay of 100 ms. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Calls a body in the calling coroutine until it returns, or fails for good. A cancellation of
   * the coroutine, and a limit around this call, end it at once.
   *
   * @return the value that the body returns
   * @throws X the last failure; it suppresses the first ones before it, up to eight
   * @throws CoroutineCancelledException if the coroutine is cancelled
   * @throws IllegalStateException outside a coroutine
   */
  public <T extends @Nullable Object, X extends Exception> T call(Body<T, X> body) throws X {
    Objects.requireNonNull(body, "body");
    Kernel.Caller caller = Implementation.KERNEL.requireCaller("Retry.call");
    long startNanos = caller.clock().nanoTime();
    Exception[] earlier = new Exception[MOST_SUPPRESSED];
    double delayNanos = firstDelayNanos;
    for (int attempt = 1; ; attempt++) {
      try {
        return body.call();
      } catch (CoroutineCancelledException cancelled) {
        throw cancelled;
      } catch (Exception failure) {
        long waitNanos = withJitter(Math.min(delayNanos, (double) maxDelayNanos));
        long elapsedNanos = caller.clock().nanoTime() - startNanos;
        boolean isOver = limitNanos != NO_LIMIT && elapsedNanos > limitNanos - waitNanos;
        if (attempt == attempts || isOver || !isWorthIt(failure)) {
          suppress(failure, earlier);
          throw failure;
        }
        if (attempt <= MOST_SUPPRESSED) {
          earlier[attempt - 1] = failure;
        }
        caller.delay(waitNanos);
        delayNanos *= factor;
      }
    }
  }

  /** Calls a body without a result, as {@link #call(Body)} does. */
  public <X extends Exception> void call(Block<X> body) throws X {
    call(Block.asBody(body));
  }

  private boolean isWorthIt(Exception failure) {
    Exception shown =
        failure instanceof CompletionException && failure.getCause() instanceof Exception cause
            ? cause
            : failure;
    try {
      return on.test(shown);
    } catch (RuntimeException | Error broken) {
      if (!broken.equals(failure)) {
        broken.addSuppressed(failure);
      }
      throw broken;
    }
  }

  private long withJitter(double nanos) {
    return (long) (nanos * (1 - jitter * Suspension.random().nextDouble()));
  }

  private static void suppress(Exception failure, @Nullable Exception[] earlier) {
    for (Exception before : earlier) {
      if (before != null && !before.equals(failure)) {
        failure.addSuppressed(before);
      }
    }
  }

  /** Options of a retry; each method returns this builder. Not thread-safe. */
  public static final class Builder {
    private int attempts = 3;
    private Duration delay = Duration.ofMillis(100);
    private double factor = 2;
    private Duration maxDelay = Duration.ofMinutes(1);
    private double jitter = 0.5;
    private @Nullable Duration limit;
    private Predicate<? super Exception> on = _ -> true;

    private Builder() {}

    /**
     * Sets how often the body is called at most; 3 by default.
     *
     * @param attempts at least 1; {@link Integer#MAX_VALUE} for no end
     * @throws IllegalArgumentException if it is less
     */
    public Builder attempts(int attempts) {
      if (attempts < 1) {
        throw new IllegalArgumentException("attempts must be at least 1: " + attempts);
      }
      this.attempts = attempts;
      return this;
    }

    /**
     * Sets the delay after the first attempt; 100 ms by default.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public Builder delay(Duration delay) {
      this.delay = requireNotNegative("delay", delay);
      return this;
    }

    /**
     * Sets by how much each delay is longer than the one before; 2 by default, 1 for equal delays.
     *
     * @param factor from 1 to 1000
     * @throws IllegalArgumentException if it is out of that range
     */
    public Builder factor(double factor) {
      if (!(factor >= 1 && factor <= 1000)) {
        throw new IllegalArgumentException("factor must be from 1 to 1000: " + factor);
      }
      this.factor = factor;
      return this;
    }

    /**
     * Sets the longest delay; a minute by default.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public Builder maxDelay(Duration maxDelay) {
      this.maxDelay = requireNotNegative("maxDelay", maxDelay);
      return this;
    }

    /**
     * Sets which part of a delay is left to chance, so that callers that have failed together do
     * not all come back together; 0.5 by default. With {@link SchedulingPolicy#random}, the seed
     * decides; a test of exact times needs 0.
     *
     * @param jitter from 0, for exact delays, to 1, for delays from zero to the whole
     * @throws IllegalArgumentException if it is out of that range
     */
    public Builder jitter(double jitter) {
      if (!(jitter >= 0 && jitter <= 1)) {
        throw new IllegalArgumentException("jitter must be from 0 to 1: " + jitter);
      }
      this.jitter = jitter;
      return this;
    }

    /**
     * Sets a limit for the whole call: no attempt begins after it. If the next attempt would, the
     * call fails at once. An attempt that goes on is not interrupted; use {@link
     * Coroutines#withTimeout} inside or around for that. No limit by default.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public Builder limit(Duration limit) {
      this.limit = requireNotNegative("limit", limit);
      return this;
    }

    /**
     * Sets which failures are worth another attempt; all exceptions by default. Errors and
     * cancellations never are.
     *
     * @param on called in the coroutine, with the cause if the body threw a {@link
     *     CompletionException}, as {@link Coroutines#await} and {@link Coroutine#join} do. If it
     *     throws, its exception ends the call and suppresses the failure
     */
    public Builder on(Predicate<? super Exception> on) {
      this.on = Objects.requireNonNull(on, "on");
      return this;
    }

    /** Returns a retry with these options. */
    public Retry build() {
      return new Retry(this);
    }

    private static Duration requireNotNegative(String name, Duration duration) {
      Objects.requireNonNull(duration, name);
      if (duration.isNegative()) {
        throw new IllegalArgumentException(name + " must not be negative: " + duration);
      }
      return duration;
    }
  }
}
