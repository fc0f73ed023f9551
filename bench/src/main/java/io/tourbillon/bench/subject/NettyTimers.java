package io.tourbillon.bench.subject;

import io.netty.util.HashedWheelTimer;
import io.netty.util.Timeout;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Netty's HashedWheelTimer. Callers put timers and cancellations into queues. Its worker moves them
 * into the wheel, or out of it, at the next tick. So a caller sees half of the work, and only the
 * CPU time of the process includes all of it.
 */
final class NettyTimers implements TimerSubject {
  private final HashedWheelTimer timer;
  private final @Nullable Timeout[] timeouts;

  NettyTimers(int places, int slots) {
    timer =
        new HashedWheelTimer(TimerSubject.DRIVER_THREADS, 1, TimeUnit.MILLISECONDS, slots, false);
    timer.start();
    timeouts = new Timeout[places];
  }

  @Override
  public void arm(int place, long delayNanos, SubjectTask task) {
    timeouts[place] = timer.newTimeout(task, delayNanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public boolean cancel(int place) {
    return Objects.requireNonNull(timeouts[place], "a place must be armed first").cancel();
  }

  @Override
  public void forget() {
    Arrays.fill(timeouts, null);
  }

  @Override
  public long pending() {
    return timer.pendingTimeouts();
  }

  @Override
  public void close() {
    timer.stop();
  }
}
