package io.tourbillon.timer.wheel;

import org.jspecify.annotations.Nullable;

/**
 * A hierarchical timing wheel: pending timers sorted by deadline just well enough to fire each in
 * its tick.
 *
 * <p>Arm, cancel and re-arm take constant time and allocate nothing once the wheel has grown to its
 * size; they touch one entry of 16 bytes, the reference to the task, and the end of one slot. A
 * timer costs 24 to 40 bytes. Advancing costs a step a timer fired, a step for each time that a
 * timer moves to a finer level (at most once a level, never for one cancelled before), and nothing
 * for ticks in which there is nothing to do.
 *
 * <p><b>Not thread-safe:</b> one thread at a time, as with a plain collection. There is no clock in
 * here and no thread: ticks go in, expired tasks come out. Ticks are any {@code long} values, up to
 * 2<sup>63</sup>-2 for the current one; what a tick is worth is the caller's affair.
 *
 * <h2>Levels and slots</h2>
 *
 * <pre>
 *              slot: a list of the timers due in one block of ticks        now
 *                                                                           v
 *   level 0    1 tick a slot    . . . . . . . . . . . . . . . . . . . . . .[ ][x][ ][x] ...
 *   level 1    256 ticks        . . . . . . . . . . . .[       now        ][next block][    ] ...
 *   level 2    65,536 ticks     [                        now                         ][ next ] ...
 *   ...        level L: 256^L ticks a slot, 512 slots, so that twice 256^(L+1) ticks fit
 * </pre>
 *
 * <p>A timer goes into the finest level that reaches it: level L if its block of 256<sup>L</sup>
 * ticks is fewer than 512 blocks ahead. When its block is the next one it moves down. Because a
 * level holds two turns of the one below, all of a block fits below for the whole time that it is
 * the next: a block of few timers moves down in its last tick, a block of many bit by bit, {@value
 * #QUOTA} timers a tick or an even share of the block, whichever is more. No tick pays for a whole
 * block.
 *
 * <p>Worked example, at tick 1000. A timer for tick 1300 is 300 ahead: level 0, slot 1300 mod 512.
 * One for tick 70,000 is too far for level 0, and its block of 256 ticks is 70,000 / 256 = 273,
 * which is 270 blocks ahead: level 1, slot 273. At tick 69,888 = 273 * 256 its block begins; by then
 * it has moved to level 0, slot 70,000 mod 512, and at tick 70,000 it fires. Cancelled at any time
 * before, it leaves its cell and nothing else ever happens for it. Pushed out to tick 90,000 before,
 * only the deadline in its entry changes; when block 273 is moved down it goes to level 0 or 1 by
 * the deadline that it has then.
 *
 * <h2>Invariants</h2>
 *
 * <p>{@link #checkInvariants} executes these.
 *
 * <ol>
 *   <li>Every live entry is named by exactly one live cell, and knows its position.
 *   <li>A slot is marked as occupied exactly when it has a live cell.
 *   <li>The slots in use at level L are those of the 511 blocks that follow the block of now.
 *   <li>No timer sits in a slot that begins after its deadline, or after the next tick if its
 *       deadline has passed: visiting slots in order never is too late for a timer.
 * </ol>
 *
 * <p>The structure is scheme 7 of G. Varghese and T. Lauck, "Hashed and Hierarchical Timing Wheels:
 * Data Structures for the Efficient Implementation of a Timer Facility" (SOSP 1987). Choosing the
 * level by distance, two turns a level, so that cascades can be spread, and cells instead of links,
 * so that cancelling touches no neighbour, are this implementation's own.
 *
 * @param <T> what is armed
 */
public final class TimingWheel<T> {
  /** What {@link #nextEventTick} answers when nothing is pending. */
  public static final long NEVER = Long.MAX_VALUE;

  /** The most timers that one wheel holds. */
  public static final int MAX_TIMERS = 1 << 28;

  static final int SLOT_BITS = 8;

  /** Slots of a level: two turns of the level below. */
  static final int RING = 2 << SLOT_BITS;

  static final int LEVELS = Long.SIZE / SLOT_BITS;

  private static final int RING_MASK = RING - 1;

  /** Timers that a tick may move down a level without their block being divided up further. */
  private static final int QUOTA = 256;

