package io.tourbillon.bench.scenario;

import io.tourbillon.bench.ProcessCpu;
import io.tourbillon.bench.host.LineProcess;
import io.tourbillon.bench.subject.CoroutineKind;
import io.tourbillon.bench.subject.CoroutineSubject;
import io.tourbillon.bench.subject.EchoKind;
import io.tourbillon.bench.subject.EchoSubject;
import io.tourbillon.bench.subject.Talk;
import io.tourbillon.bench.subject.TalkKind;
import io.tourbillon.bench.subject.TalkSubject;
import io.tourbillon.bench.subject.Tally;
import io.tourbillon.bench.subject.TimerKind;
import io.tourbillon.bench.subject.TimerSubject;
import io.tourbillon.bench.work.EchoClients;
import io.tourbillon.bench.work.FireRound;
import io.tourbillon.bench.work.Footprint;
import io.tourbillon.bench.work.IdleCost;
import io.tourbillon.bench.work.IdleTimeouts;
import io.tourbillon.bench.work.Order;
import io.tourbillon.bench.work.RequestTimeouts;
import io.tourbillon.bench.work.Sleepers;
import io.tourbillon.bench.work.SteadyWork;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** How the work of each scenario is warmed up and measured, for one subject in this JVM. */
final class Trials {
  /**
   * The warm-up of peaks and of sleeping uses a tenth of the number, because full rounds take long.
   */
  private static final int WARM_UP_SHARE = 10;

  /**
   * The warm-up of sleeping begins with short rounds of very few coroutines. If all began to sleep
   * before any woke up, the compiler would treat the code after the sleep as never executed and
   * omit it. Then each coroutine that sleeps in such code would have to return to the interpreter.
   */
  private static final int FIRST_SHARE = 1_000;

  private static final int FIRST_MILLIS_SHARE = 200;

  /** How long a task keeps its thread busy, for a load. */
  private static final long BUSY_NANOS = 20_000;

  /** Time to arm the timers of a load before the first is due, and some more for each. */
  private static final long LEAD_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private static final long LEAD_NANOS_EACH = 1_000;

  /** The clients of an echo server, and how long they may take to start. */
  private static final int CLIENTS = 64;

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Operations between two readings of the clock. */
  private static final int OPERATIONS = 1000;

  private Trials() {}

  static Measurement requestTimeouts(TimerKind kind, Job job) {
    SteadyWork work = new RequestTimeouts(kind.open(job.size(), false), job.size(), Order.RANDOM);
    work.fill();
    return Measurement.of(measure(work, job));
  }

  static Measurement idleTimeouts(TimerKind kind, Job job) {
    int idleMillis = job.warmUpMillis() + job.measureMillis();
    SteadyWork work = new IdleTimeouts(kind.open(job.size(), false), job.size(), idleMillis);
    work.fill();
    return Measurement.of(measure(work, job));
  }

  /** Collects garbage, then warms up, measures and checks work that has been filled. */
  private static Map<Metric, Double> measure(SteadyWork work, Job job) {
    System.gc();
    System.gc();
    repeat(work, job.warmUpMillis());
    long startCpuNanos = ProcessCpu.nanos();
    long startNanos = System.nanoTime();
    long operations = repeat(work, job.measureMillis());
    long nanos = System.nanoTime() - startNanos;
    work.settle();
    long cpuNanos = ProcessCpu.nanos() - startCpuNanos;
    work.check();
    return new EnumMap<>(
        Map.of(
            Metric.CPU_PER_OPERATION, (double) cpuNanos / operations,
            Metric.WALL_PER_OPERATION, (double) nanos / operations));
  }

  private static long repeat(SteadyWork work, int millis) {
    long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
    long startNanos = System.nanoTime();
    long operations = 0;
    while (System.nanoTime() - startNanos < nanos) {
      for (int operation = 0; operation < OPERATIONS; operation++) {
        work.operate();
      }
      operations += OPERATIONS;
    }
    return operations;
  }

  static Measurement peak(TimerKind kind, Job job) {
    warmUpPeak(kind, job);
    RequestTimeouts work =
        new RequestTimeouts(kind.open(job.size(), false), job.size(), Order.RANDOM);
    double armNanos = cpuNanosOf(work::fill);
    Map<Metric, Double> figures = measure(work, job);
    double cancelNanos = cpuNanosOf(work::drain);
    figures.put(Metric.ARM_CPU, armNanos / job.size());
    figures.put(Metric.CANCEL_CPU, cancelNanos / job.size());
    return Measurement.of(figures);
  }

  private static double cpuNanosOf(Runnable step) {
    long startNanos = ProcessCpu.nanos();
    step.run();
    return ProcessCpu.nanos() - startNanos;
  }

  /** Fills and drains a smaller service, so that the code that does it is compiled. */
  private static void warmUpPeak(TimerKind kind, Job job) {
    int few = Math.max(1, job.size() / WARM_UP_SHARE);
    RequestTimeouts work = new RequestTimeouts(kind.open(few, false), few, Order.RANDOM);
    BooleanSupplier isOver = job.beginWarmUp(1);
    do {
      work.fill();
      work.drain();
    } while (!isOver.getAsBoolean());
    work.close();
    System.gc();
  }

  static Measurement fire(TimerKind kind, Job job) throws InterruptedException {
    int timers = job.size();
    return fire(kind, job, timers, new FireRound(timers, windowNanos(job)));
  }

