package io.tourbillon.timer.wheel;

import java.util.Arrays;
import java.util.Locale;

/**
 * The contents of the slots. A slot is a list of chunks of 64 cells, and a cell holds the index of
 * one entry.
 *
 * <pre>
 *   slot ── head ──> chunk 7 <──> chunk 2 <──> chunk 12 <── tail ── slot
 *
 *   chunk 12   cells  [ 17 | 4 | 96 | 23 | . | . ...     in order of arrival; only the last chunk has room
 *              live      1   0    1    1   0   0         the timer of cell 1 was cancelled
 * </pre>
 *
 * <p>A cell is named by {@code chunk << 6 | lane}, and an entry knows the name of its cell. So
 * removing an entry clears one bit and touches no other entry. The bits of a million timers fit
 * into a cache. A cell is filled once; when the last live cell of a chunk is cleared, the chunk is
 * free for any slot.
 *
 * <p><b>Sweeping.</b> Cancels leave chunks with few live cells. While full chunks have fewer than
 * {@value #THIN} live cells on average, opening a chunk also checks {@value #LOOKS} others, in
 * turn. If one of them has {@value #THIN} live cells or fewer, its entries move to the end of their
 * slot, and the chunk is free. {@link #trim} does the same for slots into which no timer is armed
 * any more. So, whatever the order of cancels, vacated cells do not outnumber live cells for long,
 * apart from one open chunk for each slot and {@value #SLACK} more chunks. No slot is ever
 * compacted as a whole.
 *
 * <p>Every method allocates before it changes anything, so that an OutOfMemoryError leaves every
 * entry in exactly one cell.
 */
final class Slots {
  static final int CHUNK_BITS = 6;
  static final int CHUNK_SIZE = 1 << CHUNK_BITS;

  /** A chunk with no more live cells than this is worth emptying. */
  static final int THIN = 32;

  /** Chunks looked at for each one that is opened. */
  static final int LOOKS = 4;

  /** How many chunks do not count as sparse, as sweeping a nearly empty wheel is not worth it. */
  private static final int SLACK = 64;

  /** Free chunks that are kept for the next arms. */
  private static final int KEPT = 16;

  /** Chunks of a slot that is moved down in more than one tick. */
  private static final int CROWD = Cascade.QUOTA >> CHUNK_BITS;

  private static final int LANE_MASK = CHUNK_SIZE - 1;
  private static final int MAX_CHUNKS = 1 << (31 - CHUNK_BITS);
  private static final int NONE = -1;
  private static final int[] NO_CELLS = {};

  private final EntrySlab entries;
  private final Occupancy occupancy;

  // One element a slot.
  private final int[] head;

  /**
   * The cell after the one filled last, 0 if there is none; lane 0 if a chunk must be opened first.
   */
  private final int[] tail;

  private final int[] chunkCount;
  private int occupiedSlots;

  // One element a chunk. A chunk has no live cell exactly when it is in no slot.
  private long[] live = new long[16];
  private int[][] cells = new int[16][];
  private int[] slot = new int[16];

  /** The list of the chunks of a slot; for a chunk in no slot, that of free or of absent ones. */
  private int[] next = new int[16];

  private int[] previous = new int[16];
  private int chunkIds;
  private int chunksInUse;

  /** With fewer entries than this, sweeping is worth it. */
  private int sparseBelow;

  private int free = NONE;
  private int freeCount;

  /** Chunks whose cells were given back. */
  private int absent = NONE;

  /** The chunk that was looked at last. */
  private int hand;

  /** Set when a slot has come to hold more than a tick may move down. */
  private boolean crowded;

  Slots(int slotCount, EntrySlab entries) {
    this.entries = entries;
    occupancy = new Occupancy(slotCount);
    head = new int[slotCount];
    Arrays.fill(head, NONE);
    tail = new int[slotCount];
    chunkCount = new int[slotCount];
    countSparse();
  }

