package io.tourbillon.timer.internal;

/** Throws any Throwable from code that may not declare it. */
public final class Rethrow {
  private Rethrow() {}

  /** Throws the error. Declared to return one, so that callers can write {@code throw}. */
  public static RuntimeException unchecked(Throwable error) {
    throw Rethrow.<RuntimeException>as(error);
  }

  /** The cast checks nothing: X is erased to its bound, Throwable. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <X extends Throwable> X as(Throwable error) throws X {
    throw (X) error;
  }
}
