package io.tourbillon.timer.internal;

/** Throws any Throwable from code that may not declare it. */
public final class Rethrow {
  private Rethrow() {}

  /** Throws it, as it is. Declared to return something so that callers can write {@code throw}. */
  public static RuntimeException unchecked(Throwable error) {
    throw Rethrow.<RuntimeException>as(error);
  }

  /** The cast is to the bound of X, Throwable: X is not there any more when it would be checked. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <X extends Throwable> X as(Throwable error) throws X {
    throw (X) error;
  }
}
