package io.tourbillon.coroutine.sync;

import io.tourbillon.coroutine.Block;
import io.tourbillon.coroutine.Body;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.Selectable;
import io.tourbillon.coroutine.Suspension;
import io.tourbillon.timer.internal.ShortLock;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A counting semaphore for coroutines and threads, with a bound.
 *
 * <pre>{@code
 * Semaphore connections = new Semaphore(10);
 * Page page = connections.withPermit(() -> fetch(address));
 * }</pre>
 *
 * <p>Thread-safe. To acquire and to release each hold a lock for some ten nanoseconds.
 *
 * <p>Fair: requests are served in arrival order. A request for many permits is not starved by
 * requests for few: those wait behind it, even if there are permits for them.
 *
 * <p>Methods have the names and the argument order of {@link java.util.concurrent.Semaphore}. The
 * differences: a wait suspends a coroutine, and a cancellation or an interrupt ends it with an
 * unchecked exception; and permits are bounded. A caller may release what another one has acquired,
 * but never more than the bound.
 *
 * <p>After the semaphores of Edsger Dijkstra (1965).
 */
public final class Semaphore {
  private static final AtomicLong NUMBERS = new AtomicLong();

  private final ShortLock lock = new ShortLock();
  private final int most;
  private final String name;
  private final WaitQueue<Request> requests = new WaitQueue<>(lock, this::serve);

  /** Guarded by the lock. */
  private int available;

  private static final class Request extends WaitQueue.Waiter {
    final int permits;

    Request(int permits) {
      this.permits = permits;
    }
  }

  /** What a caller waits for; becomes text only when somebody asks. */
  private record Wait(int permits, String name) {
    @Override
    public String toString() {
      return "acquiring " + permits + " of " + name;
    }
  }

  /**
   * Creates a semaphore whose permits are all available.
   *
   * @param permits at least 1
   * @throws IllegalArgumentException if it is less
   */
  public Semaphore(int permits) {
    this(permits, permits);
  }

  /**
   * Creates a semaphore of which some permits must be released before they can be acquired.
   *
   * @param available permits that are available at first, from 0 to most
   * @param most permits that can be available at a time, at least 1
   * @throws IllegalArgumentException if one of them is out of its range
   */
  public Semaphore(int available, int most) {
    this("semaphore-" + NUMBERS.incrementAndGet(), available, most);
  }

  /**
   * As {@link #Semaphore(int, int)}, with a name.
   *
   * @param name for messages and {@link Coroutine#waitsFor}
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

  /** As {@link #acquire(int)}, of one permit. */
  public void acquire() {
    acquire(1);
  }

  /** As {@link #acquire(int, Duration)}, of one permit. */
  public void acquire(Duration limit) throws TimeoutException {
    acquire(1, limit);
  }

  /**
   * Acquires permits, all at once. Waits until they are available and all earlier requests have
   * been served.
   *
   * @param permits from 1 to the bound
   * @throws IllegalArgumentException if it is out of that range
   * @throws CoroutineCancelledException if the calling coroutine is cancelled; it has acquired none
   * @throws CancellationException if the calling thread is interrupted while it waits; it has
   *     acquired none
   */
  public void acquire(int permits) {
    requireInRange(permits);
    Suspension.checkCancelled();
    if (!tryTake(permits)) {
      requests.await(new Wait(permits, name), new Request(permits));
    }
  }

  /**
   * As {@link #acquire(int)}, but waits no longer than the limit.
   *
   * @param limit zero or less does not wait
   * @throws TimeoutException if the limit passed first; the caller has acquired none
   */
  public void acquire(int permits, Duration limit) throws TimeoutException {
    requireInRange(permits);
    Objects.requireNonNull(limit, "limit");
    Suspension.checkCancelled();
    if (!tryTake(permits)) {
      Wait wait = new Wait(permits, name);
      if (!limit.isPositive()) {
        // Not even for a moment in the queue, where it would hold up others.
        throw new TimeoutException(wait + " would take longer than " + limit);
      }
      requests.await(wait, limit, new Request(permits));
    }
  }

  /** As {@link #tryAcquire(int)}, of one permit. */
  public boolean tryAcquire() {
    return tryAcquire(1);
  }

  /**
   * Acquires permits if they are available and no earlier request waits. Never waits.
   *
   * @param permits from 1 to the bound
   * @return true if the permits were acquired
   * @throws IllegalArgumentException if it is out of that range
   */
  public boolean tryAcquire(int permits) {
    requireInRange(permits);
    return tryTake(permits);
  }

  /** As {@link #tryAcquire(int, Duration)}, of one permit. */
  public boolean tryAcquire(Duration limit) {
    return tryAcquire(1, limit);
  }

  /** As {@link #tryAcquire(int, long, TimeUnit)}, of one permit. */
  public boolean tryAcquire(long timeout, TimeUnit unit) {
    return tryAcquire(1, timeout, unit);
  }

