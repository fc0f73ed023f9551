package io.tourbillon.stress.memory;

import org.jspecify.annotations.Nullable;

/** The broken twin of a class that survives a full heap: allocates between two changes. */
final class LossyBox {
  private int size;
  private @Nullable Object[] values = new Object[1];

  /** Counts the value first, so that the count is wrong if there is no memory for it. */
  void add(Object value) {
    size++;
    if (size > values.length) {
      @Nullable Object[] more = new Object[2 * values.length];
      System.arraycopy(values, 0, more, 0, values.length);
      values = more;
    }
    values[size - 1] = value;
  }

  /** What it promises: as many values as it counts. */
  boolean isWhole() {
    int found = 0;
    for (Object value : values) {
      found += value == null ? 0 : 1;
    }
    return found == size;
  }
}
