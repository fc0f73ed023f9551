package io.tourbillon.timer.wheel;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Locale;

/**
 * The slots: which cells belong to a slot, and which of them are live. A slot is a list of chunks
 * of 64 cells. What the cells hold is in {@link Cells}.
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
 * free for any slot. The tables of slots grow with the highest level that was ever used.
 *
 * <p><b>Sweeping.</b> Cancels leave chunks with few live cells. While full chunks have fewer than
 * {@code thin} live cells on average, opening a chunk also checks {@value #LOOKS} others, in turn.
 * If one of them has {@code thin} live cells or fewer, its entries move to the end of their slot,
 * and the chunk is free. {@link #trim} does the same for slots into which no timer is armed any
 * more. So, whatever the order of cancels, vacated cells do not outnumber live cells for long,
 * apart from one open chunk for each slot and {@value #SLACK} more chunks. No slot is ever
 * compacted as a whole.
 *
 * <p>Every method allocates before it changes anything, so that an OutOfMemoryError leaves every
 * entry in exactly one cell.
 */
final class Slots {
  static final int CHUNK_BITS = Cells.CHUNK_BITS;
  static final int CHUNK_SIZE = Cells.CHUNK_SIZE;

  /** Chunks looked at for each one that is opened. */
  static final int LOOKS = 4;

  /** How many chunks do not count as sparse, as sweeping a nearly empty wheel is not worth it. */
  private static final int SLACK = 64;

  /** How many free chunks are kept for the next arms at most. */
  private static final int KEPT = 16;

  /** Chunks of a slot that is moved down in more than one tick. */
  private static final int CROWD = Cascade.QUOTA >> CHUNK_BITS;

  private static final int LANE_MASK = Cells.LANE_MASK;
  private static final int MAX_CHUNKS = 1 << (31 - CHUNK_BITS);
  private static final int FIRST_ROWS = 16;
  private static final int NONE = -1;

  private final Cells cells;

  /** A chunk with no more live cells than this is worth emptying. */
  private final int thin;

  private final Occupancy occupancy = new Occupancy();

  // One element a slot, for the levels that were ever used.
  private int[] head = {};

  /**
   * The cell after the one filled last, 0 if there is none; lane 0 if a chunk must be opened first.
   */
  private int[] tail = {};

  private int[] chunkCount = {};
  private int occupiedSlots;

  // One element a chunk. A chunk has no live cell exactly when it is in no slot.
  private long[] live = {};
  private int[] slot = {};

  /** The list of the chunks of a slot; for a free chunk, that of the free ones. */
  private int[] next = {};

  private int[] previous = {};
  private int chunkIds;
  private int chunksInUse;

  /** With fewer entries than this, sweeping is worth it. */
  private int sparseBelow;

  private int free = NONE;
  private int freeCount;

  /** Chunks that have no array of cells. Has room for all, so that it never grows in between. */
  private BitSet absent = new BitSet(0);

  /** Where to look for an absent chunk first: at the one that became absent last. */
  private int absentHint;

  /** The chunk that was looked at last. */
  private int hand;

  /** The rows and the chunks that the last shrink has left. */
  private int triedIds;

  private int triedChunks;

  /** Set when a slot has come to hold more than a tick may move down. */
  private boolean crowded;

  /**
   * @param thin a chunk with no more live cells than this is worth emptying
   */
  Slots(Cells cells, int thin) {
    this.cells = cells;
    this.thin = thin;
    countSparse();
  }

  /** Adds a cell at the end of a slot and returns it. The caller fills it. */
  int append(int slotIndex) {
    if (slotIndex >= tail.length) {
      addLevels(slotIndex);
    }
    int cell = tail[slotIndex];
    if ((cell & LANE_MASK) == 0) {
      cell = open(slotIndex);
    }
    tail[slotIndex] = cell + 1;
    live[cell >>> CHUNK_BITS] |= 1L << cell;
    return cell;
  }

  /** The same, and a sweep if a chunk must be opened. It may change the cells of other entries. */
  int appendAndSweep(int slotIndex) {
    if (slotIndex < tail.length && (tail[slotIndex] & LANE_MASK) == 0) {
      sweep(LOOKS);
    }
    return append(slotIndex);
  }

  /** Makes room for all slots up to the level of this one. */
  private void addLevels(int slotIndex) {
    int length = (slotIndex / Levels.RING + 1) * Levels.RING;
    int[] newHead = Arrays.copyOf(head, length);
    Arrays.fill(newHead, head.length, length, NONE);
    int[] newChunkCount = Arrays.copyOf(chunkCount, length);
    int[] newTail = Arrays.copyOf(tail, length);
    occupancy.resize(length);
    head = newHead;
    chunkCount = newChunkCount;
    tail = newTail;
  }

  /** Takes an entry out of its slot. */
  void remove(int cell) {
    int chunk = cell >>> CHUNK_BITS;
    keep(chunk, live[chunk] & ~(1L << cell));
  }

  /**
   * Reads the first entries of a slot ahead; they stay there.
   *
   * @return how many: at most the limit, and 0 only if the slot is empty or the limit is 0
   */
  int read(int slotIndex, int limit) {
    if (!isOccupied(slotIndex)) {
      return 0;
    }
    int chunk = head[slotIndex];
    return cells.read(chunk, live[chunk], limit);
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
    return slotIndex < head.length && head[slotIndex] != NONE;
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
    long[] sizes = new long[Levels.COUNT];
    for (int chunk = 0; chunk < chunkIds; chunk++) {
      sizes[slot[chunk] / Levels.RING] += Long.bitCount(live[chunk]);
    }
    return sizes;
  }

