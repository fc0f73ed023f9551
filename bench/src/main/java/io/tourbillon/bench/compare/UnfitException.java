package io.tourbillon.bench.compare;

/** A comparison that can not be done as asked for. Its message is for users: rule and value. */
final class UnfitException extends Exception {
  private static final long serialVersionUID = 1L;

  UnfitException(String message) {
    super(message);
  }
}
