package io.tourbillon.timer.wheel;

import java.lang.reflect.Field;

/**
 * Reads private fields, for states that a test could otherwise reach only after billions of
 * operations.
 */
final class Internals {
  private static final int RETIRED = Integer.MIN_VALUE;

  private Internals() {}

  /**
   * Makes pages that were freed start with this generation when they are created again, unless
   * their own is higher.
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

  /** Whether a page occupies memory: it was created and not freed. */
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

  static EntrySlab slabOf(SlabWheel<?> wheel) {
    return (EntrySlab) field(wheel, "entries");
  }

  static Slots slotsOf(AbstractWheel<?> wheel) {
    return wheel.slots;
  }

  /** The number of chunks in slots. */
  static int chunksInUse(Slots slots) {
    return (int) field(slots, "chunksInUse");
  }

  /** The number of chunks that occupy memory: created and not freed. */
  static int chunksHeld(Slots slots) {
    return chunksInUse(slots) + (int) field(slots, "freeCount");
  }

  /** Whether the next page requires longer tables of pages. */
  static boolean hasFullTables(EntrySlab slab) {
    return slab.pageCount() == ((long[][]) field(slab, "words")).length;
  }

  /** Whether the next chunk requires longer tables of chunks. */
  static boolean hasFullTables(Slots slots) {
    return chunksHeld(slots) == ((long[]) field(slots, "live")).length;
  }

  /** The number of chunks for which the tables have rows. */
  static int chunkRows(Slots slots) {
    return ((long[]) field(slots, "live")).length;
  }

  /** The number of slots in use; the last chunk of each is open. */
  static int occupiedSlots(Slots slots) {
    return (int) field(slots, "occupiedSlots");
  }

  private static Object field(Object object, String name) {
    try {
      Field field = typeWith(object, name).getDeclaredField(name);
      field.setAccessible(true);
      return field.get(object);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("no field " + name + " in " + object.getClass(), e);
    }
  }

  /** The superclass that is common to the wheels and slabs of a kind, or the class itself. */
  private static Class<?> typeWith(Object object, String name) {
    return switch (object) {
      case EntrySlab _ -> EntrySlab.class;
      case SlabWheel<?> _ when name.equals("entries") -> SlabWheel.class;
      default -> object.getClass();
    };
  }
}
