package io.tourbillon.coroutine.sync;

import io.tourbillon.coroutine.Block;
import io.tourbillon.coroutine.Body;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.Selectable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A lock that many readers hold at a time, or one writer alone. For coroutines and threads; it can
 * be held across suspensions on every engine.
 *
 * <pre>{@code
 * ReadWriteMutex mutex = new ReadWriteMutex();
 * Route route = mutex.withReadLock(() -> routes.find(path));
 * mutex.withWriteLock(() -> routes.replaceAll(loaded));
 * }</pre>
 *
 * <p>Fair: callers are served in arrival order. So a reader that comes after a waiting writer waits
 * for that writer, and neither readers nor writers starve. Not reentrant: a holder that locks again
 * may wait for itself. A reader cannot become a writer without unlocking first.
 *
 * <p>Thread-safe. To lock and to unlock each hold an internal lock for some ten nanoseconds. Made
 * of a {@link Semaphore} of which a writer takes all permits.
 */
public final class ReadWriteMutex {
  private static final AtomicLong NUMBERS = new AtomicLong();

  /** More than there can be coroutines. */
  private static final int ALL = Integer.MAX_VALUE;

  private final String name;
  private final Semaphore permits;

  /** Creates a mutex that nobody holds. */
  public ReadWriteMutex() {
    this("read-write-mutex-" + NUMBERS.incrementAndGet());
  }

  /**
   * Creates a mutex that nobody holds.
   *
   * @param name for messages and {@link Coroutine#waitsFor}
   */
  public ReadWriteMutex(String name) {
    this.name = name;
    permits = new Semaphore(name, ALL, ALL);
  }

  /**
   * Runs a body while no writer holds the mutex; waits until then.
   *
   * @return the value that the body returns
   * @throws X if the body throws it
   * @throws CoroutineCancelledException if the calling coroutine is cancelled while it waits
   * @throws CancellationException if the calling thread is interrupted while it waits
   */
  public <T extends @Nullable Object, X extends Exception> T withReadLock(Body<T, X> body)
      throws X {
    return permits.withPermit(body);
  }

  /** Runs a body without a result, as {@link #withReadLock(Body)} does. */
  public <X extends Exception> void withReadLock(Block<X> body) throws X {
    permits.withPermit(body);
  }

  /**
   * Runs a body while nobody else holds the mutex; waits until then.
   *
   * @return the value that the body returns
   * @throws X if the body throws it
   * @throws CoroutineCancelledException if the calling coroutine is cancelled while it waits
   * @throws CancellationException if the calling thread is interrupted while it waits
   */
  public <T extends @Nullable Object, X extends Exception> T withWriteLock(Body<T, X> body)
      throws X {
    return permits.withPermits(ALL, body);
  }

  /** Runs a body without a result, as {@link #withWriteLock(Body)} does. */
  public <X extends Exception> void withWriteLock(Block<X> body) throws X {
    permits.withPermits(ALL, body);
  }

  /**
   * Returns what a {@code Select} waits for to hold the mutex as a reader. Use it with {@code
   * Select.with}, which unlocks after the function.
   */
  public Selectable<ReadWriteMutex> onReadLock() {
    return permits.acquiring(1, this);
  }

  /** Returns what a {@code Select} waits for to hold the mutex alone; as {@link #onReadLock}. */
  public Selectable<ReadWriteMutex> onWriteLock() {
    return permits.acquiring(ALL, this);
  }

  /** Says who holds the mutex. A snapshot. */
  @Override
  public String toString() {
    int taken = ALL - permits.availablePermits();
    return name
        + (taken == 0 ? ", free" : taken == ALL ? ", held by a writer" : ", readers: " + taken);
  }
}
