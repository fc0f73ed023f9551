package io.tourbillon.timer.wheel;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What is in each slot: a list of chunks of cells, each live cell the index of one entry.
 *
 * <pre>
 *   slot ──head──> chunk <──> chunk <──> chunk <──open── slot
 * </pre>
 *
 * <p>Only the open chunk, the last of a slot, has room. An entry knows the position of its cell, so
 * leaving a slot marks one cell as taken and touches no other entry. When the last live cell of a
 * chunk is taken, the chunk is free for any slot. While the taken cells of the wheel outnumber the
 * live ones, a chunk that a cancel leaves with a quarter of its cells or fewer is thinned out: its
 * entries move to the end of their slot and the chunk is free. That is at most 16 moves for 48
 * cancels, and no slot is ever compacted as a whole. Cells cost 4 to 8 bytes a timer as a rule. A
 * chunk that got thin while the wheel as a whole had few taken cells is not looked at again until one
 * more of its timers is cancelled or its slot comes due: cancels of just the wrong order leave up to
 * 64 cells to a live timer until then.
 */
final class Slots {
  /** A chunk with no more live cells than this is worth thinning out. */
  static final int THIN = Chunk.SIZE / 4;

  /** Chunks that may be mostly empty without being counted as waste: those of a wheel nearly empty. */
  private static final int SLACK = 64;

  /** Free chunks that are kept for the next arms. */
  private static final int KEPT = 16;

  private static final int RING_WORDS = TimingWheel.RING >>> 6;
  private static final long RING_WORDS_MASK = (1L << RING_WORDS) - 1;
  private static final int MAX_CHUNKS = 1 << (31 - Chunk.BITS);

  private final EntrySlab entries;

  // One element a slot.
  private final @Nullable Chunk[] head;
  private final @Nullable Chunk[] open;
  private final int[] chunkCount;

  /** One bit a slot: whether it has a chunk. A chunk without a live cell is in no slot. */
  private final long[] occupied;

  /** One bit a word of {@link #occupied}: whether it has a bit. */
  private long occupiedWords;

  /** Chunks by id. One that was given back is null. */
  private @Nullable Chunk[] chunks = new Chunk[16];

  private int[] absentIds = new int[16];
  private int absentCount;
  private int idCount;

  /** Free chunks, linked by next. */
  private @Nullable Chunk free;

  private int freeCount;
  private int chunksInUse;

  Slots(int slots, EntrySlab entries) {
    this.entries = entries;
    head = new Chunk[slots];
    open = new Chunk[slots];
    chunkCount = new int[slots];
    occupied = new long[(slots + Long.SIZE - 1) >>> 6];
  }

  /** Adds an entry at the end of the slot; the caller notes the position in the entry. */
  int append(int slot, int index) {
    Chunk last = open[slot];
    if (last == null || last.isFull()) {
      return appendToNewChunk(slot, index);
    }
    return last.append(index);
  }

  /** Takes the entry at this position out of its slot. */
  void remove(int position) {
    Chunk chunk = chunkOf(position);
    int live = chunk.take(position);
    if (live <= THIN) {
      afterRemoval(chunk, live);
    }
  }

  /** Takes the first entry out of the slot, or returns -1 if there is none. */
  int poll(int slot) {
    Chunk chunk = head[slot];
    if (chunk == null) {
      return -1;
    }
    int lane = chunk.firstLane();
    if (chunk.take(lane) == 0) {
      release(chunk);
    }
    return chunk.indexAt(lane);
  }

  /** The slot that the entry at this position is in. */
  int slotAt(int position) {
    return chunkOf(position).slot;
  }

  boolean isOccupied(int slot) {
    return head[slot] != null;
  }

  /**
   * How far it is to the next occupied slot in a ring of {@link TimingWheel#RING} slots.
   *
   * @param ring the first slot of the ring
   * @param from the place in the ring to start after
   * @return from 1 to the size of the ring - 1, or 0 if there is none
   */
  int distanceToOccupied(int ring, int from) {
    int firstWord = ring >>> 6;
    if (((occupiedWords >>> firstWord) & RING_WORDS_MASK) == 0) {
      return 0;
    }
    int start = from + 1 & TimingWheel.RING - 1;
    int word = start >>> 6;
    long bits = occupied[firstWord + word] & -1L << start;
    for (int words = 0; words <= RING_WORDS; words++) {
      if (bits != 0) {
        return (word << 6 | Long.numberOfTrailingZeros(bits)) - from & TimingWheel.RING - 1;
      }
      word = word + 1 & RING_WORDS - 1;
      bits = occupied[firstWord + word];
    }
    throw new AssertionError("a word is marked as occupied and is not: " + firstWord);
  }

  /** No fewer than the entries in the slot, and exact to one chunk unless timers were cancelled. */
  int capacity(int slot) {
    return chunkCount[slot] << Chunk.BITS;
  }

  /** The entries in the slot, counted: one step a chunk. */
  long count(int slot) {
    long count = 0;
    for (Chunk chunk = head[slot]; chunk != null; chunk = chunk.next) {
      count += chunk.live();
    }
    return count;
  }

  /** Free chunks beyond those that are kept. */
  int surplus() {
    return Math.max(0, freeCount - KEPT);
  }

  /** Gives back up to so many free chunks. */
  void releaseSurplus(int limit) {
    for (int left = Math.min(limit, surplus()); left > 0; left--) {
      Chunk chunk = popFree();
      chunks[chunk.id] = null;
      absentIds[absentCount++] = chunk.id;
    }
  }

