package io.tourbillon.timer.internal.ordered;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A binary heap of entries, the earliest first. An entry knows its place, so removing any entry
 * takes logarithmic time. Adding an entry allocates nothing after {@link #reserve}.
 *
 * <p>The JDK's {@link java.util.PriorityQueue} searches all entries to remove one, and cannot
 * reserve room before an entry is taken from elsewhere.
 */
final class DeadlineHeap<E extends OrderedEntry> {
  private static final int MIN_CAPACITY = 16;

  private @Nullable OrderedEntry[] entries = new OrderedEntry[MIN_CAPACITY];
  private int size;

  int size() {
    return size;
  }

  /** Makes room, so that this many more entries can be added without memory. */
  void reserve(int more) {
    if (size + more > entries.length) {
      entries = Arrays.copyOf(entries, Math.max(size + more, size << 1));
    }
  }

  /** Gives back memory that a peak has left behind. */
  void trim(int more) {
    int needed = Math.max(MIN_CAPACITY, size + more);
    if (needed < entries.length / 4) {
      entries = Arrays.copyOf(entries, needed);
    }
  }

  /** The earliest entry, or null if there is none. */
  @SuppressWarnings("unchecked") // Only add stores entries, and it stores E.
  @Nullable E first() {
    return (E) entries[0];
  }

  /** Adds an entry, for which there must be room. */
  void add(E entry) {
    entry.where = OrderedEntry.Where.HEAP;
    siftUp(size++, entry);
  }

  void remove(OrderedEntry entry) {
    int index = entry.heapIndex;
    OrderedEntry last = at(--size);
    entries[size] = null;
    if (index < size) {
      siftDown(index, last);
      if (last.heapIndex == index) {
        siftUp(index, last);
      }
    }
    entry.where = OrderedEntry.Where.NOWHERE;
  }

  /** Returns an entry by its number, from 0 to below the size, in no particular order. */
  @SuppressWarnings("unchecked") // Only add stores entries, and it stores E.
  E get(int index) {
    return (E) at(index);
  }

  private void siftUp(int from, OrderedEntry entry) {
    int index = from;
    while (index > 0) {
      int parent = (index - 1) >>> 1;
      OrderedEntry above = at(parent);
      if (!entry.isBefore(above)) {
        break;
      }
      put(index, above);
      index = parent;
    }
    put(index, entry);
  }

  private void siftDown(int from, OrderedEntry entry) {
    int index = from;
    int child;
    while ((child = 2 * index + 1) < size) {
      if (child + 1 < size && at(child + 1).isBefore(at(child))) {
        child++;
      }
      OrderedEntry below = at(child);
      if (!below.isBefore(entry)) {
        break;
      }
      put(index, below);
      index = child;
    }
    put(index, entry);
  }

  private void put(int index, OrderedEntry entry) {
    entries[index] = entry;
    entry.heapIndex = index;
  }

  private OrderedEntry at(int index) {
    OrderedEntry entry = entries[index];
    assert entry != null : index + " of " + size;
    return entry;
  }

  /** Checks every entry. For tests. */
  boolean checkInvariants() {
    for (int index = 0; index < size; index++) {
      OrderedEntry entry = at(index);
      if (entry.where != OrderedEntry.Where.HEAP || entry.heapIndex != index) {
        throw new AssertionError("entry " + index + " knows place " + entry.heapIndex);
      }
      if (index > 0 && entry.isBefore(at((index - 1) >>> 1))) {
        throw new AssertionError("entry " + index + " is before its parent");
      }
    }
    return true;
  }
}