  /** Adds an entry at the end of a slot and returns its cell; the caller notes it in the entry. */
  int append(int slotIndex, int index) {
    int cell = tail[slotIndex];
    return fill(slotIndex, (cell & LANE_MASK) == 0 ? open(slotIndex) : cell, index);
  }

  /** The same, and a sweep if a chunk must be opened. It may change the cells of other entries. */
  int appendAndSweep(int slotIndex, int index) {
    if ((tail[slotIndex] & LANE_MASK) == 0) {
      sweep(LOOKS);
    }
    return append(slotIndex, index);
  }

  private int fill(int slotIndex, int cell, int index) {
    int chunk = cell >>> CHUNK_BITS;
    tail[slotIndex] = cell + 1;
    live[chunk] |= 1L << cell;
    cells[chunk][cell & LANE_MASK] = index;
    return cell;
  }

  /** Takes an entry out of its slot. */
  void remove(int cell) {
    int chunk = cell >>> CHUNK_BITS;
    keep(chunk, live[chunk] & ~(1L << cell));
  }

  /**
   * Copies the entries of the first chunk of a slot, in order.
   *
   * @param indices room for {@link #CHUNK_SIZE} of them
   * @return how many there are; 0 only if the slot is empty
   */
  int copyFirst(int slotIndex, int[] indices) {
    int chunk = head[slotIndex];
    if (chunk == NONE) {
      return 0;
    }
    int[] chunkCells = cells[chunk];
    int count = 0;
    for (long left = live[chunk]; left != 0; left &= left - 1) {
      indices[count++] = chunkCells[Long.numberOfTrailingZeros(left)];
    }
    return count;
  }

  /**
   * Removes the first entry of a slot. Unlike {@link #remove} this does not read the entry, so that
   * a processor can go on to the next one while it waits for the memory of this one.
   */
  void removeFirst(int slotIndex) {
    int chunk = head[slotIndex];
    keep(chunk, live[chunk] & live[chunk] - 1);
  }

  /** Keeps only these live cells of a chunk; without any, the chunk is free. */
  private void keep(int chunk, long left) {
    live[chunk] = left;
    if (left == 0) {
      release(chunk);
    }
  }

  /** The slot that a cell belongs to. */
  int slotAt(int cell) {
    return slot[cell >>> CHUNK_BITS];
  }

  boolean isOccupied(int slotIndex) {
    return head[slotIndex] != NONE;
  }

  /** See {@link Occupancy#distance}. */
  int distanceToOccupied(int ring, int from) {
    return occupancy.distance(ring, from);
  }

  /**
   * An upper bound of the entries in the slot, exact to two chunks unless timers were cancelled.
   */
  int capacity(int slotIndex) {
    return chunkCount[slotIndex] << CHUNK_BITS;
  }

  /** Whether a slot has come to hold more than a tick may move since {@link #clearCrowded}. */
  boolean isCrowded() {
    return crowded;
  }

  void clearCrowded() {
    crowded = false;
  }

  /** Counts the entries of each ring of slots: a step for every chunk there is. */
  long[] sizeByRing() {
    long[] sizes = new long[head.length / Levels.RING];
    for (int chunk = 0; chunk < chunkIds; chunk++) {
      sizes[slot[chunk] / Levels.RING] += Long.bitCount(live[chunk]);
    }
    return sizes;
  }

  // Memory that is not needed.

  /** Whether {@link #trim} has something to do. */
  boolean isTrimmable() {
    return freeCount > KEPT || isSparse();
  }

  /** Frees unused chunks up to a limit, and sweeps as many others. */
  void trim(int limit) {
    sweep(limit);
    for (int left = Math.min(limit, freeCount - KEPT); left > 0; left--) {
      int chunk = free;
      free = next[chunk];
      freeCount--;
      cells[chunk] = NO_CELLS;
      next[chunk] = absent;
      absent = chunk;
    }
    if (!isTrimmable() && chunksInUse + freeCount < chunkIds / 4) {
      shrink();
    }
  }

