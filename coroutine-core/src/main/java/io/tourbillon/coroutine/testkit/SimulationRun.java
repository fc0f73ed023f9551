package io.tourbillon.coroutine.testkit;

import io.tourbillon.coroutine.Body;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineDump;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.LoopStall;
import io.tourbillon.coroutine.RealTimeWait;
import io.tourbillon.coroutine.SpawnOptions;
import io.tourbillon.coroutine.testkit.SimulationFailure.Reason;
import io.tourbillon.timer.VirtualClock;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One run, on a scheduler of its own. The calling thread waits until nothing can go on by itself:
 * the body has ended, which stops the time, or it never will. Then it looks at what is left.
 */
final class SimulationRun<T extends @Nullable Object, X extends Exception> {
  private static final int MOST_NAMES = 100;

  private final Duration limit;
  private final Duration grace;
  private final Body<T, X> body;
  private final VirtualClock clock = new VirtualClock();
  private final CoroutineScheduler scheduler;
  private final CountDownLatch bodyHasEnded = new CountDownLatch(1);

  /** Written by the loop and by the calling thread, in the order of events. */
  private final Queue<SimulationFailure> reports = new ConcurrentLinkedQueue<>();

  /** The last report of the watchdog. */
  private volatile @Nullable LoopStall stall;

  /** Written by the body, before time moves and before it starts other coroutines. */
  private volatile @Nullable Coroutine<?> main;

  // Written by the body before the latch opens, and read after that.
  private @Nullable T value;
  private @Nullable Throwable failure;

  /** True if the failure came before any report, so that it follows from none. */
  private boolean failedByItself;

  SimulationRun(Simulation options, Body<T, X> body) {
    this.body = body;
    limit = options.limit;
    grace = options.grace;
    CoroutineScheduler.Builder production =
        CoroutineScheduler.builder()
            .engine(options.engineToRunOn())
            .name("simulation")
            .loops(1)
            .clock(clock)
            .tick(options.tick)
            .policy(options.policy())
            .budget(Duration.ZERO)
            .watchdog(watchdogBound(limit))
            .stallHandler(seen -> stall = seen)
            .realTimeWaitHandler(this::endForRealTimeWait)
            .exceptionHandler(this::endForUncaught);
    options.surroundings.accept(production);
    scheduler = production.build();
  }

  /** Long, as to read the stack of a coroutine may cost it a turn; but shorter than the limit. */
  private static Duration watchdogBound(Duration limit) {
    Duration half = limit.dividedBy(2);
    Duration least = Duration.ofMillis(1);
    Duration most = Duration.ofDays(1);
    return half.compareTo(least) < 0 ? least : half.compareTo(most) > 0 ? most : half;
  }

  Outcome<T, X> run() {
    boolean interrupted = false;
    try {
      Coroutine<?> _ = scheduler.spawn(SpawnOptions.named("body"), this::runBody);
      awaitEnd();
    } catch (InterruptedException e) {
      interrupted = true;
      report(Reason.LIMIT, "the thread that waits for the run was interrupted", null);
    }
    long elapsedNanos = clock.nanoTime();
    long turns = failure == null && reports.isEmpty() ? 0 : scheduler.stats().switches();
    close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return new Outcome<>(value, firstFailure(), elapsedNanos, turns);
  }

  /**
   * Runs as the coroutine. It starts the time and stops it, so that time moves neither before the
   * body nor after it. The calling thread could be too late for either.
   */
  private void runBody() {
    main = Coroutines.current();
    clock.autoAdvance(true);
    try {
      value = body.call();
    } catch (Throwable thrown) {
      failure = thrown;
      failedByItself = reports.isEmpty();
    } finally {
      clock.autoAdvance(false);
      bodyHasEnded.countDown();
    }
  }

  private boolean hasEnded() {
    return bodyHasEnded.getCount() == 0;
  }

  private void awaitEnd() throws InterruptedException {
    long endNanos = System.nanoTime() + TimeUnit.NANOSECONDS.convert(limit);
    boolean moves = true;
    while (moves) {
      Duration left = Duration.ofNanos(Math.max(0, endNanos - System.nanoTime()));
      if (!clock.awaitStandstill(left)) {
        report(Reason.LIMIT, "the run has taken longer than " + limit + " in real time", null);
        return;
      }
      moves = !hasEnded() && awaitMoveWithinGrace();
    }
    if (!hasEnded()) {
      report(
          Reason.DEADLOCK,
          someWaitForEachOther()
              ? "deadlock: nothing is due, and some wait for each other"
              : "deadlock: everything waits, nothing is due, and nothing has come from outside"
                  + " within "
                  + grace,
          null);
    } else if (failure == null && reports.isEmpty()) {
      reportLeftovers();
    }
  }

  /** Waits until something comes from outside, for the grace at most. Returns true if it did. */
  private boolean awaitMoveWithinGrace() throws InterruptedException {
    if (someWaitForEachOther()) {
      return false;
    }
    long before = scheduler.stats().switches();
    return bodyHasEnded.await(TimeUnit.NANOSECONDS.convert(grace), TimeUnit.NANOSECONDS)
        || scheduler.stats().switches() != before;
  }

  /** Returns true if coroutines wait for each other, which nothing from outside can change. */
  private boolean someWaitForEachOther() {
    return !scheduler.dump(MOST_NAMES).deadlocks().isEmpty();
  }

  private void reportLeftovers() {
    if (scheduler.dump(0).total() > 0) {
      report(
          Reason.LEFTOVERS,
          "the body has ended before coroutines that it has started; it should join or cancel them,"
              + " or attach them to itself",
          null);
    }
  }

  /** Cancels what is left. Time moves again after that, for coroutines that clean up. */
  private void close() {
    clock.whenAtRest(() -> clock.autoAdvance(true));
    boolean _ = scheduler.close(Duration.ZERO);
  }

  private @Nullable Throwable firstFailure() {
    Throwable first = failedByItself ? failure : null;
    for (SimulationFailure report : reports) {
      if (first == null) {
        first = report;
      } else {
        first.addSuppressed(report);
      }
    }
    return first == null ? failure : first;
  }

  /** Adds a report with a dump of this moment. */
  private void report(Reason reason, String message, @Nullable Throwable cause) {
    CoroutineDump dump = scheduler.dump(MOST_NAMES);
    LoopStall seen = dump.silent().isEmpty() ? null : stall;
    reports.add(
        new SimulationFailure(
            reason,
            message
                + "; at "
                + Duration.ofNanos(clock.nanoTime())
                + "\n"
                + dump.toString().stripTrailing()
                + (seen == null ? "" : "\n" + seen),
            cause));
  }

  // Called on the loop, which cannot wait for a dump.

  private void endForUncaught(Coroutine<?> coroutine, Throwable thrown) {
    end(
        new SimulationFailure(
            Reason.UNCAUGHT, coroutine.name() + " has failed, and nobody has joined it", thrown));
  }

  private void endForRealTimeWait(RealTimeWait wait) {
    SimulationFailure report = new SimulationFailure(Reason.REAL_TIME_WAIT, wait.toString(), null);
    report.setStackTrace(wait.stack().toArray(StackTraceElement[]::new));
    end(report);
  }

  private void end(SimulationFailure report) {
    reports.add(report);
    Coroutine<?> running = main;
    if (running != null) {
      running.cancel("the run has failed: " + report.getMessage());
    }
  }
}
