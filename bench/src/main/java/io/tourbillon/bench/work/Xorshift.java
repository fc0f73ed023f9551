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

  /** Puts the numbers of a range into pseudo-random order, by the Fisher-Yates shuffle. */
  void shuffle(int[] numbers, int from, int to) {
    for (int place = from + 1; place < to; place++) {
      int other = from + nextBelow(place - from + 1);
      int number = numbers[place];
      numbers[place] = numbers[other];
      numbers[other] = number;
    }
  }
}
