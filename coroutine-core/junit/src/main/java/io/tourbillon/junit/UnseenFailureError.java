package io.tourbillon.junit;

import org.jspecify.annotations.Nullable;

/**
 * Fails a test in which a task of its {@code TimerService} or a coroutine of its {@code
 * CoroutineScheduler} has failed, and no code has seen that: production would only log it. The
 * cause is the first such failure, and others are {@linkplain Throwable#getSuppressed suppressed}.
 * If the test has failed by itself, this error is suppressed in that failure.
 *
 * <p>A test of what happens after such a failure joins the coroutine, or builds a service with an
 * exception handler of its own.
 */
public final class UnseenFailureError extends AssertionError {
  private static final long serialVersionUID = 1;

  UnseenFailureError(String message, @Nullable Throwable cause) {
    super(message, cause);
    // The cause has the place of the failure.
    setStackTrace(new StackTraceElement[0]);
  }
}
