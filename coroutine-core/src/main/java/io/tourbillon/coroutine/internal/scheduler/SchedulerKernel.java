package io.tourbillon.coroutine.internal.scheduler;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.internal.task.TaskKernel;

/** The implementation that the public package calls, and finds by name. Stateless. */
public final class SchedulerKernel extends TaskKernel {
  /** Called by the public package, through reflection. */
  public SchedulerKernel() {}

  @Override
  public CoroutineScheduler.Builder newBuilder() {
    return new SchedulerBuilder();
  }

  @Override
  public String obstacle(Engine engine) {
    return Engines.obstacle(engine);
  }
}
