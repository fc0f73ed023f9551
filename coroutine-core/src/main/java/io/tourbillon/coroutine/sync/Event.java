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
 * A flag that coroutines and threads can wait for.
 *
 * <pre>{@code
 * Event ready = new Event();
 * scheduler.spawn(() -> {
 *   ready.await();
 *   serve();
 * });
 * load();
 * ready.set();                // resumes all waiters; from now on nobody waits
 * }</pre>
 *
 * <p>Thread-safe. Each method holds a lock for some ten nanoseconds. {@link #set} resumes all
 * waiters under that lock, in arrival order, and takes some hundred nanoseconds for each.
 *
 * <p>An event can be cleared and set again. But a resumed waiter that looks at the event may find
 * it cleared already, so a new event for each occasion is easier to get right. For an event that
 * carries a value, use a {@link java.util.concurrent.CompletableFuture}. Unlike that class, an
 * event keeps nothing of a waiter that has given up.
 */
public final class Event {
  private static final AtomicLong NUMBERS = new AtomicLong();

  private final ShortLock lock = new ShortLock();
  private final String name;
  private final WaitQueue<WaitQueue.Waiter> waiters = new WaitQueue<>(lock, this::serve);

  /** Written under the lock. Volatile for callers that need not wait, and for observers. */
  private volatile boolean set;

  /** Creates an event that is not set, with a generated name such as {@code event-1}. */
  public Event() {
    this("event-" + NUMBERS.incrementAndGet());
  }

  /**
   * Creates an event that is not set.
   *
   * @param name for messages and {@link Coroutine#waitsFor}
   */
  public Event(String name) {
    this.name = Objects.requireNonNull(name, "name");
  }

  /**
   * Sets the event and resumes all waiters.
   *
   * @return true if this call has set it, false if it was set already
   */
  public boolean set() {
    lock.lock();
    try {
      if (set) {
        return false;
      }
      set = true;
      waiters.resumeAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Clears the event: later callers of {@code await} wait. Waiters already resumed go on. */
  public void clear() {
    lock.lock();
    try {
      set = false;
    } finally {
      lock.unlock();
    }
  }

  /** Returns true if the event is set. A snapshot, if anybody clears it. */
  public boolean isSet() {
    return set;
  }

  /**
   * Waits until the event is set. Returns also if it was set and cleared again meanwhile.
   *
   * @throws CoroutineCancelledException if the calling coroutine is cancelled
   * @throws CancellationException if the calling thread is interrupted while it waits
   */
  public void await() {
    Suspension.checkCancelled();
    if (!set) {
      waiters.await(this, new WaitQueue.Waiter());
    }
  }

  /**
   * As {@link #await()}, but waits no longer than the limit.
   *
   * @param limit zero or less does not wait
   * @throws TimeoutException if the event was not set within the limit
   */
  public void await(Duration limit) throws TimeoutException {
    Objects.requireNonNull(limit, "limit");
    Suspension.checkCancelled();
    if (!set) {
      waiters.await(this, limit, new WaitQueue.Waiter());
    }
  }

  /** Returns what a {@code Select} waits for until the event is set. */
  public Selectable<Event> onSet() {
    return new Setting();
  }

  private final class Setting implements Selectable<Event> {
    @Override
    public @Nullable Event tryTake() {
      return set ? Event.this : null;
    }

    @Override
    public Suspension.Registration enrol(Resumption<@Nullable Event> taken) {
      return waiters.enrol(new WaitQueue.Waiter(), Event.this, taken);
    }

    @Override
    public String toString() {
      return Event.this.toString();
    }
  }

  @Override
  public String toString() {
    return name + (set ? ", set" : ", not set");
  }

  private void serve() {
    if (set) {
      waiters.resumeAll();
    }
  }
}
