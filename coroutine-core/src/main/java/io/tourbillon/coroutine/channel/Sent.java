package io.tourbillon.coroutine.channel;

import org.jspecify.annotations.Nullable;

/** What a send has done, for code that handles a closed channel without an exception. */
public sealed interface Sent {
  /** The value was sent. */
  record Done() implements Sent {}

  /** There is no room: the sender still has its value. */
  record Full() implements Sent {}

  /**
   * The channel is closed: the sender still has its value.
   *
   * @param cause the cause that the channel was closed with; null if there was none
   */
  record Closed(@Nullable Throwable cause) implements Sent {}
}
