package io.tourbillon.coroutine.net;

import io.tourbillon.coroutine.Suspension;
import java.io.IOException;
import java.nio.channels.SelectableChannel;

/** Closes channels. */
final class Closes {
  private static final System.Logger LOG = System.getLogger("io.tourbillon.coroutine");

  private Closes() {}

  /** Closes a channel. Logs a failure, after which the channel is closed as well. */
  static void quietly(SelectableChannel channel) {
    try {
      Suspension.closeChannel(channel);
    } catch (IOException failure) {
      LOG.log(System.Logger.Level.DEBUG, "the close of a socket failed", failure);
    }
  }
}
