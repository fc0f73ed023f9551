package io.tourbillon.coroutine.sync;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.Suspension;
import io.tourbillon.coroutine.Waiters;
import io.tourbillon.timer.internal.ShortLock;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Counts what is under way, and has whoever likes wait until nothing is, as Go's does.
 *
 * <pre>{@code
 * WaitGroup pages = new WaitGroup();
 * for (String address : addresses) {
 *   pages.add();                          // before it begins, or a wait could be too short
 *   scheduler.spawn(() -> {
 *     try {
 *       fetch(address);
 *     } finally {
 *       pages.done();
 *     }
 *   });
 * }
 * pages.await();
 * }</pre>
 *
 * <p>It may be used again and again, and added to while others wait: whenever the count comes to
 * zero all who wait then go on, whatever is added after that. Thread-safe; each method holds a lock
 * for some ten nanoseconds, but the one that comes to zero wakes all who wait under it.
 */
public final class WaitGroup {
  private static final AtomicLong NUMBERS = new AtomicLong();

  final ShortLock lock = new ShortLock();
  private final String name;

  /** Written under the lock. Volatile for those who look. */
  private volatile int count;

  /** Guarded by the lock. */
  private final Waiters<Resumption<@Nullable Void>> waiting = new Waiters<>();

  /** One whose count is zero. */
  public WaitGroup() {
    this("wait group-" + NUMBERS.incrementAndGet());
  }

  /**
   * One with a name.
   *
   * @param name for errors and {@link Coroutine#waitsFor}
   */
  public WaitGroup(String name) {
    this.name = Objects.requireNonNull(name, "name");
  }

  /** As {@link #add(int)}, of one. */
  public void add() {
    add(1);
  }

  /**
   * Adds to the count.
   *
   * @param more at least 1
   * @throws IllegalArgumentException if it is less
   * @throws IllegalStateException if the count would be above 2147483647; it has not changed
   */
  public void add(int more) {
    if (more < 1) {
      throw new IllegalArgumentException("what is added must be at least 1: " + more);
    }
    lock.lock();
    try {
      if (more > Integer.MAX_VALUE - count) {
        throw new IllegalStateException(
            "a count must be at most " + Integer.MAX_VALUE + ": " + more + " more to " + this);
      }
      int now = count + more;
      count = now;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes one from the count; if none is left, all who wait go on.
   *
   * @throws IllegalStateException if the count is zero already; it still is then
   */
  public void done() {
    lock.lock();
    try {
      if (count == 0) {
        throw new IllegalStateException(
            "done must not be called more often than was added: " + this);
      }
      int left = count - 1;
      count = left;
      if (left == 0) {
        for (var next = waiting.poll(); next != null; next = waiting.poll()) {
          next.resume(null);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until the count is zero, or has been since.
   *
   * @throws CoroutineCancelledException if the calling coroutine is cancelled
   * @throws CancellationException if the calling thread, no coroutine, is interrupted meanwhile
   */
  public void await() {
    Suspension.checkCancelled();
    if (count > 0) {
      Suspension.<@Nullable Void>await(this, this::goOnOrWait);
    }
  }

  /**
   * As {@link #await()}, for a limited time.
   *
   * @param limit zero or less does not wait
   * @throws TimeoutException if the limit was over
   */
  public void await(Duration limit) throws TimeoutException {
    Objects.requireNonNull(limit, "limit");
    Suspension.checkCancelled();
    if (count > 0) {
      Suspension.<@Nullable Void>await(this, limit, this::goOnOrWait);
    }
  }

  /** How much is under way; a snapshot. */
  public int count() {
    return count;
  }

  @Override
  public String toString() {
    return name + " of " + count;
  }

  private void goOnOrWait(Resumption<@Nullable Void> done) {
    lock.lock();
    try {
      if (count == 0) {
        done.resume(null);
      } else {
        Waiters.Place<?> place = waiting.add(done);
        done.onCancel(() -> leave(place));
      }
    } finally {
      lock.unlock();
    }
  }

  private void leave(Waiters.Place<?> place) {
    lock.lock();
    try {
      place.leave();
    } finally {
      lock.unlock();
    }
  }
}
