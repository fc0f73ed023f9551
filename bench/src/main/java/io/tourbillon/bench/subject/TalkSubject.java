package io.tourbillon.bench.subject;

/** A coroutine system on a fixed number of threads, whose coroutines talk. */
public interface TalkSubject extends AutoCloseable {
  /**
   * Starts the coroutines of a talk, which repeat its operation and count it until the tally is
   * over. Returns at once. A coroutine that fails a check records that with the tally.
   */
  void start(Talk talk, Tally tally);

  /** Ends the threads. Called after the coroutines have ended, or have failed to. */
  @Override
  void close();
}
