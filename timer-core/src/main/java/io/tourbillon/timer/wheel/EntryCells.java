package io.tourbillon.timer.wheel;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Cells that hold the entries themselves. A cell that was vacated still refers to its entry, until
 * its chunk is cleared or dropped.
 *
 * @param <E> the type of the entries
 */
final class EntryCells<E extends WheelEntry> extends Cells {
  private static final int FEW = CHUNK_SIZE / 8;

  private static final @Nullable WheelEntry[] NO_CELLS = {};

  private @Nullable WheelEntry[][] cells = {};

  /** Entries that came, and entries that left. */
  private long arrivals;

  private long departures;

  void put(int cell, E entry) {
    cells[cell >>> CHUNK_BITS][cell & LANE_MASK] = entry;
  }

  @SuppressWarnings("unchecked") // Only put stores entries, and it stores E.
  E entry(int cell) {
    return (E) cells[cell >>> CHUNK_BITS][cell & LANE_MASK];
  }

  /** Returns true if the entry is in this cell. For assertions. */
  @SuppressWarnings("ReferenceEquality") // The entry itself is meant.
  boolean isIn(E entry, int cell) {
    return cell >>> CHUNK_BITS < cells.length
        && cells[cell >>> CHUNK_BITS].length > 0
        && entry(cell) == entry;
  }

  void arrived() {
    arrivals++;
  }

  void departed() {
    departures++;
  }

  long arrivals() {
    return arrivals;
  }

  @Override
  int size() {
    return (int) (arrivals - departures);
  }

  /**
   * Keeps a chunk of which few cells were filled: a timer that is armed and cancelled again then
   * allocates nothing here. G1 takes several times as long to store a new object into an old array
   * as into a new one, so for many stores a new array is cheaper.
   */
  @Override
  boolean clear(int chunk, int filled) {
    if (filled > FEW) {
      return false;
    }
    Arrays.fill(cells[chunk], 0, filled, null);
    return true;
  }

  @Override
  void create(int chunk) {
    cells[chunk] = new WheelEntry[CHUNK_SIZE];
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
    E entry = entry(from);
    put(to, entry);
    entry.setCell(to);
  }

  @Override
  boolean isConsistent(int cell) {
    return entry(cell).cell() == cell;
  }

  @Override
  void readDeadlines(int[] cells, long[] deadlineTicks, int count) {
    for (int place = 0; place < count; place++) {
      deadlineTicks[place] = entry(cells[place]).deadlineTick();
    }
  }

  @Override
  void readForExpiry(int[] cells, int count) {
    for (int place = 0; place < count; place++) {
      entry(cells[place]).readForExpiry();
    }
  }
}
