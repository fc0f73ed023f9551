package io.tourbillon.bench.subject;

import io.tourbillon.timer.TimerHandle;
import io.tourbillon.timer.TimerService;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Tourbillon with timer handles. */
final class OursByHandle implements TimerSubject {
  private final TimerService timers;
  private final @Nullable TimerHandle[] handles;

  OursByHandle(int places, TimerService timers) {
    this.timers = timers;
    handles = new TimerHandle[places];
  }

  @Override
  public void arm(int place, long delayNanos, SubjectTask task) {
    handles[place] = timers.schedule(delayNanos, TimeUnit.NANOSECONDS, task);
  }

  @Override
  public boolean cancel(int place) {
    return handle(place).cancel();
  }

  @Override
  public boolean pushOut(int place, long delayNanos, SubjectTask task) {
    return handle(place).reschedule(Duration.ofNanos(delayNanos));
  }

  private TimerHandle handle(int place) {
    return Objects.requireNonNull(handles[place], "a place must be armed first");
  }

  @Override
  public void forget() {
    Arrays.fill(handles, null);
  }

  @Override
  public long pending() {
    return timers.pending();
  }

  @Override
  public void close() {
    timers.close();
  }
}
