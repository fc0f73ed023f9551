package io.tourbillon.timer.internal;

import java.io.Serial;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;

/**
 * A {@link CancellationException} whose message is made on demand, so that an event loop can make
 * the exception without calling code of users. It prints the name of its superclass, which is the
 * name that users know.
 */
public final class LateCancellationException extends CancellationException {
  @Serial private static final long serialVersionUID = 1;

  private final LateText message;

  /**
   * Makes one.
   *
   * @param message makes the message, as for {@link LateText}
   */
  public LateCancellationException(Supplier<String> message) {
    this.message = new LateText(message);
  }

  @Override
  public String getMessage() {
    return message.get();
  }

  @Override
  public String toString() {
    return CancellationException.class.getName() + ": " + getLocalizedMessage();
  }
}
