package io.tourbillon.timer;

import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** What those who wait for a task are told if it does not run; they must be told in any case. */
final class Refusals {
  /** Made before it is needed, as there is no memory then. */
  @SuppressWarnings("StaticAssignmentOfThrowable")
  private static final RejectedExecutionException NO_MEMORY =
      new RejectedExecutionException("the task was not run, and there was no memory to say why");

  static final String NO_MEMORY_FOR_EXECUTOR =
      "there was no memory to hand the task to the executor";
  static final String EXECUTOR_FAILED = "the executor failed to take a task";
  static final String NOT_ARMED_AGAIN = "the timer could not be armed again";
  static final String NOT_STARTED = "the task could not be started";

  /** Literals are allocated when they are first used, and stay while any class has used them. */
  private static final List<String> ALLOCATED =
      List.of(
          NO_MEMORY_FOR_EXECUTOR,
          EXECUTOR_FAILED,
          NOT_ARMED_AGAIN,
          NOT_STARTED,
          AbstractShard.SHUT_DOWN);

  private Refusals() {}

  /** Loads the class. */
  static void load() {
    assert !ALLOCATED.isEmpty();
  }

  /** Never throws: without memory, one that says so. */
  static RejectedExecutionException of(String why, @Nullable Throwable cause) {
    try {
      return new RejectedExecutionException(why, cause);
    } catch (OutOfMemoryError full) {
      return NO_MEMORY;
    }
  }
}
