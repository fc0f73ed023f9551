package io.tourbillon.timer.wheel;

/**
 * Ids for wheels that share it: an id of one of them is never an id of another, so a wheel takes
 * the ids of the others for stale. It costs a wheel 24 bytes for each 1024 timers of the others.
 *
 * <p><b>Not thread-safe:</b> only one thread at a time may use the wheels of a space.
 */
public final class IdSpace {
  private final int maxPages;
  private int nextPage;

  /**
   * Makes a space for at most so many timers, rounded down to a multiple of 1024.
   *
   * @param maxTimers from 1024 to {@link TimingWheel#MAX_TIMERS}; no memory is taken up for them in
   *     advance
   * @throws IllegalArgumentException if it is out of that range
   */
  public IdSpace(int maxTimers) {
    if (maxTimers < EntrySlab.PAGE_SIZE || maxTimers > TimingWheel.MAX_TIMERS) {
      throw new IllegalArgumentException(
          "maxTimers must be from "
              + EntrySlab.PAGE_SIZE
              + " to "
              + TimingWheel.MAX_TIMERS
              + ": "
              + maxTimers);
    }
    maxPages = maxTimers >>> EntrySlab.PAGE_BITS;
  }

  /** How many pages of entries there can be. */
  int maxPages() {
    return maxPages;
  }

  /** The page that {@link #take} will take, or {@link #maxPages} if there is none. */
  int nextPage() {
    return nextPage;
  }

  /** Takes the next page for one of the wheels, which keeps its number for ever. */
  void take(int page) {
    assert page == nextPage : "page " + page + " is not the next one, which is " + nextPage;
    nextPage = page + 1;
  }
}
