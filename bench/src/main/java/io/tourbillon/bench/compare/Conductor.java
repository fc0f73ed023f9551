package io.tourbillon.bench.compare;

import io.tourbillon.bench.host.ChildProcess;
import java.time.Duration;
import java.util.function.Consumer;
import me.tongfei.progressbar.ProgressBar;

/** Executes a plan, run after run, until it is done, it is stopped, or its time is over. */
final class Conductor {
  /** A run may take this many times its usual time. */
  private static final int PATIENCE = 10;

  private static final int LEAST_PATIENCE_MILLIS = 60_000;

  private static final String STOPPED = "the comparison was stopped";

  private final Launcher launcher;
  private final ChildProcess runner;
  private final Estimate estimate;
  private final long deadlineNanos;

  /**
   * @param deadlineNanos when to leave out the remaining runs, by {@link System#nanoTime()}
   */
  Conductor(Launcher launcher, ChildProcess runner, Estimate estimate, long deadlineNanos) {
    this.launcher = launcher;
    this.runner = runner;
    this.estimate = estimate;
    this.deadlineNanos = deadlineNanos;
  }

  /**
   * Executes the plan.
   *
   * @param bar advanced by the usual milliseconds of each run
   * @param ended receives each outcome
   */
  void carryOut(Plan plan, ProgressBar bar, Consumer<Outcome> ended) throws InterruptedException {
    for (Run run : plan.runs()) {
      if (runner.isStopped()) {
        ended.accept(run.leftOut(STOPPED));
        continue;
      }
      bar.setExtraMessage(
          " " + run.scenario().id() + " " + run.job().size() + " " + run.subject().id());
      ended.accept(outcome(run));
      bar.stepBy(estimate.millis(run));
    }
  }

  private Outcome outcome(Run run) throws InterruptedException {
    long leftMillis = (deadlineNanos - System.nanoTime()) / 1_000_000;
    if (leftMillis < estimate.millis(run)) {
      return run.leftOut("the time of the comparison was over");
    }
    long patienceMillis = Math.max(LEAST_PATIENCE_MILLIS, PATIENCE * estimate.millis(run));
    boolean cutOff = leftMillis < patienceMillis;
    Outcome outcome = launcher.launch(run, Duration.ofMillis(Math.min(leftMillis, patienceMillis)));
    if (outcome.status() == Outcome.Status.MEASURED) {
      return outcome;
    }
    if (runner.isStoppedSoon()) {
      return run.leftOut(STOPPED);
    }
    return cutOff && System.nanoTime() - deadlineNanos >= 0
        ? run.leftOut("the time of the comparison was over")
        : outcome;
  }
}
