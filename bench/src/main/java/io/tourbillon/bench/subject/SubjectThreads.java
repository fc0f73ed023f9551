package io.tourbillon.bench.subject;

import java.util.concurrent.ThreadFactory;

/** Makes the thread of a subject, under a name by which it can be observed. */
public enum SubjectThreads implements ThreadFactory {
  INSTANCE;

  /** At most 15 characters, as Linux cuts off the rest. */
  public static final String NAME = "subject-driver";

  @Override
  public Thread newThread(Runnable body) {
    return Thread.ofPlatform().daemon().name(NAME).unstarted(body);
  }
}
