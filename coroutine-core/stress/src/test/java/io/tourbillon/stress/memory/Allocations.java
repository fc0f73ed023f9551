package io.tourbillon.stress.memory;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Counts the allocations of changed classes, and makes some of them fail. There is one count for
 * the process, because the call that is put into classes has no object to ask. Thread-safe.
 */
public final class Allocations {
  /** Null while nothing is counted. Volatile: set by the sweep, read by all threads. */
  private static volatile @Nullable Failure current;

  private Allocations() {}

  /** Which allocations fail, and what has been seen. */
  static final class Failure {
    private final long first;
    private final long count;
    private final AtomicLong seen = new AtomicLong();
    private final List<OutOfMemoryError> thrown = new CopyOnWriteArrayList<>();

    private Failure(long first, long count) {
      this.first = first;
      this.count = count;
    }

    private void next() {
      long number = seen.incrementAndGet();
      if (number >= first && number < first + count) {
        OutOfMemoryError full = new OutOfMemoryError("injected at allocation " + number);
        thrown.add(full);
        throw full;
      }
    }

    /** How many allocations there were. */
    long seen() {
      return seen.get();
    }

    /** The errors, with the places of the allocations. */
    List<OutOfMemoryError> thrown() {
      return thrown;
    }
  }

  /**
   * Makes allocations fail from now on.
   *
   * @param first the number of the first, from 1
   * @param count how many fail one after the other
   */
  static Failure fail(long first, long count) {
    Failure failure = new Failure(first, count);
    current = failure;
    return failure;
  }

  /** Lets allocations succeed, and counts none. Returns what {@link #resume} takes. */
  public static @Nullable Object pause() {
    Failure paused = current;
    current = null;
    return paused;
  }

  /** Goes on after a {@link #pause}. */
  public static void resume(@Nullable Object paused) {
    current = (Failure) paused;
  }

  /** Called by changed classes before each allocation. */
  public static void next() {
    Failure failure = current;
    if (failure != null) {
      failure.next();
    }
  }
}
