package io.tourbillon.coroutine;

/** An interrupt of a blocking call, which stands for a signal. */
final class Interruption {
  /** A call that does not heed an interrupt is interrupted again after this, doubled. */
  private static final long FIRST_PATIENCE_NANOS = 1_000_000;

  private static final long MOST_PATIENCE_NANOS = 1_000_000_000;

  final Signal signal;
  private long patienceNanos = FIRST_PATIENCE_NANOS;

  Interruption(Signal signal) {
    this.signal = signal;
  }

  /** How long to wait for it to be heeded, before the call is interrupted again. */
  long nextPatienceNanos() {
    long nanos = patienceNanos;
    patienceNanos = Math.min(MOST_PATIENCE_NANOS, 2 * nanos);
    return nanos;
  }
}
