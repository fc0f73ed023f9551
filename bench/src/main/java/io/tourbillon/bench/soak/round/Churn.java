package io.tourbillon.bench.soak.round;

import io.tourbillon.bench.account.Account;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * The steady load: a thread that uses all services of a stage at random, some thousand times a
 * second.
 *
 * <p>While a fault lasts, calls may throw for want of memory or stack; nothing has happened then,
 * as the accounts check.
 */
final class Churn {
  private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final int STEPS = 2;
  private static final long DUE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long GRACE_MILLIS = 20_000;

  /** Something that is done again and again. */
  interface Step {
    /** Does it once. */
    void step();

    /** Returns what should have happened by now and has not, or nothing. */
    Optional<String> overdue();

    /** Gives what has not ended to a book that collects it at the end of the round. */
    default void leaveAll() {}
  }

  private final Breaches breaches;
  private final List<Step> steps = new ArrayList<>();
  private final AtomicLong calls = new AtomicLong();
  private final AtomicLong errors = new AtomicLong();
  private final Thread thread;

  /** Written by the thread that stops, read by the churn's. */
  private volatile boolean stopped;

  Churn(int number, Stage stage, SplittableRandom random, Breaches breaches) {
    this.breaches = breaches;
    for (CheckedService service : stage.services()) {
      Account account = service.open("timers of churn " + number);
      TimerSet timers = new TimerSet(service.timers(), account, random.split());
      steps.addAll(Collections.nCopies(STEPS, timers));
    }
    CheckedCoroutines book = stage.coroutines();
    steps.add(CoroutineSet.sleepers(stage.scheduler(), book, random.split()));
    steps.add(CoroutineSet.families(stage.scheduler(), book, stage.families(), random.split()));
    for (CheckedJobs jobs : stage.jobs()) {
      steps.add(new JobSet(jobs, random.split()));
    }
    thread = Thread.ofPlatform().daemon().name("soak-churn-" + number).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  private void run() {
    while (!stopped) {
      // Without an iterator: there may be no memory for it.
      for (int number = 0; number < steps.size(); number++) {
        call(steps.get(number));
      }
      LockSupport.parkNanos(PERIOD_NANOS);
      // With the status set it would not park; a fault interrupts.
      boolean _ = Thread.interrupted();
    }
  }

  private void call(Step step) {
    calls.incrementAndGet();
    try {
      step.step();
    } catch (OutOfMemoryError lacking) {
      errors.incrementAndGet();
    } catch (Throwable failure) {
      breaches.add("no call fails", failure);
    }
  }

  /** Ends the load. What it has begun goes on. */
  void stop() throws InterruptedException {
    stopped = true;
    thread.join(GRACE_MILLIS);
    if (thread.isAlive()) {
      breaches.add(
          "no call blocks",
          "one did for " + GRACE_MILLIS + " ms: " + List.of(thread.getStackTrace()));
      return;
    }
    for (Step step : new LinkedHashSet<>(steps)) {
      awaitDue(step);
      step.leaveAll();
    }
  }

  /** What is due must happen, and not only when the service is closed. */
  private void awaitDue(Step step) throws InterruptedException {
    long limitNanos = System.nanoTime() + DUE_NANOS;
    Optional<String> overdue = step.overdue();
    while (overdue.isPresent() && System.nanoTime() - limitNanos < 0) {
      TimeUnit.MILLISECONDS.sleep(1);
      overdue = step.overdue();
    }
    overdue.ifPresent(seen -> breaches.add("what is due happens", seen));
  }

  long calls() {
    return calls.get();
  }

  /** Returns how many calls ended for want of memory. */
  long errors() {
    return errors.get();
  }
}
