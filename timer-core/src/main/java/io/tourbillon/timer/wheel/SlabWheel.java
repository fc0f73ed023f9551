package io.tourbillon.timer.wheel;

/**
 * What the wheels have in common whose timers are entries of a slab, known by ids. They differ in
 * what a timer is for: the column that they add to the slab.
 *
 * @param <H> receives the expired timers
 */
abstract sealed class SlabWheel<H> extends AbstractWheel<H> permits TimingWheel, LongWheel {
  /** A chunk with no more live cells than this is worth emptying; see {@link Slots}. */
  static final int THIN = 32;

  private final EntrySlab entries;
  final Cells.OfIndices cells;

  SlabWheel(long startTick, EntrySlab entries) {
    this(startTick, entries, new Cells.OfIndices(entries));
  }

  private SlabWheel(long startTick, EntrySlab entries, Cells.OfIndices cells) {
    super(startTick, cells, THIN);
    this.entries = entries;
    this.cells = cells;
  }

  @Override
  public final long armed() {
    return entries.arrivals();
  }

  /**
   * Changes the deadline of a pending timer, which keeps its id. A later deadline is a single
   * write: the timer moves when its old slot is due.
   *
   * @param deadlineTick as for {@code arm}
   * @return true if the timer was pending
   */
  public final boolean rearm(long id, long deadlineTick) {
    if (!entries.isTenant(id)) {
      return false;
    }
    int index = (int) id;
    if (deadlineTick < entries.deadlineTick(index) && isLateIn(entries.cell(index), deadlineTick)) {
      moveForward(index, deadlineTick);
    }
    entries.setDeadlineTick(index, deadlineTick);
    return true;
  }

  private void moveForward(int index, long deadlineTick) {
    // The new cell comes first, because allocating it may fail; and it may move the old one.
    int cell = newCell(deadlineTick);
    slots.remove(entries.cell(index));
    cells.put(cell, index);
    entries.setCell(index, cell);
  }

  /**
   * The deadline of a pending timer.
   *
   * @param absent what to return if the id is stale
   */
  public final long deadlineTick(long id, long absent) {
    return entries.isTenant(id) ? entries.deadlineTick((int) id) : absent;
  }

  @Override
  public final boolean isTrimmable() {
    return entries.isTrimmable() || slots.isTrimmable();
  }

  /**
   * {@inheritDoc} A page of 1024 timers is freed when the last of them has ended, so a few long
   * timers can hold more memory than they need. Ids stay unique.
   */
  @Override
  public final void trim(int limit) {
    entries.trim(limit);
    slots.trim(limit);
  }

  @Override
  public final int pageCount() {
    return entries.pageCount();
  }

  @Override
  public final boolean checkInvariants() {
    entries.checkInvariants();
    slots.checkInvariants();
    for (int page = 0; page < entries.pageCount(); page++) {
      for (int at = first(page); at >= 0; at = entries.nextTenant(page, at + 1)) {
        checkPlace(entries.cell(at), entries.deadlineTick(at));
      }
    }
    return true;
  }

  /** The first tenant of a page, or -1. */
  final int first(int page) {
    return entries.nextTenant(page, page << EntrySlab.PAGE_BITS);
  }
}
