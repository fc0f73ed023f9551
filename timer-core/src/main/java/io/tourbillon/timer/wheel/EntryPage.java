package io.tourbillon.timer.wheel;

import org.jspecify.annotations.Nullable;

/**
 * A page of entries: deadline, generation and place of 1024 timers, and their tasks.
 *
 * <p>An entry is two consecutive words of primitives, 16 bytes that never straddle a cache line, and
 * one reference in the array beside them:
 *
 * <pre>
 *   word 0   deadline tick               (free: offset of the next free entry of the page, or NONE)
 *   word 1   generation | cell position  (free: generation of the next tenant | NO_CELL)
 * </pre>
 */
final class EntryPage {
  static final int BITS = 10;
  static final int SIZE = 1 << BITS;
  static final int OFFSET_MASK = SIZE - 1;

  /** Position of an entry that is in no slot. */
  static final int NO_CELL = -1;

  static final int FIRST_GENERATION = 1;

  /** What follows the last generation, read as unsigned: in no id, so nothing finds the entry. */
  static final int RETIRED = 0;

  /** The offset that ends the list of free entries. */
  private static final int NONE = SIZE;

  private static final int HEAD_MASK = 0xFFFF;
  private static final int ONE_LIVE = HEAD_MASK + 1;
  private static final long CELL_MASK = 0xFFFF_FFFFL;

  final int number;
  private final long[] words = new long[SIZE << 1];
  private final @Nullable Object[] tasks = new Object[SIZE];

  /** How many entries have a tenant, and in the lower half the offset of the first free one. */
  private int state;

  // The slab's list of the pages that have a free entry, linked by page numbers.
  int nextSpare;
  int previousSpare;

  EntryPage(int number, int generation) {
    this.number = number;
    long vacant = (long) generation << 32 | CELL_MASK;
    for (int offset = 0; offset < SIZE; offset++) {
      words[offset << 1] = offset + 1L;
      words[(offset << 1) + 1] = vacant;
    }
  }

  boolean isFull() {
    return (state & HEAD_MASK) == NONE;
  }

  boolean isEmpty() {
    return state < ONE_LIVE;
  }

  /** The index of the entry that is occupied next; the page is not full. */
  int firstFree() {
    return number << BITS | (state & HEAD_MASK);
  }

  /** Gives the first free entry to a tenant, and returns its id. */
  long occupy(long deadlineTick, int cell, Object task) {
    int offset = state & HEAD_MASK;
    int word = offset << 1;
    state = (state & ~HEAD_MASK) + ONE_LIVE + (int) words[word];
    long generation = words[word + 1] & ~CELL_MASK;
    words[word] = deadlineTick;
    words[word + 1] = generation | cell;
    tasks[offset] = task;
    return generation | number << BITS | offset;
  }

  /** Frees the entry and lets go of its task, which it returns. */
  Object vacate(int offset) {
    int word = offset << 1;
    Object task = tasks[offset];
    tasks[offset] = null;
    int generation = (int) (words[word + 1] >>> 32) + 1;
    words[word + 1] = (long) generation << 32 | CELL_MASK;
    if (generation == RETIRED) {
      state -= ONE_LIVE;
    } else {
      words[word] = state & HEAD_MASK;
      state = (state & ~HEAD_MASK) - ONE_LIVE + offset;
    }
    assert task != null : "entry was free";
    return task;
  }

  /** Whether the tenant of this entry is the one that the id names. */
  boolean isTenant(int offset, long id) {
    long word = words[(offset << 1) + 1];
    // A free entry already bears its next tenant's generation, but no cell.
    return (word ^ id) >>> 32 == 0 && (int) word != NO_CELL;
  }

  boolean isLive(int offset) {
    return cell(offset) != NO_CELL;
  }

  long id(int offset) {
    return (words[(offset << 1) + 1] & ~CELL_MASK) | number << BITS | offset;
  }

  long deadlineTick(int offset) {
    return words[offset << 1];
  }

  void setDeadlineTick(int offset, long deadlineTick) {
    words[offset << 1] = deadlineTick;
  }

  int cell(int offset) {
    return (int) words[(offset << 1) + 1];
  }

  void setCell(int offset, int cell) {
    int word = (offset << 1) + 1;
    words[word] = (words[word] & ~CELL_MASK) | cell;
  }

  Object task(int offset) {
    Object task = tasks[offset];
    assert task != null : "entry is free";
    return task;
  }

  /** A generation that no tenant of this page has had, or RETIRED if one entry has used them up. */
  int nextGeneration() {
    int next = FIRST_GENERATION;
    for (int word = 1; word < words.length; word += 2) {
      int generation = (int) (words[word] >>> 32);
      if (generation == RETIRED) {
        return RETIRED;
      }
      if (Integer.compareUnsigned(generation, next) > 0) {
        next = generation;
      }
    }
    return next;
  }

  int live() {
    return state >>> 16;
  }

  /** Walks the list of free entries. */
  void checkInvariants() {
    int free = 0;
    for (int offset = state & HEAD_MASK; offset != NONE; offset = (int) words[offset << 1]) {
      if (isLive(offset) || tasks[offset] != null) {
        throw new AssertionError("entry " + offset + " of page " + number + " is not free");
      }
      free++;
    }
    if (free + live() > SIZE) {
      throw new AssertionError(free + " entries free and " + live() + " live in page " + number);
    }
  }
}
