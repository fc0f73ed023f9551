package io.tourbillon.timer.wheel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SlotsTest {
  /** The number of chunks that do not make slots sparse. */
  static final int SLACK = 64;

  /** The number of free chunks that are kept. */
  static final int KEPT = 16;

  private static final int THIN = TimingWheel.THIN;
  private static final int CHUNK_SIZE = Slots.CHUNK_SIZE;
  private static final int RING = Levels.RING;
  private static final int SLOT = 700;

  private final TaskSlab slab = new TaskSlab(new IdSpace(1 << 20));
  private final Cells.OfIndices cells = new Cells.OfIndices(slab);
  private final Slots slots = new Slots(cells, THIN);

  /** The slot into which each entry was put; it must stay there. */
  private final Map<Integer, Integer> slotsByIndex = new HashMap<>();

  @AfterEach
  void invariants_hold() {
    check();
  }

  private void check() {
    assertTrue(slots.checkInvariants());
    assertTrue(slab.checkInvariants());
    slotsByIndex.forEach((index, slot) -> assertEquals(slot, slots.slotAt(slab.cell(index))));
  }

  /** The first entry of a slot, or -1. */
  private int first(int slot) {
    return slots.read(slot, 1) == 0 ? -1 : cells.index(cells.cellAhead(0));
  }

  /** Adds a new entry to the slot and returns its index. */
  private int add(int slot) {
    int index = slab.firstFree();
    int cell = slots.appendAndSweep(slot);
    cells.put(cell, index);
    slab.occupy(index, 0, cell, "task");
    slotsByIndex.put(index, slot);
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
    slots.remove(slab.cell(index));
    slab.vacate(index);
    slotsByIndex.remove(index);
  }

  /** Removes the first entry of the slot and returns its index, or -1. */
  private int poll(int slot) {
    int index = first(slot);
    if (index >= 0) {
      remove(index);
    }
    return index;
  }

  private List<Integer> pollAll(int slot) {
    List<Integer> indices = new ArrayList<>();
    for (int index = poll(slot); index >= 0; index = poll(slot)) {
      indices.add(index);
    }
    return indices;
  }

  private int chunksInUse() {
    return Internals.chunksInUse(slots);
  }

  /** The maximum number of chunks of a tidy wheel: half of the cells live, and some more. */
  private int chunksAllowed() {
    return slab.size() / THIN + SLACK + Internals.occupiedSlots(slots);
  }

  private void assertTidy() {
    assertTrue(chunksInUse() <= chunksAllowed(), () -> chunksInUse() + " of " + chunksAllowed());
  }

  /** Holds at any time: the sweep is as fast as chunks are opened, and never lags far behind. */
  private void assertNearlyTidy() {
    int allowed = chunksAllowed() * 5 / 4;
    assertTrue(chunksInUse() <= allowed, () -> chunksInUse() + " of " + allowed);
  }

  /** Trims in steps of this size, and checks that this comes to an end. */
  private void trimFully(int limit) {
    // The sweep may have to pass twice: it leaves a chunk with room alone until it is full.
    int callsLeft = 3 * Internals.chunksHeld(slots) + 10;
    while (slots.isTrimmable()) {
      slots.trim(limit);
      assertTrue(callsLeft-- > 0, () -> Internals.chunksHeld(slots) + " after all this time");
    }
    assertTidy();
    assertTrue(Internals.chunksHeld(slots) <= chunksInUse() + KEPT);
  }

  /** Which entry of each chunk is left when the others are cancelled. */
  enum Survivor {
    FIRST {
      @Override
      int lane(Random random) {
        return 0;
      }
    },
    LAST {
      @Override
      int lane(Random random) {
        return CHUNK_SIZE - 1;
      }
    },
    ANY {
      @Override
      int lane(Random random) {
        return random.nextInt(CHUNK_SIZE);
      }
    };

    abstract int lane(Random random);
  }

  /** Fills this many chunks and leaves one live cell in each. */
  private List<Integer> leaveOneInEachOf(int chunks, int slot, Survivor survivor) {
    Random random = new Random(1);
    List<Integer> indices = add(slot, chunks * CHUNK_SIZE);
    List<Integer> left = new ArrayList<>();
    for (int chunk = 0; chunk < chunks; chunk++) {
      List<Integer> ofChunk = indices.subList(chunk * CHUNK_SIZE, (chunk + 1) * CHUNK_SIZE);
      int lane = survivor.lane(random);
      left.add(ofChunk.get(lane));
      for (int other = 0; other < CHUNK_SIZE; other++) {
        if (other != lane) {
          remove(ofChunk.get(other));
        }
      }
    }
    return left;
  }

  @Test
  void first_withoutRemovals_givesEntriesInOrderOfArrival() {
    List<Integer> indices = add(SLOT, 1000);
    for (int index : indices) {
      assertTrue(slots.isOccupied(SLOT));
      assertEquals(index, poll(SLOT));
    }
    assertFalse(slots.isOccupied(SLOT));
    assertEquals(-1, first(SLOT));
    assertEquals(-1, first(SLOT + 1));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 63, 64, 65, 128, 20_000})
  void first_afterRandomRemovals_givesEveryEntryLeftOnce(int count) {
    List<Integer> left = add(SLOT, count);
    Collections.shuffle(left, new Random(count));
    left.subList(0, count * 9 / 10).forEach(this::remove);
    left.subList(0, count * 9 / 10).clear();
    check();
    assertEquals(left.size(), slots.sizeByRing()[SLOT / RING]);
    List<Integer> polled = pollAll(SLOT);
    Collections.sort(left);
    Collections.sort(polled);
    assertEquals(left, polled);
  }

  @Test
  void first_ofSlotWithMoreAddedWhileItIsEmptied_givesAll() {
    List<Integer> expected = add(SLOT, 3 * CHUNK_SIZE + 5);
    List<Integer> polled = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      polled.add(poll(SLOT));
      expected.add(add(SLOT));
    }
    polled.addAll(pollAll(SLOT));
    assertEquals(expected, polled);
  }

  @Test
  void sizeByRing_countsLiveEntries() {
    add(SLOT, 100);
    add(SLOT + 1, 10).forEach(this::remove);
    add(0, 3);
    add(Levels.COUNT * RING - 1, 70).subList(0, 65).forEach(this::remove);
    long[] sizes = slots.sizeByRing();
    assertEquals(List.of(3L, 100L), List.of(sizes[0], sizes[1]));
    assertEquals(5, sizes[Levels.COUNT - 1]);
    assertEquals(Levels.COUNT, sizes.length);
  }

  @Test
  void capacity_isExactToOneChunkAtEachEnd() {
    for (int i = 1; i <= 1000; i++) {
      add(SLOT);
      assertTrue(slots.capacity(SLOT) >= i && slots.capacity(SLOT) < i + CHUNK_SIZE);
    }
    for (int i = 999; i >= 0; i--) {
      poll(SLOT);
      assertTrue(slots.capacity(SLOT) >= i && slots.capacity(SLOT) < i + 2 * CHUNK_SIZE);
    }
    assertEquals(0, slots.capacity(SLOT));
  }

  @Test
  void distanceToOccupied_followsTheFirstAndTheLastEntryOfASlot() {
    assertEquals(0, slots.distanceToOccupied(RING, 0));
    List<Integer> indices = add(RING + 7, 2 * CHUNK_SIZE);
    int other = add(RING + 9);
    for (int index : indices) {
      assertEquals(7, slots.distanceToOccupied(RING, 0));
      remove(index);
    }
    assertEquals(9, slots.distanceToOccupied(RING, 0));
    remove(other);
    assertEquals(0, slots.distanceToOccupied(RING, 0));
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
    assertEquals(10, Internals.chunksHeld(slots), "no chunk was made in addition");
  }

  @Test
  void remove_allOfTheLastChunk_fillsTheNextOneFromItsBeginning() {
    for (int inLast = 1; inLast <= CHUNK_SIZE; inLast++) {
      List<Integer> expected = add(SLOT, 2 * CHUNK_SIZE);
      add(SLOT, inLast).forEach(this::remove);
      assertEquals(2, chunksInUse());
      check();
      expected.addAll(add(SLOT, CHUNK_SIZE));
      assertEquals(3, chunksInUse());
      expected.addAll(add(SLOT, 1));
      assertEquals(4, chunksInUse());
      check();
      assertEquals(expected, pollAll(SLOT));
    }
  }

  @Test
  void remove_allOfAnyChunk_leavesTheOthersInOrder() {
    for (int gone = 0; gone < 4; gone++) {
      List<Integer> expected = add(SLOT, 3 * CHUNK_SIZE + 10);
      List<Integer> ofChunk =
          expected.subList(gone * CHUNK_SIZE, Math.min(expected.size(), (gone + 1) * CHUNK_SIZE));
      ofChunk.forEach(this::remove);
      ofChunk.clear();
      assertEquals(3, chunksInUse());
      check();
      expected.addAll(add(SLOT, CHUNK_SIZE));
      assertEquals(expected, pollAll(SLOT));
    }
  }

  @Test
  void remove_fromOpenChunk_givesNoRoomBack() {
    List<Integer> indices = add(SLOT, 10);
    int lastCell = slab.cell(indices.getLast());
    indices.subList(0, 9).forEach(this::remove);
    assertEquals(lastCell + 1, slab.cell(add(SLOT)));
  }

  @Test
  void remove_inAnyOrder_movesNothing() {
    List<Integer> left = leaveOneInEachOf(500, SLOT, Survivor.ANY);
    assertEquals(500, chunksInUse());
    List<Integer> cells = left.stream().map(slab::cell).toList();
    left.subList(0, 300).forEach(this::remove);
    assertEquals(cells.subList(300, 500), left.subList(300, 500).stream().map(slab::cell).toList());
  }

  @Test
  void isCrowded_onceASlotHoldsMoreThanATickMoves_untilCleared() {
    add(SLOT, Cascade.QUOTA - CHUNK_SIZE);
    add(SLOT + 1, CHUNK_SIZE);
    assertFalse(slots.isCrowded());
    add(SLOT);
    assertTrue(slots.isCrowded());
    slots.clearCrowded();
    add(SLOT, 10 * Cascade.QUOTA);
    assertFalse(slots.isCrowded(), "once is enough");
    add(SLOT + 1, Cascade.QUOTA);
    assertTrue(slots.isCrowded());
  }

  // The sweep.

  @ParameterizedTest
  @EnumSource
  void trim_withOneLiveCellInEachChunk_movesThemTogether(Survivor survivor) {
    List<Integer> left = leaveOneInEachOf(2000, SLOT, survivor);
    List<Integer> there = leaveOneInEachOf(1000, SLOT + RING, survivor);
    assertTrue(slots.isTrimmable());
    trimFully(1);
    check();
    assertEquals(3000, slab.size());
    List<Integer> polled = pollAll(SLOT);
    Collections.sort(polled);
    Collections.sort(left);
    assertEquals(left, polled);
    assertEquals(there.size(), pollAll(SLOT + RING).size());
  }

  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 64, 1000, Integer.MAX_VALUE})
  void trim_withAnyLimit_comesToAnEnd(int limit) {
    leaveOneInEachOf(1000, SLOT, Survivor.ANY);
    trimFully(limit);
  }

  @Test
  void trim_afterAPeak_givesBackItsTablesAndGoesOnWithWhatIsLeft() {
    List<Integer> few = add(SLOT, 10);
    List<Integer> peak = add(SLOT + 1, 5000 * CHUNK_SIZE);
    assertTrue(Internals.chunkRows(slots) >= 5000);
    peak.forEach(this::remove);
    trimFully(64);
    assertTrue(Internals.chunkRows(slots) < 100, () -> Internals.chunkRows(slots) + " rows");
    check();
    peak = add(SLOT + 1, 5000 * CHUNK_SIZE);
    check();
    assertEquals(peak, pollAll(SLOT + 1));
    assertEquals(few, pollAll(SLOT));
  }

  @Test
  void trim_withALimit_looksAtNoMoreChunks() {
    leaveOneInEachOf(1000, SLOT, Survivor.ANY);
    slots.trim(10);
    assertTrue(chunksInUse() >= 990);
    slots.trim(0);
    assertTrue(chunksInUse() >= 990);
  }

  @Test
  void trim_betweenCancelsInAnyOrder_keepsCellsBounded() {
    for (int seed = 1; seed <= 3; seed++) {
      Random random = new Random(seed);
      List<Integer> indices = new ArrayList<>();
      for (int i = 0; i < 60_000; i++) {
        indices.add(add(SLOT + random.nextInt(20)));
      }
      Collections.shuffle(indices, random);
      while (indices.size() > 10) {
        List<Integer> cancelled = indices.subList(0, indices.size() / 3);
        cancelled.forEach(this::remove);
        cancelled.clear();
        trimFully(1 + random.nextInt(100));
        check();
      }
      indices.forEach(this::remove);
    }
  }

  /**
   * The last chunk of a slot is full but nearly all of it is cancelled when the sweep reaches it.
   */
  @Test
  void trim_withThinLastChunks_endsAllTheSame() {
    List<Integer> indices = new ArrayList<>();
    for (int slot = 0; slot < 100; slot++) {
      indices.addAll(add(slot, (1 + slot % 4) * CHUNK_SIZE));
    }
    for (int i = 0; i < indices.size(); i++) {
      if (i % CHUNK_SIZE != 1) {
        remove(indices.get(i));
      }
    }
    assertEquals(250, chunksInUse());
    assertTrue(slots.isTrimmable());
    trimFully(1);
    check();
  }

  @Test
  void trim_leavesTheChunkOfASlotThatHasRoom() {
    // The sweep reaches these first.
    List<Integer> open = new ArrayList<>();
    for (int slot = 0; slot < 10; slot++) {
      open.addAll(add(slot, 3));
    }
    leaveOneInEachOf(1000, SLOT, Survivor.ANY);
    List<Integer> cells = open.stream().map(slab::cell).toList();
    trimFully(1);
    assertEquals(cells, open.stream().map(slab::cell).toList());
  }

  @Test
  void trim_withChunksJustTooFullToEmpty_movesNothing() {
    List<Integer> indices = add(SLOT, 300 * CHUNK_SIZE);
    List<Integer> left = new ArrayList<>();
    for (int i = 0; i < indices.size(); i++) {
      if (i % CHUNK_SIZE < CHUNK_SIZE - THIN - 1) {
        remove(indices.get(i));
      } else {
        left.add(indices.get(i));
      }
    }
    List<Integer> cells = left.stream().map(slab::cell).toList();
    assertFalse(slots.isTrimmable());
    slots.trim(Integer.MAX_VALUE);
    add(SLOT + 1, 3 * CHUNK_SIZE);
    assertEquals(cells, left.stream().map(slab::cell).toList());
  }

  @Test
  void append_whileCellsAreDense_movesNothing() {
    List<Integer> indices = add(SLOT, 200 * CHUNK_SIZE);
    int survivor = indices.get(5);
    int cell = slab.cell(survivor);
    // One thin chunk does not make the wheel sparse.
    for (int index : indices.subList(0, CHUNK_SIZE)) {
      if (index != survivor) {
        remove(index);
      }
    }
    add(SLOT, 200 * CHUNK_SIZE);
    assertEquals(cell, slab.cell(survivor));
  }

  @Test
  void append_whileSparse_emptiesFourChunksForEachOneOpened() {
    List<Integer> left = leaveOneInEachOf(1000, SLOT, Survivor.ANY);
    List<Integer> cells = left.stream().map(slab::cell).toList();
    // Opening a chunk pays for four looks. The second new chunk holds the entries that were moved.
    add(SLOT + 1);
    assertEquals(1000 - 4 + 2, chunksInUse());
    int moved = 0;
    for (int i = 0; i < left.size(); i++) {
      moved += slab.cell(left.get(i)) == cells.get(i) ? 0 : 1;
    }
    assertEquals(4, moved);
    add(SLOT + 1, CHUNK_SIZE - 1);
    assertEquals(998, chunksInUse(), "a chunk with room pays for nothing");
  }

  @ParameterizedTest
  @EnumSource
  void append_afterCancelsLeftOneInEachChunk_tidiesUpAsItGoes(Survivor survivor) {
    leaveOneInEachOf(2000, SLOT, survivor);
    // Nothing more is armed in the slot that needs tidying, and the number of timers does not grow.
    for (int chunk = 0; chunk < 2000 / Slots.LOOKS; chunk++) {
      add(SLOT + 1, CHUNK_SIZE).forEach(this::remove);
    }
    assertTidy();
  }

  @ParameterizedTest
  @EnumSource
  void append_whileEachChunkIsLeftWithOneLiveCell_keepsCellsBounded(Survivor survivor) {
    for (int round = 0; round < 10_000; round++) {
      leaveOneInEachOf(1, SLOT + round % 7, survivor);
      assertNearlyTidy();
    }
  }

  /** The worst order for a round-robin sweep: chunks that it has just passed are cancelled next. */
  @Test
  void append_whileTheDensestChunksAreCancelled_keepsCellsBounded() {
    Random random = new Random(1);
    List<Integer> indices = add(SLOT, 64_000);
    for (int round = 0; round < 3_000; round++) {
      // Replaces 63 entries that were added one after another, or were moved together.
      int start = random.nextInt(indices.size() / CHUNK_SIZE) * CHUNK_SIZE;
      List<Integer> neighbours = indices.subList(start, start + CHUNK_SIZE - 1);
      neighbours.forEach(this::remove);
      neighbours.replaceAll(index -> add(SLOT));
      if (round % 100 == 0) {
        indices.sort((a, b) -> Integer.compare(slab.cell(a), slab.cell(b)));
      }
      assertNearlyTidy();
    }
  }

  @Test
  void append_withEndlessRandomChurnInOneSlot_keepsCellsBounded() {
    Random random = new Random(1);
    List<Integer> indices = add(SLOT, 10_000);
    for (int i = 0; i < 300_000; i++) {
      int place = random.nextInt(indices.size());
      remove(indices.get(place));
      indices.set(place, add(SLOT));
      assertNearlyTidy();
    }
  }

  @Test
  void append_whileSparse_leavesTheEntriesOfTheSlotThatIsEmptied() {
    List<Integer> left = leaveOneInEachOf(1000, SLOT, Survivor.ANY);
    List<Integer> polled = new ArrayList<>();
    // Moves each entry to another slot, as a cascade does.
    for (int index = first(SLOT); index >= 0; index = first(SLOT)) {
      int slot = 2 * RING + polled.size();
      int cell = slots.appendAndSweep(slot);
      slots.remove(slab.cell(index));
      cells.put(cell, index);
      slab.setCell(index, cell);
      slotsByIndex.put(index, slot);
      polled.add(index);
    }
    check();
    Collections.sort(polled);
    Collections.sort(left);
    assertEquals(left, polled);
  }

  @Test
  void empty_ofChunkInSlotWhoseLastChunkIsFull_opensAnother() {
    List<Integer> left = leaveOneInEachOf(100, SLOT, Survivor.ANY);
    int lastCell = slab.cell(left.getLast());
    slots.trim(2);
    assertEquals(100 - 1, chunksInUse(), "two are emptied into one");
    assertEquals(lastCell, slab.cell(left.getLast()));
    check();
  }

  // Memory.

  @Test
  void trim_givesBackAllButAReserve_andIdsAreUsedAgain() {
    List<Integer> indices = add(SLOT, 100 * CHUNK_SIZE);
    assertFalse(slots.isTrimmable());
    indices.forEach(this::remove);
    assertTrue(slots.isTrimmable());
    slots.trim(10);
    assertEquals(90, Internals.chunksHeld(slots));
    slots.trim(Integer.MAX_VALUE);
    assertFalse(slots.isTrimmable());
    assertEquals(KEPT, Internals.chunksHeld(slots));
    check();
    indices = add(SLOT, 100 * CHUNK_SIZE);
    assertTrue(indices.stream().allMatch(index -> slab.cell(index) < 100 * CHUNK_SIZE));
    indices.forEach(this::remove);
  }
}
