package io.tourbillon.coroutine.programs;

/** A fault that a run has on purpose, to show that it is found. */
enum Twin {
  NONE,
  /** Every second cancellation is lost. */
  LOSES_CANCELLATIONS,
  /** Limits of 2 ms and more strike a millisecond early. */
  TIMES_OUT_EARLY,
  /** Delays of 2 ms and more take a millisecond more. */
  WAKES_LATE,
  /** A value overtakes the one before it. */
  SWAPS_VALUES,
  /** A full buffer drops its oldest value. */
  DROPS_VALUES,
  /** A child is no child, so that its scope does not wait. */
  DOES_NOT_WAIT_FOR_CHILDREN,
  /** A scope takes failures of children for nothing. */
  IGNORES_FAILURES_OF_CHILDREN,
  /** A shield does not protect. */
  DOES_NOT_SHIELD,
  /** A lock lets everybody in. */
  DOES_NOT_LOCK,
  /** A select takes from two channels. */
  TAKES_TWICE,
  /** A clean-up is left out after a cancellation. */
  LEAVES_OUT_CLEANUPS,
  /** A close of a channel is lost. */
  DOES_NOT_CLOSE,
  /** A coroutine that catches failures also swallows its cancellation. */
  SWALLOWS_CANCELLATIONS,
}
