package io.tourbillon.bench.subject;

import io.netty.util.Timeout;
import io.netty.util.TimerTask;

/** A task that any subject can run, so that none of them needs a wrapper that others do not. */
public abstract class SubjectTask implements Runnable, TimerTask {
  @Override
  public final void run(Timeout timeout) {
    run();
  }
}
