package io.tourbillon.timer;

/** A clock that a race sets, for services that are polled. It has no alarms. */
final class SteppedClock implements Clock {
  /** Written by one thread at a time, read by those that race. */
  private volatile long nanos;

  @SuppressWarnings("NonAtomicVolatileUpdate") // One thread at a time.
  void advanceMillis(int millis) {
    nanos += millis * 1_000_000L;
  }

  @Override
  public long nanoTime() {
    return nanos;
  }

  @Override
  public Alarm newAlarm(Thread thread) {
    throw new UnsupportedOperationException("a polled service rests by other means");
  }
}
