package io.tourbillon.timer.wheel;

/**
 * The next entries of a slot, read in one loop before any of them is handled.
 *
 * <p>The entries of a slot lie anywhere in memory, and most are in no cache. In a loop that only
 * reads them, a processor waits for ten or twenty reads at a time; in a loop that also handles each
 * entry it waits for two or three.
 */
final class Lookahead {
  private final EntrySlab entries;
  private final Slots slots;
  private final int[] indices = new int[Slots.CHUNK_SIZE];
  private final long[] deadlineTicks = new long[Slots.CHUNK_SIZE];

  Lookahead(EntrySlab entries, Slots slots) {
    this.entries = entries;
    this.slots = slots;
  }

  /**
   * Reads the first entries of a slot, which stay there.
   *
   * @return how many: at most the limit, and 0 only if the slot is empty or the limit is 0
   */
  int read(int slot, int limit) {
    int count = Math.min(limit, slots.copyFirst(slot, indices));
    for (int place = 0; place < count; place++) {
      deadlineTicks[place] = entries.deadlineTick(indices[place]);
    }
    return count;
  }

  /** Reads the tasks of entries as well, up to their classes, so that they are in the cache. */
  void readTasks(int count) {
    for (int place = 0; place < count; place++) {
      if (entries.task(indices[place]).getClass() == Lookahead.class) {
        throw new AssertionError("a task must be a user's: " + index(place));
      }
    }
  }

  int index(int place) {
    return indices[place];
  }

  long deadlineTick(int place) {
    return deadlineTicks[place];
  }
}
