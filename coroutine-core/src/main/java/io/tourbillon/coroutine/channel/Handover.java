package io.tourbillon.coroutine.channel;

import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.Waiters;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is in a channel, and who waits at its two ends. Guarded by the lock of the channel; nobody
 * waits here, and no code of users runs.
 *
 * <p>Invariants, while the lock is free: there are receivers only if the buffer is empty and no
 * sender waits; senders wait only if the buffer is full. Both but for waiters that have given up
 * and are about to leave, which are passed over, and for those of one select, which do not meet.
 */
final class Handover<T> {
  private final int capacity;

  /** Whether a value that finds no room replaces the oldest. */
  private final boolean conflated;

  private final ArrayDeque<T> buffer = new ArrayDeque<>();
  private final Waiters<Resumption<@Nullable T>> receivers = new Waiters<>();
  private final Waiters<Sender<T>> senders = new Waiters<>();
  private @Nullable T displaced;

  /**
   * One who waits for room.
   *
   * @param sent is resumed with true when the value has found its place, and with false if the
   *     channel is cancelled before
   */
  record Sender<T>(T value, Resumption<? super Boolean> sent) {}

  Handover(int capacity, boolean conflated) {
    this.capacity = capacity;
    this.conflated = conflated;
  }

  /** Gives a value to a receiver or into the buffer, or says that there is no room. */
  boolean give(T value) {
    for (var next = receivers.poll(); next != null; next = receivers.poll()) {
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
  @Nullable T take() {
    T value = buffer.poll();
    for (var next = senders.poll(); next != null; next = senders.poll()) {
      if (next.sent.resume(true)) {
        if (value == null) {
          return next.value;
        }
        buffer.add(next.value);
        return value;
      }
    }
    return value;
  }

  /**
   * Adds one who waits for a value.
   *
   * @param received is resumed with null if the channel is closed before
   */
  Waiters.Place<?> addReceiver(Resumption<@Nullable T> received) {
    return receivers.add(received);
  }

  Waiters.Place<?> addSender(Sender<T> sender) {
    return senders.add(sender);
  }

  /** Tells those who wait for a value that none will come. */
  void endReceivers() {
    for (var next = receivers.poll(); next != null; next = receivers.poll()) {
      next.resume(null);
    }
  }

  /** Tells those who wait for room that there will be none. */
  void endSenders() {
    for (var next = senders.poll(); next != null; next = senders.poll()) {
      next.sent.resume(false);
    }
  }

  /** Takes out all that nobody has received. */
  List<T> drain() {
    List<T> left = List.copyOf(buffer);
    buffer.clear();
    return left;
  }

  int size() {
    return buffer.size();
  }
}
