package io.tourbillon.coroutine.channel;

import io.tourbillon.timer.internal.MemoryReserve;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What must not fail for lack of memory. */
final class Surely {
  private Surely() {}

  /**
   * Makes something of a value that has been taken, and would be lost with an error. Waits for
   * memory if there is none.
   *
   * @param function allocates, and changes nothing
   */
  static <T extends @Nullable Object, R extends @Nullable Object> R apply(
      Function<? super T, ? extends R> function, T value) {
    while (true) {
      try {
        return function.apply(value);
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }
}
