package io.tourbillon.coroutine.generator;

import org.jspecify.annotations.Nullable;

/**
 * The result of a step of a {@link Generator}: a value, or the end. If the body fails, the step
 * throws instead.
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
   * The body has yielded a value, and waits at that yield.
   *
   * @param value what it has yielded
   */
  record Yielded<Y extends @Nullable Object, R extends @Nullable Object>(Y value)
      implements Step<Y, R> {}

  /**
   * The body has returned. There are no more values.
   *
   * @param result what it has returned
   */
  record Ended<Y extends @Nullable Object, R extends @Nullable Object>(R result)
      implements Step<Y, R> {}
}
