package io.tourbillon.bench.work;

import io.tourbillon.bench.subject.SubjectTask;
import io.tourbillon.bench.subject.WheelSink;
import io.tourbillon.bench.subject.WheelSubject;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A wheel that looks at every timer in every tick; broken twins change one of its methods. */
class ModelWheel implements WheelSubject {
  private final Map<Long, Long> deadlineTicks = new HashMap<>();
  private long lastId;
  private long nextTick;

  @Override
  public long arm(long deadlineTick, SubjectTask task) {
    deadlineTicks.put(++lastId, deadlineTick);
    return lastId;
  }

  @Override
  public boolean cancel(long id) {
    return deadlineTicks.remove(id) != null;
  }

  @Override
  public long nextTick() {
    return nextTick;
  }

  @Override
  public void advance(long tick, WheelSink sink) {
    nextTick = tick + 1;
    deadlineTicks
        .entrySet()
        .removeIf(
            timer -> {
              if (timer.getValue() > tick) {
                return false;
              }
              expire(timer.getKey(), sink);
              return true;
            });
  }

  /** Takes a timer that is due. */
  void expire(long id, WheelSink sink) {
    sink.onTimerExpiry(TimeUnit.MILLISECONDS, nextTick - 1, id);
  }

  @Override
  public long pending() {
    return deadlineTicks.size();
  }
}
