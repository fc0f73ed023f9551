package io.tourbillon.bench.work;

import io.tourbillon.bench.subject.SubjectTask;

/** Records when its timer fires. Written by who arms, then by the subject's thread. */
final class FireTask extends SubjectTask {
  private final FireLog log;
  private long deadlineNanos;
  private int fired;

  FireTask(FireLog log) {
    this.log = log;
  }

  /** Prepares for a timer whose deadline is asked for right after this. */
  void expect(long deadlineNanos) {
    this.deadlineNanos = deadlineNanos;
    fired = 0;
  }

  @Override
  public void run() {
    fired++;
    log.record(System.nanoTime() - deadlineNanos);
  }

  void requireFiredOnce() {
    if (fired != 1) {
      throw new IllegalStateException("a timer must fire once: " + fired + " times");
    }
  }
}
