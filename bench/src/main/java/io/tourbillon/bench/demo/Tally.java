package io.tourbillon.bench.demo;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What the clients have done. Written by all of them and by the server, read by anyone. */
final class Tally {
  private final LongAdder connections = new LongAdder();
  private final LongAdder answers = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final AtomicReference<@Nullable IOException> firstFailure = new AtomicReference<>();

  /** false -> true; written by whoever fails for that, read at the end. */
  private volatile boolean outOfDescriptors;

  void connected() {
    connections.increment();
  }

  void answered() {
    answers.increment();
  }

  /** A connection ended otherwise than by a timeout, or could not be made. */
  void failed(IOException failure) {
    failures.increment();
    if (Descriptors.haveRunOut(failure)) {
      outOfDescriptors = true;
    }
    // null -> the first.
    firstFailure.compareAndSet(null, failure);
  }

  long connections() {
    return connections.sum();
  }

  /** Requests that were answered in time. */
  long answers() {
    return answers.sum();
  }

  long failures() {
    return failures.sum();
  }

  /** Whether the process had no file descriptor left for a connection. */
  boolean isOutOfDescriptors() {
    return outOfDescriptors;
  }

  @Nullable IOException firstFailure() {
    return firstFailure.get();
  }
}
