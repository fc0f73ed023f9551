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
 * Something that has happened or has not: whoever waits for it goes on once it is set.
 *
 * <pre>{@code
 * Event ready = new Event();
 * scheduler.spawn(() -> {
 *   ready.await();
 *   serve();
 * });
 * load();
 * ready.set();                // all go on, and nobody waits from now on
 * }</pre>
 *
 * <p>It may be cleared, and set again; but who looks at it afterwards may find it cleared already,
 * so an event for each occasion is easier to get right. One that brings a value along is a {@link
 * java.util.concurrent.CompletableFuture}; unlike that, this lets those go on first who came first,
 * and keeps nobody who has given up. Thread-safe; each method holds a lock for some ten
 * nanoseconds, but {@link #set} wakes all who wait under it.
 */
public final class Event {
  private static final AtomicLong NUMBERS = new AtomicLong();

  private final ShortLock lock = new ShortLock();
  private final String name;

  /** Guarded by the lock. */
  private final Waiters<Resumption<@Nullable Void>> waiting = new Waiters<>();

  /** Written under the lock. Volatile for those who need not wait, and those who look. */
  private volatile boolean set;

  /** One that is called event and a number. */
  public Event() {
    this("event-" + NUMBERS.incrementAndGet());
  }

  /**
   * One with a name.
   *
   * @param name for {@link Coroutine#waitsFor}
   */
  public Event(String name) {
    this.name = Objects.requireNonNull(name, "name");
  }

  /**
   * Says that it has happened: all who wait go on.
   *
   * @return whether it was not set before
   */
  public boolean set() {
    lock.lock();
    try {
      if (set) {
        return false;
      }
      set = true;
      for (var next = waiting.poll(); next != null; next = waiting.poll()) {
        next.resume(null);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Has whoever comes from now on wait again. Those who were let go on are not stopped. */
  public void clear() {
    lock.lock();
    try {
      set = false;
    } finally {
      lock.unlock();
    }
  }

  /** Whether it is set; a snapshot if anyone clears it. */
  public boolean isSet() {
    return set;
  }

  /**
   * Waits until it is set, or has been since.
   *
   * @throws CoroutineCancelledException if the calling coroutine is cancelled
   * @throws CancellationException if the calling thread, no coroutine, is interrupted meanwhile
   */
  public void await() {
    Suspension.checkCancelled();
    if (!set) {
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
    if (!set) {
      Suspension.<@Nullable Void>await(this, limit, this::goOnOrWait);
    }
  }

  @Override
  public String toString() {
    return name + (set ? ", set" : ", not set");
  }

  private void goOnOrWait(Resumption<@Nullable Void> happened) {
    lock.lock();
    try {
      if (set) {
        happened.resume(null);
      } else {
        Waiters.Place<?> place = waiting.add(happened);
        happened.onCancel(() -> leave(place));
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
