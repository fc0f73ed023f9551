package io.tourbillon.bench.work;

/** Decides which timer is next. */
public enum Order {
  /**
   * The oldest timer. Friendly to caches, because timers that were armed together are close
   * together.
   */
  FIFO,
  /** Any timer. Each operation touches memory that was not used for long. */
  RANDOM
}
