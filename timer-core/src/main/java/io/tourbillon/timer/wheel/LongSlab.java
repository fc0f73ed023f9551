package io.tourbillon.timer.wheel;

import java.util.Arrays;

/** Entries with a payload each: a {@code long}, in an array for each page. */
final class LongSlab extends EntrySlab {
  private static final long[] NO_PAYLOADS = {};

  /** One element a page; empty if there is no such page. */
  private long[][] payloads = {};

  LongSlab(IdSpace space) {
    super(space);
  }

  /** Gives the entry that {@link #firstFree} named to a tenant, and returns its id. */
  long occupy(int index, long deadlineTick, int cell, long payload) {
    payloads[index >>> PAGE_BITS][index & OFFSET_MASK] = payload;
    return occupy(index, deadlineTick, cell);
  }

  /** The payload of an entry, until the next tenant comes. */
  long payload(int index) {
    return payloads[index >>> PAGE_BITS][index & OFFSET_MASK];
  }

  @Override
  void resizeColumn(int pages) {
    payloads = Arrays.copyOf(payloads, pages);
  }

  @Override
  void createColumn(int page) {
    payloads[page] = new long[PAGE_SIZE];
  }

  @Override
  void dropColumn(int page) {
    payloads[page] = NO_PAYLOADS;
  }

  /**
   * Does nothing: nothing depends on a payload, so a processor handles further timers while it
   * waits for one.
   */
  @Override
  void readColumn(int index) {}

  @Override
  boolean isCleared(int index) {
    return true;
  }
}
