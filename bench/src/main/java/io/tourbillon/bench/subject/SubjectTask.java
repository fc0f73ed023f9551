package io.tourbillon.bench.subject;

import io.netty.util.Timeout;
import io.netty.util.TimerTask;
import java.util.Arrays;

/** A task that any subject can run, so that none of them needs a wrapper that others do not. */
public abstract class SubjectTask implements Runnable, TimerTask {
  @Override
  public final void run(Timeout timeout) {
    run();
  }

  /** Makes a task that does nothing. */
  public static SubjectTask newIdle() {
    return new Idle();
  }

  /**
   * Makes tasks that do nothing. A timer that came due is noticed because it cannot be cancelled.
   * There are as many tasks as places, because in a server each connection has its own.
   */
  public static SubjectTask[] idle(int places) {
    SubjectTask[] tasks = new SubjectTask[places];
    Arrays.setAll(tasks, place -> newIdle());
    return tasks;
  }

  private static final class Idle extends SubjectTask {
    @Override
    public void run() {}
  }
}
