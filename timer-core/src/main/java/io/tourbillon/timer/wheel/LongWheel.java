package io.tourbillon.timer.wheel;

import java.util.Objects;

/**
 * A hierarchical timing wheel whose timers are a {@code long} each, its payload: the number of a
 * connection, an index into a table, a key. It has the structure of {@link TimingWheel}, and takes
 * the same time to arm, cancel, re-arm and advance. There is no object for a timer, so nothing is
 * allocated once the wheel has grown to its size, and the garbage collector has nothing to trace. A
 * timer costs 28 to 44 bytes.
 *
 * <p><b>Not thread-safe:</b> only one thread at a time may use a wheel, and the wheels that share
 * an {@link IdSpace}, except for {@link #isTrimmable} and {@link #isCascadeEarlier}, which give any
 * thread a hint.
 */
public final class LongWheel extends SlabWheel<LongExpiryHandler> {
  private final LongSlab entries;

  /** Makes an empty wheel whose current tick is this one. */
  public LongWheel(long startTick) {
    this(startTick, new IdSpace(TimingWheel.MAX_TIMERS));
  }

  /**
   * Makes an empty wheel whose current tick is this one, with ids of this space. All its wheels
   * together hold as many timers as the space has room for.
   */
  public LongWheel(long startTick, IdSpace ids) {
    this(startTick, new LongSlab(ids));
  }

  private LongWheel(long startTick, LongSlab entries) {
    super(startTick, entries);
    this.entries = entries;
  }

  /**
   * Arms a timer.
   *
   * @param deadlineTick when to fire; one that is not after the current tick fires at the next
   * @param payload any number, which is handed out then; timers may have the same
   * @return the id of the timer, above 0 and never that of another timer of this wheel or its space
   * @throws IllegalStateException if the space holds its maximum of timers; nothing has changed
   */
  public long arm(long deadlineTick, long payload) {
    int index = entries.firstFree();
    int cell = newCell(deadlineTick);
    cells.put(cell, index);
    return entries.occupy(index, deadlineTick, cell, payload);
  }

  /**
   * Cancels a timer before it fires. The space is free for the next timer.
   *
   * @return false if the id is stale: the timer has fired or was cancelled
   */
  public boolean cancel(long id) {
    if (!entries.isTenant(id)) {
      return false;
    }
    int index = (int) id;
    slots.remove(entries.cell(index));
    entries.free(index);
    return true;
  }

  /**
   * The payload of a pending timer.
   *
   * @param absent what to return if the id is stale
   */
  public long payload(long id, long absent) {
    return entries.isTenant(id) ? entries.payload((int) id) : absent;
  }

  /**
   * Advances to a tick and hands out what expires on the way, as {@link TimingWheel#advance} does.
   *
   * @param tick where to advance to; one not after the current tick does nothing
   * @param budget at least 1
   * @param handler receives the expired timers, at most {@code budget}
   * @return how many expired
   * @throws IllegalArgumentException if the tick is the largest long or the budget is below 1
   */
  public int advance(long tick, int budget, LongExpiryHandler handler) {
    return advanceTo(tick, budget, Objects.requireNonNull(handler, "handler"));
  }

  @Override
  void expireFirst(int slot, int cell, long deadlineTick, LongExpiryHandler handler) {
    int index = cells.index(cell);
    long id = entries.id(index);
    long payload = entries.payload(index);
    slots.removeFirst(slot);
    entries.free(index);
    handler.expired(id, deadlineTick, payload);
  }

  /**
   * Shows every pending timer of one page of at most 1024. Visiting all pages shows every timer
   * that is pending during the whole visit. Wheels of one space have no page in common: a wheel has
   * no timers in the pages of the others.
   *
   * @param page from 0 to {@link #pageCount} - 1; no timers are shown for another
   * @param visitor must not change the wheel
   */
  public void visit(int page, LongTimerVisitor visitor) {
    for (int index = first(page); index >= 0; index = entries.nextTenant(page, index + 1)) {
      visitor.visit(entries.id(index), entries.deadlineTick(index), entries.payload(index));
    }
  }
}
