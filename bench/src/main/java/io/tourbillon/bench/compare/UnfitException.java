package io.tourbillon.bench.compare;

/** A comparison that cannot be done as requested. Its message is for users: rule and value. */
final class UnfitException extends Exception {
  private static final long serialVersionUID = 1L;

  UnfitException(String message) {
    super(message);
  }
}