  static Measurement latenessByLoad(TimerKind kind, Job job) throws InterruptedException {
    long windowNanos = windowNanos(job);
    int timers = Math.toIntExact(windowNanos / 100 * job.size() / BUSY_NANOS);
    long leadNanos = LEAD_NANOS + timers * LEAD_NANOS_EACH;
    return fire(kind, job, timers, new FireRound(timers, leadNanos, windowNanos, BUSY_NANOS));
  }

  private static long windowNanos(Job job) {
    return TimeUnit.MILLISECONDS.toNanos(job.measureMillis());
  }

  private static Measurement fire(TimerKind kind, Job job, int timers, FireRound round)
      throws InterruptedException {
    TimerSubject service = kind.open(timers, false);
    BooleanSupplier isOver = job.beginWarmUp(1);
    do {
      fireOnce(round, service);
      round.lateness();
    } while (!isOver.getAsBoolean());
    fireOnce(round, service);
    return Measurement.of(
        Map.of(Metric.CPU_PER_OPERATION, round.cpuNanosPerTimer()), round.lateness());
  }

  /** Collects the garbage of the previous round first, so that this round does not pay for it. */
  private static void fireOnce(FireRound round, TimerSubject service) throws InterruptedException {
    round.reset();
    System.gc();
    round.run(service);
    service.requirePending(0);
  }

  static Measurement idle(TimerKind kind, Job job) throws IOException, InterruptedException {
    IdleCost cost = IdleCost.measure(kind, job.measureMillis());
    Map<Metric, Double> figures = new EnumMap<>(Map.of(Metric.CPU_PERCENT, cost.cpuPercent()));
    cost.wakeUpsPerSecond().ifPresent(value -> figures.put(Metric.WAKE_UPS_PER_SECOND, value));
    return Measurement.of(figures);
  }

  static Measurement timerMemory(TimerKind kind, Job job) throws InterruptedException {
    Footprint footprint = Footprint.measure(kind, job.size());
    return Measurement.of(
        Map.of(
            Metric.BYTES_EACH,
            footprint.bytesPerTimer(),
            Metric.BYTES_LEFT,
            (double) footprint.leftBytes()));
  }

  static Measurement coroutineMemory(CoroutineKind kind, Job job) throws InterruptedException {
    return Measurement.of(Map.of(Metric.BYTES_EACH, Footprint.ofCoroutine(kind, job.size())));
  }

  /** The coroutines go on meanwhile; this thread looks at the clocks and at their tally. */
  static Measurement talk(Talk talk, TalkKind kind, Job job) throws InterruptedException {
    Tally tally = new Tally(talk);
    System.gc();
    try (TalkSubject subject = kind.open(job.size())) {
      subject.start(talk, tally);
      Spent spent = watch(job, tally::total);
      tally.end();
      return spent.perOperation();
    }
  }

  /** The clients go on meanwhile, in a process of their own. */
  static Measurement echo(EchoKind kind, Job job) throws IOException, InterruptedException {
    try (EchoSubject server = kind.open(job.size());
        LineProcess clients = LineProcess.start(EchoClients.command(server.port(), CLIENTS))) {
      roundTrips(clients);
      return watch(job, () -> roundTrips(clients)).perOperation();
    }
  }

  /** How many operations others have finished until now. */
  private interface Count {
    long total() throws InterruptedException;
  }

  /** What others have done while this thread slept, and what it took. */
  private record Spent(double operations, long nanos, long cpuNanos) {
    Measurement perOperation() {
      if (operations == 0) {
        throw new IllegalStateException("an operation must end while it is measured: none did");
      }
      return Measurement.of(
          Map.of(
              Metric.CPU_PER_OPERATION, cpuNanos / operations,
              Metric.WALL_PER_OPERATION, nanos / operations));
    }
  }

  /** Sleeps while others warm up, and then while they are measured. */
  private static Spent watch(Job job, Count count) throws InterruptedException {
    Thread.sleep(job.warmUpMillis());
    long startOperations = count.total();
    long startCpuNanos = ProcessCpu.nanos();
    long startNanos = System.nanoTime();
    Thread.sleep(job.measureMillis());
    double operations = count.total() - startOperations;
    long nanos = System.nanoTime() - startNanos;
    return new Spent(operations, nanos, ProcessCpu.nanos() - startCpuNanos);
  }

  /** Asks the clients how many messages have come back. */
  private static long roundTrips(LineProcess clients) throws InterruptedException {
    try {
      clients.send("?");
      return Long.parseLong(clients.receive(PATIENCE));
    } catch (LineProcess.EndedException | TimeoutException failure) {
      throw new IllegalStateException("each message must come back: " + failure.getMessage());
    }
  }

  static Measurement sleepers(CoroutineKind kind, Job job) throws InterruptedException {
    CoroutineSubject subject = kind.open();
    warmUp(job, subject, FIRST_SHARE, FIRST_MILLIS_SHARE);
    warmUp(job, subject, WARM_UP_SHARE, 1);
    Sleepers all = new Sleepers(job.size(), job.measureMillis());
    System.gc();
    all.run(subject);
    return Measurement.of(Map.of(Metric.CPU_PER_OPERATION, all.cpuNanosPerSleep()), all.lateness());
  }

  /** Takes half of the warm-up, with a fraction of the coroutines and of the time of each. */
  private static void warmUp(Job job, CoroutineSubject subject, int ofCoroutines, int ofMillis)
      throws InterruptedException {
    BooleanSupplier isOver = job.beginWarmUp(2);
    Sleepers few =
        new Sleepers(
            Math.max(1, job.size() / ofCoroutines), Math.max(1, job.measureMillis() / ofMillis));
    do {
      few.run(subject);
    } while (!isOver.getAsBoolean());
  }
}
