package io.tourbillon.coroutine.channel;

import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.Suspension;
import io.tourbillon.coroutine.Waiters;
import io.tourbillon.timer.internal.ShortLock;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A channel behind a lock. Nobody waits, and no code of users runs, while it is held; so it is safe
 * on every engine. But coroutines can queue for it: on {@link
 * io.tourbillon.coroutine.Engine#VIRTUAL_THREAD} the loop's own thread must not.
 */
final class LockedChannel<T> implements Channel<T> {
  private static final AtomicLong NUMBERS = new AtomicLong();

  /** For a name. */
  private final long number = NUMBERS.incrementAndGet();

  final ShortLock lock = new ShortLock();
  private final @Nullable String name;
  private final @Nullable Consumer<? super T> onUndelivered;
  private final @Nullable Runnable whenCancelled;
  private final @Nullable Runnable whenCauseIsSeen;

  /** Guarded by the lock. */
  private final Handover<T> handover;

  /** Written under the lock, once. Volatile, so that those who only look need no lock. */
  private volatile boolean closed;

  /** Written before it is closed. */
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

  LockedChannel(Builder<T> options, int capacity, boolean conflated) {
    this(options, capacity, conflated, null, null);
  }

  /**
   * @param whenCancelled what else to do when it is cancelled, each time; may be null
   * @param whenCauseIsSeen what else to do when someone is thrown its cause, each time; or null
   */
  LockedChannel(
      Builder<T> options,
      int capacity,
      boolean conflated,
      @Nullable Runnable whenCancelled,
      @Nullable Runnable whenCauseIsSeen) {
    name = options.name;
    onUndelivered = options.onUndelivered;
    this.whenCancelled = whenCancelled;
    this.whenCauseIsSeen = whenCauseIsSeen;
    handover = new Handover<>(capacity, conflated);
  }

  // Sending.

  @Override
  public void send(T value) {
    Objects.requireNonNull(value, "value");
    Suspension.checkCancelled();
    if (!gives(value)) {
      requireOpenForSender();
      requireSent(Suspension.<Boolean>await(sending, sent -> giveOrWait(value, sent)));
    }
  }

  @Override
  public void send(T value, Duration limit) throws TimeoutException {
    Objects.requireNonNull(value, "value");
    Objects.requireNonNull(limit, "limit");
    Suspension.checkCancelled();
    if (!gives(value)) {
      requireOpenForSender();
      requireSent(Suspension.<Boolean>await(sending, limit, sent -> giveOrWait(value, sent)));
    }
  }

  private void requireSent(boolean sent) {
    if (!sent) {
      throw closedForSender();
    }
  }

  @Override
  public boolean trySend(T value) {
    Objects.requireNonNull(value, "value");
    return gives(value);
  }

  /** Gives a value away, if that needs no waiting. */
  private boolean gives(T value) {
    List<T> displaced;
    lock.lock();
    try {
      if (!given(value)) {
        return false;
      }
      displaced = takeDisplaced();
    } finally {
      lock.unlock();
    }
    undelivered(displaced);
    return true;
  }

  private void giveOrWait(T value, Resumption<Boolean> sent) {
    lock.lock();
    try {
      if (closed) {
        sent.resume(false);
      } else if (given(value)) {
        sent.resume(true);
      } else {
        Waiters.Place<?> place = addSender(value, sent);
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
    return value != null
        ? value
        : received(Suspension.<@Nullable T>await(receiving, this::takeOrWait));
  }

  @Override
  public T receive(Duration limit) throws TimeoutException {
    Objects.requireNonNull(limit, "limit");
    Suspension.checkCancelled();
    T value = takes();
    return value != null
        ? value
        : received(Suspension.<@Nullable T>await(receiving, limit, this::takeOrWait));
  }

  private T received(@Nullable T value) {
    if (value == null) {
      throw closedForReceiver();
    }
    return value;
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

  /** Takes a value if that needs no waiting; null only if there may be one later. */
  private @Nullable T takes() {
    lock.lock();
    try {
      T value = taken();
      if (value == null && closed) {
        throw closedForReceiver();
      }
      return value;
    } finally {
      lock.unlock();
    }
  }

  private void takeOrWait(Resumption<@Nullable T> received) {
    lock.lock();
    try {
      T value = taken();
      if (value != null || closed) {
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
    return new ChannelIterator<>(this);
  }

  // Under the lock, for selects too.

  /** Gives a value away, or says that there is no room, or that it is closed. */
  boolean given(T value) {
    return !closed && handover.give(value);
  }

  /** What the value that was given last has replaced: one or none. */
  List<T> takeDisplaced() {
    return handover.takeDisplaced();
  }

  /** Takes a value, or returns null. */
  @Nullable T taken() {
    return handover.take();
  }

  /**
   * @param received gets a value, or null if the channel is closed before
   */
  Waiters.Place<?> addReceiver(Resumption<@Nullable T> received) {
    return handover.addReceiver(received);
  }

  /**
   * @param sent gets whether the value was sent, before the channel was cancelled
   */
  Waiters.Place<?> addSender(T value, Resumption<? super Boolean> sent) {
    return handover.addSender(new Handover.Sender<>(value, sent));
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
    this.cause = cause;
    closed = true;
    handover.endReceivers();
    return true;
  }

  @Override
  public void cancel(@Nullable Throwable cause) {
    List<T> dropped;
    lock.lock();
    try {
      closedNow(cause);
      dropped = handover.drain();
      handover.endSenders();
    } finally {
      lock.unlock();
    }
    if (whenCancelled != null) {
      whenCancelled.run();
    }
    undelivered(dropped);
  }

  private void requireOpenForSender() {
    if (closed) {
      throw closedForSender();
    }
  }

  // Made by the one who throws it, so that it shows where that has sent or received.

  ChannelClosedException closedForSender() {
    causeIsSeen();
    return ChannelClosedException.ofSender(label(), cause);
  }

  ChannelClosedException closedForReceiver() {
    causeIsSeen();
    return ChannelClosedException.ofReceiver(label(), cause);
  }

  private void causeIsSeen() {
    if (whenCauseIsSeen != null && cause != null) {
      whenCauseIsSeen.run();
    }
  }

  /** Tells of values that will not be received, if anyone is to be told. Unlocked. */
  void undelivered(List<T> values) {
    if (onUndelivered != null) {
      Undelivered.tell(values, onUndelivered);
    }
  }

  // Looking.

  @Override
  public boolean isClosed() {
    return closed;
  }

  @Override
  public int size() {
    lock.lock();
    try {
      return handover.size();
    } finally {
      lock.unlock();
    }
  }

  String label() {
    return name == null ? "channel-" + number : name;
  }

  @Override
  public String toString() {
    return label() + " with " + size() + " values" + (isClosed() ? ", closed" : "");
  }
}