  /** Forgets the ids after the last chunk that has cells, a step each. */
  private void shrink() {
    while (chunkIds > 0 && cells[chunkIds - 1].length == 0) {
      chunkIds--;
    }
    absent = NONE;
    for (int chunk = chunkIds - 1; chunk >= 0; chunk--) {
      if (cells[chunk].length == 0) {
        next[chunk] = absent;
        absent = chunk;
      }
    }
    hand = 0;
    if (chunkIds < live.length / 4) {
      resize(Math.max(16, chunkIds << 1));
    }
  }

  /**
   * Whether the full chunks have fewer than {@value #THIN} live cells on average. Then at least one
   * of them has so few, and the sweep finds it.
   */
  private boolean isSparse() {
    return entries.size() < sparseBelow;
  }

  /**
   * Checks a number of chunks in turn; skipping sixteen chunks that are in no slot counts as one
   * check.
   */
  private void sweep(int looks) {
    long steps = (long) looks << 4;
    while (steps > 0 && isSparse()) {
      hand = hand + 1 < chunkIds ? hand + 1 : 0;
      long left = live[hand];
      steps -= left == 0 ? 1 : 16;
      if (left != 0 && Long.bitCount(left) <= THIN && next[hand] != NONE) {
        empty(hand);
      }
    }
  }

  /** Moves what is left in a chunk to the end of its slot. */
  private void empty(int chunk) {
    int slotIndex = slot[chunk];
    for (long left = live[chunk]; left != 0; left &= left - 1) {
      int lane = Long.numberOfTrailingZeros(left);
      int index = cells[chunk][lane];
      entries.setCell(index, append(slotIndex, index));
      remove(chunk << CHUNK_BITS | lane);
    }
  }

  // Chunks.

  /** Adds a chunk at the end of a slot whose last one is full, and returns its first cell. */
  private int open(int slotIndex) {
    int chunk = takeFree();
    int last = (tail[slotIndex] >>> CHUNK_BITS) - 1;
    slot[chunk] = slotIndex;
    previous[chunk] = last;
    next[chunk] = NONE;
    if (last == NONE) {
      head[slotIndex] = chunk;
      occupancy.set(slotIndex);
      occupiedSlots++;
    } else {
      next[last] = chunk;
    }
    if (++chunkCount[slotIndex] == CROWD) {
      crowded = true;
    }
    chunksInUse++;
    countSparse();
    return chunk << CHUNK_BITS;
  }

  /** Takes a chunk out of its slot. */
  private void release(int chunk) {
    int slotIndex = slot[chunk];
    int before = previous[chunk];
    int after = next[chunk];
    if (before == NONE) {
      head[slotIndex] = after;
    } else {
      next[before] = after;
    }
    if (after == NONE) {
      tail[slotIndex] = (before + 1) << CHUNK_BITS;
    } else {
      previous[after] = before;
    }
    chunksInUse--;
    if (--chunkCount[slotIndex] == 0) {
      occupancy.clear(slotIndex);
      occupiedSlots--;
    }
    countSparse();
    next[chunk] = free;
    free = chunk;
    freeCount++;
  }

  private void countSparse() {
    sparseBelow = (chunksInUse - occupiedSlots - SLACK) * THIN;
  }

  private int takeFree() {
    if (free == NONE) {
      create();
    }
    int chunk = free;
    free = next[chunk];
    freeCount--;
    return chunk;
  }

  /** Makes a free chunk. */
  private void create() {
    int[] newCells = new int[CHUNK_SIZE];
    int chunk = absent;
    if (chunk == NONE) {
      reserveId();
      chunk = chunkIds++;
    } else {
      absent = next[chunk];
    }
    cells[chunk] = newCells;
    next[chunk] = NONE;
    free = chunk;
    freeCount = 1;
  }

  /** Grows the tables if they have no room for one more chunk. */
  private void reserveId() {
    if (chunkIds == MAX_CHUNKS) {
      throw new IllegalStateException(
          "a wheel holds at most " + MAX_CHUNKS + " chunks of cells: " + chunkIds);
    }
    if (chunkIds == live.length) {
      resize(Math.min(MAX_CHUNKS, chunkIds << 1));
    }
  }

