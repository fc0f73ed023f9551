package io.tourbillon.coroutine.channel;

import io.tourbillon.coroutine.OrderlyEnd;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Thrown by a send to a closed channel, and by a receive from a channel that is closed and empty.
 * The cause is the one that the channel was closed with, if any. For a receiver, an exception
 * without a cause is the normal end of the channel, an {@link OrderlyEnd}. A sender still has its
 * value.
 */
public final class ChannelClosedException extends IllegalStateException implements OrderlyEnd {
  @Serial private static final long serialVersionUID = 1;

  private final boolean orderly;

  private ChannelClosedException(String channel, @Nullable Throwable cause, boolean orderly) {
    super(channel + " is closed", cause);
    this.orderly = orderly;
  }

  static ChannelClosedException ofSender(String channel, @Nullable Throwable cause) {
    return new ChannelClosedException(channel, cause, false);
  }

  static ChannelClosedException ofReceiver(String channel, @Nullable Throwable cause) {
    return new ChannelClosedException(channel, cause, cause == null);
  }

  @Override
  public boolean isOrderly() {
    return orderly;
  }
}
