package io.tourbillon.bench.soak.round;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.timer.TimerService;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * What a fault is thrown at: a timer service whose tasks run on its driver, one whose tasks run on
 * a pool, a scheduler of coroutines and its timers, all under a steady load.
 */
public final class Stage {
  private static final int LOOPS = 2;
  private static final int CHURNS = 2;
  private static final int SLEEPERS = 50;
  private static final int BEATS = 5;
  private static final Duration BEAT = Duration.ofMillis(20);
  private static final Duration GRACE = Duration.ofSeconds(10);

  private final Breaches breaches;
  private final Pool pool = new Pool();
  private final CheckedService onDriver;
  private final CheckedService onPool;
  private final CheckedService onLoops;
  private final CoroutineScheduler scheduler;
  private final CheckedCoroutines coroutines;
  private final Families families;
  private final List<CheckedJobs> jobs;
  private final AtomicLong unseenFailures = new AtomicLong();
  private final AtomicLong stalls = new AtomicLong();
  private final List<Churn> churns;

  /**
   * Builds the services and begins the load.
   *
   * @param disguise put between the services and their users
   */
  Stage(
      Variant variant,
      Sampler sampler,
      SplittableRandom random,
      UnaryOperator<TimerService> disguise,
      Breaches breaches) {
    this.breaches = breaches;
    scheduler =
        CoroutineScheduler.builder()
            .engine(variant.engine())
            .loops(LOOPS)
            .name("soak")
            .recordStats()
            .exceptionHandler((coroutine, failure) -> unseenFailures.incrementAndGet())
            .stallHandler(stall -> stalls.incrementAndGet())
            .build();
    onDriver =
        new CheckedService(
            "timers on the driver", sampler.timers(), UnaryOperator.identity(), disguise);
    onPool =
        new CheckedService(
            "timers on a pool", sampler.timers(), options -> options.executor(pool), disguise);
    onLoops = new CheckedService("timers on loops", sampler.timers(), scheduler.timers());
    coroutines = new CheckedCoroutines(sampler.sleeps(), breaches);
    families = new Families(coroutines);
    jobs =
        List.of(
            new CheckedJobs(
                "jobs on a driver", sampler.timers(), UnaryOperator.identity(), false, breaches),
            new CheckedJobs(
                "jobs on a pool",
                sampler.timers(),
                options -> options.executor(pool),
                true,
                breaches));
    churns =
        Stream.iterate(1, number -> number + 1)
            .limit(CHURNS)
            .map(number -> new Churn(number, this, random.split(), breaches))
            .toList();
    services().forEach(service -> service.beat(BEATS, BEAT));
    for (int number = 0; number < SLEEPERS; number++) {
      coroutines.leave(
          coroutines.spawn(scheduler, () -> coroutines.delay(TimeUnit.HOURS.toNanos(1))));
    }
    churns.forEach(Churn::start);
  }

  /** Returns all timer services. */
  public List<CheckedService> services() {
    return List.of(onDriver, onPool, onLoops);
  }

  /** Returns the services that are used as executors and by futures. */
  List<CheckedJobs> jobs() {
    return jobs;
  }

  /** Returns the families of coroutines. */
  Families families() {
    return families;
  }

  /** Returns the service whose tasks run on its driver. */
  public CheckedService onDriver() {
    return onDriver;
  }

  /** Returns the service whose tasks run on the pool. */
  public CheckedService onPool() {
    return onPool;
  }

  /** Returns the pool. */
  public Pool pool() {
    return pool;
  }

  /** Returns the scheduler of the coroutines. */
  public CoroutineScheduler scheduler() {
    return scheduler;
  }

  /** Returns the book of the coroutines. */
  public CheckedCoroutines coroutines() {
    return coroutines;
  }

  /**
   * Ends the load and closes everything, while timers are pending and coroutines asleep, then adds
   * what is wrong.
   */
  void close() throws InterruptedException {
    for (Churn churn : churns) {
      churn.stop();
    }
    services().forEach(CheckedService::shutDown);
    jobs.forEach(CheckedJobs::shutDown);
    coroutines.willClose();
    if (!scheduler.close(Duration.ZERO)) {
      breaches.add("every coroutine ends", "the scheduler was closed, and some have not");
    }
    onDriver.close(breaches);
    onPool.close(breaches);
    jobs.forEach(CheckedJobs::closeAndJudge);
    pool.close();
    coroutines.collectLeft();
    services().forEach(service -> service.judge(breaches));
    coroutines.judge("coroutines", scheduler.stats(), breaches);
    // Without memory there may be none to tell the handler with.
    boolean mayBeFewer = errors() > 0 && untold() > 0;
    if (untold() != 0 && !mayBeFewer) {
      breaches.add(
          "each failure that nobody sees is given to the handler once",
          unseenFailures + " were, of " + coroutines.failedAlone());
    }
    if (scheduler.close(GRACE)) {
      return;
    }
    breaches.add("a closed scheduler stays closed", "a second close returned false");
  }

  long calls() {
    return churns.stream().mapToLong(Churn::calls).sum();
  }

  /** Returns how many calls ended for want of memory. */
  long errors() {
    return churns.stream().mapToLong(Churn::errors).sum();
  }

  /** Returns how many failures were not given to the handler; only for want of memory. */
  long untold() {
    return coroutines.failedAlone() - unseenFailures.get();
  }

  /** Returns how often the watchdog reported a turn. */
  long stalls() {
    return stalls.get();
  }
}
