package io.tourbillon.bench.soak.round;

import io.tourbillon.bench.account.Account;
import io.tourbillon.bench.account.Accounts;
import io.tourbillon.timer.ScheduledExecutorView;
import io.tourbillon.timer.TimerService;
import io.tourbillon.timer.TimerStats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.HdrHistogram.ValueRecorder;

/**
 * A timer service that is used as an executor and by futures, with the account of all its jobs:
 * each that was accepted ends once. Thread-safe.
 */
public final class CheckedJobs {
  private static final Duration GRACE = Duration.ofSeconds(10);

  private final String name;
  private final Breaches breaches;
  private final boolean mayRefuse;
  private final Accounts accounts;
  private final Account jobs;
  private final TimerService timers;
  private final ScheduledExecutorView view;
  private final AtomicLong errors = new AtomicLong();
  private final AtomicLong failuresSeen = new AtomicLong();
  private final AtomicLong refusalsSeen = new AtomicLong();

  /** Jobs that nobody collects before the end. */
  private final Queue<CheckedJob> left = new ConcurrentLinkedQueue<>();

  /** false -> true before the shutdown, which refuses what is pending; read by collectors. */
  private volatile boolean closing;

  /**
   * Builds a service.
   *
   * @param name for breaches
   * @param mayRefuse whether its executor may refuse tasks
   */
  CheckedJobs(
      String name,
      ValueRecorder latenessNanos,
      UnaryOperator<TimerService.Builder> options,
      boolean mayRefuse,
      Breaches breaches) {
    this.name = name;
    this.breaches = breaches;
    this.mayRefuse = mayRefuse;
    accounts = new Accounts(latenessNanos);
    jobs = accounts.open("jobs");
    timers =
        options.apply(TimerService.builder().recordStats().exceptionHandler(this::handle)).build();
    view = timers.asScheduledExecutor();
  }

  private void handle(Runnable task, Throwable failure) {
    if (failure instanceof RejectedExecutionException) {
      refusalsSeen.incrementAndGet();
    } else {
      failuresSeen.incrementAndGet();
    }
  }

  /** Returns a new job, which is not submitted. */
  CheckedJob create(CheckedJob.Kind kind) {
    return new CheckedJob(kind, jobs);
  }

  /** Submits a job. If this throws, it was not accepted. */
  void submit(CheckedJob job, long delayNanos) {
    boolean full = true;
    try {
      job.submit(timers, view, delayNanos);
      full = false;
    } finally {
      if (full) {
        errors.incrementAndGet();
      }
    }
  }

  /** Enters a job that has ended. Called once for each. */
  void collect(CheckedJob job) {
    job.collect(mayRefuse || closing, breaches);
  }

  /** Keeps a job until the end of the round. */
  void leave(CheckedJob job) {
    left.add(job);
  }

  /** Ends all jobs. */
  void shutDown() {
    closing = true;
    List<Runnable> _ = timers.shutdownNow();
  }

  /** Waits until all have ended, and adds what is wrong. */
  void closeAndJudge() {
    if (!timers.close(GRACE)) {
      breaches.add(name, "a closed service ends: it has not, within " + GRACE);
    }
    for (CheckedJob each = left.poll(); each != null; each = left.poll()) {
      collect(each);
    }
    breaches.addAll(name, broken());
  }

  private List<String> broken() {
    List<String> broken = new ArrayList<>();
    accounts.addBrokenOfTimers(broken);
    TimerStats stats = timers.stats();
    // Without memory, a future's timer may have been accepted and cancelled before its call threw.
    long unseen = Math.clamp(stats.scheduled() - jobs.begun(), 0, errors.get());
    Accounts.compare(broken, "scheduled", stats.scheduled() - unseen, jobs.begun());
    Accounts.compare(
        broken, "ended", stats.fired() + stats.cancelled() + stats.handedBack(), stats.scheduled());
    Accounts.compare(broken, "pending after shutdown", stats.pending(), 0);
    Accounts.compare(broken, "rejected", stats.rejected(), refusalsSeen.get());
    if (failuresSeen.get() > 0) {
      broken.add("no task fails: the handler was given " + failuresSeen + " failures");
    }
    return broken;
  }

  /** Returns how many were accepted. */
  long accepted() {
    return jobs.begun();
  }
}
