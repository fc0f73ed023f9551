package io.tourbillon.coroutine.internal.loop;

import io.tourbillon.coroutine.internal.engine.LoopConfined;
import io.tourbillon.timer.internal.TickScale;
import java.util.Objects;
import java.util.concurrent.Delayed;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A timed wait of a virtual thread, as an entry of the loop's wheel. */
@LoopConfined
final class TimedWait implements ScheduledFuture<@Nullable Void>, Expiry {
  private final EventLoop loop;

  /**
   * Cleared at the end of the wait, so that a reference to this object does not keep the thread.
   */
  private @Nullable Runnable expiry;

  private long timerId;
  private boolean cancelled;

  /**
   * Creates a wait that has not begun.
   *
   * @param expiry the JDK's action that lets the thread continue
   */
  TimedWait(EventLoop loop, Runnable expiry) {
    this.loop = loop;
    this.expiry = expiry;
  }

  void begin(long delayNanos) {
    timerId = loop.wheel().arm(TickScale.deadlineNanos(loop.elapsedNanos(), delayNanos), this);
  }

  @Override
  public void expired() {
    timerId = 0;
    Runnable last = Objects.requireNonNull(expiry);
    expiry = null;
    last.run();
  }

  boolean hasExpired() {
    return timerId == 0 && !cancelled;
  }

  /** Called by the JDK when the thread continues; it may do so because this wait expired. */
  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    if (timerId == 0) {
      return false;
    }
    loop.wheel().disarm(timerId);
    timerId = 0;
    expiry = null;
    cancelled = true;
    return true;
  }

  @Override
  public boolean isCancelled() {
    return cancelled;
  }

  @Override
  public boolean isDone() {
    return timerId == 0;
  }

  @Override
  public @Nullable Void get() {
    throw new UnsupportedOperationException("nobody waits for a wait");
  }

  @Override
  public @Nullable Void get(long timeout, TimeUnit unit) {
    throw new UnsupportedOperationException("nobody waits for a wait");
  }

  @Override
  public long getDelay(TimeUnit unit) {
    throw new UnsupportedOperationException("the wheel knows it");
  }

  @Override
  public int compareTo(Delayed other) {
    throw new UnsupportedOperationException("the wheel orders them");
  }
}
