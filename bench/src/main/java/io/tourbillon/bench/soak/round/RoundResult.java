package io.tourbillon.bench.soak.round;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What was seen in a round. A round of a fault and one of a load have the same form.
 *
 * @param name the fault or the load
 * @param engine what carried the coroutines
 * @param collector the option of the JVM
 * @param faultFromMillis when the fault began, since the beginning of the round; 0 if there was
 *     none
 * @param faultToMillis when it was removed
 * @param breaches a sentence for each broken promise
 * @param figures counts and times, by what they are; for people
 * @param notes what else there is to know
 * @param before lateness before the fault; null if it was not measured
 * @param after lateness from one second after the fault on; null likewise
 * @param windows in the order of time
 */
public record RoundResult(
    String name,
    long seed,
    String engine,
    String collector,
    long faultFromMillis,
    long faultToMillis,
    List<String> breaches,
    Map<String, Long> figures,
    List<String> notes,
    @Nullable Window before,
    @Nullable Window after,
    List<Window> windows) {
  /** A round that has no result, because its process ended otherwise. */
  public static RoundResult failed(String name, long seed, Variant variant, String breach) {
    return new RoundResult(
        name,
        seed,
        variant.engine().name(),
        variant.collector(),
        0,
        0,
        List.of(breach),
        Map.of(),
        List.of(),
        null,
        null,
        List.of());
  }

  /** Returns this result with more notes. */
  public RoundResult withNotes(List<String> more) {
    return new RoundResult(
        name,
        seed,
        engine,
        collector,
        faultFromMillis,
        faultToMillis,
        breaches,
        figures,
        Stream.concat(notes.stream(), more.stream()).toList(),
        before,
        after,
        windows);
  }

  /** Returns this result without what only plots need. */
  public RoundResult withoutWindows() {
    return new RoundResult(
        name,
        seed,
        engine,
        collector,
        faultFromMillis,
        faultToMillis,
        breaches,
        figures,
        notes,
        before,
        after,
        List.of());
  }

  /** Returns how late timers and coroutines were after the fault; 0 if that was not measured. */
  public long p99NanosAfter() {
    return after == null ? 0 : Math.max(after.timers().p99Nanos(), after.sleeps().p99Nanos());
  }

  /** Returns true if every promise was kept. */
  public boolean isWell() {
    return breaches.isEmpty();
  }
}
