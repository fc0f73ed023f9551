package io.tourbillon.coroutine.internal.task;

/** What tests of the public package see of failures. */
public final class Failures {
  private Failures() {}

  /** Whether a failure is another, has it as a cause, or has suppressed it. */
  public static boolean contains(Throwable thrown, Throwable failure) {
    return Throwables.contains(thrown, failure);
  }
}
