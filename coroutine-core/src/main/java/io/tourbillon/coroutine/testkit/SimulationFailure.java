package io.tourbillon.coroutine.testkit;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A run of a {@link Simulation} has failed, and not only by what its body has thrown. */
public final class SimulationFailure extends AssertionError {
  private static final long serialVersionUID = 1;

  /** Why a run has failed. */
  public enum Reason {
    /** The body has thrown; the cause is what. Of {@link Simulation#explore} alone. */
    BODY,
    /** Everything waits, nothing is due, and nothing has come from outside. */
    DEADLOCK,
    /** A coroutine has failed that nobody has joined; the cause is its failure. */
    UNCAUGHT,
    /** The body has ended, and coroutines are left. */
    LEFTOVERS,
    /** A thread waits by the real clock. */
    REAL_TIME_WAIT,
    /** It has taken too long in real time. */
    LIMIT
  }

  /** Why. */
  private final Reason reason;

  SimulationFailure(Reason reason, String message) {
    this(reason, message, null);
  }

  SimulationFailure(Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** Of a run that has failed: says how to see it again. */
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

  /** The same in other words, so that what it says is not said twice. */
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

  /** Why the run has failed. */
  public Reason reason() {
    return reason;
  }
}
