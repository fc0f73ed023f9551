package io.tourbillon.bench.subject;

import io.tourbillon.timer.wheel.ExpiryHandler;
import io.tourbillon.timer.wheel.LongExpiryHandler;
import java.util.concurrent.TimeUnit;
import org.agrona.DeadlineTimerWheel.TimerHandler;

/**
 * Receives every timer that expires. Any wheel can pass its timers to it directly, so that no wheel
 * needs a wrapper that others do not.
 */
public abstract class WheelSink
    implements ExpiryHandler<SubjectTask>, LongExpiryHandler, TimerHandler {
  /** Called for a timer that has expired. Its task has run, if the wheel has tasks. */
  protected abstract void expired(long id);

  @Override
  public final void expired(long id, long deadlineTick, SubjectTask task) {
    task.run();
    expired(id);
  }

  @Override
  public final void expired(long id, long deadlineTick, long payload) {
    expired(id);
  }

  @Override
  public final boolean onTimerExpiry(TimeUnit timeUnit, long now, long id) {
    expired(id);
    return true;
  }
}
