package io.tourbillon.bench.work;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class VictimsTest {
  @Test
  void next_fifo_goesRound() {
    Victims victims = new Victims(Order.FIFO, 3, 1);
    assertArrayEquals(new int[] {0, 1, 2, 0, 1}, take(victims, 5));
  }

  @Test
  void next_random_reachesEveryPlaceAboutEquallyOften() {
    int[] counts = new int[10];
    for (int place : take(new Victims(Order.RANDOM, 10, 1), 100_000)) {
      counts[place]++;
    }
    for (int count : counts) {
      assertTrue(count > 9_500 && count < 10_500, () -> count + " of 10,000");
    }
  }

  @Test
  void next_sameSeed_choosesTheSame() {
    assertArrayEquals(
        take(new Victims(Order.RANDOM, 1_000_000, 5), 100),
        take(new Victims(Order.RANDOM, 1_000_000, 5), 100));
    assertEquals(0, new Victims(Order.RANDOM, 1, 5).next());
  }

  private static int[] take(Victims victims, int count) {
    return IntStream.range(0, count).map(turn -> victims.next()).toArray();
  }
}
