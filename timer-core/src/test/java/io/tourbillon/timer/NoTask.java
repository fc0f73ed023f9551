package io.tourbillon.timer;

/** The task of timers whose task does not matter. */
enum NoTask implements Runnable {
  NOTHING;

  @Override
  public void run() {}
}
