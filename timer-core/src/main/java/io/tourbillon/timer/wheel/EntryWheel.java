package io.tourbillon.timer.wheel;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * A hierarchical timing wheel whose timers are objects of the caller. It has the structure of
 * {@link TimingWheel}, and takes the same time to arm, cancel, re-arm and advance. There, a timer
 * is known by an id, and its deadline and task are in tables of the wheel. Here, the deadline is in
 * the {@link WheelEntry}, and the wheel adds 5 to 12 bytes.
 *
 * <p>Where the caller has an object for each timer anyway, this wheel touches less memory: a cancel
 * reads the entry and clears one bit. The chunk that holds the reference still refers to the entry
 * until the chunk is free, which happens when all its timers have left, or by a sweep: see {@link
 * Slots}. So a cancelled entry may stay reachable for as long as the timers that were armed
 * together with it, but such entries never outnumber the pending ones by much. Clear in the entry
 * what need not stay reachable. A chunk of which more than a few cells were filled is a new array
 * each time, since storing a new object into an old array is what costs most in G1.
 *
 * <p><b>Not thread-safe:</b> only one thread at a time may use a wheel and its entries, except for
 * {@link #isTrimmable} and {@link #isCascadeEarlier}, which give any thread a hint.
 *
 * @param <E> the type of the entries
 */
public final class EntryWheel<E extends WheelEntry> extends AbstractWheel<Consumer<? super E>> {
  /** A chunk with no more live cells than this is worth emptying; see {@link Slots}. */
  static final int THIN = 24;

  /** Chunks of a page of {@link #visit}. */
  private static final int PAGE_CHUNKS = 16;

  private final EntryCells<E> cells;

  /** Makes an empty wheel whose current tick is this one. */
  public EntryWheel(long startTick) {
    this(startTick, new EntryCells<>());
  }

  private EntryWheel(long startTick, EntryCells<E> cells) {
    super(startTick, cells, THIN);
    this.cells = cells;
  }

  @Override
  public long armed() {
    return cells.arrivals();
  }

  /**
   * Arms a timer.
   *
   * @param deadlineTick when to fire; one that is not after the current tick fires at the next
   * @param entry in no wheel
   * @throws IllegalArgumentException if the entry is pending in a wheel
   * @throws IllegalStateException if the wheel holds its maximum of some two billion timers;
   *     nothing has changed
   */
  public void arm(long deadlineTick, E entry) {
    if (entry.isPending()) {
      throw new IllegalArgumentException("an entry must not be armed twice: " + entry);
    }
    int cell = newCell(deadlineTick);
    cells.put(cell, entry);
    entry.setCell(cell);
    entry.setDeadlineTick(deadlineTick);
    cells.arrived();
  }

  /**
   * Cancels a timer before it fires.
   *
   * @param entry in this wheel or in none
   * @return false if it is in none: it has fired or was cancelled
   */
  public boolean cancel(E entry) {
    if (!entry.isPending()) {
      return false;
    }
    assert cells.isIn(entry, entry.cell()) : "an entry must be of this wheel: " + entry;
    slots.remove(entry.cell());
    left(entry);
    return true;
  }

  private void left(E entry) {
    entry.setCell(Cells.NO_CELL);
    cells.departed();
  }

  /**
   * Changes the deadline of a pending timer. A later deadline is a single write: the timer moves
   * when its old slot is due.
   *
   * @param entry in this wheel or in none
   * @param deadlineTick as for {@link #arm}
   * @return false if it is in none
   */
  public boolean rearm(E entry, long deadlineTick) {
    if (!entry.isPending()) {
      return false;
    }
    assert cells.isIn(entry, entry.cell()) : "an entry must be of this wheel: " + entry;
    if (deadlineTick < entry.deadlineTick() && isLateIn(entry.cell(), deadlineTick)) {
      moveForward(entry, deadlineTick);
    }
    entry.setDeadlineTick(deadlineTick);
    return true;
  }

  private void moveForward(E entry, long deadlineTick) {
    // The new cell comes first, because allocating it may fail; and it may move the old one.
    int cell = newCell(deadlineTick);
    slots.remove(entry.cell());
    cells.put(cell, entry);
    entry.setCell(cell);
  }

  /**
   * Advances to a tick and hands out what expires on the way, as {@link TimingWheel#advance} does.
   *
   * @param tick where to advance to; one not after the current tick does nothing
   * @param budget at least 1
   * @param handler receives the expired timers, at most {@code budget}; each has already left the
   *     wheel; must not call the wheel and must not throw
   * @return how many expired
   * @throws IllegalArgumentException if the tick is the largest long or the budget is below 1
   */
  public int advance(long tick, int budget, Consumer<? super E> handler) {
    return advanceTo(tick, budget, Objects.requireNonNull(handler, "handler"));
  }

  @Override
  void expireFirst(int slot, int cell, long deadlineTick, Consumer<? super E> handler) {
    E entry = cells.entry(cell);
    slots.removeFirst(slot);
    left(entry);
    handler.accept(entry);
  }

  @Override
  public boolean isTrimmable() {
    return slots.isTrimmable();
  }

  @Override
  public void trim(int limit) {
    slots.trim(limit);
  }

  @Override
  public int pageCount() {
    return (slots.chunkIds() + PAGE_CHUNKS - 1) / PAGE_CHUNKS;
  }

  /**
   * Shows every pending timer of one page of at most 1024; none for a page that there is not.
   * Visiting all pages shows every timer that is pending during the whole visit, except that one
   * that moves to another slot meanwhile may be missed or shown twice.
   *
   * @param page from 0 to {@link #pageCount} - 1
   * @param visitor must not change the wheel
   */
  public void visit(int page, Consumer<? super E> visitor) {
    int end = Math.min((page + 1) * PAGE_CHUNKS, slots.chunkIds());
    for (int chunk = page * PAGE_CHUNKS; chunk < end; chunk++) {
      for (long left = slots.live(chunk); left != 0; left &= left - 1) {
        visitor.accept(cells.entry(chunk << Cells.CHUNK_BITS | Long.numberOfTrailingZeros(left)));
      }
    }
  }

  @Override
  public boolean checkInvariants() {
    slots.checkInvariants();
    List<E> all = new ArrayList<>();
    for (int page = 0; page < pageCount(); page++) {
      visit(page, all::add);
    }
    all.forEach(entry -> checkPlace(entry.cell(), entry.deadlineTick()));
    return true;
  }
}
