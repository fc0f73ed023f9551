package io.tourbillon.coroutine.sync;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.Selectable;
import io.tourbillon.coroutine.Suspension;
import io.tourbillon.timer.internal.ShortLock;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Counts tasks in progress, and lets coroutines and threads wait until there are none.
 *
 * <pre>{@code
 * WaitGroup pages = new WaitGroup();
 * for (String address : addresses) {
 *   pages.add();                          // before the task begins, or await could return too early
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
 * <p>Thread-safe. Each method holds a lock for some ten nanoseconds. The call of {@link #done} that
 * brings the count to zero resumes all waiters under that lock, and takes some hundred nanoseconds
 * for each.
 *
 * <p>A group can be used again, and more can be added while others wait: whenever the count reaches
 * zero, all current waiters are resumed, whatever is added after that.
 *
 * <p>After {@code sync.WaitGroup} of Go.
 */
public final class WaitGroup {
  private static final AtomicLong NUMBERS = new AtomicLong();

  final ShortLock lock = new ShortLock();
  private final String name;
  private final WaitQueue<WaitQueue.Waiter> waiters = new WaitQueue<>(lock, this::serve);

  /** Written under the lock. Volatile for callers that need not wait, and for observers. */
  private volatile int count;

  /** Creates a group whose count is zero, with a generated name such as {@code wait group-1}. */
  public WaitGroup() {
    this("wait group-" + NUMBERS.incrementAndGet());
  }

  /**
   * Creates a group whose count is zero.
   *
   * @param name for messages and {@link Coroutine#waitsFor}
   */
  public WaitGroup(String name) {
    this.name = Objects.requireNonNull(name, "name");
  }

  /**
   * Adds one to the count.
   *
   * @throws IllegalStateException as {@link #add(int)} does
   */
  public void add() {
    add(1);
  }

  /**
   * Adds to the count.
   *
   * @param more at least 1
   * @throws IllegalArgumentException if it is less
   * @throws IllegalStateException if the count would exceed 2147483647; it has not changed
   */
  public void add(int more) {
    if (more < 1) {
      throw new IllegalArgumentException("the number to add must be at least 1: " + more);
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
   * Takes one from the count. If the count becomes zero, all waiters are resumed.
   *
   * @throws IllegalStateException if the count is zero already; it has not changed
   */
  public void done() {
    lock.lock();
    try {
      if (count == 0) {
        throw new IllegalStateException("done must not be called more often than add: " + this);
      }
      int left = count - 1;
      count = left;
      serve();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until the count is zero. Returns also if it was zero and has grown again meanwhile.
   *
   * @throws CoroutineCancelledException if the calling coroutine is cancelled
   * @throws CancellationException if the calling thread is interrupted while it waits
   */
  public void await() {
    Suspension.checkCancelled();
    if (count > 0) {
      waiters.await(this, new WaitQueue.Waiter());
    }
  }

  /**
   * As {@link #await()}, but waits no longer than the limit.
   *
   * @param limit zero or less does not wait
   * @throws TimeoutException if the count did not reach zero within the limit
   */
  public void await(Duration limit) throws TimeoutException {
    Objects.requireNonNull(limit, "limit");
    Suspension.checkCancelled();
    if (count > 0) {
      waiters.await(this, limit, new WaitQueue.Waiter());
    }
  }

  /** Returns what a {@code Select} waits for until the count is zero. */
  public Selectable<WaitGroup> onZero() {
    return new Zero();
  }

  private final class Zero implements Selectable<WaitGroup> {
    @Override
    public @Nullable WaitGroup tryTake() {
      return count == 0 ? WaitGroup.this : null;
    }

    @Override
    public Suspension.Registration enrol(Resumption<@Nullable WaitGroup> taken) {
      return waiters.enrol(new WaitQueue.Waiter(), WaitGroup.this, taken);
    }

    @Override
    public String toString() {
      return WaitGroup.this.toString();
    }
  }

  /** Returns the count. A snapshot. */
  public int count() {
    return count;
  }

  @Override
  public String toString() {
    return name + " of " + count;
  }

  private void serve() {
    if (count == 0) {
      waiters.resumeAll();
    }
  }
}
