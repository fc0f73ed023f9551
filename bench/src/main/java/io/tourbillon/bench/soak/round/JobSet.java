package io.tourbillon.bench.soak.round;

import io.tourbillon.bench.soak.round.CheckedJob.Kind;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Tasks of an executor view, and futures, that one thread submits, cancels and collects. */
final class JobSet implements Churn.Step {
  private static final int SIZE = 100;
  private static final long LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long MOST_NANOS = TimeUnit.MILLISECONDS.toNanos(60);
  private static final long OVERDUE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final Kind[] KINDS = Kind.values();

  private final CheckedJobs service;
  private final SplittableRandom random;
  private final @Nullable CheckedJob[] jobs = new CheckedJob[SIZE];

  JobSet(CheckedJobs service, SplittableRandom random) {
    this.service = service;
    this.random = random;
  }

  /**
   * Does something with one of the jobs.
   *
   * @throws java.util.concurrent.RejectedExecutionException as the service does
   */
  @Override
  public void step() {
    int slot = random.nextInt(SIZE);
    CheckedJob job = jobs[slot];
    if (job == null) {
      submit(slot);
    } else if (job.isEnded()) {
      jobs[slot] = null;
      service.collect(job);
    } else {
      switch (random.nextInt(8)) {
        case 0 -> job.cancel();
        case 1 -> job.complete();
        default -> {
          // It goes on.
        }
      }
    }
  }

  private void submit(int slot) {
    CheckedJob job = service.create(KINDS[random.nextInt(KINDS.length)]);
    service.submit(job, random.nextLong(LEAST_NANOS, MOST_NANOS));
    jobs[slot] = job;
  }

  @Override
  public Optional<String> overdue() {
    long nowNanos = System.nanoTime();
    for (CheckedJob job : jobs) {
      if (job != null && job.overdueNanos(nowNanos) > OVERDUE_NANOS) {
        return Optional.of("a job should have run: " + job);
      }
    }
    return Optional.empty();
  }

  @Override
  public void leaveAll() {
    for (CheckedJob each : jobs) {
      if (each != null) {
        service.leave(each);
      }
    }
  }
}
