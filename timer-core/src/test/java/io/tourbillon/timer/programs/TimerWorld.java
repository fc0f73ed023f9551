package io.tourbillon.timer.programs;

import io.tourbillon.timer.MissedTick;
import io.tourbillon.timer.programs.TimerOp.Arm;
import io.tourbillon.timer.programs.TimerOp.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A state of the {@link TimerOracle}, and what the documentation says of one step. Where it leaves
 * a choice, {@link #choices} makes it.
 */
final class TimerWorld {
  static final int TICK = 1000;
  private static final int NEVER = Integer.MAX_VALUE;

  /** A timer. */
  private static final class Timer implements Cloneable {
    final Arm arm;
    boolean pending = true;

    /** When it is to run, before this is rounded up to a tick; of a wall-clock timer, by that. */
    int deadline;

    boolean hasSlack;
    boolean followsWallClock;

    /** When it was armed again, for a wall-clock time that had passed; it runs at a later tick. */
    int armedAgainAt = -1;

    /** Known by its id and taken to fire: nothing can be done about it any more. */
    boolean isTaken;

    /** While a missed run after the other is made up for. */
    boolean bursts;

    String log = "";

    Timer(Arm arm, int deadline) {
      this.arm = arm;
      this.deadline = deadline;
      hasSlack = arm.slack() > 0;
      followsWallClock = arm.kind() == Kind.WALL_CLOCK;
    }

    private Timer copy() {
      try {
        return (Timer) clone();
      } catch (CloneNotSupportedException impossible) {
        throw new AssertionError(impossible);
      }
    }

    private String key() {
      return pending
          + " "
          + deadline
          + " "
          + hasSlack
          + followsWallClock
          + isTaken
          + bursts
          + armedAgainAt
          + log;
    }
  }

  private final List<TimerOp> program;
  private final @Nullable Timer[] timers;
  private final boolean[] closed;
  private int now;

  /** How far the wall clock is ahead. */
  private int ahead;

  private boolean isShutDown;
  private int next;

  /** The end of the advance that is going on; -1 if there is none. */
  private int target = -1;

  private String log = "";
  private IntUnaryOperator choices = _ -> 0;

  /** The timer whose task is running; null if the program itself acts. */
  private @Nullable Timer running;

  private int deadlineAfterRun;

  TimerWorld(List<TimerOp> program) {
    this.program = program;
    timers = new Timer[TimerProgramGenerator.MOST_TIMERS];
    closed = new boolean[TimerProgramGenerator.GROUPS];
  }

  private TimerWorld(TimerWorld other) {
    program = other.program;
    timers = other.timers.clone();
    for (int number = 0; number < timers.length; number++) {
      Timer timer = timers[number];
      timers[number] = timer == null ? null : timer.copy();
    }
    closed = other.closed.clone();
    now = other.now;
    ahead = other.ahead;
    isShutDown = other.isShutDown;
    next = other.next;
    target = other.target;
    log = other.log;
  }

  /** Returns a copy that makes its choices by a function of the bound. */
  TimerWorld copy(IntUnaryOperator choices) {
    TimerWorld copy = new TimerWorld(this);
    copy.choices = choices;
    return copy;
  }

  String key() {
    StringBuilder key = new StringBuilder();
    key.append(now).append(' ').append(ahead).append(' ').append(isShutDown).append(' ');
    key.append(next).append(' ').append(target).append(log).append(Arrays.toString(closed));
    for (Timer timer : timers) {
      key.append(timer == null ? "-" : timer.key()).append(';');
    }
    return key.toString();
  }

  String outcome() {
    StringBuilder text = new StringBuilder();
    for (int number = 0; number < timers.length; number++) {
      Timer timer = timers[number];
      if (timer != null) {
        text.append("timer ").append(number).append(':').append(timer.log).append('\n');
      }
    }
    return text + "program:" + log + "\n";
  }

  // Time.

  private static int tickFor(int deadline) {
    return Math.ceilDiv(deadline, TICK);
  }

  /** Returns when a timer fires, which is at a tick. */
  private int dueAt(Timer timer) {
    if (!timer.pending) {
      return NEVER;
    }
    if (timer.followsWallClock) {
      return tickFor(Math.max(timer.deadline - ahead, timer.armedAgainAt + 1)) * TICK;
    }
    int first = tickFor(timer.deadline);
    int last = timer.hasSlack ? (timer.deadline + timer.arm.slack()) / TICK : first;
    int best = first;
    for (int tick = first; tick <= last; tick++) {
      if (Integer.numberOfTrailingZeros(tick) > Integer.numberOfTrailingZeros(best)) {
        best = tick;
      }
    }
    return best * TICK;
  }

  /** A delay of zero or less fires at the next tick: the first that begins after now. */
  private int deadlineOf(int delay) {
    return now + Math.max(1, delay);
  }

  // Steps.

  /** Returns the timers of which any may run next; none if no timer is due. */
  List<Integer> candidates() {
    int earliest = NEVER;
    for (Timer timer : timers) {
      if (timer != null && !timer.bursts) {
        earliest = Math.min(earliest, dueAt(timer));
      }
    }
    List<Integer> all = new ArrayList<>();
    for (int number = 0; number < timers.length; number++) {
      Timer timer = timers[number];
      if (timer != null && dueAt(timer) <= now && (timer.bursts || dueAt(timer) == earliest)) {
        all.add(number);
      }
    }
    return all;
  }

  /** Does what is next if no timer is due. Returns false at the end of the program. */
  boolean goOn() {
    if (target >= 0) {
      int event = target;
      for (Timer timer : timers) {
        event = timer == null ? event : Math.min(event, dueAt(timer));
      }
      now = event;
      if (now == target && candidates().isEmpty()) {
        target = -1;
        next++;
        log += " pending " + pending();
      }
      return true;
    }
    if (next == program.size()) {
      return false;
    }
    switch (program.get(next)) {
      case TimerOp.Advance(int micros) -> target = now + micros;
      case TimerOp.Pause(int micros) -> {
        now += micros;
        target = now;
      }
      case TimerOp.StepWallClock(int micros) -> {
        step(micros);
        next++;
      }
      case TimerOp.Shutdown _ -> {
        shutDown();
        next++;
      }
      case TimerOp op -> {
        act(op);
        next++;
      }
    }
    return true;
  }

  private int pending() {
    return (int) Arrays.stream(timers).filter(timer -> timer != null && timer.pending).count();
  }

  private void step(int micros) {
    ahead += micros;
    for (Timer timer : timers) {
      if (timer != null && timer.pending && timer.followsWallClock) {
        timer.armedAgainAt = now;
      }
    }
  }

  private void shutDown() {
    List<Integer> handedBack = new ArrayList<>();
    for (int number = 0; number < timers.length; number++) {
      Timer timer = timers[number];
      if (timer != null && timer.pending) {
        timer.pending = false;
        if (timer.arm.kind() == Kind.FUTURE) {
          timer.log += " rejected";
        } else {
          handedBack.add(number);
        }
      }
    }
    isShutDown = true;
    log += " handed back " + handedBack;
  }

  /** Runs the task of a timer. */
  void fire(int number) {
    Timer timer = timers[number];
    if (timer == null) {
      throw new IllegalArgumentException("there is no such timer: " + number);
    }
    timer.log += " @" + now;
    timer.pending = timer.arm.kind().isPeriodic();
    running = timer;
    deadlineAfterRun = -1;
    boolean threw = false;
    for (TimerOp op : timer.arm.task()) {
      if (op instanceof TimerOp.Throw) {
        threw = true;
      } else {
        act(op);
      }
    }
    running = null;
    timer.bursts = false;
    if (timer.pending && threw && timer.arm.stops()) {
      timer.pending = false;
    } else if (timer.pending) {
      runAgain(timer);
    }
  }

  private void runAgain(Timer timer) {
    int period = Math.max(TICK, timer.arm.period());
    if (deadlineAfterRun >= 0) {
      timer.deadline = deadlineAfterRun;
    } else if (timer.arm.kind() == Kind.FIXED_DELAY) {
      timer.deadline = now + period;
    } else {
      timer.deadline += period;
      if (dueAt(timer) <= now) {
        missed(timer, period);
      }
    }
  }

  private void missed(Timer timer, int period) {
    MissedTick policy = timer.arm.missed();
    if (policy == MissedTick.BURST) {
      timer.bursts = true;
    } else if (policy == MissedTick.DELAY) {
      timer.deadline = now + period;
    } else {
      while (dueAt(timer) <= now) {
        timer.deadline += period;
      }
    }
  }

  // Operations of the program and of tasks.

  private void act(TimerOp op) {
    String result =
        switch (op) {
          case Arm arm -> arm(arm);
          case TimerOp.Cancel(int timer) -> String.valueOf(cancel(timer));
          case TimerOp.Rearm(int timer, int delay) -> String.valueOf(rearm(timer, delay));
          case TimerOp.CancelGroup(int group, boolean closes) -> cancelGroup(group, closes);
          default -> throw new IllegalArgumentException("not in a task: " + op);
        };
    String text = " " + nameOf(op) + "=" + result;
    if (running == null) {
      log += text;
    } else {
      running.log += text;
    }
  }

  static String nameOf(TimerOp op) {
    return op instanceof Arm arm ? "arm " + arm.timer() : op.toString();
  }

  private String arm(Arm arm) {
    if (isShutDown || (arm.group() >= 0 && closed[arm.group()])) {
      return "refused";
    }
    Timer timer = new Timer(arm, deadlineOf(arm.delay()));
    if (arm.kind() == Kind.WALL_CLOCK) {
      timer.deadline = now + ahead + arm.delay();
      timer.armedAgainAt = now;
    }
    timers[arm.timer()] = timer;
    return "done";
  }

  /** A timer that is known by its id can be changed until the driver has taken its batch. */
  private boolean isTaken(Timer timer) {
    if (timer.arm.kind() == Kind.ID
        && dueAt(timer) <= now
        && !timer.isTaken
        && choices.applyAsInt(2) == 1) {
      timer.isTaken = true;
    }
    return timer.isTaken;
  }

  private boolean cancel(int number) {
    Timer timer = timers[number];
    if (timer == null || !timer.pending || isTaken(timer)) {
      return false;
    }
    timer.pending = false;
    timer.bursts = false;
    return true;
  }

  private boolean rearm(int number, int delay) {
    Timer timer = timers[number];
    if (timer == null || timer.arm.kind() == Kind.FUTURE || !timer.pending || isTaken(timer)) {
      return false;
    }
    int deadline = deadlineOf(delay);
    if (timer.equals(running)) {
      deadlineAfterRun = deadline;
    } else {
      timer.deadline = deadline;
      timer.bursts = false;
      timer.followsWallClock = false;
      timer.hasSlack &= timer.arm.kind() == Kind.HANDLE;
    }
    return true;
  }

  private String cancelGroup(int group, boolean closes) {
    closed[group] |= closes;
    int ended = 0;
    for (Timer timer : timers) {
      if (timer != null && timer.arm.group() == group && timer.pending) {
        timer.pending = false;
        timer.bursts = false;
        ended++;
      }
    }
    return closes ? "done" : String.valueOf(ended);
  }
}
