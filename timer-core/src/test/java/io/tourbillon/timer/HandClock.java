package io.tourbillon.timer;

/**
 * A clock whose time a test sets, for a service whose driver takes turns when the test calls it.
 */
final class HandClock implements Clock, Clock.Alarm {
  /** Written by the test's thread that takes the turns, and read by others. */
  volatile long nanos;

  @Override
  public long nanoTime() {
    return nanos;
  }

  @Override
  public Alarm newAlarm(Thread thread) {
    return this;
  }

  @Override
  public void awaitUntil(long deadlineNanos) {}

  @Override
  public void await() {}

  @Override
  public void wake() {}

  @Override
  public void close() {}
}
