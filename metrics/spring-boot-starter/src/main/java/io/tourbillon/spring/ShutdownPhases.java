package io.tourbillon.spring;

import org.springframework.scheduling.concurrent.ExecutorConfigurationSupport;

/**
 * The phases in which a context that is closed stops what the starter has built. Spring stops
 * higher phases first. The web server is in phases near {@link Integer#MAX_VALUE} and listeners of
 * messages are there as well, so they stop first and can use timers until their last request. Beans
 * of your own whose phase is above {@link #TASK_SCHEDULER} stop before all of these; beans whose
 * phase is below {@link #TIMERS} stop after them.
 */
public final class ShutdownPhases {
  /**
   * The task scheduler, in the phase of Spring's own executors and schedulers: {@value}, half of
   * {@link Integer#MAX_VALUE}.
   */
  public static final int TASK_SCHEDULER = ExecutorConfigurationSupport.DEFAULT_PHASE;

  /** The coroutine scheduler, after the task scheduler and Spring's executors: {@value}. */
  public static final int COROUTINES = TASK_SCHEDULER - 1024;

  /** The timer service, which coroutines may use until they end: {@value}. */
  public static final int TIMERS = COROUTINES - 1024;

  private ShutdownPhases() {}
}
