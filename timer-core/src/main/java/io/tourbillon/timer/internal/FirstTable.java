package io.tourbillon.timer.internal;

import java.util.Map;

/**
 * Lets hash maps of the JDK make their tables in advance. A {@code HashMap} makes its first table
 * when it gets its first entry. If there is no memory for that, the next one has a size for which
 * the map was not written, and when that grows, entries are lost.
 */
public final class FirstTable {
  private FirstTable() {}

  /** Returns an empty map after it has made its table. */
  @SuppressWarnings("unchecked") // The entry does not stay.
  public static <K, V> Map<K, V> of(Map<K, V> map) {
    Map<Object, Object> any = (Map<Object, Object>) map;
    Object entry = new Object();
    any.put(entry, entry);
    any.remove(entry);
    return map;
  }
}