  private void resize(int length) {
    int[][] newCells = Arrays.copyOf(cells, length);
    int[] newSlot = Arrays.copyOf(slot, length);
    int[] newNext = Arrays.copyOf(next, length);
    int[] newPrevious = Arrays.copyOf(previous, length);
    live = Arrays.copyOf(live, length);
    cells = newCells;
    slot = newSlot;
    next = newNext;
    previous = newPrevious;
  }

  /** Walks every list; see the invariants of {@link TimingWheel}. */
  boolean checkInvariants() {
    int chunksSeen = 0;
    int slotsSeen = 0;
    for (int slotIndex = 0; slotIndex < head.length; slotIndex++) {
      int count = checkSlot(slotIndex);
      check(chunkCount[slotIndex] == count, "slot %d has %d chunks", slotIndex, count);
      boolean marked = occupancy.isSet(slotIndex);
      check(marked == count > 0, "invariant 2: occupancy of slot %d, %d", slotIndex, count);
      chunksSeen += count;
      slotsSeen += count > 0 ? 1 : 0;
    }
    check(chunksSeen == chunksInUse, "%d chunks in slots, not %d", chunksSeen, chunksInUse);
    check(slotsSeen == occupiedSlots, "%d slots occupied, not %d", slotsSeen, occupiedSlots);
    int sparse = (chunksSeen - slotsSeen - SLACK) * THIN;
    check(sparse == sparseBelow, "sparse below %d, not %d", sparse, sparseBelow);
    int cellsSeen = 0;
    for (int chunk = 0; chunk < chunkIds; chunk++) {
      cellsSeen += Long.bitCount(live[chunk]);
    }
    int size = entries.size();
    check(cellsSeen == size, "invariant 1: %d cells for %d entries", cellsSeen, size);
    int known = chunksSeen + countList(free) + countList(absent);
    check(known == chunkIds, "%d chunks known of %d", known, chunkIds);
    check(countList(free) == freeCount, "%d chunks free, not %d", countList(free), freeCount);
    return true;
  }

  private int checkSlot(int slotIndex) {
    int count = 0;
    int last = NONE;
    for (int chunk = head[slotIndex]; chunk != NONE; chunk = next[chunk]) {
      check(slot[chunk] == slotIndex, "chunk %d is not of slot %d", chunk, slotIndex);
      check(previous[chunk] == last, "chunk %d of slot %d: wrong link", chunk, slotIndex);
      check(live[chunk] != 0, "invariant 2: chunk %d of slot %d is empty", chunk, slotIndex);
      for (long left = live[chunk]; left != 0; left &= left - 1) {
        int lane = Long.numberOfTrailingZeros(left);
        int cell = chunk << CHUNK_BITS | lane;
        int known = entries.cell(cells[chunk][lane]);
        check(known == cell, "invariant 1: cell %d has an entry that knows cell %d", cell, known);
      }
      count++;
      last = chunk;
    }
    int open = (tail[slotIndex] - 1) >> CHUNK_BITS;
    check(open == last, "the next cell of slot %d is not in or after chunk %d", slotIndex, last);
    int lane = tail[slotIndex] & LANE_MASK;
    boolean isFree = lane == 0 || live[last] >>> lane == 0;
    check(isFree, "the next cell of slot %d is live, in chunk %d", slotIndex, last);
    return count;
  }

  private int countList(int first) {
    int count = 0;
    for (int chunk = first; chunk != NONE; chunk = next[chunk]) {
      check(live[chunk] == 0, "chunk %d is free and has a live cell, in %d", chunk, count);
      count++;
    }
    return count;
  }

  private static void check(boolean holds, String rule, int a, int b) {
    if (!holds) {
      throw new AssertionError(String.format(Locale.ROOT, rule, a, b));
    }
  }
}
