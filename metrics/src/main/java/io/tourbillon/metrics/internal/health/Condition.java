package io.tourbillon.metrics.internal.health;

/** The condition of timers, of a loop or of durable timers. */
public enum Condition {
  /** At work, or at rest with nothing to do. */
  UP(true),
  /** Makes no progress, although there is something to do, or has no lease to do it. */
  STALLED(false),
  /** The loop has failed, so that nothing runs on it. */
  DEAD(false),
  /** Was closed. */
  CLOSED(false);

  private final boolean healthy;

  Condition(boolean healthy) {
    this.healthy = healthy;
  }

  /** Returns true if nothing needs to be done about it. */
  public boolean isHealthy() {
    return healthy;
  }
}