  private final EntrySlab entries;
  private final Slots slots;
  private long now;

  /** The tick that is gone through, and how many timers of each level it still has to move. */
  private long sharesTick;

  private final int[] shareLeft = new int[LEVELS];

  /** Makes an empty wheel whose current tick is this one. */
  public TimingWheel(long startTick) {
    this(startTick, MAX_TIMERS);
  }

  /**
   * Makes an empty wheel for at most so many timers, rounded down to a multiple of 1024.
   *
   * @param startTick the current tick
   * @param maxTimers from 1024 to {@link #MAX_TIMERS}; no space is taken up for them in advance
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public TimingWheel(long startTick, int maxTimers) {
    requireTick(startTick);
    if (maxTimers < EntryPage.SIZE || maxTimers > MAX_TIMERS) {
      throw new IllegalArgumentException(
          "maxTimers must be from " + EntryPage.SIZE + " to " + MAX_TIMERS + ": " + maxTimers);
    }
    now = startTick;
    sharesTick = startTick;
    entries = new EntrySlab(maxTimers);
    slots = new Slots(LEVELS * RING, entries);
  }

  /** The last tick that was advanced through to its end. */
  public long currentTick() {
    return now;
  }

  /** Timers pending. */
  public int size() {
    return entries.size();
  }

  /**
   * Arms a timer.
   *
   * @param deadlineTick when to fire; one that is not after the current tick fires at the next
   * @param task what to hand out then
   * @return the id of the timer, never 0 and never that of another timer of this wheel
   * @throws IllegalStateException if the wheel holds its maximum of timers; nothing has changed
   */
  public long arm(long deadlineTick, T task) {
    EntryPage page = entries.pageToFill();
    int cell = slots.append(slotOf(deadlineTick), page.firstFree());
    return entries.occupy(page, deadlineTick, cell, task);
  }

  /**
   * Ends a timer before it fires. Its task is let go at once and its space is free for the next.
   *
   * @return the task, or null if the id is stale: the timer has fired or was cancelled
   */
  public @Nullable T cancel(long id) {
    EntryPage page = entries.page((int) id >>> EntryPage.BITS);
    int offset = (int) id & EntryPage.OFFSET_MASK;
    if (page == null || !page.isTenant(offset, id)) {
      return null;
    }
    slots.remove(page.cell(offset));
    return taskOf(entries.vacate(page, offset));
  }

  /**
   * Changes the deadline of a pending timer, which keeps its id. To a later one this is a single
   * write: the timer moves when its old slot comes due.
   *
   * @param deadlineTick as for {@link #arm}
   * @return whether the timer was pending
   */
  public boolean rearm(long id, long deadlineTick) {
    EntryPage page = entries.page((int) id >>> EntryPage.BITS);
    int offset = (int) id & EntryPage.OFFSET_MASK;
    if (page == null || !page.isTenant(offset, id)) {
      return false;
    }
    if (deadlineTick < page.deadlineTick(offset)) {
      moveForward(page, offset, (int) id, deadlineTick);
    }
    page.setDeadlineTick(offset, deadlineTick);
    return true;
  }

  private void moveForward(EntryPage page, int offset, int index, long deadlineTick) {
    int cell = page.cell(offset);
    if (deadlineTick < firstTickOf(slots.slotAt(cell))) {
      slots.remove(cell);
      page.setCell(offset, slots.append(slotOf(deadlineTick), index));
    }
  }

  /** The task of a pending timer, or null if the id is stale. */
  public @Nullable T task(long id) {
    EntryPage page = entries.page((int) id >>> EntryPage.BITS);
    int offset = (int) id & EntryPage.OFFSET_MASK;
    return page == null || !page.isTenant(offset, id) ? null : taskOf(page.task(offset));
  }

  /**
   * The deadline of a pending timer.
   *
   * @param absent what to return if the id is stale
   */
  public long deadlineTick(long id, long absent) {
    EntryPage page = entries.page((int) id >>> EntryPage.BITS);
    int offset = (int) id & EntryPage.OFFSET_MASK;
    return page == null || !page.isTenant(offset, id) ? absent : page.deadlineTick(offset);
  }

