package io.tourbillon.bench.subject;

/**
 * A computation in pieces of about a millisecond. Each step depends on the one before it, and takes
 * the same instructions in every language, so that all subjects compute for about as long.
 */
final class Computation {
  /** The number of pieces of a computation. */
  static final int PIECES = 20;

  static final long SEED = 88_172_645_463_325_252L;

  private static final int STEPS = 500_000;

  /** The result of all pieces. */
  private static final long RESULT = result();

  private Computation() {}

  private static long result() {
    long state = SEED;
    for (int piece = 0; piece < PIECES; piece++) {
      state = piece(state);
    }
    return state;
  }

  /** Computes one piece from the result of the one before, or from {@link #SEED}. */
  static long piece(long state) {
    long next = state;
    for (int step = 0; step < STEPS; step++) {
      next ^= next << 13;
      next ^= next >>> 7;
      next ^= next << 17;
    }
    return next;
  }

  /**
   * Checks the result of the last piece.
   *
   * @throws IllegalStateException if it is wrong
   */
  static void requireResult(long found) {
    if (found != RESULT) {
      throw new IllegalStateException("the computation must give " + RESULT + ": " + found);
    }
  }
}
