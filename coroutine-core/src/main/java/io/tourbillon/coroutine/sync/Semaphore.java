package io.tourbillon.coroutine.sync;

import io.tourbillon.coroutine.Body;
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
 * A counting semaphore for coroutines and threads.
 *
 * <pre>{@code
 * Semaphore connections = new Semaphore(10);
 * Page page = connections.withPermit(() -> fetch(address));
 * }</pre>
 *
 * <p>Permits belong to nobody: whoever likes may release what another has acquired, but never more
 * than there are. Thread-safe; to acquire and to release each hold a lock for some ten nanoseconds.
 * Fair: requests are served in the order in which they came, so one for many permits is not starved
 * by those for few, which wait behind it even if there are permits for them. After the semaphores
 * of Edsger Dijkstra (1965).
 */
public final class Semaphore {
  private static final AtomicLong NUMBERS = new AtomicLong();

  private final ShortLock lock = new ShortLock();
  private final int most;
  private final String name;

  // Guarded by the lock.
  private int available;
  private final Waiters<Request> requests = new Waiters<>();

  private record Request(int permits, Resumption<@Nullable Void> granted) {}

  /** What is waited for, put into words only for those who ask. */
  private record Wait(int permits, String name) {
    @Override
    public String toString() {
      return "acquiring " + permits + " of " + name;
    }
  }

  /**
   * So many permits, all of them available.
   *
   * @param permits at least 1
   * @throws IllegalArgumentException if it is less
   */
  public Semaphore(int permits) {
    this(permits, permits);
  }

  /**
   * So many permits, some of which are to be released before anyone can have them.
   *
   * @param available from 0 to most
   * @param most at least 1; as many as can ever be available
   * @throws IllegalArgumentException if one of them is out of its range
   */
  public Semaphore(int available, int most) {
    this("semaphore-" + NUMBERS.incrementAndGet(), available, most);
  }

  /**
   * As {@link #Semaphore(int, int)}, with a name.
   *
   * @param name for errors and {@link Coroutine#waitsFor}
   */
  public Semaphore(String name, int available, int most) {
    this.name = Objects.requireNonNull(name, "name");
    if (most < 1) {
      throw new IllegalArgumentException("permits must be at least 1: " + most);
    }
    if (available < 0 || available > most) {
      throw new IllegalArgumentException(
          "available permits must be from 0 to " + most + ": " + available);
    }
    this.available = available;
    this.most = most;
  }

  /** As {@link #acquire(int)}, of one. */
  public void acquire() {
    acquire(1);
  }

  /** As {@link #acquire(int, Duration)}, of one. */
  public void acquire(Duration limit) throws TimeoutException {
    acquire(1, limit);
  }

  /**
   * Acquires permits, all at once; waits until there are so many, and everybody who came before has
   * been served.
   *
   * @param permits at least 1, and no more than there are
   * @throws IllegalArgumentException if it is out of that range
   * @throws CoroutineCancelledException if the calling coroutine is cancelled
   * @throws CancellationException if the calling thread, no coroutine, is interrupted meanwhile
   */
  public void acquire(int permits) {
    require(permits);
    Suspension.checkCancelled();
    if (!takes(permits)) {
      Suspension.<@Nullable Void>await(
          new Wait(permits, name), granted -> takeOrWait(permits, granted));
    }
  }

  /**
   * As {@link #acquire(int)}, for a limited time.
   *
   * @param limit zero or less does not wait
   * @throws TimeoutException if the limit was over; none has been acquired
   */
  public void acquire(int permits, Duration limit) throws TimeoutException {
    require(permits);
    Objects.requireNonNull(limit, "limit");
    Suspension.checkCancelled();
    if (!takes(permits)) {
      Wait wait = new Wait(permits, name);
      if (!limit.isPositive()) {
        // Not even for a moment in the row, where it would hold up others.
        throw new TimeoutException(wait + " would take longer than " + limit);
      }
      Suspension.<@Nullable Void>await(wait, limit, granted -> takeOrWait(permits, granted));
    }
  }

  /** As {@link #tryAcquire(int)}, of one. */
  public boolean tryAcquire() {
    return tryAcquire(1);
  }

  /**
   * Acquires permits if that needs no waiting.
   *
   * @param permits at least 1, and no more than there are
   * @return whether it did; false if there are too few, or somebody waits already
   * @throws IllegalArgumentException if it is out of that range
   */
  public boolean tryAcquire(int permits) {
    require(permits);
    return takes(permits);
  }

  /** As {@link #release(int)}, of one. */
  public void release() {
    release(1);
  }

  /**
   * Gives permits back, and serves those who wait.
   *
   * @param permits at least 1, and no more than there are
   * @throws IllegalArgumentException if it is out of that range
   * @throws IllegalStateException if more would be available than there are; nothing has changed
   */
  public void release(int permits) {
    require(permits);
    lock.lock();
    try {
      if (permits > most - available) {
        throw new IllegalStateException(
            "permits must not be released more often than acquired: " + permits + " to " + label());
      }
      available += permits;
      serve();
    } finally {
      lock.unlock();
    }
  }

  /** As {@link #withPermits}, with one. */
  public <T extends @Nullable Object, X extends Exception> T withPermit(Body<T, X> body) throws X {
    return withPermits(1, body);
  }

  /**
   * Acquires permits, runs a part, and releases them however that ends.
   *
   * @return what it returns
   * @throws X what it throws
   * @throws IllegalArgumentException as {@link #acquire(int)} does
   * @throws CoroutineCancelledException if the calling coroutine is cancelled before it has them
   * @throws CancellationException as {@link #acquire(int)} does
   */
  public <T extends @Nullable Object, X extends Exception> T withPermits(
      int permits, Body<T, X> body) throws X {
    Objects.requireNonNull(body, "body");
    acquire(permits);
    try {
      return body.call();
    } finally {
      release(permits);
    }
  }

  /** How many can be acquired; a snapshot. */
  public int availablePermits() {
    lock.lock();
    try {
      return available;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String toString() {
    lock.lock();
    try {
      return label();
    } finally {
      lock.unlock();
    }
  }

  private void require(int permits) {
    if (permits < 1) {
      throw new IllegalArgumentException("permits must be at least 1: " + permits);
    }
    if (permits > most) {
      throw new IllegalArgumentException(
          "permits must be at most " + most + ", as there are no more of " + name + ": " + permits);
    }
  }

  private boolean takes(int permits) {
    lock.lock();
    try {
      serve(); // One who waits may have been cancelled, and not know it yet.
      if (requests.peek() != null || available < permits) {
        return false;
      }
      available -= permits;
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void takeOrWait(int permits, Resumption<@Nullable Void> granted) {
    lock.lock();
    try {
      Waiters.Place<?> place = requests.add(new Request(permits, granted));
      granted.onCancel(() -> leave(place));
      serve();
    } finally {
      lock.unlock();
    }
  }

  /** Those behind may have waited for the sake of the one who leaves. */
  private void leave(Waiters.Place<?> place) {
    lock.lock();
    try {
      place.leave();
      serve();
    } finally {
      lock.unlock();
    }
  }

  // Under the lock.

  private void serve() {
    for (Request first = requests.peek();
        first != null && (first.permits <= available || first.granted.isOver());
        first = requests.peek()) {
      requests.poll();
      if (first.granted.resume(null)) {
        available -= first.permits;
      }
    }
  }

  private String label() {
    return name + ", " + available + " of " + most + " available";
  }
}