  /**
   * Advances to a tick and hands out what expires on the way, in order of deadline ticks; the order
   * within a tick is unspecified. Does at most {@code budget} steps, each a timer that expires or
   * moves. If that is too few, {@link #currentTick} stays before the tick that was asked for, and
   * the next call goes on where this one stopped.
   *
   * @param tick where to advance to; one not after the current tick does nothing
   * @param budget at least 1
   * @param sink is given the expired timers, at most {@code budget}
   * @return how many expired
   * @throws IllegalArgumentException if the tick is the largest long or the budget is below 1
   */
  public int advance(long tick, int budget, ExpirySink<? super T> sink) {
    requireTick(tick);
    if (budget < 1) {
      throw new IllegalArgumentException("budget must be at least 1: " + budget);
    }
    int expiredBefore = entries.size();
    int left = budget;
    while (now < tick) {
      long next = nextEventTick();
      if (next > tick) {
        now = tick;
        break;
      }
      now = next - 1;
      left = cascade(next, left);
      left = fire(next, left, sink);
      if (slots.isOccupied(slotOf(0, next)) || isCascading()) {
        break;
      }
      now = next;
    }
    return expiredBefore - entries.size();
  }

  /** Moves down what this tick's share is of the next block of each level, the coarsest first. */
  private int cascade(long tick, int budget) {
    if (sharesTick != tick) {
      sharesTick = tick;
      share(tick);
    }
    int left = budget;
    for (int level = LEVELS - 1; level > 0; level--) {
      if (shareLeft[level] > 0) {
        int slot = nextBlockSlot(level);
        int moved = moveDown(slot, Math.min(left, shareLeft[level]));
        left -= moved;
        shareLeft[level] = slots.isOccupied(slot) ? shareLeft[level] - moved : 0;
      }
    }
    return left;
  }

  /** Works out, once for a tick however often it is resumed, how much each level has to move. */
  private void share(long tick) {
    for (int level = 1; level < LEVELS; level++) {
      int shift = level * SLOT_BITS;
      int slot = nextBlockSlot(level);
      long firstTick = ((now >> shift) + 1) << shift;
      boolean due = slots.isOccupied(slot) && tick >= startOfCascade(slot, firstTick, shift);
      shareLeft[level] = due ? shareOf(slot, firstTick - tick) : 0;
    }
  }

  private int nextBlockSlot(int level) {
    return slotOf(level, (now >> (level * SLOT_BITS)) + 1);
  }

  /** Whether a share of the tick that is gone through has not been moved completely. */
  private boolean isCascading() {
    for (int left : shareLeft) {
      if (left > 0) {
        return true;
      }
    }
    return false;
  }

  private int moveDown(int slot, int limit) {
    for (int moved = 0; moved < limit; moved++) {
      int index = slots.poll(slot);
      if (index < 0) {
        return moved;
      }
      place(entries.pageOf(index), index);
    }
    return limit;
  }

  /** The tick from which on a block is moved down, so that no tick has to move more than a share. */
  private long startOfCascade(int slot, long firstTick, int shift) {
    return firstTick - Math.min((1L << shift) - 1, slots.capacity(slot) / QUOTA);
  }

  private int shareOf(int slot, long ticksLeft) {
    if (ticksLeft == 0) {
      return Integer.MAX_VALUE;
    }
    return (int) Math.max(QUOTA, slots.capacity(slot) / (ticksLeft + 1) + 1);
  }

  private int fire(long tick, int budget, ExpirySink<? super T> sink) {
    int slot = slotOf(0, tick);
    int left = budget;
    while (left > 0) {
      int index = slots.poll(slot);
      if (index < 0) {
        break;
      }
      left--;
      EntryPage page = entries.pageOf(index);
      int offset = index & EntryPage.OFFSET_MASK;
      long deadlineTick = page.deadlineTick(offset);
      if (deadlineTick > tick) {
        place(page, index);
        continue;
      }
      long id = page.id(offset);
      sink.expired(id, deadlineTick, taskOf(entries.vacate(page, offset)));
    }
    return left;
  }

  private void place(EntryPage page, int index) {
    int offset = index & EntryPage.OFFSET_MASK;
    page.setCell(offset, slots.append(slotOf(page.deadlineTick(offset)), index));
  }

