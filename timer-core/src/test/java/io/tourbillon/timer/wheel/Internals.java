package io.tourbillon.timer.wheel;

import java.lang.reflect.Field;

/**
 * Reaches private fields, for what a test could otherwise see only after billions of operations.
 */
final class Internals {
  private Internals() {}

  /**
   * Lets the pages that were given back start with this generation when they are created again,
   * unless they have come further by themselves.
   */
  static void ageAbsentPages(EntrySlab slab, int generation) {
    int[] firstGeneration = (int[]) field(slab, "firstGeneration");
    for (int number = 0; number < slab.pageCount(); number++) {
      int first = firstGeneration[number];
      if (slab.page(number) == null
          && first != EntryPage.RETIRED
          && Integer.compareUnsigned(first, generation) < 0) {
        firstGeneration[number] = generation;
      }
    }
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
