package io.tourbillon.coroutine.channel;

import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Receives until the channel is closed and empty. For one caller at a time. */
final class ChannelIterator<T> implements Iterator<T> {
  private final Source<T> channel;
  private @Nullable T next;

  ChannelIterator(Source<T> channel) {
    this.channel = channel;
  }

  @Override
  public boolean hasNext() {
    if (next == null) {
      next = channel.receiveOrNull();
    }
    return next != null;
  }

  @Override
  public T next() {
    if (next == null) {
      next = channel.receiveOrNull();
    }
    T value = next;
    if (value == null) {
      throw new NoSuchElementException(SourceView.label(channel) + " is closed");
    }
    next = null;
    return value;
  }
}