  private int appendToNewChunk(int slot, int index) {
    Chunk sealed = open[slot];
    Chunk chunk = freeCount > 0 ? popFree() : create();
    chunk.reset(slot);
    linkLast(slot, chunk);
    int position = chunk.append(index);
    if (sealed != null && sealed.live() <= THIN && staleOutnumberLive()) {
      thinOut(sealed);
    }
    return position;
  }

  private void afterRemoval(Chunk chunk, int live) {
    if (live == 0) {
      release(chunk);
    } else if (staleOutnumberLive() && chunk != open[chunk.slot]) {
      thinOut(chunk);
    }
  }

  private boolean staleOutnumberLive() {
    return (chunksInUse - SLACK) << (Chunk.BITS - 1) > entries.size();
  }

  /** Moves what is left in a chunk to the end of its slot. */
  private void thinOut(Chunk chunk) {
    for (int lane = chunk.firstLane(); lane < Chunk.SIZE; lane = chunk.nextLane(lane)) {
      int index = chunk.indexAt(lane);
      entries.pageOf(index).setCell(index & EntryPage.OFFSET_MASK, append(chunk.slot, index));
    }
    release(chunk);
  }

  private void linkLast(int slot, Chunk chunk) {
    Chunk last = open[slot];
    chunk.previous = last;
    chunk.next = null;
    open[slot] = chunk;
    chunkCount[slot]++;
    chunksInUse++;
    if (last == null) {
      head[slot] = chunk;
      occupied[slot >>> 6] |= 1L << slot;
      occupiedWords |= 1L << (slot >>> 6);
    } else {
      last.next = chunk;
    }
  }

  /** Takes a chunk out of its slot. */
  private void release(Chunk chunk) {
    int slot = chunk.slot;
    Chunk next = chunk.next;
    Chunk previous = chunk.previous;
    if (previous == null) {
      head[slot] = next;
    } else {
      previous.next = next;
    }
    if (next == null) {
      open[slot] = previous;
    } else {
      next.previous = previous;
    }
    if (--chunkCount[slot] == 0) {
      markVacant(slot);
    }
    chunksInUse--;
    chunk.previous = null;
    chunk.next = free;
    free = chunk;
    freeCount++;
  }

  private void markVacant(int slot) {
    occupied[slot >>> 6] &= ~(1L << slot);
    if (occupied[slot >>> 6] == 0) {
      occupiedWords &= ~(1L << (slot >>> 6));
    }
  }

  private Chunk popFree() {
    Chunk chunk = free;
    assert chunk != null : freeCount + " chunks are free";
    free = chunk.next;
    freeCount--;
    return chunk;
  }

  private Chunk create() {
    int id = absentCount > 0 ? absentIds[--absentCount] : newId();
    Chunk chunk = new Chunk(id);
    chunks[id] = chunk;
    return chunk;
  }

  private int newId() {
    if (idCount == chunks.length) {
      if (idCount == MAX_CHUNKS) {
        throw new IllegalStateException(
            "a wheel holds at most " + MAX_CHUNKS + " chunks of cells: " + idCount);
      }
      int length = Math.min(MAX_CHUNKS, idCount << 1);
      chunks = Arrays.copyOf(chunks, length);
      absentIds = Arrays.copyOf(absentIds, length);
    }
    return idCount++;
  }

  private Chunk chunkOf(int position) {
    Chunk chunk = chunks[position >>> Chunk.BITS];
    assert chunk != null : "chunk of cell " + position + " was given back";
    return chunk;
  }

  /** Walks every list; see the invariants of {@link TimingWheel}. */
  boolean checkInvariants() {
    int entriesSeen = 0;
    int chunksSeen = 0;
    for (int slot = 0; slot < head.length; slot++) {
      Chunk previous = null;
      int count = 0;
      for (Chunk chunk = head[slot]; chunk != null; chunk = chunk.next) {
        check(chunk.slot == slot, "chunk %d is not of slot %d", chunk.id, slot);
        check(chunk.previous == previous, "chunk %d of slot %d: wrong link", chunk.id, slot);
        check(chunk.live() > 0, "chunk %d of slot %d is empty", chunk.id, slot);
        for (int lane = chunk.firstLane(); lane < Chunk.SIZE; lane = chunk.nextLane(lane)) {
          int index = chunk.indexAt(lane);
          int position = chunk.id << Chunk.BITS | lane;
          int cell = entries.pageOf(index).cell(index & EntryPage.OFFSET_MASK);
          check(cell == position, "cell %d holds an entry that knows cell %d", position, cell);
          entriesSeen++;
        }
        count++;
        previous = chunk;
      }
      check(open[slot] == previous, "the open chunk of slot %d is not its last of %d", slot, count);
      check(chunkCount[slot] == count, "slot %d has %d chunks", slot, count);
      boolean bit = (occupied[slot >>> 6] & 1L << slot) != 0;
      check(bit == count > 0, "occupancy of slot %d with %d chunks", slot, count);
      chunksSeen += count;
    }
    check(entriesSeen == entries.size(), "%d cells for %d entries", entriesSeen, entries.size());
    check(chunksSeen == chunksInUse, "%d chunks in slots, not %d", chunksSeen, chunksInUse);
    int known = chunksSeen + freeCount + absentCount;
    check(known == idCount, "%d chunks known of %d", known, idCount);
    return true;
  }

  private static void check(boolean holds, String rule, int a, int b) {
    if (!holds) {
      throw new AssertionError(String.format(rule, a, b));
    }
  }
}
