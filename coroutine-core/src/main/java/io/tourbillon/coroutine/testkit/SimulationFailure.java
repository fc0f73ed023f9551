package io.tourbillon.coroutine.testkit;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Thrown when a run of a {@link Simulation} has failed by more than an exception of its body. */
public final class SimulationFailure extends AssertionError {
  private static final long serialVersionUID = 1;

  /** Why a run has failed. */
  public enum Reason {
    /** The body has thrown; the cause is the exception. Only from {@link Simulation#explore}. */
    BODY,
    /** Everything waits, nothing is due, and nothing has come from outside. */
    DEADLOCK,
    /** A coroutine has failed and nobody has joined it; the cause is its failure. */
    UNCAUGHT,
    /** The body has ended before coroutines that it has started. */
    LEFTOVERS,
    /** A thread waits by the real clock. */
    REAL_TIME_WAIT,
    /** The run has taken too long in real time. */
    LIMIT
  }

  private final Reason reason;

  SimulationFailure(Reason reason, String message) {
    this(reason, message, null);
  }

  SimulationFailure(Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** Returns the failure of a seed, whose message says how to run that seed again. */
  static SimulationFailure ofSeed(
      long seed, int run, int runs, Outcome<?, ?> outcome, Outcome<?, ?> replay) {
    String literal = "0x" + Long.toHexString(seed).toUpperCase(Locale.ROOT) + "L";
    Throwable failure = outcome.failure();
    String what =
        failure instanceof SimulationFailure known ? known.getMessage() : String.valueOf(failure);
    StringBuilder message = new StringBuilder();
    message.append("run ").append(run).append(" of ").append(runs);
    message.append(" has failed with seed ").append(literal).append(": ").append(what);
    message
        .append("\nto see it again: new Simulation().seed(")
        .append(literal)
        .append(").run(...)");
    if (!replay.isLike(outcome)) {
      message.append("\nbut a second run of that seed went another way: ");
      message.append(end(replay)).append(" instead of ").append(end(outcome));
      message.append("; something decides besides the seed, such as another thread");
    }
    return failure instanceof SimulationFailure known
        ? known.withMessage(message.toString())
        : new SimulationFailure(Reason.BODY, message.toString(), failure);
  }

  /** Returns the same failure with another message, which contains the first one. */
  private SimulationFailure withMessage(String message) {
    SimulationFailure same = new SimulationFailure(reason, message, getCause());
    same.setStackTrace(getStackTrace());
    for (Throwable suppressed : getSuppressed()) {
      same.addSuppressed(suppressed);
    }
    return same;
  }

  private static String end(Outcome<?, ?> outcome) {
    Throwable failure = outcome.failure();
    return (failure == null ? "no failure" : failure.getClass().getSimpleName())
        + " after "
        + outcome.turns()
        + " turns and "
        + Duration.ofNanos(outcome.elapsedNanos());
  }

  /** Returns why the run has failed. */
  public Reason reason() {
    return reason;
  }
}
