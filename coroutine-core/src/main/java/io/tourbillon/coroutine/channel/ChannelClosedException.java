package io.tourbillon.coroutine.channel;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * What sending to a closed channel throws, and receiving from one that is empty besides. Its cause
 * is what the channel was closed with, if that was anything.
 */
public final class ChannelClosedException extends IllegalStateException {
  @Serial private static final long serialVersionUID = 1;

  ChannelClosedException(String channel, @Nullable Throwable cause) {
    super(channel + " is closed", cause);
  }
}
