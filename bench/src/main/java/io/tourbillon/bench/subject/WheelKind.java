package io.tourbillon.bench.subject;

import java.util.function.IntFunction;

/** The wheels that are compared. A number is the size of Agrona's wheel, in slots of a tick. */
public enum WheelKind {
  /** Ours. */
  OURS_WHEEL(timers -> new OursWheel()),
  /** Ours for numbers. Its timers carry no task. */
  OURS_LONG_WHEEL(timers -> new OursLongWheel()),
  /** Agrona with a small wheel: each slot has many cells, which it searches for a free one. */
  AGRONA_4096(timers -> new AgronaWheel(4096)),
  /** Agrona with a slot for every tick in use. Its timers carry no task. */
  AGRONA_65536(timers -> new AgronaWheel(65_536)),
  /** The same, with a map from timer to task, which is needed to run tasks. */
  AGRONA_WITH_TASKS(timers -> new AgronaWheelWithTasks(65_536, timers));

  /** A function without state. */
  @SuppressWarnings("ImmutableEnumChecker")
  private final IntFunction<WheelSubject> opener;

  WheelKind(IntFunction<WheelSubject> opener) {
    this.opener = opener;
  }

  /** Makes a wheel that will hold this number of timers. */
  public WheelSubject open(int timers) {
    return opener.apply(timers);
  }
}
