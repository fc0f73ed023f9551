package io.tourbillon.timer.internal;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes the threads of services for which no thread factory was given. */
public final class DriverThreads implements ThreadFactory {
  /** The only one, so that threads are numbered. */
  public static final DriverThreads INSTANCE = new DriverThreads();

  private final AtomicInteger made = new AtomicInteger();

  @Override
  public Thread newThread(Runnable driver) {
    return IndependentThread.daemon("tourbillon-timer-" + made.incrementAndGet(), driver);
  }
}
