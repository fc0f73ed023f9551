package io.tourbillon.coroutine;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.function.Executable;

/** Assertions about the cancellation of another coroutine. */
public final class Cancelled {
  private Cancelled() {}

  /**
   * Asserts that a wait reports the cancellation of the awaited coroutine, and not the waiter's.
   *
   * @return that cancellation
   */
  public static CancellationException assertCancelled(Executable wait) {
    Throwable cause = assertThrows(CompletionException.class, wait).getCause();
    assertFalse(cause instanceof CoroutineCancelledException, cause::toString);
    return assertInstanceOf(CancellationException.class, cause);
  }
}
