package io.tourbillon.timer.programs;

import static java.util.concurrent.TimeUnit.MICROSECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.tourbillon.timer.OnException;
import io.tourbillon.timer.ServiceKind;
import io.tourbillon.timer.TimerGroup;
import io.tourbillon.timer.TimerHandle;
import io.tourbillon.timer.TimerOptions;
import io.tourbillon.timer.TimerService;
import io.tourbillon.timer.VirtualClock;
import io.tourbillon.timer.programs.TimerOp.Arm;
import io.tourbillon.timer.programs.TimerOp.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** Runs a program of timers on a service of production with a virtual clock. */
final class TimerProgramRun {
  /** A fault that a run has on purpose, to show that it is found. */
  enum Twin {
    NONE,
    /** Every third timer is armed a tick early. */
    FIRES_EARLY,
    /** Every third timer is armed a tick late. */
    FIRES_LATE,
    /** A cancellation says what is expected, and is lost. */
    LOSES_CANCELLATIONS,
    /** A rearming is lost. */
    LOSES_REARMINGS,
    /** A rearming revives a timer that has ended. */
    REVIVES,
    /** Missed runs are always skipped. */
    SKIPS_ALL_MISSED_RUNS,
    /** A periodic timer ends when its task throws. */
    ENDS_BY_EXCEPTIONS,
    /** Groups stay empty. */
    IGNORES_GROUPS,
    /** A shutdown hands nothing back. */
    LOSES_TIMERS_AT_SHUTDOWN,
    /** Timers do not follow steps of the wall clock. */
    IGNORES_STEPS
  }

  /** The exception of a task. */
  private static final class Thrown extends RuntimeException {
    private static final long serialVersionUID = 1;

    Thrown() {
      super("the task throws", null, false, false);
    }
  }

  private final Twin twin;
  private final VirtualClock clock = new VirtualClock();
  private final Random budgets;
  private final TimerService timers;
  private final List<TimerGroup> groups = new ArrayList<>();
  private final Timer[] all = new Timer[TimerProgramGenerator.MOST_TIMERS];

  /** The log of the program, and while a task runs, that of its timer. */
  private final StringBuilder log = new StringBuilder();

  private int armed;

  /** What a timer is known by, and what it has seen. Used by one thread at a time. */
  private final class Timer implements Runnable {
    final Arm arm;
    final StringBuilder seen = new StringBuilder();
    long id;
    @Nullable TimerHandle handle;
    @Nullable CompletableFuture<@Nullable Void> future;

    Timer(Arm arm) {
      this.arm = arm;
    }

    @Override
    public void run() {
      seen.append(" @").append(MICROSECONDS.convert(Duration.ofNanos(clock.nanoTime())));
      for (TimerOp op : arm.task()) {
        if (op instanceof TimerOp.Throw) {
          throw new Thrown();
        }
        act(op, seen);
      }
    }
  }

  private TimerProgramRun(ServiceKind kind, long order, Twin twin) {
    this.twin = twin;
    budgets = new Random(order);
    timers =
        kind.build(
            TimerService.builder()
                .clock(clock)
                .tick(Duration.ofNanos(MICROSECONDS.toNanos(TimerWorld.TICK)))
                .watchdog(Duration.ZERO)
                .exceptionHandler(this::thrown));
    for (int group = 0; group < TimerProgramGenerator.GROUPS; group++) {
      groups.add(new TimerGroup());
    }
  }

  /**
   * Runs a program.
   *
   * @param order the seed of what a polled service lets its caller choose
   * @return in the words of {@link TimerWorld#outcome}
   */
  static String of(List<TimerOp> program, ServiceKind kind, long order, Twin twin) {
    return new TimerProgramRun(kind, order, twin).run(program);
  }

  private void thrown(Object timer, Throwable thrown) {
    if (!(thrown instanceof Thrown)) {
      log.append(" the exception handler got ").append(thrown);
    }
  }

  private String run(List<TimerOp> program) {
    try (timers) {
      for (TimerOp op : program) {
        switch (op) {
          case TimerOp.Advance(int micros) -> {
            ServiceKind.advance(timers, clock, ofMicros(micros), budgets);
            log.append(" pending ").append(timers.pending());
          }
          case TimerOp.Pause(int micros) -> {
            ServiceKind.jump(timers, clock, ofMicros(micros), budgets);
            log.append(" pending ").append(timers.pending());
          }
          case TimerOp.StepWallClock(int micros) -> {
            if (twin != Twin.IGNORES_STEPS) {
              clock.stepWallClock(ofMicros(micros));
              ServiceKind.advance(timers, clock, Duration.ZERO, budgets);
            }
          }
          case TimerOp.Shutdown _ -> log.append(" handed back ").append(shutDown());
          default -> act(op, log);
        }
      }
    }
    StringBuilder text = new StringBuilder();
    for (int number = 0; number < all.length; number++) {
      Timer timer = all[number];
      if (timer != null) {
        text.append("timer ").append(number).append(':').append(timer.seen).append('\n');
      }
    }
    return text + "program:" + log + "\n";
  }

