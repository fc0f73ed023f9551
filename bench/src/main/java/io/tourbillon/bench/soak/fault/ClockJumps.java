package io.tourbillon.bench.soak.fault;

import io.tourbillon.bench.account.Account;
import io.tourbillon.bench.account.CheckedTimer;
import io.tourbillon.bench.soak.round.CheckedService;
import io.tourbillon.bench.soak.round.Disturbance;
import io.tourbillon.bench.soak.round.Scene;
import java.time.Duration;
import java.time.Instant;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/**
 * The wall clock of a service is set forward and back by up to an hour, and the clock of another
 * leaps forward, as after a suspension of the machine. No timer is early by its own clock, and each
 * fires.
 */
final class ClockJumps implements Disturbance {
  private static final int MOST_MILLIS = 50;
  private static final long MOST_STEP_MILLIS = Duration.ofHours(1).toMillis();
  private static final long MOST_LEAP_MILLIS = Duration.ofMinutes(5).toMillis();
  private static final Duration FAR_AHEAD = Duration.ofDays(365);
  private static final long NANOS = 1_000_000;

  /** A timer at a time of the wall clock. */
  private static final class WallTimer extends CheckedTimer {
    private final SteppedWallClock clock;
    private final Instant time;
    private final Scene scene;

    WallTimer(Account account, SteppedWallClock clock, Instant time, Scene scene) {
      super(account);
      this.clock = clock;
      this.time = time;
      this.scene = scene;
    }

    @Override
    protected void fire() {
      Instant shown = clock.latestShown();
      if (shown.isBefore(time)) {
        scene.breaches().add("never before the wall clock shows it", time + " at " + shown);
      }
    }
  }

  /** A timer by the clock that leaps. */
  private static final class LeapTimer extends CheckedTimer {
    private final LeapingClock clock;

    LeapTimer(Account account, LeapingClock clock) {
      super(account);
      this.clock = clock;
    }

    @Override
    public void run() {
      checkDeadline(clock.nanoTime());
      end(Account.End.FIRED);
    }
  }

  @Override
  public void disturb(Scene scene) throws InterruptedException {
    SplittableRandom random = scene.random();
    SteppedWallClock wall = new SteppedWallClock();
    LeapingClock leaping = new LeapingClock();
    CheckedService byWall =
        new CheckedService(
            "timers by a wall clock that is set",
            scene.lateness(),
            options -> options.wallClock(wall),
            UnaryOperator.identity());
    CheckedService byLeaping =
        new CheckedService(
            "timers by a clock that leaps",
            scene.lateness(),
            options -> options.clock(leaping),
            UnaryOperator.identity());
    Account wallTimers = byWall.openUnmeasured("timers at times");
    Account leapTimers = byLeaping.openUnmeasured("timers");
    while (scene.goesOn()) {
      for (int number = 0; number < 20; number++) {
        Instant time = wall.instant().plusMillis(random.nextLong(MOST_STEP_MILLIS));
        new WallTimer(wallTimers, wall, time, scene).scheduleAt(byWall.timers(), time);
        new LeapTimer(leapTimers, leaping)
            .armAt(
                byLeaping.timers(), leaping.nanoTime() + NANOS * random.nextLong(MOST_LEAP_MILLIS));
      }
      wall.step(Duration.ofMillis(random.nextLong(-MOST_STEP_MILLIS, MOST_STEP_MILLIS)));
      leaping.leap(NANOS * random.nextLong(MOST_LEAP_MILLIS));
      scene.count("steps of clocks", 2);
      scene.pause(random.nextInt(MOST_MILLIS));
    }
    // Now all are due: those of the wall clock as soon as the service looks at it.
    wall.stepTo(FAR_AHEAD);
    leaping.leap(NANOS * MOST_LEAP_MILLIS);
    scene.awaitEnds(wallTimers);
    scene.awaitEnds(leapTimers);
    require(scene, wallTimers, "timers by the wall clock");
    require(scene, leapTimers, "timers by the clock that leaps");
    byWall.closeAndJudge(scene.breaches());
    byLeaping.closeAndJudge(scene.breaches());
    scene.count("timers by those clocks", byWall.accepted() + byLeaping.accepted());
  }

  private static void require(Scene scene, Account account, String what) {
    long fired = account.ended(Account.End.FIRED);
    if (fired != account.begun()) {
      scene.breaches().add("what is due fires", fired + " of " + account.begun() + " " + what);
    }
  }
}
