package io.tourbillon.coroutine.channel;

import io.tourbillon.timer.internal.ShortLock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A value that changes, and that others observe: a configuration, a leader, a state. A subscriber
 * gets the current value first, and then the latest one whenever it asks; it may miss values in
 * between. Once a caller has got a new value, from {@link #get} or from a source, all calls that
 * begin after that get this value or a later one.
 *
 * <pre>{@code
 * LatestValue<Config> config = new LatestValue<>(Config.load());
 * scheduler.spawn(() -> {
 *   Source<Config> seen = config.subscribe();
 *   try {
 *     for (Config current : seen) {               // until it is closed
 *       apply(current);
 *     }
 *   } finally {
 *     seen.cancel();
 *   }
 * });
 * config.set(Config.load());
 * }</pre>
 *
 * <p>Thread-safe. No method waits. A change costs a lock and some twenty nanoseconds for each
 * subscriber. Subscribers receive behind the same lock. A subscriber that leaves must {@linkplain
 * Source#cancel() cancel} its source.
 *
 * @param <T> the type of the value; never null
 */
public final class LatestValue<T> implements AutoCloseable {
  /** The lock of all subscribers' channels, too, so that a change is one step for all of them. */
  private final ShortLock lock = new ShortLock();

  /** Written under the lock, before the subscribers get it. */
  private volatile T value;

  // Guarded by the lock.
  private final List<LockedChannel<T>> subscribers = new ArrayList<>();
  private @Nullable Throwable cause;

  /** Volatile, so that observers need no lock. */
  private volatile boolean closed;

  /** Creates a value. */
  public LatestValue(T initial) {
    value = Objects.requireNonNull(initial, "initial");
  }

  /** Returns the current value. */
  public T get() {
    return value;
  }

  /**
   * Replaces the value, also by an equal one.
   *
   * @throws ChannelClosedException if it was closed
   */
  public void set(T newValue) {
    Objects.requireNonNull(newValue, "newValue");
    lock.lock();
    try {
      setLocked(newValue);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Replaces the value by a function of it, as one step.
   *
   * @param function may be called more than once if other threads change the value meanwhile; has
   *     no side effects, and must not return null
   * @return the new value
   * @throws ChannelClosedException if it was closed
   */
  public T update(UnaryOperator<T> function) {
    while (true) {
      T before = value;
      T after = Objects.requireNonNull(function.apply(before), "the new value");
      if (replace(before, after)) {
        return after;
      }
    }
  }

  @SuppressWarnings("ReferenceEquality") // As AtomicReference does.
  private boolean replace(T before, T after) {
    lock.lock();
    try {
      if (value != before) {
        return false;
      }
      setLocked(after);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * From the write of the value on nothing throws, so that the change is not made by half: no lock
   * is taken, and where memory is needed to wake a subscriber, that waits for it.
   */
  private void setLocked(T newValue) {
    if (closed) {
      throw ChannelClosedException.ofSender("the latest value", cause);
    }
    forgetThoseWhoLeft();
    value = newValue;
    for (int index = 0; index < subscribers.size(); index++) {
      LockedChannel<T> subscriber = subscribers.get(index);
      boolean _ = subscriber.giveLocked(newValue); // Replaces the one that is there.
      T _ = subscriber.takeDisplaced();
    }
  }

  private void forgetThoseWhoLeft() {
    subscribers.removeIf(LockedChannel::isClosed);
  }

  /** Returns a source of the current value and of the latest one after each receive. */
  public Source<T> subscribe() {
    LockedChannel<T> channel = new LockedChannel<>(lock);
    lock.lock();
    try {
      boolean _ = channel.trySend(value);
      if (closed) {
        channel.closeWith(cause);
      } else {
        forgetThoseWhoLeft(); // A value that is never set again would collect them.
        subscribers.add(channel);
      }
    } finally {
      lock.unlock();
    }
    return channel;
  }

  /**
   * Closes the sources of all subscribers after their latest value. The value can still be read.
   */
  @Override
  public void close() {
    closeWith(null);
  }

  /**
   * Closes the sources of all subscribers, as {@link #close()} does.
   *
   * @param cause the cause of the exception that subscribers get after the latest value; null for
   *     none
   * @return false if it was closed before
   */
  public boolean closeWith(@Nullable Throwable cause) {
    lock.lock();
    try {
      if (closed) {
        return false;
      }
      this.cause = cause;
      closed = true;
      for (int index = 0; index < subscribers.size(); index++) {
        boolean _ = subscribers.get(index).closeLocked(cause);
      }
      subscribers.clear();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Returns whether it was closed. */
  public boolean isClosed() {
    return closed;
  }

  /** Returns how many sources have been subscribed and not cancelled. A snapshot. */
  public int subscriberCount() {
    lock.lock();
    try {
      forgetThoseWhoLeft();
      return subscribers.size();
    } finally {
      lock.unlock();
    }
  }

  /** Shows the value. */
  @Override
  public String toString() {
    return "LatestValue[" + value + (closed ? ", closed]" : "]");
  }
}
