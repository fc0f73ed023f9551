package io.tourbillon.coroutine.internal.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("handoff") // It needs no engine, so one run will do.
@Tag("not-plain-thread") // No turns.
class ArrivalRingTest {
  private record Numbered(int number) implements Runnable {
    @Override
    public void run() {
      throw new AssertionError("it is only in the queue");
    }
  }

  @Test
  void ring_thatIsEmpty_hasNothing() {
    ArrivalRing ring = new ArrivalRing();
    assertEquals(0, ring.size());
    assertNull(ring.poll());
    assertFalse(ring.removeLast(new Numbered(1)));
    assertEquals(List.of(), ring.some(0, 10));
  }

  @Test
  void removeLast_takesTheEntryThatCameLast() {
    ArrivalRing ring = new ArrivalRing();
    for (int number : new int[] {1, 2, 1, 3}) {
      ring.add(new Numbered(number));
    }
    assertTrue(ring.removeLast(new Numbered(1)));
    assertEquals(
        List.of(new Numbered(1), new Numbered(2), new Numbered(3)),
        ring.some(0, Integer.MAX_VALUE));
  }

  /** Compares it with a queue of the JDK after each of many operations, at all places and sizes. */
  @Test
  void ring_behavesAsAQueue() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 200; round++) {
      ArrivalRing ring = new ArrivalRing();
      ArrayDeque<Runnable> model = new ArrayDeque<>();
      int adds = random.nextInt(1, 10);
      for (int step = 0; step < 300; step++) {
        int kind = random.nextInt(10);
        Runnable some = new Numbered(random.nextInt(40));
        if (kind < adds) {
          ring.add(some);
          model.add(some);
        } else if (kind == 9) {
          assertEquals(model.removeLastOccurrence(some), ring.removeLast(some), "seed " + seed);
        } else {
          assertEquals(model.poll(), ring.poll(), "seed " + seed);
        }
        List<Runnable> all = new ArrayList<>(model);
        assertEquals(all.size(), ring.size(), "seed " + seed);
        int skip = random.nextInt(all.size() + 2);
        int most = random.nextInt(all.size() + 2);
        assertEquals(
            all.stream().skip(skip).limit(most).toList(), ring.some(skip, most), "seed " + seed);
      }
    }
  }
}