  private static Duration ofMicros(int micros) {
    return Duration.ofNanos(MICROSECONDS.toNanos(micros));
  }

  private List<Integer> shutDown() {
    List<Integer> handedBack = new ArrayList<>();
    for (Runnable task : timers.shutdownNow()) {
      if (twin != Twin.LOSES_TIMERS_AT_SHUTDOWN) {
        handedBack.add(((Timer) task).arm.timer());
      }
    }
    for (Timer timer : all) {
      if (timer != null && timer.future != null && isRejected(timer.future)) {
        timer.seen.append(" rejected");
        timer.future = null;
      }
    }
    return handedBack.stream().sorted().toList();
  }

  private static boolean isRejected(CompletableFuture<?> future) {
    return future.state() == Future.State.FAILED
        && future.exceptionNow() instanceof RejectedExecutionException;
  }

  private void act(TimerOp op, StringBuilder actor) {
    String result =
        switch (op) {
          case Arm arm -> arm(arm);
          case TimerOp.Cancel(int number) -> String.valueOf(cancel(all[number]));
          case TimerOp.Rearm(int number, int delay) -> String.valueOf(rearm(all[number], delay));
          case TimerOp.CancelGroup(int group, boolean closes) -> cancelGroup(group, closes);
          default -> throw new IllegalArgumentException("not in a task: " + op);
        };
    actor.append(' ').append(TimerWorld.nameOf(op)).append('=').append(result);
  }

  private String arm(Arm arm) {
    Timer timer = new Timer(arm);
    int fault = ++armed % 3 > 0 ? 0 : TimerWorld.TICK;
    int delay = arm.delay();
    delay -= twin == Twin.FIRES_EARLY ? fault : 0;
    delay += twin == Twin.FIRES_LATE ? fault : 0;
    try {
      arm(timer, arm, ofMicros(delay));
    } catch (RejectedExecutionException closed) {
      return "refused";
    }
    all[arm.timer()] = timer;
    return "done";
  }

  private void arm(Timer timer, Arm arm, Duration delay) {
    TimerOptions.Builder builder = TimerOptions.builder().slack(ofMicros(arm.slack()));
    if (arm.group() >= 0 && twin != Twin.IGNORES_GROUPS) {
      builder.group(groups.get(arm.group()));
    }
    if (twin != Twin.SKIPS_ALL_MISSED_RUNS) {
      builder.missedTick(arm.missed());
    }
    if (arm.stops() || twin == Twin.ENDS_BY_EXCEPTIONS) {
      builder.onException(OnException.STOP);
    }
    TimerOptions options = builder.build();
    Duration period = ofMicros(arm.period());
    switch (arm.kind()) {
      case ID ->
          timer.id =
              arm.slack() > 0
                  ? timers.arm(delay.toNanos(), NANOSECONDS, timer, options)
                  : timers.arm(delay.toNanos(), NANOSECONDS, timer);
      case HANDLE -> timer.handle = timers.schedule(delay, timer, options);
      case FUTURE -> {
        CompletableFuture<@Nullable Void> future = timers.after(delay);
        timer.future = future;
        CompletableFuture<Void> _ = future.thenRun(timer);
      }
      case FIXED_RATE -> timer.handle = timers.scheduleAtFixedRate(delay, period, timer, options);
      case FIXED_DELAY ->
          timer.handle = timers.scheduleWithFixedDelay(delay, period, timer, options);
      case WALL_CLOCK ->
          timer.handle = timers.scheduleAt(clock.wallClock().instant().plus(delay), timer, options);
    }
  }

  private boolean cancel(@Nullable Timer timer) {
    if (timer == null || (timer.arm.kind() == Kind.FUTURE && timer.future == null)) {
      return false;
    }
    if (twin == Twin.LOSES_CANCELLATIONS && timer.handle != null) {
      return timer.handle.state() == TimerHandle.State.PENDING;
    }
    if (timer.future != null) {
      boolean wasDone = timer.future.isDone();
      return timer.future.cancel(false) && !wasDone;
    }
    return timer.handle == null ? timers.cancel(timer.id) : timer.handle.cancel();
  }

  private boolean rearm(@Nullable Timer timer, int delay) {
    if (timer == null || timer.arm.kind() == Kind.FUTURE) {
      return false;
    }
    if (twin == Twin.LOSES_REARMINGS && timer.handle != null) {
      return timer.handle.state() == TimerHandle.State.PENDING;
    }
    boolean rearmed =
        timer.handle == null
            ? timers.rearm(timer.id, delay, MICROSECONDS)
            : timer.handle.reschedule(ofMicros(delay));
    if (!rearmed && twin == Twin.REVIVES && !timers.isShutdown()) {
      timer.id = timers.arm(delay, MICROSECONDS, timer);
    }
    return rearmed;
  }

  private String cancelGroup(int group, boolean closes) {
    if (closes) {
      groups.get(group).close();
      return "done";
    }
    return String.valueOf(groups.get(group).cancelAll());
  }
}
