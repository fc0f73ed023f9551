package io.tourbillon.timer.wheel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SlotsTest {
  /** Chunks that may be mostly empty in a wheel nearly empty. */
  static final int SLACK = 64;

  private static final int RING = TimingWheel.RING;
  private static final int SLOT = 700;

  private final EntrySlab slab = new EntrySlab(1 << 20);
  private final Slots slots = new Slots(TimingWheel.LEVELS * RING, slab);

  @AfterEach
  void invariants_hold() {
    assertTrue(slots.checkInvariants());
    assertTrue(slab.checkInvariants());
  }

  /** Puts a new entry into the slot and returns its index. */
  private int add(int slot) {
    EntryPage page = slab.pageToFill();
    int index = page.firstFree();
    slab.occupy(page, 0, slots.append(slot, index), "task");
    return index;
  }

  private List<Integer> add(int slot, int count) {
    List<Integer> indices = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      indices.add(add(slot));
    }
    return indices;
  }

  private void remove(int index) {
    EntryPage page = slab.pageOf(index);
    int offset = index & EntryPage.OFFSET_MASK;
    slots.remove(cellOf(index));
    slab.vacate(page, offset);
  }

  private int poll(int slot) {
    int index = slots.poll(slot);
    if (index >= 0) {
      slab.vacate(slab.pageOf(index), index & EntryPage.OFFSET_MASK);
    }
    return index;
  }

  private int cellOf(int index) {
    return slab.pageOf(index).cell(index & EntryPage.OFFSET_MASK);
  }

  private int slotOf(int index) {
    return slots.slotAt(cellOf(index));
  }

  private int chunksInUse() {
    return Internals.chunksInUse(slots);
  }

  @Test
  void poll_withoutRemovals_givesEntriesInOrderOfArrival() {
    List<Integer> indices = add(SLOT, 1000);
    for (int index : indices) {
      assertTrue(slots.isOccupied(SLOT));
      assertEquals(index, poll(SLOT));
    }
    assertFalse(slots.isOccupied(SLOT));
    assertEquals(-1, poll(SLOT));
    assertEquals(-1, slots.poll(SLOT + 1));
  }

  @Test
  void poll_afterRandomRemovals_givesEveryEntryLeftOnce() {
    Random random = new Random(1);
    for (int count : new int[] {1, 63, 64, 65, 128, 20_000}) {
      List<Integer> left = add(SLOT, count);
      Collections.shuffle(left, random);
      left.subList(0, count * 9 / 10).forEach(this::remove);
      left.subList(0, count * 9 / 10).clear();
      assertTrue(slots.checkInvariants());
      assertEquals(left.size(), slots.count(SLOT));
      List<Integer> polled = new ArrayList<>();
      for (int index = poll(SLOT); index >= 0; index = poll(SLOT)) {
        polled.add(index);
      }
      Collections.sort(left);
      Collections.sort(polled);
      assertEquals(left, polled);
    }
  }

  @Test
  void slotAt_followsEntriesWhenTheirChunksAreThinnedOut() {
    List<Integer> here = add(SLOT, 10_000);
    List<Integer> there = add(SLOT + RING, 10_000);
    Collections.shuffle(here, new Random(1));
    here.subList(500, 10_000).forEach(this::remove);
    assertTrue(here.subList(0, 500).stream().allMatch(index -> slotOf(index) == SLOT));
    assertTrue(there.stream().allMatch(index -> slotOf(index) == SLOT + RING));
  }

  @Test
  void capacity_isExactToOneChunkAtEachEnd() {
    for (int i = 1; i <= 1000; i++) {
      add(SLOT);
      assertTrue(slots.capacity(SLOT) >= i && slots.capacity(SLOT) < i + Chunk.SIZE);
    }
    for (int i = 999; i >= 0; i--) {
      poll(SLOT);
      assertTrue(slots.capacity(SLOT) >= i && slots.capacity(SLOT) < i + 2 * Chunk.SIZE);
      assertEquals(i, slots.count(SLOT));
    }
    assertEquals(0, slots.capacity(SLOT));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7})
  void distanceToOccupied_ofOneSlot_isExactFromEverywhere(int level) {
    for (int slot : new int[] {0, 1, 62, 63, 64, 65, 127, 128, 255, 256, 447, 448, 510, 511}) {
      int index = add(level * RING + slot);
      for (int from = 0; from < RING; from++) {
        assertEquals(slot - from & RING - 1, slots.distanceToOccupied(level * RING, from));
      }
      remove(index);
    }
  }

  @Test
  void distanceToOccupied_ofRandomSlots_isToTheNearest() {
    Random random = new Random(1);
    for (int round = 0; round < 100; round++) {
      boolean[] occupied = new boolean[RING];
      List<Integer> indices = new ArrayList<>();
      for (int i = random.nextInt(40); i >= 0; i--) {
        int slot = random.nextInt(RING);
        occupied[slot] = true;
        indices.add(add(2 * RING + slot));
      }
      for (int from = 0; from < RING; from++) {
        int distance = 1;
        while (distance < RING && !occupied[from + distance & RING - 1]) {
          distance++;
        }
        assertEquals(distance & RING - 1, slots.distanceToOccupied(2 * RING, from));
      }
      indices.forEach(this::remove);
    }
  }

  @Test
  void distanceToOccupied_ofEmptyRing_isZeroWhateverTheOthersHold() {
    add(RING - 1);
    add(2 * RING);
    assertEquals(0, slots.distanceToOccupied(RING, 0));
    assertEquals(0, slots.distanceToOccupied(RING, RING - 1));
  }

  @Test
  void remove_lastOfChunk_freesChunkForAnySlot() {
    List<Integer> indices = add(SLOT, 640);
    assertEquals(10, chunksInUse());
    indices.forEach(this::remove);
    assertEquals(0, chunksInUse());
    assertFalse(slots.isOccupied(SLOT));
    add(SLOT + 1, 640);
    assertEquals(10, chunksInUse());
    assertEquals(0, slots.surplus(), "no chunk was made in addition");
  }

  @Test
  void remove_whileLiveOutnumberTaken_movesNothing() {
    List<Integer> indices = add(SLOT, 100 * Chunk.SIZE);
    int neighbour = indices.getFirst();
    int cell = cellOf(neighbour);
    indices.subList(1, Chunk.SIZE).forEach(this::remove);
    assertEquals(cell, cellOf(neighbour));
    assertEquals(100, chunksInUse());
  }

  /** Makes taken cells outnumber live ones: each of 200 slots gets a chunk for one entry. */
  private void scatter() {
    for (int slot = 2 * RING; slot < 2 * RING + 200; slot++) {
      add(slot);
    }
  }

  @Test
  void remove_whileTakenOutnumberLive_thinsOutItsChunk() {
    scatter();
    List<Integer> indices = add(SLOT, 2 * Chunk.SIZE + 1);
    int neighbour = indices.get(63);
    int cell = cellOf(neighbour);
    indices.subList(0, 47).forEach(this::remove);
    assertEquals(cell, cellOf(neighbour), "17 are too many to move");
    assertEquals(203, chunksInUse());
    remove(indices.get(47));
    assertNotEquals(cell, cellOf(neighbour));
    assertEquals(SLOT, slotOf(neighbour));
    assertEquals(202, chunksInUse());
    assertEquals(16 + 65, slots.count(SLOT));
  }

  @Test
  void remove_fromOpenChunk_movesNothing() {
    scatter();
    List<Integer> indices = add(SLOT, Chunk.SIZE);
    int neighbour = indices.getLast();
    int cell = cellOf(neighbour);
    indices.subList(0, 63).forEach(this::remove);
    assertEquals(cell, cellOf(neighbour));
  }

  @Test
  void append_sealingThinChunk_thinsItOut() {
    scatter();
    List<Integer> indices = add(SLOT, Chunk.SIZE);
    indices.subList(3, Chunk.SIZE).forEach(this::remove);
    assertEquals(201, chunksInUse());
    add(SLOT);
    assertEquals(201, chunksInUse(), "three entries have moved into the new chunk");
    assertEquals(4, slots.count(SLOT));
  }

  @Test
  void cells_afterEndlessChurnInOneSlot_stayBounded() {
    Random random = new Random(1);
    List<Integer> indices = add(SLOT, 10_000);
    for (int i = 0; i < 300_000; i++) {
      int place = random.nextInt(indices.size());
      remove(indices.get(place));
      indices.set(place, add(SLOT));
    }
    assertTrue(
        chunksInUse() <= 2 * indices.size() / Chunk.SIZE + SLACK + 1,
        () -> chunksInUse() + " chunks");
  }

  @Test
  void releaseSurplus_givesBackAllButAReserve_andIdsAreUsedAgain() {
    List<Integer> indices = add(SLOT, 100 * Chunk.SIZE);
    assertEquals(0, slots.surplus());
    indices.forEach(this::remove);
    int surplus = slots.surplus();
    assertTrue(surplus > 50 && surplus < 100);
    slots.releaseSurplus(10);
    assertEquals(surplus - 10, slots.surplus());
    slots.releaseSurplus(Integer.MAX_VALUE);
    assertEquals(0, slots.surplus());
    assertTrue(slots.checkInvariants());
    indices = add(SLOT, 100 * Chunk.SIZE);
    assertTrue(indices.stream().allMatch(index -> cellOf(index) < 100 * Chunk.SIZE));
    indices.forEach(this::remove);
  }
}
