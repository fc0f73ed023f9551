package io.tourbillon.coroutine.internal.task;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Looks into exceptions of users. */
final class Throwables {
  /** At how many exceptions to look, as somebody can chain any number. */
  private static final int MOST = 1000;

  private Throwables() {}

  /** Whether one tells of another: is it, or has it among its causes and what is suppressed. */
  @SuppressWarnings("ReferenceEquality") // The very object.
  static boolean contains(Throwable told, Throwable sought) {
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    ArrayDeque<Throwable> left = new ArrayDeque<>();
    left.add(told);
    while (!left.isEmpty() && seen.size() < MOST) {
      Throwable next = left.remove();
      if (next == sought) {
        return true;
      }
      if (seen.add(next)) {
        Throwable cause = causeOf(next);
        if (cause != null) {
          left.add(cause);
        }
        Collections.addAll(left, next.getSuppressed());
      }
    }
    return false;
  }

  /** The cause; null also if a method of users that should tell it fails. */
  static @Nullable Throwable causeOf(Throwable thrown) {
    try {
      return thrown.getCause();
    } catch (Throwable broken) {
      return null;
    }
  }
}
