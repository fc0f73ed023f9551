package io.tourbillon.timer;

/**
 * What a timer at a fixed rate does about missed runs: runs whose time has passed because a run
 * took longer than the period, the driver was busy, or the whole process was paused.
 */
public enum MissedTick {
  /**
   * Makes up for every missed run, one after the other, and is then back in step. After 64 runs in
   * a row other timers get their turn, and the timer continues at the next tick.
   */
  BURST,
  /**
   * Makes up for one missed run at once, skips the others, and continues at the next multiple of
   * the period. The timer stays in step.
   */
  SKIP,
  /**
   * Makes up for one missed run at once, skips the others, and continues one period later. The
   * timer does not stay in step.
   */
  DELAY
}
