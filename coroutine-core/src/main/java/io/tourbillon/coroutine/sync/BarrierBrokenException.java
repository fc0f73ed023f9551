package io.tourbillon.coroutine.sync;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Thrown at a {@link Barrier} when a party has given up, the action has failed, or the barrier was
 * reset, so that the other parties cannot go on. Unchecked, unlike {@link
 * java.util.concurrent.BrokenBarrierException}.
 */
public final class BarrierBrokenException extends IllegalStateException {
  @Serial private static final long serialVersionUID = 1;

  BarrierBrokenException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
