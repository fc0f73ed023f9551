package io.tourbillon.coroutine;

import io.tourbillon.timer.Distribution;
import java.util.List;
import java.util.Map;

/**
 * What a scheduler has done since it was built, and the states of its coroutines: an immutable
 * snapshot. Only schedulers make snapshots; later versions may add figures.
 *
 * <p>The numbers are read one after the other while the loops run, so sums are exact only at rest.
 * Then {@code spawned = finished + failed + cancelled + created + ready + running + suspended}.
 */
public interface CoroutineStats {
  /** True if the scheduler was built with {@code recordStats}. If not, distributions are empty. */
  boolean recorded();

  /** The length of a tick. */
  long tickNanos();

  /** Coroutines that were accepted. */
  long spawned();

  /** Coroutines whose body returned. */
  long finished();

  /** Coroutines whose body threw. */
  long failed();

  /**
   * Coroutines that were cancelled, by cause: {@code call} for {@link Coroutine#cancel} and for the
   * end of their scope or owner, {@code future} for the cancellation of their future, {@code close}
   * for the close of the scheduler.
   */
  Map<String, Long> cancelled();

  /** Timeouts that passed before their body had ended. */
  long timeouts();

  /** Coroutines on their way to their loop. */
  long created();

  /** Coroutines that wait for their turn. */
  long ready();

  /** Coroutines that have the turn. */
  long running();

  /** Coroutines that wait for something. */
  long suspended();

  /** Threads of {@link CoroutineScheduler#threadFactory} that have not ended. */
  long threads();

  /**
   * Calls of {@link Coroutines#abandonableBlocking} that still run after their coroutine has gone
   * on. A number that grows shows threads that are lost to calls that do not end.
   */
  long abandonedCalls();

  /**
   * Turns of coroutines and of other virtual threads. On {@link Engine#PLAIN_THREAD}, which has
   * none: suspensions that have ended, without those for {@code yieldNow}.
   */
  long switches();

  /** Turns that the watchdog reported. */
  long stalls();

  /** The loops. */
  List<LoopStats> loops();

  /** Time from the end of the tick in which a delay or limit expired until the loop found it. */
  Distribution latenessNanos();

  /** Time in the ready queue, measured by samples. */
  Distribution waitNanos();

  /** Duration of turns. Short turns in a row each count with their average. */
  Distribution turnNanos();

  /** A text for people: the counts, the measured times and a line for each loop. */
  @Override
  String toString();
}
