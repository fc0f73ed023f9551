package io.tourbillon.timer.internal.store;

/** What a writer does with a batch whose transaction has failed. */
public enum FailureKind {
  /** The database or its file is away, busy or full: the same batch may succeed later. */
  WHOLE,

  /**
   * One row may be at fault, because it is locked for example, or the failure is not known: the
   * changes are tried in smaller batches, and the others go on.
   */
  EACH,

  /** The database accepts a value at no time: the change at fault is given up. */
  REFUSED
}
