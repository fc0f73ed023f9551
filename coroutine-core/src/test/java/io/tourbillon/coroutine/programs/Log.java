package io.tourbillon.coroutine.programs;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a coroutine of the {@link Oracle} has seen. Immutable; an entry is added at the end. */
final class Log {
  static final Log EMPTY = new Log(null, "");

  private final @Nullable Log before;
  private final String entry;
  private final int hash;

  private Log(@Nullable Log before, String entry) {
    this.before = before;
    this.entry = entry;
    hash = (before == null ? 0 : 31 * before.hash) + entry.hashCode();
  }

  Log with(String next) {
    return new Log(this, next);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof Log log
            && hash == log.hash
            && entry.equals(log.entry)
            && Objects.equals(before, log.before));
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public String toString() {
    Deque<String> entries = new ArrayDeque<>();
    for (Log log = this; log.before != null; log = log.before) {
      entries.addFirst(log.entry);
    }
    return String.join(", ", entries);
  }
}