  /**
   * Acquires permits, all at once, and waits for them no longer than the limit. As fair as {@link
   * #acquire(int)}.
   *
   * @param permits from 1 to the bound
   * @param limit zero or less tries once, without a wait
   * @return true if the permits were acquired, false if the limit passed first
   * @throws IllegalArgumentException if the number of permits is out of that range
   * @throws CoroutineCancelledException if the calling coroutine is cancelled; it has acquired none
   * @throws CancellationException if the calling thread is interrupted while it waits; it has
   *     acquired none
   */
  public boolean tryAcquire(int permits, Duration limit) {
    requireInRange(permits);
    Objects.requireNonNull(limit, "limit");
    Suspension.checkCancelled();
    return tryTake(permits)
        || (limit.isPositive()
            && requests.awaitAtMost(new Wait(permits, name), limit, new Request(permits)));
  }

  /**
   * As {@link #tryAcquire(int, Duration)}.
   *
   * @param timeout zero or less tries once, without a wait
   * @param unit the unit of the timeout
   */
  public boolean tryAcquire(int permits, long timeout, TimeUnit unit) {
    return tryAcquire(permits, Duration.ofNanos(unit.toNanos(timeout)));
  }

  /** As {@link #release(int)}, of one permit. */
  public void release() {
    release(1);
  }

  /**
   * Gives permits back and serves the requests that wait.
   *
   * @param permits from 1 to the bound
   * @throws IllegalArgumentException if it is out of that range
   * @throws IllegalStateException if more permits than the bound would be available; nothing has
   *     changed
   */
  public void release(int permits) {
    requireInRange(permits);
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

  /** As {@link #withPermits(int, Body)}, with one permit. */
  public <T extends @Nullable Object, X extends Exception> T withPermit(Body<T, X> body) throws X {
    return withPermits(1, body);
  }

  /** As {@link #withPermits(int, Block)}, with one permit. */
  public <X extends Exception> void withPermit(Block<X> body) throws X {
    withPermits(1, body);
  }

  /**
   * Acquires permits, runs a body, and releases the permits however the body ends.
   *
   * @param permits from 1 to the bound
   * @return what the body returns
   * @throws X what the body throws
   * @throws IllegalArgumentException as {@link #acquire(int)} does
   * @throws CoroutineCancelledException if the calling coroutine is cancelled before the body
   *     begins
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

  /** As {@link #withPermits(int, Body)}, for a body without a result. */
  public <X extends Exception> void withPermits(int permits, Block<X> body) throws X {
    Objects.requireNonNull(body, "body");
    acquire(permits);
    try {
      body.run();
    } finally {
      release(permits);
    }
  }

  /** As {@link #onAcquire(int)}, of one permit. */
  public Selectable<Semaphore> onAcquire() {
    return onAcquire(1);
  }

  /**
   * Returns what a {@code Select} waits for to acquire permits, in arrival order with other
   * callers. If another case of the select takes place, it has acquired none.
   *
   * @param permits from 1 to the bound
   * @throws IllegalArgumentException if it is out of that range
   */
  public Selectable<Semaphore> onAcquire(int permits) {
    return acquiring(permits, this);
  }

  /**
   * As {@link #onAcquire(int)}, for a synchronizer that is made of this one.
   *
   * @param taker what the select gets
   */
  <T> Selectable<T> acquiring(int permits, T taker) {
    requireInRange(permits);
    return new Acquiring<>(permits, taker);
  }

  private final class Acquiring<T> implements Selectable<T> {
    private final int permits;
    private final T taker;

    Acquiring(int permits, T taker) {
      this.permits = permits;
      this.taker = taker;
    }

    @Override
    public @Nullable T tryTake() {
      return Semaphore.this.tryTake(permits) ? taker : null;
    }

    @Override
    public Suspension.Registration enrol(Resumption<@Nullable T> taken) {
      return requests.enrol(new Request(permits), taker, taken);
    }

    @Override
    public void giveBack(T taken) {
      release(permits);
    }

    @Override
    public String toString() {
      return new Wait(permits, name).toString();
    }
  }

  /** Returns how many permits are available. A snapshot. */
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

  private void requireInRange(int permits) {
    if (permits < 1) {
      throw new IllegalArgumentException("permits must be at least 1: " + permits);
    }
    if (permits > most) {
      throw new IllegalArgumentException(
          "permits must be at most " + most + ", the bound of " + name + ": " + permits);
    }
  }

  private boolean tryTake(int permits) {
    lock.lock();
    try {
      serve(); // The first request may be that of a coroutine that was cancelled but has not run
      // since.
      if (!requests.isEmpty() || available < permits) {
        return false;
      }
      available -= permits;
      return true;
    } finally {
      lock.unlock();
    }
  }

  // Called under the lock.

  private void serve() {
    for (Request first = requests.peek();
        first != null && (first.permits <= available || first.isOver());
        first = requests.peek()) {
      requests.poll();
      if (first.resume()) {
        available -= first.permits;
      }
    }
  }

  private String label() {
    return name + ", " + available + " of " + most + " available";
  }
}
