package io.tourbillon.coroutine;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Body} without a result.
 *
 * @param <X> the checked exception that it throws
 */
@FunctionalInterface
public interface Block<X extends Exception> {
  /** Runs it. */
  void run() throws X;

  /** Returns a body that runs a block and returns null. */
  static <X extends Exception> Body<@Nullable Void, X> asBody(Block<X> block) {
    Objects.requireNonNull(block, "body");
    return () -> {
      block.run();
      return null;
    };
  }
}
