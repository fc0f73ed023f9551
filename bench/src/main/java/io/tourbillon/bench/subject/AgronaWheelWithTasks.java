package io.tourbillon.bench.subject;

import java.util.Objects;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Agrona's wheel with Agrona's map from timer to task, which has its full size from the beginning.
 */
final class AgronaWheelWithTasks implements WheelSubject {
  private static final float LOAD_FACTOR = 0.65f;

  private final AgronaWheel wheel;
  private final Long2ObjectHashMap<SubjectTask> tasks;

  /** Shared by all ticks, so that a tick allocates nothing. */
  private final Runner runner = new Runner();

  AgronaWheelWithTasks(int slots, int timers) {
    wheel = new AgronaWheel(slots);
    tasks = new Long2ObjectHashMap<>((int) (timers / LOAD_FACTOR) + 1, LOAD_FACTOR);
  }

  @Override
  public long arm(long deadlineTick, SubjectTask task) {
    long id = wheel.arm(deadlineTick, task);
    tasks.put(id, task);
    return id;
  }

  @Override
  public boolean cancel(long id) {
    return tasks.remove(id) != null && wheel.cancel(id);
  }

  @Override
  public long nextTick() {
    return wheel.nextTick();
  }

  @Override
  public void advance(long tick, WheelSink sink) {
    runner.next = sink;
    wheel.advance(tick, runner);
  }

  /** Returns the wheel's count, after checking that the map agrees. */
  @Override
  public long pending() {
    if (tasks.size() != wheel.pending()) {
      throw new IllegalStateException(
          "tasks must be as many as timers, " + wheel.pending() + ": " + tasks.size());
    }
    return wheel.pending();
  }

  /** Runs the task of a timer, then passes the expiry on. */
  private final class Runner extends WheelSink {
    private @Nullable WheelSink next;

    @Override
    protected void expired(long id) {
      tasks.remove(id).run();
      Objects.requireNonNull(next).expired(id);
    }
  }
}
