package io.tourbillon.coroutine.channel;

import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.Waiters;
import io.tourbillon.timer.internal.SafeDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The buffer of a channel and the waiters at its two ends. Guarded by the lock of the channel;
 * nobody waits here, and no user code runs.
 *
 * <p>Invariants, while the lock is free: receivers wait only if the buffer is empty and no sender
 * waits; senders wait only if the buffer is full. Two kinds of waiters do not count: those that
 * have given up and are about to leave, which are skipped, and two of the same select, which never
 * meet.
 */
final class Handover<T> {
  private final int capacity;

  /** True if a value that finds no room replaces the oldest one. */
  private final boolean dropsOldest;

  private final SafeDeque<T> buffer;
  private final Waiters<Resumption<@Nullable T>> receivers = new Waiters<>();
  private final Waiters<Sender<T>> senders = new Waiters<>();
  private @Nullable T displaced;

  /**
   * A sender that waits for room.
   *
   * @param sent resumed with true when the value is in the buffer or was received, and with false
   *     if the channel is cancelled before
   */
  record Sender<T>(T value, Resumption<? super Boolean> sent) {}

  Handover(int capacity, boolean dropsOldest) {
    this.capacity = capacity;
    this.dropsOldest = dropsOldest;
    buffer = new SafeDeque<>(Math.clamp(capacity, 1, SafeDeque.USUAL_ROOM));
  }

  /** Gives a value to a receiver or to the buffer. Returns false if there is no room. */
  boolean tryGive(T value) {
    for (var next = receivers.poll(); next != null; next = receivers.poll()) {
      if (next.resume(value)) {
        return true;
      }
    }
    if (buffer.size() >= capacity) {
      if (!dropsOldest) {
        return false;
      }
      displaced = buffer.poll();
    }
    return buffer.add(value);
  }

  /** Returns and forgets the value that the last one has replaced, or null. */
  @Nullable T takeDisplaced() {
    T value = displaced;
    displaced = null;
    return value;
  }

  /** Takes a value out of the buffer or from a sender. Returns null if there is none. */
  @Nullable T tryTake() {
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
   * Adds a receiver that waits for a value.
   *
   * @param received resumed with null if the channel is closed before
   */
  Waiters.Place<?> addReceiver(Resumption<@Nullable T> received) {
    return receivers.add(received);
  }

  Waiters.Place<?> addSender(Sender<T> sender) {
    return senders.add(sender);
  }

  /** Resumes all receivers without a value. */
  void endReceivers() {
    for (var next = receivers.poll(); next != null; next = receivers.poll()) {
      next.resume(null);
    }
  }

  /** Resumes all senders without having sent. */
  void endSenders() {
    for (var next = senders.poll(); next != null; next = senders.poll()) {
      next.sent.resume(false);
    }
  }

  /** Removes and returns the values in the buffer. */
  List<T> drain() {
    List<T> left = List.copyOf(buffer);
    buffer.clear();
    return left;
  }

  int size() {
    return buffer.size();
  }
}
