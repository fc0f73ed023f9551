package io.tourbillon.bench.work;

/** Which timer is next. */
public enum Order {
  /** The oldest: friendly to caches, as what was armed together lies together. */
  FIFO,
  /** Any: each operation meets memory that was not looked at for long. */
  RANDOM
}
