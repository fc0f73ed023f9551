package io.tourbillon.spring.actuate;

import io.tourbillon.metrics.internal.health.Condition;
import io.tourbillon.metrics.internal.health.DurableWatch;
import io.tourbillon.metrics.internal.health.LoopWatch;
import io.tourbillon.metrics.internal.health.TimerWatch;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Reports DOWN if timers or a loop make no progress, a loop has died, the lease of durable timers
 * is overdue, or a service was shut down. The details name each timer service, each loop and each
 * service of durable timers, with its condition.
 *
 * <p>Arms no timer and spawns no coroutine. Asks each loop, and waits for at most some tenths of a
 * second for its answer. A loop counts as stalled if it has not answered two checks that are at
 * least the limit apart, and has given no turn in between.
 */
public final class TourbillonHealthIndicator extends AbstractHealthIndicator {
  private final Map<String, TimerWatch> timers = new LinkedHashMap<>();
  private final Map<String, LoopWatch> loops = new LinkedHashMap<>();
  private final Map<String, DurableWatch> durable = new LinkedHashMap<>();

  /**
   * Creates an indicator for these services.
   *
   * @param limit how long a timer may be overdue, or a loop may not answer; more than zero
   * @throws IllegalArgumentException if the limit is zero or less
   */
  public TourbillonHealthIndicator(Services services, Duration limit) {
    super("The check of timers and coroutines failed");
    if (limit.isNegative() || limit.isZero()) {
      throw new IllegalArgumentException("stallLimit must be more than zero: " + limit);
    }
    services.timers().forEach((name, each) -> timers.put(name, new TimerWatch(each, limit)));
    services.schedulers().forEach((name, each) -> loops.put(name, new LoopWatch(each, limit)));
    services.durable().forEach((name, each) -> durable.put(name, new DurableWatch(each)));
  }

  @Override
  protected void doHealthCheck(Health.Builder builder) {
    Map<String, Condition> found = new LinkedHashMap<>();
    timers.forEach((name, watch) -> found.put("timers " + name, watch.check()));
    loops.forEach(
        (name, watch) ->
            watch.check().forEach((loop, state) -> found.put("loop " + name + " " + loop, state)));
    durable.forEach((name, watch) -> found.put("durable timers " + name, watch.check()));
    if (found.values().stream().allMatch(Condition::isHealthy)) {
      builder.up();
    } else {
      builder.down();
    }
    builder.withDetails(found);
  }
}
