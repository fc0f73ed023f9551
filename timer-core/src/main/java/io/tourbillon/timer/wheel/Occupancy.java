package io.tourbillon.timer.wheel;

import java.util.Arrays;

/**
 * Occupied slots: one bit for each slot, in rings of {@link Levels#RING} slots, and one bit for
 * each word of these. Finds the next occupied slot of a ring in constant time.
 */
final class Occupancy {
  private static final int RING_WORDS = Levels.RING >>> 6;
  private static final long RING_WORDS_MASK = (1L << RING_WORDS) - 1;

  /** For the levels that were ever used. */
  private long[] slots = {};

  /** One bit for each word of {@link #slots} that is not zero. */
  private long words;

  /**
   * Makes room for more slots.
   *
   * @param slotCount a multiple of 64, at most 4096
   */
  void resize(int slotCount) {
    slots = Arrays.copyOf(slots, slotCount >>> 6);
  }

  boolean isSet(int slot) {
    return (slots[slot >>> 6] & 1L << slot) != 0;
  }

  void set(int slot) {
    slots[slot >>> 6] |= 1L << slot;
    words |= 1L << (slot >>> 6);
  }

  void clear(int slot) {
    int word = slot >>> 6;
    slots[word] &= ~(1L << slot);
    if (slots[word] == 0) {
      words &= ~(1L << word);
    }
  }

  /**
   * The distance to the next occupied slot of a ring.
   *
   * @param ring the first slot of the ring
   * @param from the place in the ring to start after
   * @return from 1 to the size of the ring - 1, or 0 if there is none
   */
  int distance(int ring, int from) {
    int firstWord = ring >>> 6;
    if (((words >>> firstWord) & RING_WORDS_MASK) == 0) {
      return 0;
    }
    int start = from + 1 & Levels.RING - 1;
    int word = start >>> 6;
    long bits = slots[firstWord + word] & -1L << start;
    for (int visited = 0; visited <= RING_WORDS; visited++) {
      if (bits != 0) {
        return (word << 6 | Long.numberOfTrailingZeros(bits)) - from & Levels.RING - 1;
      }
      word = word + 1 & RING_WORDS - 1;
      bits = slots[firstWord + word];
    }
    throw new AssertionError("a word is marked as occupied and is not: " + firstWord);
  }
}
