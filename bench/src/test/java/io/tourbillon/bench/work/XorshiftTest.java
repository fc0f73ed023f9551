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

  @Test
  void permutation_any_hasEachNumberOnce() {
    for (int length : new int[] {0, 1, 2, 1000}) {
      int[] numbers = new Xorshift(1).permutation(length);
      Arrays.sort(numbers);
      assertArrayEquals(IntStream.range(0, length).toArray(), numbers);
    }
  }

  @Test
  void permutation_sameSeed_isTheSame() {
    assertArrayEquals(new Xorshift(1).permutation(1000), new Xorshift(1).permutation(1000));
    assertFalse(
        Arrays.equals(new Xorshift(1).permutation(1000), new Xorshift(2).permutation(1000)));
  }

  /** Hardly a number is where it was, and neighbours are not neighbours any more. */
  @Test
  void permutation_long_looksRandom() {
    int[] numbers = new Xorshift(1).permutation(1000);
    int stayed = 0;
    int neighbours = 0;
    for (int place = 1; place < numbers.length; place++) {
      stayed += numbers[place] == place ? 1 : 0;
      neighbours += Math.abs(numbers[place] - numbers[place - 1]) == 1 ? 1 : 0;
    }
    assertTrue(stayed < 10 && neighbours < 20, stayed + " stayed, " + neighbours + " neighbours");
  }
}
