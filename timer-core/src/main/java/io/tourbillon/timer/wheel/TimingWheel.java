package io.tourbillon.timer.wheel;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A hierarchical timing wheel: a store of pending timers that hands out each timer in the tick of
 * its deadline.
 *
 * <p>Arm, cancel and re-arm take constant time and allocate nothing once the wheel has grown to its
 * size; they touch one entry of 16 bytes, the reference to the task, and the end of one slot. A
 * timer costs 24 to 40 bytes. Advancing costs one step for each timer that fires, one step each
 * time a timer moves to a finer level (at most once for each level), and one step when the old slot
 * of a timer that was postponed is due. Ticks without work cost nothing.
 *
 * <p><b>Not thread-safe:</b> only one thread at a time may use a wheel, as with a plain collection,
 * except for {@link #isTrimmable} and {@link #isCascadeEarlier}, which give any thread a hint. A
 * wheel has no clock and no thread: ticks go in, expired tasks come out. Ticks are any {@code long}
 * values, up to 2<sup>63</sup>-2 for the current one; the caller decides how long a tick is.
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
 * the next: a block of few timers moves down in its first tick, a block of many before it, bit by
 * bit, {@value Cascade#QUOTA} timers a tick or an even share of the block, whichever is more. No
 * tick pays for a whole block.
 *
 * <p>Worked example, at tick 1000. A timer for tick 1300 is 300 ahead: level 0, slot 1300 mod 512.
 * One for tick 70,000 is too far for level 0, and its block of 256 ticks is 70,000 / 256 = 273,
 * which is 270 blocks ahead: level 1, slot 273. At tick 69,888 = 273 * 256 its block begins; by
 * then it has moved to level 0, slot 70,000 mod 512, and at tick 70,000 it fires. Cancelled at any
 * time before, it leaves its cell and nothing else ever happens for it. Pushed out to tick 90,000
 * before, only the deadline in its entry changes; when block 273 is moved down it goes to level 0
 * or 1 by the deadline that it has then.
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
 * <p>{@link EntryWheel} has the same structure for timers that are objects of their own, {@link
 * LongWheel} for timers that are a number each.
 *
 * <p>The structure is scheme 7 of G. Varghese and T. Lauck, "Hashed and Hierarchical Timing Wheels:
 * Data Structures for the Efficient Implementation of a Timer Facility" (SOSP 1987). Choosing the
 * level by distance, two turns a level, so that cascades can be spread, and cells instead of links,
 * so that cancelling touches no neighbour, are this implementation's own.
 *
 * @param <T> the type of the tasks
 */
public final class TimingWheel<T> extends SlabWheel<ExpiryHandler<? super T>> {
  /** The most timers that one wheel holds. */
  public static final int MAX_TIMERS = 1 << 28;

  private final TaskSlab entries;

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
    this(startTick, new TaskSlab(new IdSpace(maxTimers)));
  }

  private TimingWheel(long startTick, TaskSlab entries) {
    super(startTick, entries);
    this.entries = entries;
  }

  /**
   * Arms a timer.
   *
   * @param deadlineTick when to fire; one that is not after the current tick fires at the next
   * @param task what to hand out then
   * @return the id of the timer, above 0 and never that of another timer of this wheel
   * @throws IllegalStateException if the wheel holds its maximum of timers; nothing has changed
   */
  public long arm(long deadlineTick, T task) {
    Objects.requireNonNull(task, "task");
    int index = entries.firstFree();
    int cell = newCell(deadlineTick);
    cells.put(cell, index);
    return entries.occupy(index, deadlineTick, cell, task);
  }

  /**
   * Cancels a timer before it fires. The wheel releases the task at once, and the space is free for
   * the next timer.
   *
   * @return the task, or null if the id is stale: the timer has fired or was cancelled
   */
  public @Nullable T cancel(long id) {
    if (!entries.isTenant(id)) {
      return null;
    }
    int index = (int) id;
    slots.remove(entries.cell(index));
    return taskOf(entries.vacate(index));
  }

  /** The task of a pending timer, or null if the id is stale. */
  public @Nullable T task(long id) {
    return entries.isTenant(id) ? taskOf(entries.task((int) id)) : null;
  }

  /**
   * Advances to a tick and hands out what expires on the way, in order of deadline ticks; the order
   * within a tick is unspecified. Does at most {@code budget} steps, each a timer that expires or
   * moves. If that is too few, {@link #currentTick} stays before the tick that was asked for, and
   * the next call goes on where this one stopped.
   *
   * @param tick where to advance to; one not after the current tick does nothing
   * @param budget at least 1
   * @param handler receives the expired timers, at most {@code budget}
   * @return how many expired
   * @throws IllegalArgumentException if the tick is the largest long or the budget is below 1
   */
  public int advance(long tick, int budget, ExpiryHandler<? super T> handler) {
    return advanceTo(tick, budget, Objects.requireNonNull(handler, "handler"));
  }

  @Override
  void expireFirst(int slot, int cell, long deadlineTick, ExpiryHandler<? super T> handler) {
    int index = cells.index(cell);
    long id = entries.id(index);
    slots.removeFirst(slot);
    handler.expired(id, deadlineTick, taskOf(entries.vacate(index)));
  }

  /**
   * Shows every pending timer of one page of at most 1024. Visiting all pages shows every timer
   * that is pending during the whole visit.
   *
   * @param page from 0 to {@link #pageCount} - 1
   * @param visitor must not change the wheel
   */
  public void visit(int page, TimerVisitor<? super T> visitor) {
    for (int index = first(page); index >= 0; index = entries.nextTenant(page, index + 1)) {
      visitor.visit(entries.id(index), entries.deadlineTick(index), taskOf(entries.task(index)));
    }
  }

  @SuppressWarnings("unchecked") // Only arm stores tasks, and it stores T.
  private T taskOf(Object task) {
    return (T) task;
  }
}
