package io.tourbillon.timer.wheel;

import java.lang.reflect.Field;

/**
 * Reaches private fields, for what a test could otherwise see only after billions of operations.
 */
final class Internals {
  private static final int RETIRED = Integer.MIN_VALUE;

  private Internals() {}

  /**
   * Lets the pages that were given back start with this generation when they are created again,
   * unless they have come further by themselves.
   */
  static void ageAbsentPages(EntrySlab slab, int generation) {
    int[] firstGeneration = (int[]) field(slab, "firstGeneration");
    for (int page = 0; page < slab.pageCount(); page++) {
      int first = firstGeneration[page];
      if (!isHeld(slab, page) && first != RETIRED && first < generation) {
        firstGeneration[page] = generation;
      }
    }
  }

  /** Whether a page takes up memory: it was created and not given back. */
  static boolean isHeld(EntrySlab slab, int page) {
    return page < slab.pageCount() && ((long[][]) field(slab, "words"))[page].length > 0;
  }

  static int pagesHeld(EntrySlab slab) {
    int held = 0;
    for (int page = 0; page < slab.pageCount(); page++) {
      held += isHeld(slab, page) ? 1 : 0;
    }
    return held;
  }

  static EntrySlab slabOf(TimingWheel<?> wheel) {
    return (EntrySlab) field(wheel, "entries");
  }

  static Slots slotsOf(TimingWheel<?> wheel) {
    return (Slots) field(wheel, "slots");
  }

  /** The chunks that are in any slot. */
  static int chunksInUse(Slots slots) {
    return (int) field(slots, "chunksInUse");
  }

  /** The chunks that take up memory: they were created and not given back. */
  static int chunksHeld(Slots slots) {
    return chunksInUse(slots) + (int) field(slots, "freeCount");
  }

  /** Whether the next page makes the tables of pages longer. */
  static boolean hasFullTables(EntrySlab slab) {
    return slab.pageCount() == ((long[][]) field(slab, "words")).length;
  }

  /** Whether the next chunk makes the tables of chunks longer. */
  static boolean hasFullTables(Slots slots) {
    return chunksHeld(slots) == ((long[]) field(slots, "live")).length;
  }

  /** For how many chunks there are rows in the tables. */
  static int chunkRows(Slots slots) {
    return ((long[]) field(slots, "live")).length;
  }

  /** The slots in use; the last chunk of each is open. */
  static int occupiedSlots(Slots slots) {
    return (int) field(slots, "occupiedSlots");
  }

  private static Object field(Object object, String name) {
    try {
      Field field = object.getClass().getDeclaredField(name);
      field.setAccessible(true);
      return field.get(object);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("no field " + name + " in " + object.getClass(), e);
    }
  }
}
