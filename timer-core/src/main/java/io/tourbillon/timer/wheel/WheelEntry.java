package io.tourbillon.timer.wheel;

/**
 * A timer of an {@link EntryWheel}. Applications extend this class by what the timer is for. An
 * entry is in one wheel at a time, and only the thread that uses the wheel may use the entry's
 * methods. When it has left the wheel it can be armed again.
 */
public abstract class WheelEntry {
  /** Guarded as the wheel is. */
  private long deadlineTick;

  private int cell = Cells.NO_CELL;

  /** For subclasses. */
  protected WheelEntry() {}

  /**
   * Reads what the handler of expired timers is going to need, so that it is in the cache by then.
   * The wheel calls this for several entries one after the other before it hands out the first, so
   * that their reads from memory overlap; also for those that move, as they were given a later
   * deadline. Does nothing unless a subclass overrides it; must neither change anything nor throw.
   */
  protected void readForExpiry() {}

  /** Whether it is in a wheel. */
  public final boolean isPending() {
    return cell != Cells.NO_CELL;
  }

  /** The deadline for which it is, or was last, armed; 0 before. */
  public final long deadlineTick() {
    return deadlineTick;
  }

  final void setDeadlineTick(long deadlineTick) {
    this.deadlineTick = deadlineTick;
  }

  final int cell() {
    return cell;
  }

  final void setCell(int cell) {
    this.cell = cell;
  }
}
