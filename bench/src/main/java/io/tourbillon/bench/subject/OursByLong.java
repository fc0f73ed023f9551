package io.tourbillon.bench.subject;

import io.tourbillon.timer.LongTimers;
import io.tourbillon.timer.TimerService;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Tourbillon with timers that are a number each: that of their place. */
final class OursByLong implements TimerSubject, LongConsumer {
  private final TimerService timers;
  private final LongTimers numbers;
  private final long[] ids;

  /** What the places stand for, as a server has a table of its connections. */
  private final @Nullable SubjectTask[] tasks;

  OursByLong(int places, TimerService timers) {
    this.timers = timers;
    ids = new long[places];
    tasks = new SubjectTask[places];
    numbers = timers.longTimers(this);
  }

  @Override
  public void arm(int place, long delayNanos, SubjectTask task) {
    if (!task.equals(tasks[place])) {
      tasks[place] = task;
    }
    ids[place] = numbers.arm(delayNanos, TimeUnit.NANOSECONDS, place);
  }

  @Override
  public boolean cancel(int place) {
    return numbers.cancel(ids[place]);
  }

  @Override
  public boolean pushOut(int place, long delayNanos, SubjectTask task) {
    return numbers.rearm(ids[place], delayNanos, TimeUnit.NANOSECONDS);
  }

  /** Called by the driver, after the lock under which the timer was armed. */
  @Override
  public void accept(long place) {
    SubjectTask task = tasks[(int) place];
    if (task != null) {
      task.run();
    }
  }

  /** Empties the table. Ids hold no references. */
  @Override
  public void forget() {
    Arrays.fill(tasks, null);
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
