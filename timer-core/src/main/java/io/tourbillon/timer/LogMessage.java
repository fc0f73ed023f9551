package io.tourbillon.timer;

/**
 * What the service logs by itself. Made before it is needed: a string literal is allocated when it
 * is first used, and that may be when the heap is full.
 */
enum LogMessage {
  LISTENER_FAILED("a timer listener failed"),
  HANDLER_FAILED("the exception handler failed"),
  HANDLER_NOT_TOLD("the exception handler was to be told of this"),
  STALL_NOT_LOGGED("a stalled driver could not be logged"),
  DRIVER_BROKE("the timer driver broke; its service is shut down"),
  HEAP_FULL("the heap is full; timers are late until it is not"),
  NOT_ARMED_AGAIN("a periodic timer could not be armed again"),
  NOT_TOLD("the firing of timers could not be told"),
  PAUSE_NOT_RECORDED("a pause could not be recorded"),
  HAND_BACK_FAILED("handing back a timer task failed"),
  FOLLOW_UP_FAILED("following up a timer task failed");

  final String text;

  LogMessage(String text) {
    this.text = text;
  }

  /** Loads the class. */
  static void load() {}
}
