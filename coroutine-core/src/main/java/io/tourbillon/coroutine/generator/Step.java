package io.tourbillon.coroutine.generator;

import org.jspecify.annotations.Nullable;

/**
 * What a generator answers with: a value, or its end, which is no value. A body that fails answers
 * with neither; who asked has the failure thrown.
 *
 * <pre>{@code
 * switch (generator.next()) {
 *   case Step.Yielded(Integer value) -> take(value);
 *   case Step.Ended(String result) -> finish(result);
 * }
 * }</pre>
 *
 * @param <Y> the values
 * @param <R> the result
 */
public sealed interface Step<Y extends @Nullable Object, R extends @Nullable Object> {
  /**
   * The body has handed out a value, and waits at that place.
   *
   * @param value what it has yielded
   */
  record Yielded<Y extends @Nullable Object, R extends @Nullable Object>(Y value)
      implements Step<Y, R> {}

  /**
   * The body has returned; there are no more values.
   *
   * @param result what it has returned
   */
  record Ended<Y extends @Nullable Object, R extends @Nullable Object>(R result)
      implements Step<Y, R> {}
}
