package io.tourbillon.timer.wheel;

import java.util.Arrays;

/**
 * What the cells of {@link Slots} hold: one array for each chunk. A subclass knows what an entry
 * is. Cells also read ahead: they read the deadlines of the next entries of a slot in one loop
 * before any of them is handled.
 *
 * <p>The entries of a slot lie anywhere in memory, and most are in no cache. In a loop that only
 * reads them, a processor waits for ten or twenty reads at a time; in a loop that also handles each
 * entry it waits for two or three.
 */
abstract class Cells {
  /** The position of an entry that is in no slot. */
  static final int NO_CELL = -1;

  static final int CHUNK_BITS = 6;
  static final int CHUNK_SIZE = 1 << CHUNK_BITS;
  static final int LANE_MASK = CHUNK_SIZE - 1;

  /**
   * The cells of the entries that were read last, in order, and the deadlines of these entries.
   * Made by the first reading, as many wheels are never used.
   */
  private int[] ahead = {};

  private long[] deadlineTicks = {};

  /** Returns the number of entries that are in a slot. */
  abstract int size();

  /**
   * Clears what must not stay reachable in a chunk that has become free, or decides that its array
   * is not worth keeping.
   *
   * @param filled how many of its cells have been filled
   * @return false if the caller must drop the array
   */
  abstract boolean clear(int chunk, int filled);

  /** Makes the array of a chunk. Allocates before it changes anything. */
  abstract void create(int chunk);

  /** Forgets the array of a chunk. */
  abstract void drop(int chunk);

  /**
   * Sets the number of chunks that the table has room for. Allocates before it changes anything.
   */
  abstract void resize(int chunks);

  /** Copies an entry to another cell, which the entry notes. */
  abstract void move(int from, int to);

  /** Returns true if an entry is in a cell and knows it. For checks. */
  abstract boolean isConsistent(int cell);

  /** Reads the deadline of each of these cells. */
  abstract void readDeadlines(int[] cells, long[] deadlineTicks, int count);

  /** Reads what the handler of expired timers is going to need, so that it is in the cache. */
  abstract void readForExpiry(int[] cells, int count);

  /**
   * Reads the first entries of a chunk, which stay there.
   *
   * @param live the cells in use: a bit each
   * @return how many: at most the limit
   */
  final int read(int chunk, long live, int limit) {
    if (deadlineTicks.length == 0) {
      ahead = new int[CHUNK_SIZE];
      deadlineTicks = new long[CHUNK_SIZE];
    }
    int count = 0;
    for (long left = live; left != 0 && count < limit; left &= left - 1) {
      ahead[count++] = chunk << CHUNK_BITS | Long.numberOfTrailingZeros(left);
    }
    readDeadlines(ahead, deadlineTicks, count);
    return count;
  }

  final void readForExpiry(int count) {
    readForExpiry(ahead, count);
  }

  /** Returns the cell of an entry that was read last. */
  final int cellAhead(int place) {
    return ahead[place];
  }

  /** Returns the deadline of an entry that was read last. */
  final long deadlineTickAhead(int place) {
    return deadlineTicks[place];
  }

  /** Cells that hold the indices of entries of a slab. */
  static final class OfIndices extends Cells {
    private static final int[] NO_CELLS = {};

    private final EntrySlab entries;
    private int[][] cells = {};

    OfIndices(EntrySlab entries) {
      this.entries = entries;
    }

    void put(int cell, int index) {
      cells[cell >>> CHUNK_BITS][cell & LANE_MASK] = index;
    }

    int index(int cell) {
      return cells[cell >>> CHUNK_BITS][cell & LANE_MASK];
    }

    @Override
    int size() {
      return entries.size();
    }

    /** Returns true: the indices that are left in it keep nothing reachable. */
    @Override
    boolean clear(int chunk, int filled) {
      return true;
    }

    @Override
    void create(int chunk) {
      cells[chunk] = new int[CHUNK_SIZE];
    }

    @Override
    void drop(int chunk) {
      cells[chunk] = NO_CELLS;
    }

    @Override
    void resize(int chunks) {
      cells = Arrays.copyOf(cells, chunks);
    }

    @Override
    void move(int from, int to) {
      int index = index(from);
      put(to, index);
      entries.setCell(index, to);
    }

    @Override
    boolean isConsistent(int cell) {
      return entries.cell(index(cell)) == cell;
    }

    @Override
    void readDeadlines(int[] cells, long[] deadlineTicks, int count) {
      for (int place = 0; place < count; place++) {
        deadlineTicks[place] = entries.deadlineTick(index(cells[place]));
      }
    }

    @Override
    void readForExpiry(int[] cells, int count) {
      for (int place = 0; place < count; place++) {
        entries.readColumn(index(cells[place]));
      }
    }
  }
}
