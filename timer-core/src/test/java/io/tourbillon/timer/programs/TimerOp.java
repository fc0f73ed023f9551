package io.tourbillon.timer.programs;

import io.tourbillon.timer.MissedTick;
import java.util.ArrayList;
import java.util.List;

/**
 * One operation of a random program of timers. Times are in microseconds; a tick is a millisecond.
 * Timers and groups are known by numbers.
 */
sealed interface TimerOp {
  /** How a timer is armed. */
  enum Kind {
    ID,
    HANDLE,
    FUTURE,
    FIXED_RATE,
    FIXED_DELAY,
    WALL_CLOCK;

    boolean isPeriodic() {
      return this == FIXED_RATE || this == FIXED_DELAY;
    }
  }

  /**
   * Arms a timer.
   *
   * @param delay until the first run
   * @param period of a periodic timer; otherwise 0
   * @param slack of a timer that runs once
   * @param group -1 for none
   * @param missed for a fixed rate
   * @param stops whether a periodic timer ends when its task throws
   * @param task what the task does, at each run
   */
  record Arm(
      int timer,
      Kind kind,
      int delay,
      int period,
      int slack,
      int group,
      MissedTick missed,
      boolean stops,
      List<TimerOp> task)
      implements TimerOp {
    Arm withTask(List<TimerOp> other) {
      return new Arm(timer, kind, delay, period, slack, group, missed, stops, other);
    }

    Arm withTimes(int otherDelay, int otherSlack) {
      return new Arm(timer, kind, otherDelay, period, otherSlack, group, missed, stops, task);
    }

    @Override
    public String toString() {
      return "arm "
          + timer
          + " "
          + kind
          + " in "
          + delay
          + (kind.isPeriodic() ? " every " + period + " " + missed : "")
          + (slack > 0 ? " with slack " + slack : "")
          + (group >= 0 ? " in group " + group : "")
          + (stops ? " until it throws" : "")
          + (task.isEmpty() ? "" : " " + task);
    }
  }

  /** Cancels a timer, if it was armed. */
  record Cancel(int timer) implements TimerOp {
    @Override
    public String toString() {
      return "cancel " + timer;
    }
  }

  /** Gives a timer a new delay, if it was armed and can have one. */
  record Rearm(int timer, int delay) implements TimerOp {
    @Override
    public String toString() {
      return "rearm " + timer + " in " + delay;
    }
  }

  /** Cancels the timers of a group, and refuses others from now on if it closes the group. */
  record CancelGroup(int group, boolean closes) implements TimerOp {
    @Override
    public String toString() {
      return (closes ? "close" : "cancel") + " group " + group;
    }
  }

  /** Throws; only in a task, and last. */
  record Throw() implements TimerOp {
    @Override
    public String toString() {
      return "throw";
    }
  }

  /** Lets time pass. */
  record Advance(int micros) implements TimerOp {
    @Override
    public String toString() {
      return "advance " + micros;
    }
  }

  /** Lets time pass at once, as if the process had been stopped meanwhile. */
  record Pause(int micros) implements TimerOp {
    @Override
    public String toString() {
      return "pause " + micros;
    }
  }

  /** Sets the wall clock forward or back. */
  record StepWallClock(int micros) implements TimerOp {
    @Override
    public String toString() {
      return "step wall clock " + micros;
    }
  }

  /** Shuts the service down. */
  record Shutdown() implements TimerOp {
    @Override
    public String toString() {
      return "shut down";
    }
  }

  /** Returns programs that are a little smaller than this one. */
  static List<List<TimerOp>> smaller(List<TimerOp> ops) {
    List<List<TimerOp>> all = new ArrayList<>();
    for (int at = 0; at < ops.size(); at++) {
      all.add(replaced(ops, at, List.of()));
      if (ops.get(at) instanceof Arm arm) {
        for (List<TimerOp> task : smaller(arm.task())) {
          all.add(replaced(ops, at, List.of(arm.withTask(task))));
        }
        if (arm.slack() > 0) {
          all.add(replaced(ops, at, List.of(arm.withTimes(arm.delay(), 0))));
        }
        if (arm.delay() > 1000) {
          all.add(replaced(ops, at, List.of(arm.withTimes(1000, arm.slack()))));
        }
      }
    }
    return all;
  }

  private static List<TimerOp> replaced(List<TimerOp> ops, int at, List<TimerOp> others) {
    List<TimerOp> result = new ArrayList<>(ops.subList(0, at));
    result.addAll(others);
    result.addAll(ops.subList(at + 1, ops.size()));
    return result;
  }

  /** Returns how many operations there are, those of tasks included. */
  static int sizeOf(List<TimerOp> ops) {
    return ops.stream().mapToInt(op -> 1 + (op instanceof Arm arm ? sizeOf(arm.task()) : 0)).sum();
  }
}
