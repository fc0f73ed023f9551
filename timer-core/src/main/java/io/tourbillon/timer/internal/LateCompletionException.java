package io.tourbillon.timer.internal;

import java.io.Serial;
import java.util.concurrent.CompletionException;

/**
 * A {@link CompletionException} with the same message as the JDK's: the text of the cause. The
 * JDK's exception asks the cause for its text when it is made. That is code of users, which may
 * wait for a lock. This one asks when the message is read. It prints the name of its superclass,
 * which is the name that users know.
 */
public final class LateCompletionException extends CompletionException {
  @Serial private static final long serialVersionUID = 1;

  private final LateText message;

  /** Makes one, without calling a method of the cause. */
  public LateCompletionException(Throwable cause) {
    super(null, cause);
    message = new LateText(cause);
  }

  /**
   * Loads the classes that the making of one needs. To load them later can be impossible, for
   * example while the process has no file descriptor left.
   */
  public static void load() {
    LateCompletionException _ = new LateCompletionException(new IllegalStateException());
  }

  @Override
  public String getMessage() {
    return message.get();
  }

  @Override
  public String toString() {
    return CompletionException.class.getName() + ": " + getLocalizedMessage();
  }
}
