package io.tourbillon.coroutine.net;

import io.tourbillon.coroutine.OrderlyEnd;
import java.io.Serial;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;

/**
 * Exceptions for callers that wait for what peers send to a socket that this side has closed. To
 * close a listener is the way to stop its acceptor, so a coroutine that ends by one of these has
 * not failed.
 */
final class ClosedInOrder {
  private ClosedInOrder() {}

  /** Returns an exception of the same kind that names the socket. */
  static ClosedChannelException of(ClosedChannelException closed, Object socket) {
    return closed instanceof AsynchronousCloseException
        ? new Meanwhile(socket + " was closed meanwhile")
        : new Before(socket + " is closed");
  }

  /** The socket was closed before the call. */
  private static final class Before extends ClosedChannelException implements OrderlyEnd {
    @Serial private static final long serialVersionUID = 1;

    private final String message;

    Before(String message) {
      this.message = message;
    }

    @Override
    public String getMessage() {
      return message;
    }

    @Override
    public boolean isOrderly() {
      return true;
    }
  }

  /** The socket was closed while the caller waited. */
  private static final class Meanwhile extends AsynchronousCloseException implements OrderlyEnd {
    @Serial private static final long serialVersionUID = 1;

    private final String message;

    Meanwhile(String message) {
      this.message = message;
    }

    @Override
    public String getMessage() {
      return message;
    }

    @Override
    public boolean isOrderly() {
      return true;
    }
  }
}
