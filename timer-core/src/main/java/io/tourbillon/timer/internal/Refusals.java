package io.tourbillon.timer.internal;

import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** Makes the exceptions for callers that wait for a task that will not run. Never fails. */
public final class Refusals {
  /** Made before it is needed, as there is no memory then. */
  @SuppressWarnings("StaticAssignmentOfThrowable")
  private static final RejectedExecutionException NO_MEMORY =
      new RejectedExecutionException("the task was not run, and there was no memory to say why");

  /** After a shutdown. */
  public static final String SHUT_DOWN = "the timer service has been shut down";

  /** After a shutdown of a LongTimers. */
  public static final String LONG_TIMERS_SHUT_DOWN = "these LongTimers have been shut down";

  /** There was no memory to hand a task over. */
  public static final String NO_MEMORY_FOR_EXECUTOR =
      "there was no memory to hand the task to the executor";

  /** The executor threw something other than a refusal. */
  public static final String EXECUTOR_FAILED = "the executor failed to take a task";

  /** A periodic timer ends because the wheel is full. */
  public static final String NOT_ARMED_AGAIN = "the timer could not be armed again";

  /** This library failed before the task began. */
  public static final String NOT_STARTED = "the task could not be started";

  /** A decorator did not run the task that it got. */
  public static final String NOT_RUN_BY_DECORATOR = "the task decorator did not run the task";

  /** Literals are allocated at their first use, and stay while a class that used them does. */
  private static final List<String> ALLOCATED =
      List.of(
          NO_MEMORY_FOR_EXECUTOR,
          EXECUTOR_FAILED,
          NOT_ARMED_AGAIN,
          NOT_STARTED,
          NOT_RUN_BY_DECORATOR,
          SHUT_DOWN,
          LONG_TIMERS_SHUT_DOWN);

  private Refusals() {}

  /** Loads the class. */
  public static void load() {
    assert !ALLOCATED.isEmpty();
  }

  /** Never throws: without memory for an exception, returns one that was made before. */
  public static RejectedExecutionException of(String why, @Nullable Throwable cause) {
    try {
      return new RejectedExecutionException(why, cause);
    } catch (OutOfMemoryError full) {
      return NO_MEMORY;
    }
  }
}
