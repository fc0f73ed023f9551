package io.tourbillon.coroutine.channel;

import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.Suspension;
import io.tourbillon.coroutine.Waiters;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A channel behind a lock. Nobody waits, and no code of users runs, while it is held; so it is safe
 * on every engine.
 *
 * <p>Invariants, while the lock is free: there are receivers only if the buffer is empty and no
 * sender waits; senders wait only if the buffer is full. Both but for waiters that have given up
 * and are about to leave, which are passed over.
 */
final class LockedChannel<T> implements Channel<T> {
  private static final AtomicLong NUMBERS = new AtomicLong();

  /** In which order a select takes the locks of several. */
  final long number = NUMBERS.incrementAndGet();

  final ReentrantLock lock = new ReentrantLock();
  private final @Nullable String name;
  private final @Nullable Consumer<? super T> onUndelivered;
  private final @Nullable Runnable whenCancelled;
  private final int capacity;

  /** Whether a value that finds no room replaces the oldest. */
  private final boolean conflated;

  // Guarded by the lock.
  private final ArrayDeque<T> buffer = new ArrayDeque<>();
  private final Waiters<Resumption<? super T>> receivers = new Waiters<>();
  private final Waiters<Sender<T>> senders = new Waiters<>();
  private @Nullable T displaced;
  private boolean closed;
  private @Nullable Throwable cause;

  private final Object sending = new Wait("sending to ", this);
  private final Object receiving = new Wait("receiving from ", this);

  /** What is waited for, put into words only for those who ask. */
  private record Wait(String what, LockedChannel<?> channel) {
    @Override
    public String toString() {
      return what + channel.label();
    }
  }

  /**
   * One who waits for room.
   *
   * @param sent is resumed, with null, when the value has found its place
   */
  record Sender<T>(T value, Resumption<@Nullable Void> sent) {}

  /**
   * @param whenCancelled what else to do when it is cancelled, each time; may be null
   */
  LockedChannel(
      Builder<T> options, int capacity, boolean conflated, @Nullable Runnable whenCancelled) {
    name = options.name;
    onUndelivered = options.onUndelivered;
    this.whenCancelled = whenCancelled;
    this.capacity = capacity;
    this.conflated = conflated;
  }

  // Sending.

  @Override
  public void send(T value) {
    Objects.requireNonNull(value, "value");
    Suspension.checkCancelled();
    if (!gives(value, true)) {
      Suspension.<@Nullable Void>await(sending, sent -> giveOrWait(value, sent));
    }
  }

  @Override
  public void send(T value, Duration limit) throws TimeoutException {
    Objects.requireNonNull(value, "value");
    Objects.requireNonNull(limit, "limit");
    Suspension.checkCancelled();
    if (!gives(value, true)) {
      Suspension.<@Nullable Void>await(sending, limit, sent -> giveOrWait(value, sent));
    }
  }

  @Override
  public boolean trySend(T value) {
    Objects.requireNonNull(value, "value");
    return gives(value, false);
  }

  /**
   * Gives a value away, if that needs no waiting.
   *
   * @param mustBeOpen whether to throw if the channel is closed
   */
  private boolean gives(T value, boolean mustBeOpen) {
    List<T> displaced;
    lock.lock();
    try {
      if (mustBeOpen) {
        requireOpen();
      }
      if (closed || !given(value)) {
        return false;
      }
      displaced = takeDisplaced();
    } finally {
      lock.unlock();
    }
    undelivered(displaced);
    return true;
  }

  private void giveOrWait(T value, Resumption<@Nullable Void> sent) {
    lock.lock();
    try {
      requireOpen();
      if (given(value)) {
        sent.resume(null);
      } else {
        Waiters.Place<?> place = addSender(new Sender<>(value, sent));
        sent.onCancel(() -> leave(place));
      }
    } finally {
      lock.unlock();
    }
  }

  // Receiving.

  @Override
  public T receive() {
    Suspension.checkCancelled();
    T value = takes();
    return value == null ? Suspension.<T>await(receiving, this::takeOrWait) : value;
  }

  @Override
  public T receive(Duration limit) throws TimeoutException {
    Objects.requireNonNull(limit, "limit");
    Suspension.checkCancelled();
    T value = takes();
    return value == null ? Suspension.<T>await(receiving, limit, this::takeOrWait) : value;
  }

  @Override
  public Optional<T> tryReceive() {
    lock.lock();
    try {
      return Optional.ofNullable(taken());
    } finally {
      lock.unlock();
    }
  }

  private @Nullable T takes() {
    lock.lock();
    try {
      return takenOrEnd();
    } finally {
      lock.unlock();
    }
  }

