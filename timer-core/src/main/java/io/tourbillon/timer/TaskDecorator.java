package io.tourbillon.timer;

/**
 * Wraps tasks when they are scheduled, so that they run in the context of the thread that has
 * scheduled them: its MDC, trace or security identity.
 *
 * <pre>{@code
 * TimerService timers = TimerService.builder()
 *     .decorator(task -> {
 *       String request = MDC.get("request");                      // in the scheduling thread
 *       return () -> {
 *         try (var entry = MDC.putCloseable("request", request)) {      // around each run
 *           task.run();
 *         }
 *       };
 *     })
 *     .build();
 * }</pre>
 *
 * <p>A decorator applies to all tasks of its service: with a handle, with an id, periodic, of an
 * executor view, of a Netty timer, and to the completion of futures. It does not apply to the
 * handler of {@link LongTimers}, whose timers are numbers. Whatever reports a task names the
 * original: {@link TimerService#shutdownNow} returns it, and the {@link TimerExceptionHandler}
 * receives it.
 */
@FunctionalInterface
public interface TaskDecorator {
  /**
   * Wraps a task. Called by the thread that schedules it, before the timer exists, and without a
   * lock. If it throws, the scheduling method throws the same, and nothing is scheduled.
   *
   * @param task the task, or an object that stands for the work of an adapter
   * @return what runs in its place, which should run the task exactly once; for a periodic timer
   *     once in each run. If it does not run the work of an adapter, the future or timeout fails
   *     with a {@link java.util.concurrent.RejectedExecutionException}
   */
  Runnable decorate(Runnable task);
}
