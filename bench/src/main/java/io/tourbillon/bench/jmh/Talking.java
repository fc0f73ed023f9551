package io.tourbillon.bench.jmh;

import io.tourbillon.bench.subject.Talk;
import io.tourbillon.bench.subject.TalkKind;
import io.tourbillon.bench.subject.TalkSubject;
import io.tourbillon.bench.subject.Tally;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs that coroutines talk, in the same work as that of {@code compare}. Its coroutines
 * start once and go on until the end of a trial. An invocation waits until they have done more
 * operations, by looking at their tally every millisecond. It counts on from where the one before
 * should have ended, so that the looks do not add to the time.
 *
 * <p>A subclass sets the number of threads. A subject that takes no part in a talk fails before
 * anything is measured: choose with {@code -p talk=} and {@code -p subject=}. Three fresh JVMs,
 * each with 10 s of warm-up and 10 s that count.
 */
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
public abstract class Talking extends CoroutineBenchmark {
  /** So few that an invocation of the slowest talk takes less than a second. */
  static final int OPERATIONS = 1000;

  @Param Talk talk;
  @Param TalkKind subject;

  private Tally tally;
  private TalkSubject coroutines;
  private long target;

  /** The number of threads that run coroutines. */
  abstract int threads();

  @Setup(Level.Trial)
  public void open() {
    if (!subject.takesPartIn(talk)) {
      throw new IllegalArgumentException(
          "the subject must be one of " + TalkKind.in(talk) + " for " + talk + ": " + subject);
    }
    tally = new Tally(talk);
    coroutines = subject.open(threads());
    coroutines.start(talk, tally);
  }

  /** What the coroutines did between two iterations does not count. */
  @Setup(Level.Iteration)
  public void begin() {
    target = tally.total();
  }

  @Benchmark
  @OperationsPerInvocation(OPERATIONS)
  public void operation() throws InterruptedException {
    target += OPERATIONS;
    while (tally.total() < target && !tally.isOver()) {
      Thread.sleep(1);
    }
  }

  @TearDown(Level.Trial)
  public void close() throws InterruptedException {
    Failure.guard(tally::end);
    coroutines.close();
  }
}
