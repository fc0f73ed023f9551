package io.tourbillon.metrics;

/** Runs in a JVM of its own, whose class path lacks a library that the server needs. */
final class WithoutServer {
  private WithoutServer() {}

  public static void main(String[] args) {
    try {
      MetricsServer.builder();
    } catch (IllegalStateException refusal) {
      System.out.println(refusal.getMessage());
    }
  }
}
