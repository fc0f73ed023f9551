package io.tourbillon.timer;

/** The logger of services. */
final class Logging {
  private Logging() {}

  /** Looked up anew, which costs little: a failure to find it must not last. */
  static System.Logger logger() {
    return System.getLogger("io.tourbillon.timer");
  }
}
