package io.tourbillon.timer.internal;

import java.io.Serial;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * A {@link CompletionException} with the message that the JDK's has, which is what the cause says
 * of itself. The JDK's asks the cause when it is made, and that is code of users, which may wait
 * for a lock; this one asks when somebody wants to read it. Users know it by the name of its
 * superclass, which is what it prints.
 */
public final class LateCompletionException extends CompletionException {
  @Serial private static final long serialVersionUID = 1;

  private final LateText message;

  /** Makes one, without calling a method of the cause. */
  public LateCompletionException(Throwable cause) {
    super(null, cause);
    message =
        new LateText(
            new Supplier<>() {
              @Override
              public String get() {
                return SafeText.raw(cause);
              }
            });
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
