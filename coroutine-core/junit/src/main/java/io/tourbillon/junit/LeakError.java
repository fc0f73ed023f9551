package io.tourbillon.junit;

/**
 * Fails a test that ends while timers are pending, coroutines have not ended, or services that it
 * has made are open. The message lists them, with the place where each was made. If the test has
 * failed by itself, this error is {@linkplain Throwable#getSuppressed suppressed} in that failure.
 */
public final class LeakError extends AssertionError {
  private static final long serialVersionUID = 1;

  /** Ends each message. */
  static final String ADVICE = "or say @LeaksAllowed(\"why\") on the test or its class";

  LeakError(String message) {
    super(message);
    // Where the check stands says nothing.
    setStackTrace(new StackTraceElement[0]);
  }
}
