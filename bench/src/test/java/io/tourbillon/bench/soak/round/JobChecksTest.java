package io.tourbillon.bench.soak.round;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.soak.round.CheckedJob.Kind;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.HdrHistogram.Recorder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The accounts of executor views, futures and channels find what they are for. */
@Timeout(60)
class JobChecksTest {
  private static final long MILLI = 1_000_000;
  private static final long HOUR = TimeUnit.HOURS.toNanos(1);

  private final Breaches breaches = new Breaches();
  private final CheckedJobs jobs =
      new CheckedJobs(
          "jobs", new Recorder(Sampler.MOST_NANOS, 2), UnaryOperator.identity(), false, breaches);

  private CheckedJob submit(Kind kind, long delayNanos) {
    CheckedJob job = jobs.create(kind);
    jobs.submit(job, delayNanos);
    return job;
  }

  private static void awaitEnd(CheckedJob job) throws InterruptedException {
    while (!job.isEnded()) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
  }

  private List<String> close() {
    jobs.shutDown();
    jobs.closeAndJudge();
    return breaches.all();
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void job_thatRunsOrIsCancelledOrPendingAtTheEnd_isNoBreach(Kind kind) throws Exception {
    CheckedJob run = submit(kind, MILLI);
    if (kind == Kind.PERIODIC) {
      run.cancel();
    }
    awaitEnd(run);
    jobs.collect(run);
    CheckedJob cancelled = submit(kind, HOUR);
    cancelled.cancel();
    jobs.collect(cancelled);
    jobs.leave(submit(kind, HOUR));
    assertEquals(List.of(), close());
  }

  @Test
  void future_whoseStageCompletesInTime_isNoBreach() {
    CheckedJob job = submit(Kind.LIMITED, HOUR);
    job.complete();
    jobs.collect(job);
    assertEquals(List.of(), close());
  }

  @Test
  void job_thatRunsTwice_isABreach() throws Exception {
    CheckedJob job = submit(Kind.DELAYED, MILLI);
    awaitEnd(job);
    job.run();
    jobs.collect(job);
    List<String> all = close();
    assertEquals(1, all.size(), all::toString);
    assertTrue(
        all.getFirst().startsWith("a task ends once and as it ran: DELAYED, runs 2, "),
        all::toString);
  }

  @Test
  void job_thatIsEarly_isABreach() {
    CheckedJob job = submit(Kind.DELAYED, HOUR);
    job.run();
    job.cancel();
    jobs.collect(job);
    List<String> all = close();
    assertTrue(all.getFirst().startsWith("jobs: never early: 1 of the jobs fired"), all::toString);
  }

  @Test
  void job_thatIsForgotten_isABreach() {
    CheckedJob _ = submit(Kind.VALUED, HOUR);
    List<String> all = close();
    assertTrue(
        all.getFirst().startsWith("jobs: no timer is lost: 1 jobs were accepted, but 0 fired"),
        all::toString);
  }

  @Test
  void job_thatWasRefusedAndRuns_isABreach() {
    jobs.shutDown();
    CheckedJob job = jobs.create(Kind.SUBMITTED);
    try {
      jobs.submit(job, 0);
    } catch (RejectedExecutionException refused) {
      job.run();
    }
    List<String> all = close();
    assertTrue(
        all.contains("jobs: a timer ends once: 1 of the jobs ended a second time"), all::toString);
  }
}
