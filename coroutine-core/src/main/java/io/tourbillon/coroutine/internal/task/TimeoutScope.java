package io.tourbillon.coroutine.internal.task;

import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Raises a signal when a limit is over. Of two limits that are, the earlier one counts. */
final class TimeoutScope extends Scope implements Signal {
  private final Duration limit;
  private final long deadlineNanos;

  /**
   * @param deadlineNanos the end of the limit in elapsed time
   */
  TimeoutScope(@Nullable Scope outer, Duration limit, long deadlineNanos) {
    super(outer);
    this.limit = limit;
    this.deadlineNanos = deadlineNanos;
  }

  @Override
  long strikeNanosInside(@Nullable Cancellation cancellation) {
    return Math.min(deadlineNanos, strikeNanos(outer, cancellation));
  }

  @Override
  @Nullable Signal signalInside(@Nullable Cancellation cancellation) {
    return deadlineNanos < strikeNanos(outer, cancellation) ? this : signal(outer, cancellation);
  }

  @Override
  public String source() {
    return "timeout";
  }

  @Override
  public String reason() {
    return "it took longer than " + limit;
  }

  /** Whoever catches a signal finds in the same way that it is one of a limit, whoever set that. */
  @Override
  public Throwable cause() {
    return new TimeoutException(reason());
  }
}