  private void takeOrWait(Resumption<T> received) {
    lock.lock();
    try {
      T value = takenOrEnd();
      if (value != null) {
        received.resume(value);
      } else {
        Waiters.Place<?> place = addReceiver(received);
        received.onCancel(() -> leave(place));
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Iterator<T> iterator() {
    return new Iterator<>() {
      private @Nullable T next;

      @Override
      public boolean hasNext() {
        if (next == null) {
          next = nextOrEnd();
        }
        return next != null;
      }

      @Override
      public T next() {
        if (!hasNext()) {
          throw new NoSuchElementException(label() + " is closed");
        }
        T value = Objects.requireNonNull(next);
        next = null;
        return value;
      }
    };
  }

  /** The next value, or null if the channel has come to its end without a failure. */
  private @Nullable T nextOrEnd() {
    try {
      return receive();
    } catch (ChannelClosedException end) {
      if (end.getCause() != null) {
        throw end;
      }
      return null;
    }
  }

  // Under the lock.

  /** Gives a value to a receiver or into the buffer, or says that there is no room. */
  boolean given(T value) {
    for (Resumption<? super T> next = receivers.poll(); next != null; next = receivers.poll()) {
      if (next.resume(value)) {
        return true;
      }
    }
    if (buffer.size() >= capacity) {
      if (!conflated) {
        return false;
      }
      displaced = buffer.remove();
    }
    return buffer.add(value);
  }

  /** What the value that was given last has replaced: one or none. */
  List<T> takeDisplaced() {
    T value = displaced;
    displaced = null;
    return value == null ? List.of() : List.of(value);
  }

  /** Takes a value out of the buffer or from a sender, or returns null. */
  @Nullable T taken() {
    T value = buffer.poll();
    for (Sender<T> next = senders.poll(); next != null; next = senders.poll()) {
      if (next.sent.resume(null)) {
        if (value == null) {
          return next.value;
        }
        buffer.add(next.value);
        return value;
      }
    }
    return value;
  }

  /** The same, but null only if there may be one later. */
  private @Nullable T takenOrEnd() {
    T value = taken();
    if (value == null) {
      requireOpen();
    }
    return value;
  }

  boolean isOpen() {
    return !closed;
  }

  void requireOpen() {
    if (closed) {
      throw closedException();
    }
  }

  Waiters.Place<?> addReceiver(Resumption<? super T> received) {
    return receivers.add(received);
  }

  Waiters.Place<?> addSender(Sender<T> sender) {
    return senders.add(sender);
  }

  private ChannelClosedException closedException() {
    return new ChannelClosedException(label(), cause);
  }

  // Leaving and ending.

  /** Takes out someone who waits no more. */
  void leave(Waiters.Place<?> place) {
    lock.lock();
    try {
      place.leave();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    closeWith(null);
  }

  @Override
  public boolean closeWith(@Nullable Throwable cause) {
    lock.lock();
    try {
      return closedNow(cause);
    } finally {
      lock.unlock();
    }
  }

  private boolean closedNow(@Nullable Throwable cause) {
    if (closed) {
      return false;
    }
    closed = true;
    this.cause = cause;
    for (Resumption<?> next = receivers.poll(); next != null; next = receivers.poll()) {
      next.fail(closedException());
    }
    return true;
  }

  @Override
  public void cancel(@Nullable Throwable cause) {
    List<T> dropped;
    lock.lock();
    try {
      closedNow(cause);
      dropped = List.copyOf(buffer);
      buffer.clear();
      for (Sender<T> next = senders.poll(); next != null; next = senders.poll()) {
        next.sent.fail(closedException());
      }
    } finally {
      lock.unlock();
    }
    if (whenCancelled != null) {
      whenCancelled.run();
    }
    undelivered(dropped);
  }

  /** Tells of each, even if that fails for some; then throws the first failure. Unlocked. */
  void undelivered(List<T> values) {
    if (onUndelivered == null) {
      return;
    }
    Throwable first = null;
    for (T value : values) {
      try {
        onUndelivered.accept(value);
      } catch (RuntimeException | Error failure) {
        if (first == null) {
          first = failure;
        } else {
          first.addSuppressed(failure);
        }
      }
    }
    if (first instanceof Error error) {
      throw error;
    }
    if (first instanceof RuntimeException exception) {
      throw exception;
    }
  }

  // Looking.

  @Override
  public boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int size() {
    lock.lock();
    try {
      return buffer.size();
    } finally {
      lock.unlock();
    }
  }

  private String label() {
    return name == null ? "channel-" + number : name;
  }

  @Override
  public String toString() {
    return label() + " with " + size() + " values" + (isClosed() ? ", closed" : "");
  }
}
