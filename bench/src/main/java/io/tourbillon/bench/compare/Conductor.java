package io.tourbillon.bench.compare;

import io.tourbillon.bench.scenario.Job;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import me.tongfei.progressbar.ProgressBar;

/** Carries out a plan, run after run, until it is done, stopped, or its time is over. */
final class Conductor {
  /** A JVM starts, touches its heap and fills in a scenario. */
  private static final int START_MILLIS = 1_200;

  private static final double MILLIS_A_MEMBER = 0.006;

  /** How many times its usual time a run may take. */
  private static final int PATIENCE = 10;

  private static final int LEAST_PATIENCE_MILLIS = 60_000;

  private final Launcher launcher;
  private final ChildProcess runner;
  private final long deadlineNanos;

  /**
   * @param deadlineNanos when to leave out what is left, by {@link System#nanoTime()}
   */
  Conductor(Launcher launcher, ChildProcess runner, long deadlineNanos) {
    this.launcher = launcher;
    this.runner = runner;
    this.deadlineNanos = deadlineNanos;
  }

  /**
   * Carries it out.
   *
   * @param bar which is moved on by the usual milliseconds of each run
   * @param ended is told of each outcome as it comes
   */
  void carryOut(Plan plan, ProgressBar bar, Consumer<Outcome> ended)
      throws IOException, InterruptedException {
    for (Run run : plan.runs()) {
      bar.setExtraMessage(
          " " + run.scenario().id() + " " + run.job().size() + " " + run.subject().id());
      ended.accept(outcome(run));
      bar.stepBy(usualMillis(run));
    }
  }

  private Outcome outcome(Run run) throws IOException, InterruptedException {
    if (runner.isStopped()) {
      return run.leftOut("the comparison was stopped");
    }
    long leftMillis = (deadlineNanos - System.nanoTime()) / 1_000_000;
    if (leftMillis < usualMillis(run)) {
      return run.leftOut("the time of the comparison was over");
    }
    long patienceMillis = Math.max(LEAST_PATIENCE_MILLIS, PATIENCE * usualMillis(run));
    boolean cutOff = leftMillis < patienceMillis;
    Outcome outcome = launcher.launch(run, Duration.ofMillis(Math.min(leftMillis, patienceMillis)));
    if (outcome.status() == Outcome.Status.MEASURED) {
      return outcome;
    }
    if (runner.isStopped()) {
      return run.leftOut("the comparison was stopped");
    }
    return cutOff && System.nanoTime() - deadlineNanos >= 0
        ? run.leftOut("the time of the comparison was over")
        : outcome;
  }

  /** How long all of it usually takes. */
  static long usualMillis(Plan plan) {
    return plan.runs().stream().mapToLong(Conductor::usualMillis).sum();
  }

  private static long usualMillis(Run run) {
    Job job = run.job();
    return START_MILLIS
        + job.warmUpMillis()
        + job.measureMillis()
        + (long) (MILLIS_A_MEMBER * job.size());
  }
}
