package io.tourbillon.timer.wheel;

/**
 * What all kinds of wheels have in common: time, slots and cascades. They differ in what an entry
 * is, and so in how one is armed, cancelled and handed out. {@link TimingWheel} describes the
 * structure.
 *
 * @param <H> receives the expired timers
 */
abstract sealed class AbstractWheel<H> permits SlabWheel, EntryWheel {
  /** The result of {@link #nextEventTick} when nothing is pending. */
  public static final long NEVER = Long.MAX_VALUE;

  final Slots slots;
  private final Cells cells;
  private final Cascade cascade;
  private long now;

  AbstractWheel(long startTick, Cells cells, int thin) {
    requireTick(startTick);
    now = startTick;
    this.cells = cells;
    slots = new Slots(cells, thin);
    cascade = new Cascade(cells, slots, startTick);
  }

  /** The last tick that was advanced through to its end. */
  public final long currentTick() {
    return now;
  }

  /** Timers pending. */
  public final int size() {
    return cells.size();
  }

  /** Timers armed so far; a timer that is re-armed counts once. Counting them costs nothing. */
  public abstract long armed();

  /** Returns a new cell for a timer with this deadline. It may change the cells of others. */
  final int newCell(long deadlineTick) {
    return slots.appendAndSweep(Levels.slotFor(deadlineTick, now));
  }

  /** Returns true if a timer with this new deadline must leave its cell, as it would be late. */
  final boolean isLateIn(int cell, long deadlineTick) {
    return deadlineTick < Levels.firstTick(slots.slotAt(cell), now);
  }

  /** Advances as the public methods of this name say. */
  final int advanceTo(long tick, int budget, H handler) {
    requireTick(tick);
    if (budget < 1) {
      throw new IllegalArgumentException("budget must be at least 1: " + budget);
    }
    int expiredBefore = size();
    int left = budget;
    while (now < tick) {
      long next = nextEventTick();
      if (next > tick) {
        now = tick;
        break;
      }
      now = next - 1;
      left = cascade.move(now, left);
      left = fire(next, left, handler);
      if (slots.isOccupied(Levels.slot(0, next)) || cascade.isUnfinished()) {
        break;
      }
      now = next;
    }
    return expiredBefore - size();
  }

  /** Fires the timers of the tick after now; those that were pushed out move to another slot. */
  private int fire(long tick, int budget, H handler) {
    int slot = Levels.slot(0, tick);
    int left = budget;
    for (int count; (count = slots.read(slot, left)) > 0; left -= count) {
      cells.readForExpiry(count);
      for (int place = 0; place < count; place++) {
        long deadlineTick = cells.deadlineTickAhead(place);
        if (deadlineTick > now + 1) {
          cascade.moveFirst(slot, place, now);
        } else {
          expireFirst(slot, cells.cellAhead(place), deadlineTick, handler);
        }
      }
    }
    return left;
  }

  /** Takes the first entry of a slot, which is in this cell, out of the wheel and hands it out. */
  abstract void expireFirst(int slot, int cell, long deadlineTick, H handler);

  /**
   * The next tick in which there is anything to do: a timer to fire or a block to move down. No
   * timer is due before it. Constant time.
   *
   * @return a tick after the current one, or {@link #NEVER} if nothing is pending
   */
  public final long nextEventTick() {
    slots.clearCrowded();
    return peekEventTick();
  }

  /** The same tick for observers: does not clear the flag of {@link #isCascadeEarlier}. */
  public final long peekEventTick() {
    long next = NEVER;
    for (int level = 0; level < Levels.COUNT; level++) {
      long nowBlock = Levels.block(level, now);
      int ahead = slots.distanceToOccupied(level * Levels.RING, Levels.place(nowBlock));
      if (ahead > 0) {
        long firstTick = (nowBlock + ahead) << Levels.shift(level);
        int slot = Levels.slot(level, nowBlock + ahead);
        long start = level == 0 ? firstTick : cascade.start(level, slot, ahead, firstTick);
        next = Math.min(next, Math.max(now + 1, start));
      }
    }
    return next;
  }

  /**
   * Whether {@link #nextEventTick} may have become earlier since its last call for another reason
   * than the deadline of a timer armed or re-armed since then: a block now holds so many timers
   * that moving it down begins earlier. That happens once to a block. A caller that waits until the
   * next event must then call {@link #nextEventTick} again.
   */
  public final boolean isCascadeEarlier() {
    return slots.isCrowded();
  }

  /**
   * How many timers are pending in each level, finest first. Takes about a nanosecond for every 64
   * timers of the highest number that was ever pending.
   */
  public final long[] sizeByLevel() {
    return slots.sizeByRing();
  }

  /**
   * Whether {@code trim} has something to do. A thread other than the owner may see an old value
   * for a moment.
   */
  public abstract boolean isTrimmable();

  /**
   * Frees memory that a peak has left behind; call it again while {@link #isTrimmable} is true.
   *
   * @param limit how many pages and chunks to give back, which bounds the time that this takes:
   *     some two microseconds each
   */
  public abstract void trim(int limit);

  /** The number of pages for {@code visit}; it may change. */
  public abstract int pageCount();

  /**
   * Checks the structure as a whole: a step a timer and a slot. For tests and assertions.
   *
   * @return true
   * @throws AssertionError naming the invariant that does not hold
   */
  public abstract boolean checkInvariants();

  /** Checks invariants 3 and 4 for one timer. */
  final void checkPlace(int cell, long deadlineTick) {
    int slot = slots.slotAt(cell);
    long firstTick = Levels.firstTick(slot, now);
    if ((firstTick <= now && slot >= Levels.RING) || firstTick == now) {
      throw new AssertionError("invariant 3: slot " + slot + " is not ahead of tick " + now);
    }
    if (firstTick > Math.max(deadlineTick, now + 1)) {
      throw new AssertionError(
          "invariant 4: slot " + slot + " begins at " + firstTick + ", after " + deadlineTick);
    }
  }

  private static void requireTick(long tick) {
    if (tick == NEVER) {
      throw new IllegalArgumentException("a tick must be below 2^63-1: " + tick);
    }
  }
}
