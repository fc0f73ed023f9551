package io.tourbillon.coroutine.internal.task;

/** Access to failures for tests of the public package. */
public final class Failures {
  private Failures() {}

  /** Whether a failure is another, has it as a cause, or suppresses it. */
  public static boolean contains(Throwable thrown, Throwable failure) {
    return Throwables.contains(thrown, failure);
  }
}
