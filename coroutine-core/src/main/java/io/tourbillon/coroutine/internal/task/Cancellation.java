package io.tourbillon.coroutine.internal.task;

import io.tourbillon.coroutine.internal.observe.LoopCounts.Count;

/** A request that a whole coroutine must end. Not a record, since it is compared by identity. */
final class Cancellation implements CancelScope.Signal {
  private final Count count;
  private final String source;
  private final Object reason;

  /** The elapsed time of the request. */
  final long elapsedNanos;

  /**
   * @param count the count for the end of the coroutine
   * @param reason its {@code toString} is called when the reason is read
   */
  Cancellation(Count count, String source, Object reason, long elapsedNanos) {
    this.count = count;
    this.source = source;
    this.reason = reason;
    this.elapsedNanos = elapsedNanos;
  }

  Count count() {
    return count;
  }

  @Override
  public String source() {
    return source;
  }

  @Override
  public String reason() {
    return reason.toString();
  }
}
