package io.tourbillon.bench.work;

/**
 * Random numbers that take a nanosecond each, and are the same for every subject. G. Marsaglia,
 * "Xorshift RNGs" (2003).
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

  /**
   * Returns the numbers from 0 to length - 1 in pseudo-random order, by the Fisher-Yates shuffle.
   */
  int[] permutation(int length) {
    int[] numbers = new int[length];
    for (int number = 0; number < length; number++) {
      int other = nextBelow(number + 1);
      numbers[number] = numbers[other];
      numbers[other] = number;
    }
    return numbers;
  }
}
