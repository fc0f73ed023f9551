package io.tourbillon.bench.work;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class XorshiftTest {
  @Test
  void nextBelow_anyBound_staysInRange() {
    Xorshift random = new Xorshift(1);
    for (int bound : new int[] {1, 2, 1000, Integer.MAX_VALUE}) {
      for (int time = 0; time < 1000; time++) {
        int number = random.nextBelow(bound);
        assertTrue(number >= 0 && number < bound, () -> number + " of " + bound);
      }
    }
  }

  private static int[] shuffled(long seed, int length) {
    int[] numbers = IntStream.range(0, length).toArray();
    new Xorshift(seed).shuffle(numbers, 0, length);
    return numbers;
  }

  @Test
  void shuffle_any_hasEachNumberOnce() {
    for (int length : new int[] {0, 1, 2, 1000}) {
      int[] numbers = shuffled(1, length);
      Arrays.sort(numbers);
      assertArrayEquals(IntStream.range(0, length).toArray(), numbers);
    }
  }

  @Test
  void shuffle_ofARange_leavesTheOthers() {
    int[] numbers = IntStream.range(0, 1000).toArray();
    new Xorshift(1).shuffle(numbers, 100, 900);
    Arrays.sort(numbers, 100, 900);
    assertArrayEquals(IntStream.range(0, 1000).toArray(), numbers);
  }

  @Test
  void shuffle_sameSeed_isTheSame() {
    assertArrayEquals(shuffled(1, 1000), shuffled(1, 1000));
    assertFalse(Arrays.equals(shuffled(1, 1000), shuffled(2, 1000)));
  }

  /** Hardly a number is where it was, and neighbours are not neighbours any more. */
  @Test
  void shuffle_long_looksRandom() {
    int[] numbers = shuffled(1, 1000);
    int stayed = 0;
    int neighbours = 0;
    for (int place = 1; place < numbers.length; place++) {
      stayed += numbers[place] == place ? 1 : 0;
      neighbours += Math.abs(numbers[place] - numbers[place - 1]) == 1 ? 1 : 0;
    }
    assertTrue(stayed < 10 && neighbours < 20, stayed + " stayed, " + neighbours + " neighbours");
  }
}
