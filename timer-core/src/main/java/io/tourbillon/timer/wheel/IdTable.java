package io.tourbillon.timer.wheel;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Gives objects ids, and finds them by these. An id is above 0 and is never given twice. All
 * operations take constant time; only growth allocates. A table has the layout of the entries of a
 * {@link TimingWheel}, and takes 20 bytes for each object.
 *
 * <p><b>Not thread-safe.</b>
 *
 * @param <T> the type of the objects
 */
public final class IdTable<T> {
  /** Stands for a place in a wheel, as a table has none. */
  private static final int CELL = 0;

  private final TaskSlab entries;

  /**
   * Makes an empty table.
   *
   * @param maxObjects as for {@link TimingWheel}
   */
  public IdTable(int maxObjects) {
    entries = new TaskSlab(new IdSpace(maxObjects));
  }

  /**
   * Adds an object and returns its id.
   *
   * @throws IllegalStateException if the table is full; nothing has changed
   */
  public long add(T object) {
    Objects.requireNonNull(object, "object");
    return entries.occupy(entries.firstFree(), 0, CELL, object);
  }

  /** Returns the object with this id; null if there is none. */
  @SuppressWarnings("unchecked") // Only add stores objects, and it stores T.
  public @Nullable T get(long id) {
    return entries.isTenant(id) ? (T) entries.task((int) id) : null;
  }

  /** Removes the object with this id; does nothing if there is none. */
  public void remove(long id) {
    if (entries.isTenant(id)) {
      Object _ = entries.vacate((int) id);
    }
  }

  /** Returns true if {@link #trim} has something to do. */
  public boolean isTrimmable() {
    return entries.isTrimmable();
  }

  /**
   * Frees memory that a peak has left behind.
   *
   * @param limit how many pages of 1024 objects to give back
   */
  public void trim(int limit) {
    entries.trim(limit);
  }
}
