package io.tourbillon.coroutine;

import io.tourbillon.timer.Distribution;
import io.tourbillon.timer.internal.text.Measured;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/**
 * What a scheduler has done since it was built, and how its coroutines stand: a snapshot that does
 * not change any more. The numbers are taken one after the other while the loops go on, so that
 * sums are exact only at rest; then {@code spawned = finished + failed + cancelled + created +
 * ready + running + suspended}.
 *
 * @param recorded whether the scheduler was built with {@code recordStats}; if not, the histograms
 *     are empty
 * @param tickNanos the length of a tick
 * @param spawned coroutines accepted
 * @param finished those whose body has returned
 * @param failed those whose body has thrown
 * @param cancelled those that were cancelled, by how: {@code call}, {@link Coroutine#cancel};
 *     {@code future}, the cancellation of a future of theirs; {@code close}, that of the scheduler
 * @param timeouts limits that were over before their part had ended
 * @param created coroutines on their way to their loop
 * @param ready coroutines that wait for their turn
 * @param running coroutines that have the turn
 * @param suspended coroutines that wait for something
 * @param threads threads of other people's code on the loops
 * @param switches turns given, to coroutines and to other people's threads
 * @param stalls turns that the watchdog has told of
 * @param loops each loop
 * @param latenessNanos time from the end of the tick in which a delay or limit was over to its loop
 *     finding that
 * @param waitNanos time in the ready queue, from samples
 * @param turnNanos how long turns took; of many short ones in a row, the average
 */
public record CoroutineStats(
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
    long switches,
    long stalls,
    List<LoopStats> loops,
    Distribution latenessNanos,
    Distribution waitNanos,
    Distribution turnNanos) {
  /** Copies the collections. */
  public CoroutineStats {
    cancelled = Map.copyOf(cancelled);
    loops = List.copyOf(loops);
  }

  /**
   * For people: a line for each of how coroutines stand, of what was measured, and of each loop.
   */
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
            + threads);
    if (recorded) {
      text.add("late: " + latenessNanos + "; a tick is " + Measured.time(tickNanos));
      text.add("waited: " + waitNanos);
      text.add("turns took: " + turnNanos);
    }
    loops.forEach(loop -> text.add(loop.toString()));
    return text.toString();
  }
}
