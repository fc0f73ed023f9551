package io.tourbillon.coroutine.internal.dump;

import io.tourbillon.coroutine.CoroutineStats;
import io.tourbillon.coroutine.LoopStats;
import io.tourbillon.timer.Distribution;
import io.tourbillon.timer.internal.text.Measured;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/** The figures of a scheduler. */
record SchedulerFigures(
    boolean recorded,
    long tickNanos,
    long spawned,
    long finished,
    long failed,
    Map<String, Long> cancelled,
    long timeouts,
    long created,
    long ready,
    long running,
    long suspended,
    long threads,
    long abandonedCalls,
    long switches,
    long stalls,
    List<LoopStats> loops,
    Distribution latenessNanos,
    Distribution waitNanos,
    Distribution turnNanos)
    implements CoroutineStats {
  /** Copies the collections. */
  SchedulerFigures {
    cancelled = Map.copyOf(cancelled);
    loops = List.copyOf(loops);
  }

  @Override
  public String toString() {
    StringJoiner text = new StringJoiner("\n");
    text.add(
        "coroutines: spawned "
            + spawned
            + ", finished "
            + finished
            + ", failed "
            + failed
            + ", cancelled "
            + cancelled.values().stream().mapToLong(Long::longValue).sum()
            + ", created "
            + created
            + ", ready "
            + ready
            + ", running "
            + running
            + ", suspended "
            + suspended);
    text.add(
        "turns: "
            + switches
            + ", stalls "
            + stalls
            + ", timeouts "
            + timeouts
            + ", threads "
            + threads
            + ", abandoned calls "
            + abandonedCalls);
    if (recorded) {
      text.add("late: " + latenessNanos + "; a tick is " + Measured.time(tickNanos));
      text.add("waited: " + waitNanos);
      text.add("turns took: " + turnNanos);
    }
    loops.forEach(loop -> text.add(loop.toString()));
    return text.toString();
  }
}
