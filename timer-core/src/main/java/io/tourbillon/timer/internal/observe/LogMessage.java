package io.tourbillon.timer.internal.observe;

/**
 * The messages that the service logs. They are loaded early: a string literal is allocated at its
 * first use, when the heap may be full.
 */
public enum LogMessage {
  LISTENER_FAILED("a timer listener failed"),
  HANDLER_FAILED("the exception handler failed"),
  HANDLER_NOT_TOLD("the exception handler failed on this exception"),
  STALL_NOT_LOGGED("a stalled driver could not be logged"),
  WALL_CLOCK_FAILED("the wall clock failed; timers with a wall-clock time may be early or late"),
  WAKEUP_FAILED("the wakeup of a polled timer service failed; a timer may be late"),
  DROPPED(
      "a timer service was dropped without close(); nothing is pending, and its thread has ended"),
  DRIVER_BROKE("the timer driver broke; its service is shut down"),
  HEAP_FULL("the heap is full; timers are late until it is not"),
  NOT_ARMED_AGAIN("a periodic timer could not be armed again"),
  NOT_TOLD("the listener could not be notified of fired timers"),
  PAUSE_NOT_RECORDED("a pause could not be recorded"),
  HAND_BACK_FAILED("handing back a timer task failed"),
  FAILED("timer task failed"),
  REFUSED("timer task was not run, as the executor refused it"),
  SHUT_DOWN("timer task was not run, as its service is shut down"),
  REFUSAL_NOT_TOLD("timer task was refused by the executor, and could not be notified of it"),
  RUN_NOT_RECORDED("timer task has run, but its run time could not be recorded"),
  NOT_SETTLED("timer task could not be started or completed; its timer has ended");

  /** What is logged. */
  public final String text;

  LogMessage(String text) {
    this.text = text;
  }

  /** Loads the class. */
  public static void load() {}
}
