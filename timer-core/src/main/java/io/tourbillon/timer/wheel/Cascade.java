package io.tourbillon.timer.wheel;

/**
 * Moves the timers of a block down to finer levels while the block is the next one of its level:
 * {@value #QUOTA} timers a tick, or an even share of the block, whichever is more.
 *
 * <p>If one tick can move all timers of a block, they move in the first tick of the block, before
 * it fires. The more timers a block has, the earlier its first share is due.
 */
final class Cascade {
  /** How many timers of a level one tick moves at least. */
  static final int QUOTA = 256;

  private final Cells cells;
  private final Slots slots;

  /** The current tick, and how many timers of each level it still has to move. */
  private long tick;

  private final int[] left = new int[Levels.COUNT];

  Cascade(Cells cells, Slots slots, long startTick) {
    this.cells = cells;
    this.slots = slots;
    tick = startTick;
  }

  /**
   * The tick before which there is nothing to do for a slot of level 1 or above: that in which the
   * first share of its block is due, or, as long as the block can still grow and has more than a
   * tick can move, that in which it becomes the next one of its level. From then on it does not
   * grow, as all of it is within reach of the level below.
   *
   * @param ahead how many blocks it is ahead of the block of now
   */
  long start(int level, int slot, int ahead, long firstTick) {
    long blockTicks = 1L << Levels.shift(level);
    long spread = slots.capacity(slot) / QUOTA;
    if (spread == 0) {
      return firstTick;
    }
    return firstTick - (ahead > 1 ? blockTicks : Math.min(blockTicks - 1, spread));
  }

  /**
   * Moves down the share of the tick after now, the coarsest level first.
   *
   * @param now the last tick that is over
   * @return what is left of the budget
   */
  int move(long now, int budget) {
    if (tick != now + 1) {
      tick = now + 1;
      divide(now);
    }
    int budgetLeft = budget;
    for (int level = Levels.COUNT - 1; level > 0; level--) {
      if (left[level] > 0) {
        int slot = nextSlot(level, now);
        int moved = move(slot, now, Math.min(budgetLeft, left[level]));
        budgetLeft -= moved;
        left[level] = slots.isOccupied(slot) ? left[level] - moved : 0;
      }
    }
    return budgetLeft;
  }

  /** Whether the budget was too small for the share of the tick. */
  boolean isUnfinished() {
    for (int share : left) {
      if (share > 0) {
        return true;
      }
    }
    return false;
  }

  /** Works out, once for a tick however often it is resumed, how much each level has to move. */
  private void divide(long now) {
    for (int level = 1; level < Levels.COUNT; level++) {
      int slot = nextSlot(level, now);
      long firstTick = (Levels.block(level, now) + 1) << Levels.shift(level);
      boolean due = slots.isOccupied(slot) && tick >= start(level, slot, 1, firstTick);
      left[level] = due ? share(slot, firstTick - tick) : 0;
    }
  }

  private static int nextSlot(int level, long now) {
    return Levels.slot(level, Levels.block(level, now) + 1);
  }

  private int share(int slot, long ticksLeft) {
    if (ticksLeft == 0) {
      return Integer.MAX_VALUE;
    }
    return (int) Math.max(QUOTA, slots.capacity(slot) / (ticksLeft + 1) + 1);
  }

  private int move(int slot, long now, int limit) {
    int moved = 0;
    for (int count; (count = slots.read(slot, limit - moved)) > 0; moved += count) {
      for (int place = 0; place < count; place++) {
        moveFirst(slot, place, now);
      }
    }
    return moved;
  }

  /**
   * Moves the first entry of a slot to the slot for its deadline. The new cell comes first, because
   * allocating it may fail.
   *
   * @param place the place of the entry among those that were read last
   */
  void moveFirst(int slot, int place, long now) {
    int cell = slots.append(Levels.slotFor(cells.deadlineTickAhead(place), now));
    cells.move(cells.cellAhead(place), cell);
    slots.removeFirst(slot);
  }
}
