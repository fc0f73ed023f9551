package io.tourbillon.coroutine.sync;

import io.tourbillon.coroutine.Resumption;
import org.jspecify.annotations.Nullable;

/**
 * Passes a grant on to a select as a value.
 *
 * @param value what the select takes; null makes it try again
 */
record Granting<T extends @Nullable Object>(T value, Resumption<T> select)
    implements Resumption<Boolean> {
  @Override
  public boolean resume(Boolean granted) {
    return select.resume(value);
  }

  @Override
  public boolean fail(Throwable failure) {
    return select.fail(failure);
  }

  @Override
  public boolean isOver() {
    return select.isOver();
  }

  /** Does nothing: a select leaves all its queues in the end. */
  @Override
  public void onCancel(Runnable cleanUp) {}
}
