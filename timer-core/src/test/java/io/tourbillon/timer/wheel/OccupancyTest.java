package io.tourbillon.timer.wheel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OccupancyTest {
  private static final int RING = Levels.RING;
  private static final int SLOTS = Levels.COUNT * RING;

  /** Places at both ends of words and of the ring. */
  private static final int[] PLACES = {
    0, 1, 62, 63, 64, 65, 127, 128, 255, 256, 447, 448, 510, 511
  };

  private final Occupancy occupancy = ofAllSlots();

  private static Occupancy ofAllSlots() {
    Occupancy occupancy = new Occupancy();
    occupancy.resize(SLOTS);
    return occupancy;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 6, 7})
  void distance_toOnlySlot_isExactFromEverywhere(int level) {
    for (int place : PLACES) {
      int slot = level * RING + place;
      occupancy.set(slot);
      for (int from = 0; from < RING; from++) {
        assertEquals(place - from & RING - 1, occupancy.distance(level * RING, from));
      }
      occupancy.clear(slot);
      assertEquals(0, occupancy.distance(level * RING, place == 0 ? 1 : 0));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 7})
  void distance_ofEmptyRing_isZeroWhateverTheOthersHold(int level) {
    for (int slot = 0; slot < SLOTS; slot++) {
      if (slot / RING != level) {
        occupancy.set(slot);
      }
    }
    for (int from = 0; from < RING; from++) {
      assertEquals(0, occupancy.distance(level * RING, from));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 7})
  void distance_ofFullRing_isOneFromEverywhere(int level) {
    for (int place = 0; place < RING; place++) {
      occupancy.set(level * RING + place);
    }
    for (int from = 0; from < RING; from++) {
      assertEquals(1, occupancy.distance(level * RING, from));
    }
  }

  @Test
  void distance_ofTheSlotToStartAfter_isZeroIfItIsTheOnlyOne() {
    occupancy.set(RING + 63);
    assertEquals(0, occupancy.distance(RING, 63));
    occupancy.set(RING + 62);
    assertEquals(RING - 1, occupancy.distance(RING, 63), "all round");
  }

  @Test
  void clear_oneOfTwoInAWord_leavesTheOther() {
    occupancy.set(70);
    occupancy.set(71);
    occupancy.clear(70);
    assertFalse(occupancy.isSet(70));
    assertTrue(occupancy.isSet(71));
    assertEquals(71, occupancy.distance(0, 0));
    occupancy.clear(71);
    assertEquals(0, occupancy.distance(0, 0));
  }

  @Test
  void set_andClear_areTheSameWhenDoneTwice() {
    occupancy.set(5);
    occupancy.set(5);
    occupancy.clear(5);
    assertFalse(occupancy.isSet(5));
    occupancy.clear(5);
    assertFalse(occupancy.isSet(5));
    assertEquals(0, occupancy.distance(0, 0));
  }

  @Test
  void randomSetsAndClears_agreeWithABitSet() {
    for (int seed = 1; seed <= 20; seed++) {
      Random random = new Random(seed);
      Occupancy any = ofAllSlots();
      BitSet model = new BitSet();
      int slotsInUse = 1 << random.nextInt(1, 13);
      for (int operation = 0; operation < 3_000; operation++) {
        int slot = random.nextInt(slotsInUse) * (SLOTS / slotsInUse);
        if (random.nextBoolean()) {
          any.set(slot);
          model.set(slot);
        } else {
          any.clear(slot);
          model.clear(slot);
        }
        int from = random.nextInt(RING);
        int ring = random.nextInt(Levels.COUNT) * RING;
        assertEquals(model.get(slot), any.isSet(slot));
        assertEquals(distance(model, ring, from), any.distance(ring, from), "seed " + seed);
      }
    }
  }

  /** Searches slot by slot. */
  private static int distance(BitSet model, int ring, int from) {
    for (int distance = 1; distance < RING; distance++) {
      if (model.get(ring + (from + distance) % RING)) {
        return distance;
      }
    }
    return 0;
  }
}
