package io.tourbillon.coroutine;

import io.tourbillon.timer.Distribution;
import io.tourbillon.timer.internal.text.Measured;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/**
 * A snapshot of what a scheduler has done since it was built, and of the states of its coroutines.
 * The numbers are read one after the other while the loops run, so sums are exact only at rest.
 * Then {@code spawned = finished + failed + cancelled + created + ready + running + suspended}.
 *
 * @param recorded whether the scheduler was built with {@code recordStats}; if not, the histograms
 *     are empty
 * @param tickNanos the length of a tick
 * @param spawned coroutines that were accepted
 * @param finished coroutines whose body returned
 * @param failed coroutines whose body threw
 * @param cancelled coroutines that were cancelled, by cause: {@code call} for {@link
 *     Coroutine#cancel}, {@code future} for the cancellation of their future, {@code close} for the
 *     close of the scheduler
 * @param timeouts timeouts that passed before their body had ended
 * @param created coroutines on their way to their loop
 * @param ready coroutines that wait for their turn
 * @param running coroutines that have the turn
 * @param suspended coroutines that wait for something
 * @param threads threads of {@link CoroutineScheduler#threadFactory} that have not ended
 * @param switches turns of coroutines and of other virtual threads
 * @param stalls turns that the watchdog reported
 * @param loops the loops
 * @param latenessNanos time from the end of the tick in which a delay or limit expired until the
 *     loop found it
 * @param waitNanos time in the ready queue, measured by samples
 * @param turnNanos duration of turns; the average for short ones in a row
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

  /** Returns a text for people: the counts, the measured times and a line for each loop. */
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
