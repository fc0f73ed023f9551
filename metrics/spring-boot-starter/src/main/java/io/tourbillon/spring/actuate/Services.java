package io.tourbillon.spring.actuate;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.spring.TourbillonTaskScheduler;
import io.tourbillon.timer.TimerService;
import io.tourbillon.timer.durable.DurableTimers;
import java.util.Map;
import java.util.TreeMap;

/**
 * The services of a context, by the names of their beans.
 *
 * @param timers the timer services, those of coroutine schedulers and task schedulers among them
 * @param schedulers the coroutine schedulers
 * @param durable the durable timers
 */
public record Services(
    Map<String, TimerService> timers,
    Map<String, CoroutineScheduler> schedulers,
    Map<String, DurableTimers> durable) {

  /** Collects the services of beans. */
  public static Services of(
      Map<String, TimerService> timers,
      Map<String, CoroutineScheduler> schedulers,
      Map<String, TourbillonTaskScheduler> taskSchedulers,
      Map<String, DurableTimers> durable) {
    Map<String, TimerService> all = new TreeMap<>(timers);
    schedulers.forEach((name, each) -> all.putIfAbsent(name, each.timers()));
    taskSchedulers.forEach((name, each) -> all.putIfAbsent(name, each.timers()));
    return new Services(all, new TreeMap<>(schedulers), new TreeMap<>(durable));
  }
}