  /**
   * The next tick in which there is anything to do: a timer to fire or a block to move down. No
   * timer is due before it. Constant time.
   *
   * @return a tick after the current one, or {@link #NEVER} if nothing is pending
   */
  public long nextEventTick() {
    long next = NEVER;
    for (int level = 0; level < LEVELS; level++) {
      int shift = level * SLOT_BITS;
      long nowBlock = now >> shift;
      int ahead = slots.distanceToOccupied(level * RING, (int) nowBlock & RING_MASK);
      if (ahead > 0) {
        long firstTick = (nowBlock + ahead) << shift;
        int slot = slotOf(level, nowBlock + ahead);
        long start = level == 0 ? firstTick : startOfCascade(slot, firstTick, shift);
        next = Math.min(next, Math.max(now + 1, start));
      }
    }
    return next;
  }

  /** The slot for a deadline: the finest level whose 511 next blocks include it. */
  private int slotOf(long deadlineTick) {
    long tick = deadlineTick > now ? deadlineTick : now + 1;
    // As an unsigned number this is right even where the subtraction overflows.
    long distance = tick - now;
    int bits = Long.SIZE - Long.numberOfLeadingZeros(distance);
    int level = Math.max(0, bits - 2) / SLOT_BITS;
    long block = tick >> (level * SLOT_BITS);
    if (block - (now >> (level * SLOT_BITS)) >= RING) {
      level++;
      block >>= SLOT_BITS;
    }
    return slotOf(level, block);
  }

  private static int slotOf(int level, long block) {
    return level * RING + ((int) block & RING_MASK);
  }

  /** The first tick of the block that a slot stands for at present. */
  private long firstTickOf(int slot) {
    int shift = slot / RING * SLOT_BITS;
    long nowBlock = now >> shift;
    int ahead = slot - (int) nowBlock & RING_MASK;
    return (nowBlock + ahead) << shift;
  }

  /**
   * How much memory {@link #trim} could give back at present: pages without a timer, beyond a
   * reserve for the next ones.
   */
  public int trimmable() {
    return entries.surplusPages() + slots.surplus();
  }

  /**
   * Gives back memory that a peak has left behind. A page of 1024 timers is given back when the last
   * of its timers has ended; ids stay unique all the same.
   *
   * @param limit how many pages to give back at the most, which bounds the time that this takes:
   *     about a microsecond each
   */
  public void trim(int limit) {
    entries.releasePages(limit);
    slots.releaseSurplus(limit);
  }

  /** How many timers are pending in each level, finest first: a step for every 64 timers. */
  public long[] sizeByLevel() {
    long[] sizes = new long[LEVELS];
    for (int slot = 0; slot < LEVELS * RING; slot++) {
      sizes[slot / RING] += slots.count(slot);
    }
    return sizes;
  }

  /** Pages that {@link #visit} can be asked for; it may grow. */
  public int pageCount() {
    return entries.pageCount();
  }

  /**
   * Shows every pending timer of one page of at most 1024. Visiting all pages shows every timer that
   * is pending all the while.
   *
   * @param page from 0 to {@link #pageCount} - 1
   * @param visitor must not change the wheel
   */
  public void visit(int page, ExpirySink<? super T> visitor) {
    EntryPage entryPage = entries.page(page);
    for (int offset = 0; entryPage != null && offset < EntryPage.SIZE; offset++) {
      if (entryPage.isLive(offset)) {
        visitor.expired(
            entryPage.id(offset), entryPage.deadlineTick(offset), taskOf(entryPage.task(offset)));
      }
    }
  }

  /**
   * Checks the structure as a whole: a step a timer and a slot. For tests and assertions.
   *
   * @return true
   * @throws AssertionError naming the invariant that does not hold
   */
  public boolean checkInvariants() {
    entries.checkInvariants();
    slots.checkInvariants();
    for (int number = 0; number < entries.pageCount(); number++) {
      visit(number, (id, deadlineTick, task) -> checkPlace(id, deadlineTick));
    }
    return true;
  }

  private void checkPlace(long id, long deadlineTick) {
    int index = (int) id;
    int slot = slots.slotAt(entries.pageOf(index).cell(index & EntryPage.OFFSET_MASK));
    long firstTick = firstTickOf(slot);
    if ((firstTick <= now && slot >= RING) || firstTick == now) {
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

  @SuppressWarnings("unchecked") // Only arm stores tasks, and it stores T.
  private T taskOf(Object task) {
    return (T) task;
  }
}
