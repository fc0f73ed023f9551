package io.tourbillon.bench.compare;

/** Thrown if a comparison cannot be done as requested. Its message is for users: rule and value. */
final class UnfitException extends Exception {
  private static final long serialVersionUID = 1L;

  UnfitException(String message) {
    super(message);
  }
}
