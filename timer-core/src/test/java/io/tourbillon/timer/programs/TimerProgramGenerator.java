package io.tourbillon.timer.programs;

import io.tourbillon.timer.MissedTick;
import io.tourbillon.timer.programs.TimerOp.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Makes a program of timers from a seed. */
final class TimerProgramGenerator {
  static final int MOST_TIMERS = 14;
  static final int GROUPS = 2;
  private static final List<Kind> KINDS = List.of(Kind.values());
  private static final List<MissedTick> MISSED = List.of(MissedTick.values());

  private final SplittableRandom random;

  /** The longest usual delay: with a short one, many timers are due in the same tick. */
  private final int most;

  private int timers;

  private TimerProgramGenerator(long seed) {
    random = new SplittableRandom(seed);
    most = random.nextBoolean() ? 4_000 : 40_000;
  }

  static List<TimerOp> of(long seed) {
    return new TimerProgramGenerator(seed).program();
  }

  private List<TimerOp> program() {
    List<TimerOp> ops = new ArrayList<>();
    for (int number = 8 + random.nextInt(22); number > 0; number--) {
      ops.add(op());
    }
    ops.add(new TimerOp.Advance(10 * most));
    if (random.nextBoolean()) {
      ops.add(new TimerOp.Shutdown());
      ops.add(new TimerOp.Advance(most));
    }
    return ops;
  }

  private TimerOp op() {
    return switch (random.nextInt(20)) {
      case 0, 1, 2, 3, 4, 5, 6 -> arm(0);
      case 7, 8 -> cancel();
      case 9, 10 -> rearm();
      case 11 -> cancelGroup();
      case 12, 13, 14 -> new TimerOp.Advance(1 + random.nextInt(most));
      case 15, 16 -> new TimerOp.Pause(1 + random.nextInt(most));
      case 17, 18 -> new TimerOp.StepWallClock(step());
      default -> random.nextInt(20) == 0 ? new TimerOp.Shutdown() : arm(0);
    };
  }

  /** Large enough that the service must correct its timers at once. */
  private int step() {
    int micros = 10_000 + random.nextInt(40_000);
    return random.nextBoolean() ? micros : -micros;
  }

  private TimerOp cancel() {
    return new TimerOp.Cancel(random.nextInt(MOST_TIMERS));
  }

  private TimerOp rearm() {
    return new TimerOp.Rearm(random.nextInt(MOST_TIMERS), delay());
  }

  private TimerOp cancelGroup() {
    return new TimerOp.CancelGroup(random.nextInt(GROUPS), random.nextInt(4) == 0);
  }

  private int delay() {
    return random.nextInt(8) == 0 ? -random.nextInt(1000) : random.nextInt(most);
  }

  private TimerOp arm(int depth) {
    if (timers == MOST_TIMERS) {
      return rearm();
    }
    int timer = timers++;
    Kind kind = KINDS.get(random.nextInt(KINDS.size()));
    boolean hasHandle = kind != Kind.ID && kind != Kind.FUTURE;
    int delay = delay();
    boolean mayHaveSlack = (kind == Kind.ID || kind == Kind.HANDLE) && delay > 0;
    return new TimerOp.Arm(
        timer,
        kind,
        delay,
        kind.isPeriodic() ? most / 8 + random.nextInt(most) : 0,
        mayHaveSlack && random.nextInt(4) == 0 ? random.nextInt(most) : 0,
        hasHandle && random.nextInt(3) == 0 ? random.nextInt(GROUPS) : -1,
        MISSED.get(random.nextInt(MISSED.size())),
        random.nextBoolean(),
        task(kind, depth));
  }

  private List<TimerOp> task(Kind kind, int depth) {
    List<TimerOp> ops = new ArrayList<>();
    for (int number = random.nextInt(3); number > 0; number--) {
      switch (random.nextInt(8)) {
        case 0, 1, 2 -> ops.add(cancel());
        case 3, 4 -> ops.add(rearm());
        case 5 -> ops.add(cancelGroup());
        default -> {
          // One place in the program for each timer, so none in a task that runs again.
          if (depth < 2 && !kind.isPeriodic() && timers < MOST_TIMERS) {
            ops.add(arm(depth + 1));
          }
        }
      }
    }
    if (kind != Kind.FUTURE && random.nextInt(5) == 0) {
      ops.add(new TimerOp.Throw());
    }
    return ops;
  }
}
