package io.tourbillon.coroutine.sync;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Somebody has given up waiting at a {@link Barrier}, or its action has failed, so the others can
 * not go on. Not checked, unlike {@link java.util.concurrent.BrokenBarrierException}.
 */
public final class BarrierBrokenException extends IllegalStateException {
  @Serial private static final long serialVersionUID = 1;

  BarrierBrokenException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
