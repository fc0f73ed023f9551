package io.tourbillon.timer.wheel;

import org.jspecify.annotations.Nullable;

/**
 * A run of 64 cells of one slot, each the index of an entry.
 *
 * <pre>
 *   cells  [ 17 | 4 | 96 | 23 |  .  |  .  ]     entry indices, in order of arrival
 *   taken    0    1   0    0     0     0        the timer of cell 1 was cancelled
 *   fill = 4                                    cells that were ever filled
 * </pre>
 *
 * <p>A cell is filled once and taken once; a taken cell is not reused until the chunk is.
 */
final class Chunk {
  static final int BITS = 6;
  static final int SIZE = 1 << BITS;

  /** Names the chunk in the position of a cell: {@code id << 6 | lane}. */
  final int id;

  private final int[] cells = new int[SIZE];
  private long taken;
  private int fill;

  int slot;
  @Nullable Chunk next;
  @Nullable Chunk previous;

  Chunk(int id) {
    this.id = id;
  }

  /** Makes ready for another slot. */
  void reset(int newSlot) {
    taken = 0;
    fill = 0;
    slot = newSlot;
  }

  boolean isFull() {
    return fill == SIZE;
  }

  int live() {
    return fill - Long.bitCount(taken);
  }

  /** Fills the next cell and returns its position; the chunk is not full. */
  int append(int index) {
    int lane = fill;
    cells[lane] = index;
    fill = lane + 1;
    return id << BITS | lane;
  }

  /** Takes the cell at this position and returns how many live ones are left. */
  int take(int position) {
    taken |= 1L << position;
    return live();
  }

  /** The lane of the first live cell; there is one. */
  int firstLane() {
    return Long.numberOfTrailingZeros(~taken);
  }

  /** The next live lane after this one, or SIZE. */
  int nextLane(int lane) {
    long later = lane == SIZE - 1 ? 0 : ~taken & -2L << lane;
    int next = Long.numberOfTrailingZeros(later);
    return next < fill ? next : SIZE;
  }

  int indexAt(int lane) {
    return cells[lane];
  }
}
