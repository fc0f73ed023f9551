package io.tourbillon.coroutine.channel;

import org.jspecify.annotations.Nullable;

/**
 * What a receive has found, for code that handles the end of a source without an exception.
 *
 * <pre>{@code
 * switch (jobs.receiveResult()) {
 *   case Received.Value<Job>(Job job) -> job.run();
 *   case Received.Closed<Job>(Throwable cause) -> log(cause);       // null: closed without a cause
 *   case Received.Empty<Job> nothing -> {}                         // only with a limit, or a try
 * }
 * }</pre>
 *
 * @param <T> the values
 */
public sealed interface Received<T> {
  /**
   * A value.
   *
   * @param value the value, which the caller has now
   */
  record Value<T>(T value) implements Received<T> {}

  /** There is no value yet: nothing has come within the limit. */
  record Empty<T>() implements Received<T> {}

  /**
   * There is no value, and none will come.
   *
   * @param cause the cause that the source was closed with; null if there was none
   */
  record Closed<T>(@Nullable Throwable cause) implements Received<T> {}
}
