package io.tourbillon.coroutine.channel;

import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Receives until the channel has come to its end. For one at a time. */
final class ChannelIterator<T> implements Iterator<T> {
  private final LockedChannel<T> channel;
  private @Nullable T next;

  ChannelIterator(LockedChannel<T> channel) {
    this.channel = channel;
  }

  @Override
  public boolean hasNext() {
    if (next == null) {
      next = nextOrEnd();
    }
    return next != null;
  }

  @Override
  public T next() {
    if (next == null) {
      next = nextOrEnd();
    }
    T value = next;
    if (value == null) {
      throw new NoSuchElementException(channel.label() + " is closed");
    }
    next = null;
    return value;
  }

  /** The next value, or null if the channel has come to its end without a failure. */
  private @Nullable T nextOrEnd() {
    try {
      return channel.receive();
    } catch (ChannelClosedException end) {
      if (end.getCause() != null) {
        throw end;
      }
      return null;
    }
  }
}
