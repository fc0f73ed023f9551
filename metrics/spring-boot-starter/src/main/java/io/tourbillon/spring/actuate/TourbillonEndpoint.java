package io.tourbillon.spring.actuate;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.CoroutineStats;
import io.tourbillon.timer.TimerService;
import io.tourbillon.timer.TimerStats;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;

/**
 * The actuator endpoint {@code tourbillon}: what there is, in numbers, and dumps as text. Not
 * exposed unless {@code management.endpoints.web.exposure.include} names it.
 *
 * <p>{@code /actuator/tourbillon} responds with a few numbers of each service, as JSON. {@code
 * /actuator/tourbillon/timers/NAME} and {@code /actuator/tourbillon/coroutines/NAME} respond with
 * the dump of a service as text of at most a megabyte, whose last line says what was left out. A
 * dump visits everything that is pending, so only one is made at a time; another request meanwhile
 * gets the status 429.
 */
@WebEndpoint(id = "tourbillon")
public final class TourbillonEndpoint {
  /** The most coroutines of a dump. */
  private static final int MAX_COROUTINES = 10_000;

  /** The greatest length of a dump. */
  static final int MAX_CHARACTERS = 1024 * 1024;

  private final Services services;
  private final Semaphore turn = new Semaphore(1);

  /** Creates an endpoint for these services. */
  public TourbillonEndpoint(Services services) {
    this.services = services;
  }

  /** Returns the numbers of each service. */
  @ReadOperation
  public Summary summary() {
    Map<String, Timers> timers = new TreeMap<>();
    services.timers().forEach((name, each) -> timers.put(name, Timers.of(each)));
    Map<String, Coroutines> coroutines = new TreeMap<>();
    services.schedulers().forEach((name, each) -> coroutines.put(name, Coroutines.of(each)));
    return new Summary(timers, coroutines);
  }

  /**
   * Returns the dump of a service.
   *
   * @param kind {@code timers} or {@code coroutines}
   * @param name the name of the bean
   * @return null if there is no such service, which becomes the status 404
   */
  @ReadOperation(produces = "text/plain;charset=UTF-8")
  public @Nullable WebEndpointResponse<String> dump(@Selector String kind, @Selector String name) {
    return switch (kind) {
      case "timers" -> {
        TimerService found = services.timers().get(name);
        yield found == null ? null : make(() -> found.dump().toString(MAX_CHARACTERS));
      }
      case "coroutines" -> {
        CoroutineScheduler found = services.schedulers().get(name);
        yield found == null
            ? null
            : make(() -> found.dump(MAX_COROUTINES).toString(MAX_CHARACTERS));
      }
      default -> null;
    };
  }

  private WebEndpointResponse<String> make(Supplier<String> dump) {
    if (!turn.tryAcquire()) {
      return new WebEndpointResponse<>(
          "another dump is being made", WebEndpointResponse.STATUS_TOO_MANY_REQUESTS);
    }
    try {
      return new WebEndpointResponse<>(dump.get());
    } finally {
      turn.release();
    }
  }

  /**
   * What there is.
   *
   * @param timers by the name of the bean
   * @param coroutines by the name of the bean
   */
  public record Summary(Map<String, Timers> timers, Map<String, Coroutines> coroutines) {}

  /**
   * The numbers of a timer service. Those that need recorded statistics are zero without.
   *
   * @param pending timers that will fire
   * @param overdueMillis how long the earliest timer has been due that the driver has not handled
   * @param shutdown whether it was shut down
   * @param recorded whether it records statistics
   * @param fired timers that ended by firing
   * @param cancelled timers that were cancelled
   * @param rejected timers and tasks that were refused
   * @param exceptions tasks that threw
   * @param stalls tasks that the watchdog reported
   */
  public record Timers(
      long pending,
      long overdueMillis,
      boolean shutdown,
      boolean recorded,
      long fired,
      long cancelled,
      long rejected,
      long exceptions,
      long stalls) {
    static Timers of(TimerService timers) {
      TimerStats stats = timers.stats();
      return new Timers(
          stats.pending(),
          timers.overdue().toMillis(),
          timers.isShutdown(),
          stats.recorded(),
          stats.fired(),
          stats.cancelled(),
          stats.rejected(),
          stats.exceptions(),
          stats.stalls());
    }
  }

  /**
   * The numbers of a coroutine scheduler.
   *
   * @param engine the engine that carries the coroutines
   * @param shutdown whether it was shut down
   * @param loops the number of loops
   * @param created coroutines on their way to their loop
   * @param ready coroutines that wait for their turn
   * @param running coroutines that have the turn
   * @param suspended coroutines that wait for something
   * @param finished coroutines whose body returned
   * @param failed coroutines whose body threw
   * @param cancelled coroutines that were cancelled
   * @param stalls turns that the watchdog reported
   */
  public record Coroutines(
      String engine,
      boolean shutdown,
      int loops,
      long created,
      long ready,
      long running,
      long suspended,
      long finished,
      long failed,
      long cancelled,
      long stalls) {
    static Coroutines of(CoroutineScheduler scheduler) {
      CoroutineStats stats = scheduler.stats();
      return new Coroutines(
          scheduler.engine().name(),
          scheduler.isShutdown(),
          stats.loops().size(),
          stats.created(),
          stats.ready(),
          stats.running(),
          stats.suspended(),
          stats.finished(),
          stats.failed(),
          stats.cancelled().values().stream().mapToLong(Long::longValue).sum(),
          stats.stalls());
    }
  }
}
