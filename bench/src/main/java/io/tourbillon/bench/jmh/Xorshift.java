package io.tourbillon.bench.jmh;

/**
 * Random numbers at a nanosecond each, the same ones for every subject. G. Marsaglia, "Xorshift
 * RNGs" (2003).
 */
final class Xorshift {
  private long state;

  /** The seed must not be 0. */
  Xorshift(long seed) {
    state = seed;
  }

  /** A number from 0 to bound - 1. */
  int nextBelow(int bound) {
    state ^= state << 13;
    state ^= state >>> 7;
    state ^= state << 17;
    return (int) (((state >>> 32) * bound) >>> 32);
  }
}
