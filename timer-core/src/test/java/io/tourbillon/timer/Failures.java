package io.tourbillon.timer;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** An exception handler that records the calls that it receives. */
final class Failures implements TimerExceptionHandler {
  /** One call. */
  record Failure(Runnable task, Throwable error) {}

  private final List<Failure> failures = new CopyOnWriteArrayList<>();

  @Override
  public void handle(Runnable task, Throwable error) {
    failures.add(new Failure(task, error));
  }

  List<Failure> all() {
    return List.copyOf(failures);
  }

  int count() {
    return failures.size();
  }

  /** The only failure. */
  Failure one() {
    if (failures.size() != 1) {
      throw new AssertionError("expected one failure: " + failures);
    }
    return failures.getFirst();
  }
}
