package io.tourbillon.coroutine.internal.scheduler;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.internal.loop.Poller;
import io.tourbillon.coroutine.internal.task.TaskKernel;
import io.tourbillon.timer.Clock;

/** The implementation that the public package calls, and finds by name. Stateless. */
public final class SchedulerKernel extends TaskKernel {
  /** Called by the public package, through reflection. */
  public SchedulerKernel() {}

  @Override
  public CoroutineScheduler.Builder newBuilder() {
    return new SchedulerBuilder();
  }

  /**
   * Builds a scheduler whose loops rest in pollers, for the adapter of a library that has its own
   * way to wait.
   *
   * @throws UnsupportedOperationException if the options set a clock other than the system's
   */
  public static CoroutineScheduler build(
      CoroutineScheduler.Builder options, Poller.Factory pollers) {
    SchedulerBuilder own = (SchedulerBuilder) options;
    if (!own.clock.equals(Clock.system())) {
      throw new UnsupportedOperationException(
          "loops that wait for sockets need the system's clock: " + own.clock);
    }
    own.pollers = pollers;
    try {
      return own.build();
    } finally {
      own.pollers = null;
    }
  }

  @Override
  public String obstacle(Engine engine) {
    return Engines.obstacle(engine);
  }
}