  /** Returns how many chunks there are, in slots or not. */
  int chunkIds() {
    return chunkIds;
  }

  /** Returns the live cells of a chunk: a bit each. */
  long live(int chunk) {
    return live[chunk];
  }

  // Memory that is not needed.

  /** Whether {@link #trim} has something to do. */
  boolean isTrimmable() {
    return freeCount > KEPT || isSparse() || isShrinkable();
  }

  /**
   * Whether the tables have many more rows than there are chunks in slots, and a shrink may help:
   * either none was tried with these rows, or half of the chunks have gone since.
   */
  private boolean isShrinkable() {
    return chunkIds > 4 * KEPT
        && chunksInUse < chunkIds / 4
        && (chunkIds != triedIds || chunksInUse <= triedChunks / 2);
  }

  /** Frees unused chunks up to a limit, and sweeps as many others. */
  void trim(int limit) {
    sweep(limit);
    for (int left = Math.min(limit, freeCount - KEPT); left > 0; left--) {
      int chunk = free;
      free = next[chunk];
      freeCount--;
      makeAbsent(chunk);
    }
    if (freeCount <= KEPT && !isSparse() && isShrinkable()) {
      shrink();
    }
  }

  /**
   * Forgets the ids after the last chunk that has cells. A step is 64 chunks, since even the first
   * call, which no compiler has seen, must not keep the callers of the wheel waiting.
   */
  private void shrink() {
    dropFreeFrom(chunkIds / 4);
    int idsLeft = absent.previousClearBit(chunkIds - 1) + 1;
    absent.clear(idsLeft, chunkIds);
    chunkIds = idsLeft;
    absentHint = 0;
    hand = 0;
    triedIds = chunkIds;
    triedChunks = chunksInUse;
    if (chunkIds < live.length / 4) {
      resize(Math.max(FIRST_ROWS, chunkIds << 1));
    }
  }

  /** Drops the free chunks with these ids, which would keep the tables long. */
  private void dropFreeFrom(int firstId) {
    int chunk = free;
    free = NONE;
    freeCount = 0;
    while (chunk != NONE) {
      int following = next[chunk];
      if (chunk >= firstId) {
        makeAbsent(chunk);
      } else {
        next[chunk] = free;
        free = chunk;
        freeCount++;
      }
      chunk = following;
    }
  }

  /**
   * Whether the full chunks have fewer than {@code thin} live cells on average. Then at least one
   * of them has so few, and the sweep finds it.
   */
  private boolean isSparse() {
    return cells.size() < sparseBelow;
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
      if (left != 0 && Long.bitCount(left) <= thin && next[hand] != NONE) {
        empty(hand);
      }
    }
  }

  /** Moves what is left in a chunk to the end of its slot. */
  private void empty(int chunk) {
    int slotIndex = slot[chunk];
    for (long left = live[chunk]; left != 0; left &= left - 1) {
      int cell = chunk << CHUNK_BITS | Long.numberOfTrailingZeros(left);
      cells.move(cell, append(slotIndex));
      remove(cell);
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
    int filled = CHUNK_SIZE;
    if (before == NONE) {
      head[slotIndex] = after;
    } else {
      next[before] = after;
    }
    if (after == NONE) {
      filled = (tail[slotIndex] - 1 & LANE_MASK) + 1;
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
    if (cells.clear(chunk, filled)) {
      next[chunk] = free;
      free = chunk;
      freeCount++;
    } else {
      makeAbsent(chunk);
    }
  }

  /** Forgets the cells of a chunk that is in no slot and not on the list of free ones. */
  private void makeAbsent(int chunk) {
    cells.drop(chunk);
    absent.set(chunk);
    absentHint = chunk;
  }

  private void countSparse() {
    sparseBelow = (chunksInUse - occupiedSlots - SLACK) * thin;
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
    int chunk = absent.nextSetBit(absentHint);
    if (chunk == NONE) {
      chunk = absent.nextSetBit(0);
    }
    if (chunk == NONE) {
      reserveId();
      cells.create(chunkIds);
      chunk = chunkIds++;
    } else {
      cells.create(chunk);
      absent.clear(chunk);
      absentHint = chunk;
    }
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
      resize(Math.clamp(chunkIds << 1, FIRST_ROWS, MAX_CHUNKS));
    }
  }

  private void resize(int length) {
    long[] newLive = Arrays.copyOf(live, length);
    int[] newSlot = Arrays.copyOf(slot, length);
    int[] newNext = Arrays.copyOf(next, length);
    int[] newPrevious = Arrays.copyOf(previous, length);
    BitSet newAbsent = new BitSet(length);
    newAbsent.or(absent);
    cells.resize(length);
    live = newLive;
    slot = newSlot;
    next = newNext;
    previous = newPrevious;
    absent = newAbsent;
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
    int sparse = (chunksSeen - slotsSeen - SLACK) * thin;
    check(sparse == sparseBelow, "sparse below %d, not %d", sparse, sparseBelow);
    int cellsSeen = 0;
    for (int chunk = 0; chunk < chunkIds; chunk++) {
      cellsSeen += Long.bitCount(live[chunk]);
    }
    int size = cells.size();
    check(cellsSeen == size, "invariant 1: %d cells for %d entries", cellsSeen, size);
    int known = chunksSeen + countList(free) + absent.cardinality();
    check(known == chunkIds, "%d chunks known of %d", known, chunkIds);
    check(absent.length() <= chunkIds, "%d ids and an absent one in %d", chunkIds, absent.length());
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
        boolean isKnown = cells.isConsistent(chunk << CHUNK_BITS | lane);
        check(isKnown, "invariant 1: lane %d of chunk %d is unknown to its entry", lane, chunk);
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
