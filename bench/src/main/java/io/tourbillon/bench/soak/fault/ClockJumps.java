package io.tourbillon.bench.soak.fault;

import io.tourbillon.bench.account.Account;
import io.tourbillon.bench.account.Accounts;
import io.tourbillon.bench.account.CheckedTimer;
import io.tourbillon.bench.soak.round.Breaches;
import io.tourbillon.bench.soak.round.CheckedService;
import io.tourbillon.bench.soak.round.Disturbance;
import io.tourbillon.bench.soak.round.Scene;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;

/**
 * The wall clock of a service is set forward and back by up to an hour, and the clock of another
 * service and of a scheduler leaps forward, as after a suspension of the machine. Nothing is early
 * by its own clock, and each timer, delay and limit ends.
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

  /** Coroutines by the clock that leaps: some sleep, and some wait in vain within a limit. */
  private static final class Sleepers {
    private static final String NAME = "coroutines by a clock that leaps";
    private static final Duration NEVER = Duration.ofDays(365);
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final LeapingClock clock;
    private final Breaches breaches;
    private final Account waits;
    private final CoroutineScheduler scheduler;

    Sleepers(LeapingClock clock, Scene scene) {
      this.clock = clock;
      breaches = scene.breaches();
      waits = new Accounts(scene.sleeps()).openUnmeasured("delays and limits");
      scheduler =
          CoroutineScheduler.builder()
              .engine(scene.variant().engine())
              .loops(2)
              .clock(clock)
              .exceptionHandler((_, failure) -> breaches.add("no coroutine fails", failure))
              .build();
    }

    void spawn(long nanos, boolean withLimit) {
      waits.begin();
      // Now, so that the last leap is far enough for all of them, whenever they begin.
      long deadlineNanos = clock.nanoTime() + nanos;
      Coroutine<?> _ =
          scheduler.spawn(
              () -> {
                long leftNanos = Math.max(1, deadlineNanos - clock.nanoTime());
                if (withLimit) {
                  waitInVain(Duration.ofNanos(leftNanos));
                } else {
                  Coroutines.delay(leftNanos, TimeUnit.NANOSECONDS);
                }
                waits.run(clock.nanoTime() - deadlineNanos);
                waits.end(Account.End.FIRED);
              });
    }

    private void waitInVain(Duration limit) {
      try {
        Coroutines.withTimeout(limit, () -> Coroutines.delay(NEVER));
        breaches.add("a timeout ends its body", "the body ended without one");
      } catch (TimeoutException passed) {
        // As it must be.
      }
    }

    void closeAndJudge() {
      if (!scheduler.close(GRACE)) {
        breaches.add(NAME, "a closed scheduler ends: it has not, within " + GRACE);
      }
      List<String> broken = new ArrayList<>();
      waits.addBrokenOfTimers(broken);
      breaches.addAll(NAME, broken);
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
    Sleepers sleepers = new Sleepers(leaping, scene);
    while (scene.goesOn()) {
      for (int number = 0; number < 20; number++) {
        Instant time = wall.instant().plusMillis(random.nextLong(MOST_STEP_MILLIS));
        new WallTimer(wallTimers, wall, time, scene).scheduleAt(byWall.timers(), time);
        new LeapTimer(leapTimers, leaping)
            .armAt(
                byLeaping.timers(), leaping.nanoTime() + NANOS * random.nextLong(MOST_LEAP_MILLIS));
        sleepers.spawn(NANOS * random.nextLong(1, MOST_LEAP_MILLIS), number % 2 == 0);
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
    scene.awaitEnds(sleepers.waits);
    require(scene, wallTimers, "timers by the wall clock");
    require(scene, leapTimers, "timers by the clock that leaps");
    require(scene, sleepers.waits, "delays and limits by the clock that leaps");
    byWall.closeAndJudge(scene.breaches());
    byLeaping.closeAndJudge(scene.breaches());
    sleepers.closeAndJudge();
    scene.count("timers by those clocks", byWall.accepted() + byLeaping.accepted());
    scene.count("coroutines by the clock that leaps", sleepers.waits.begun());
  }

  private static void require(Scene scene, Account account, String what) {
    long fired = account.ended(Account.End.FIRED);
    if (fired != account.begun()) {
      scene.breaches().add("what is due fires", fired + " of " + account.begun() + " " + what);
    }
  }
}
