package io.tourbillon.metrics;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.tourbillon.coroutine.Action;
import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.CoroutineDecorator;
import io.tourbillon.coroutine.CoroutineGroup;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.SpawnOptions;
import java.nio.channels.ClosedByInterruptException;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Observes chosen coroutines: each is an {@link Observation}, and so a timer, a span or whatever
 * the handlers of the registry make of it.
 *
 * <pre>{@code
 * CoroutineScheduler scheduler = CoroutineScheduler.builder()
 *     .decorator(ContextPropagation.coroutines().around(CoroutineObservation.ofNamed(registry)))
 *     .build();
 * scheduler.spawn(SpawnOptions.named("checkout"), () -> checkOut(cart));      // observed
 * }</pre>
 *
 * <p>An observation is started when the body of its coroutine begins, and stopped when the body
 * ends; it includes the time in which the coroutine is suspended. It is current in each turn of the
 * coroutine. Its parent is the observation that was current where the coroutine was spawned. A
 * coroutine that is cancelled before it begins is not observed.
 *
 * <p>The observation has the name of the coroutine as its contextual name and as the key {@code
 * coroutine.name} of high cardinality. The keys of low cardinality are {@code group}, the name of
 * the group of the coroutine or {@code none}, and {@code outcome}: {@code done}, {@code failed} or
 * {@code cancelled}. An exception of the body is recorded as the error, except that of a
 * cancellation.
 *
 * <p>Coroutines that are not chosen are not wrapped, and neither are tasks. They see the current
 * observation of their spawner only by {@link ContextPropagation}, which should surround this, as
 * above. Thread-safe.
 */
public final class CoroutineObservation implements CoroutineDecorator {
  /** The name of the observations of {@link #ofNamed}. */
  public static final String NAME = "tourbillon.coroutine";

  private final ObservationRegistry registry;
  private final Function<? super SpawnOptions, @Nullable String> naming;

  private CoroutineObservation(
      ObservationRegistry registry, Function<? super SpawnOptions, @Nullable String> naming) {
    this.registry = Objects.requireNonNull(registry, "registry");
    this.naming = Objects.requireNonNull(naming, "naming");
  }

  /**
   * Returns a decorator that observes coroutines with a name, under the name {@value #NAME}.
   * Helpers such as generators have names, too.
   */
  public static CoroutineObservation ofNamed(ObservationRegistry registry) {
    return of(registry, options -> options.name() == null ? null : NAME);
  }

  /**
   * Returns a decorator that observes the coroutines that a function chooses.
   *
   * @param naming returns the name of the observation, which should be one of a few, as it becomes
   *     the name of meters; null to leave the coroutine alone. Called by the code that spawns,
   *     which gets what it throws
   */
  public static CoroutineObservation of(
      ObservationRegistry registry, Function<? super SpawnOptions, @Nullable String> naming) {
    return new CoroutineObservation(registry, naming);
  }

  @Override
  public Action decorate(SpawnOptions options, Action body) {
    String name = naming.apply(options);
    if (name == null || registry.isNoop()) {
      return body;
    }
    CoroutineGroup group = options.group();
    Observation observation =
        Observation.createNotStarted(name, registry)
            .parentObservation(registry.getCurrentObservation())
            .lowCardinalityKeyValue("group", group == null ? "none" : group.name());
    String own = options.name();
    if (own != null) {
      observation.contextualName(own).highCardinalityKeyValue("coroutine.name", own);
    }
    return () -> observe(observation, body);
  }

  @Override
  public Runnable decorateTask(Runnable task) {
    return task;
  }

  private static void observe(Observation observation, Action body) throws Exception {
    observation.start();
    String outcome = "failed";
    try (Observation.Scope _ = observation.openScope()) {
      body.run();
      outcome = "done";
    } catch (Throwable thrown) {
      if (isCancellation(thrown)) {
        outcome = "cancelled";
      } else {
        observation.error(thrown);
      }
      throw thrown;
    } finally {
      observation.lowCardinalityKeyValue("outcome", outcome).stop();
    }
  }

  /** Returns whether an exception shows that the calling coroutine is cancelled. */
  private static boolean isCancellation(Throwable thrown) {
    return Coroutines.isCancelled()
        && (thrown instanceof CoroutineCancelledException
            || thrown instanceof InterruptedException
            || thrown instanceof ClosedByInterruptException);
  }
}
