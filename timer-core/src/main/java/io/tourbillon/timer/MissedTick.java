package io.tourbillon.timer;

/**
 * What a timer at a fixed rate does about runs whose time has passed when it gets to them, because
 * a run took longer than the period, the driver was busy, or the whole process was paused.
 */
public enum MissedTick {
  /**
   * Makes up for every missed run, one after the other, and is then back in step. After 64 of them
   * in a row other timers get their turn, and it goes on at the next tick.
   */
  BURST,
  /**
   * Makes up for one missed run at once, leaves out the others, and goes on at the next multiple of
   * the period: stays in step.
   */
  SKIP,
  /**
   * Makes up for one missed run at once, leaves out the others, and goes on a whole period after
   * that: gives up being in step.
   */
  DELAY
}
