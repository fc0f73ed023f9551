package io.tourbillon.coroutine.channel;

import io.tourbillon.coroutine.OrderlyEnd;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * What sending to a closed channel throws, and receiving from one that is empty besides. Its cause
 * is what the channel was closed with, if that was anything. A receiver that gets one without a
 * cause has come to the end of the channel, which is an {@link OrderlyEnd}; a sender still has its
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
