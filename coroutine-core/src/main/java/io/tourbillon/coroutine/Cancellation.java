package io.tourbillon.coroutine;

/** A request that a coroutine as a whole should end. No record, as it is compared by identity. */
final class Cancellation implements Signal {
  private final String source;
  private final String reason;

  /** When it was made. */
  final long elapsedNanos;

  Cancellation(String source, String reason, long elapsedNanos) {
    this.source = source;
    this.reason = reason;
    this.elapsedNanos = elapsedNanos;
  }

  @Override
  public String source() {
    return source;
  }

  @Override
  public String reason() {
    return reason;
  }
}
