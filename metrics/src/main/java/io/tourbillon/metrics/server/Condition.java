package io.tourbillon.metrics.server;

/** How something is that is watched. */
enum Condition {
  /** At work, or at rest with nothing to do. */
  UP(true),
  /** Does not go on, although there is something to do. */
  STALLED(false),
  /** Its thread has ended, though it should not have. */
  DEAD(false),
  /** Was closed. */
  CLOSED(false);

  private final boolean healthy;

  Condition(boolean healthy) {
    this.healthy = healthy;
  }

  boolean isHealthy() {
    return healthy;
  }
}
