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
 * A channel behind a lock. Nobody waits and no user code runs under the lock, so it is safe on
 * every engine. But coroutines can queue for it, so on {@link
 * io.tourbillon.coroutine.Engine#VIRTUAL_THREAD} the thread of a loop must not take it.
 */
final class LockedChannel<T> implements Channel<T> {
  /** Made before, since there may be no memory for it when a value has been given away. */
  private static final Sent SENT = new Sent.Done();

  private static final AtomicLong NUMBERS = new AtomicLong();

  /** For the generated name. */
  private final long number = NUMBERS.incrementAndGet();

  final ShortLock lock;
  private final @Nullable String name;

  private final @Nullable Consumer<? super T> onUndelivered;
  private final @Nullable Runnable onCancelled;
  private final @Nullable Runnable onCauseSeen;

  /** Guarded by the lock. */
  private final Handover<T> handover;

  /** Written once, under the lock. Volatile, so that observers need no lock. */
  private volatile boolean closed;

  /** Written before {@link #closed}, which publishes it. */
  private @Nullable Throwable cause;

  private final Object sending = new Wait("sending to ", this);
  private final Object receiving = new Wait("receiving from ", this);

  /** What a caller waits for; becomes text only when somebody asks. */
  private record Wait(String what, LockedChannel<?> channel) {
    @Override
    public String toString() {
      return what + channel.label();
    }
  }

  LockedChannel(Builder<T> options, int capacity, boolean dropsOldest) {
    this(options, capacity, dropsOldest, null, null);
  }

  /**
   * @param onCancelled runs at each cancel; may be null
   * @param onCauseSeen runs whenever a caller is thrown the cause of the end; may be null
   */
  LockedChannel(
      Builder<T> options,
      int capacity,
      boolean dropsOldest,
      @Nullable Runnable onCancelled,
      @Nullable Runnable onCauseSeen) {
    this(new ShortLock(), options, capacity, dropsOldest, onCancelled, onCauseSeen);
  }

  /** A channel for the latest value. Who has the lock can change several of them in one step. */
  LockedChannel(ShortLock lock) {
    this(lock, Channel.builder(), 1, true, null, null);
  }

  private LockedChannel(
      ShortLock lock,
      Builder<T> options,
      int capacity,
      boolean dropsOldest,
      @Nullable Runnable onCancelled,
      @Nullable Runnable onCauseSeen) {
    this.lock = lock;
    name = options.name;
    onUndelivered = options.onUndelivered;
    this.onCancelled = onCancelled;
    this.onCauseSeen = onCauseSeen;
    handover = new Handover<>(capacity, dropsOldest);
  }

  // Sending.

  @Override
  public void send(T value) {
    Objects.requireNonNull(value, "value");
    Suspension.checkCancelled();
    if (!tryGive(value)) {
      requireOpenForSender();
      requireSent(Suspension.<Boolean>await(sending, sent -> giveOrEnrol(value, sent)));
    }
  }

  @Override
  public void send(T value, Duration limit) throws TimeoutException {
    Objects.requireNonNull(value, "value");
    Objects.requireNonNull(limit, "limit");
    Suspension.checkCancelled();
    if (!tryGive(value)) {
      requireOpenForSender();
      requireSent(Suspension.<Boolean>await(sending, limit, sent -> giveOrEnrol(value, sent)));
    }
  }

  private void requireSent(boolean sent) {
    if (!sent) {
      throw newClosedForSender();
    }
  }

  @Override
  public boolean trySend(T value) {
    Objects.requireNonNull(value, "value");
    return tryGive(value);
  }

  @Override
  public Sent trySendResult(T value) {
    Objects.requireNonNull(value, "value");
    return tryGive(value) ? SENT : closed ? closedForSender() : new Sent.Full();
  }

  @Override
  public Sent sendResult(T value) {
    Objects.requireNonNull(value, "value");
    Suspension.checkCancelled();
    if (tryGive(value)) {
      return SENT;
    }
    boolean sent =
        !closed && Suspension.<Boolean>await(sending, given -> giveOrEnrol(value, given));
    return sent ? SENT : closedForSender();
  }

  private Sent closedForSender() {
    markCauseSeen();
    return new Sent.Closed(cause);
  }

  private boolean tryGive(T value) {
    T displaced;
    lock.lock();
    try {
      if (!giveLocked(value)) {
        return false;
      }
      displaced = takeDisplaced();
    } finally {
      lock.unlock();
    }
    reportDisplaced(displaced);
    return true;
  }

  private void giveOrEnrol(T value, Resumption<Boolean> sent) {
    lock.lock();
    try {
      if (closed) {
        sent.resume(false);
      } else if (giveLocked(value)) {
        sent.resume(true);
      } else {
        leaveOnCancel(addSender(value, sent), sent);
      }
    } finally {
      lock.unlock();
    }
  }

  // Receiving.

  @Override
  public T receive() {
    Suspension.checkCancelled();
    T value = tryTake();
    return value != null
        ? value
        : requireReceived(Suspension.<@Nullable T>await(receiving, this::takeOrEnrol));
  }

  @Override
  public T receive(Duration limit) throws TimeoutException {
    Objects.requireNonNull(limit, "limit");
    Suspension.checkCancelled();
    T value = tryTake();
    return value != null
        ? value
        : requireReceived(Suspension.<@Nullable T>await(receiving, limit, this::takeOrEnrol));
  }

  @Override
  public @Nullable T receiveOrNull() {
    try {
      return receive();
    } catch (ChannelClosedException end) {
      if (end.getCause() != null) {
        throw end;
      }
      return null;
    }
  }

  @Override
  public Received<T> receiveResult() {
    Suspension.checkCancelled();
    Received<T> now = tryReceiveResult();
    return now instanceof Received.Empty<T>
        ? resultOf(Suspension.<@Nullable T>await(receiving, this::takeOrEnrol))
        : now;
  }

  @Override
  public Received<T> receiveResult(Duration limit) {
    Objects.requireNonNull(limit, "limit");
    return Select.select(
        new ChannelCase.Receive<T, Received<T>>(this, value -> () -> resultOf(value)),
        Select.onTimeout(limit, Received.Empty::new));
  }

  @Override
  public Received<T> tryReceiveResult() {
    T value;
    lock.lock();
    try {
      value = takeLocked();
      if (value == null && !closed) {
        return new Received.Empty<>();
      }
    } finally {
      lock.unlock();
    }
    return resultOf(value);
  }

  /** Returns the result for a value, or for null, the end of this channel. */
  Received<T> resultOf(@Nullable T value) {
    if (value != null) {
      return Surely.apply(Received.Value::new, value);
    }
    markCauseSeen();
    return new Received.Closed<>(cause);
  }

  private T requireReceived(@Nullable T value) {
    if (value == null) {
      throw newClosedForReceiver();
    }
    return value;
  }

  @Override
  public Optional<T> tryReceive() {
    T value;
    lock.lock();
    try {
      value = takeLocked();
    } finally {
      lock.unlock();
    }
    return Surely.apply(Optional::ofNullable, value);
  }

  /** Takes a value. Returns null if there is none yet; throws if there never will be. */
  private @Nullable T tryTake() {
    T value;
    boolean isOver;
    lock.lock();
    try {
      value = takeLocked();
      isOver = value == null && closed;
    } finally {
      lock.unlock();
    }
    if (isOver) {
      throw newClosedForReceiver();
    }
    return value;
  }

  private void takeOrEnrol(Resumption<@Nullable T> received) {
    lock.lock();
    try {
      T value = takeLocked();
      if (value != null || closed) {
        received.resume(value);
      } else {
        leaveOnCancel(addReceiver(received), received);
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Iterator<T> iterator() {
    return new ChannelIterator<>(this);
  }

  // Called under the lock, by Select as well.

  /** Removes a waiter when its caller gives up; at once if there is no memory to note that. */
  private void leaveOnCancel(Waiters.Place<?> place, Resumption<?> waiting) {
    boolean noted = false;
    try {
      waiting.onCancel(() -> leave(place));
      noted = true;
    } finally {
      if (!noted) {
        place.leave();
      }
    }
  }

  /** Gives a value away. Returns false if there is no room, or the channel is closed. */
  boolean giveLocked(T value) {
    return !closed && handover.tryGive(value);
  }

  /** Returns and forgets the value that the last one has replaced, or null. */
  @Nullable T takeDisplaced() {
    return handover.takeDisplaced();
  }

  /** Takes a value. Returns null if there is none. */
  @Nullable T takeLocked() {
    return handover.tryTake();
  }

  /**
   * Adds a receiver.
   *
   * @param received gets a value, or null if the channel is closed before
   */
  Waiters.Place<?> addReceiver(Resumption<@Nullable T> received) {
    return handover.addReceiver(received);
  }

  /**
   * Adds a sender.
   *
   * @param sent gets true if the value was sent, false if the channel was cancelled before
   */
  Waiters.Place<?> addSender(T value, Resumption<? super Boolean> sent) {
    return handover.addSender(new Handover.Sender<>(value, sent));
  }

  // Leaving and ending.

  /** Removes a waiter that has given up. */
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
      return closeLocked(cause);
    } finally {
      lock.unlock();
    }
  }

  /** Called under the lock. */
  boolean closeLocked(@Nullable Throwable cause) {
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
      closeLocked(cause);
      dropped = handover.drain();
      handover.endSenders();
    } finally {
      lock.unlock();
    }
    if (onCancelled != null) {
      onCancelled.run();
    }
    reportUndelivered(dropped);
  }

  private void requireOpenForSender() {
    if (closed) {
      throw newClosedForSender();
    }
  }

  // Made by the caller that throws it, so that the stack shows where it has sent or received.

  ChannelClosedException newClosedForSender() {
    markCauseSeen();
    return ChannelClosedException.ofSender(label(), cause);
  }

  ChannelClosedException newClosedForReceiver() {
    markCauseSeen();
    return ChannelClosedException.ofReceiver(label(), cause);
  }

  private void markCauseSeen() {
    if (onCauseSeen != null && cause != null) {
      onCauseSeen.run();
    }
  }

  /** As {@link #reportUndelivered}, for a value that another has replaced, or null for none. */
  void reportDisplaced(@Nullable T value) {
    if (value != null && onUndelivered != null) {
      reportUndelivered(Surely.apply(List::of, value));
    }
  }

  /** Gives values that will not be received to the consumer, if there is one. Without the lock. */
  void reportUndelivered(List<T> values) {
    if (onUndelivered != null) {
      Undelivered.report(values, onUndelivered);
    }
  }

  // Observing.

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
