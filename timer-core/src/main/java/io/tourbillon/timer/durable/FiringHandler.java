package io.tourbillon.timer.durable;

/** What a durable timer does when it fires. */
@FunctionalInterface
public interface FiringHandler {
  /**
   * Does the work of a timer. Called on the executor of the {@link DurableTimers}, by several
   * threads at once for different timers. It may block. It may be called more than once for the
   * same timer: after a crash, after a failure, or when a lease was lost.
   *
   * @throws Exception if the work has failed; the timer is kept for another attempt
   */
  void fire(Firing firing) throws Exception;
}
