package io.tourbillon.bench.scenario;

import io.tourbillon.bench.ProcessCpu;
import io.tourbillon.bench.durable.Database;
import io.tourbillon.bench.durable.DurableKind;
import io.tourbillon.bench.durable.DurableSubject;
import io.tourbillon.bench.durable.KilledProgram;
import io.tourbillon.bench.work.DurableRound;
import io.tourbillon.bench.work.DurableScheduling;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * How the work of each scenario of durable timers is warmed up and measured, for one subject in
 * this JVM and a new database.
 */
final class DurableTrials {
  private static final int WARM_UP_SHARE = 10;

  /** Time to schedule each timer of a round that comes due later, for the slowest subject. */
  private static final long LEAD_NANOS_EACH = 200_000;

  private static final long LEAD_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long REOPEN_PATIENCE_SECONDS = 120;

  private DurableTrials() {}

  /** Work on an open service. */
  private interface Work {
    Measurement on(DurableSubject subject) throws InterruptedException;
  }

  private static Measurement withNew(DurableKind kind, IntConsumer handler, Work work)
      throws IOException, InterruptedException {
    try (Database database = kind.newDatabase();
        DurableSubject subject = open(kind, database, handler)) {
      return work.on(subject);
    }
  }

  private static DurableSubject open(DurableKind kind, Database database, IntConsumer handler) {
    try {
      return kind.open(database.url(), handler);
    } catch (SQLException failure) {
      throw new IllegalStateException("the database must be usable: " + failure, failure);
    }
  }

  static Measurement schedule(DurableKind kind, Job job) throws IOException, InterruptedException {
    return withNew(
        kind,
        timer -> {},
        subject -> {
          DurableScheduling scheduling = new DurableScheduling(subject, job.size());
          Thread.sleep(job.warmUpMillis());
          long startDurable = scheduling.durable();
          long startCpuNanos = ProcessCpu.nanos();
          long startNanos = System.nanoTime();
          Thread.sleep(job.measureMillis());
          double timers = scheduling.durable() - startDurable;
          long nanos = System.nanoTime() - startNanos;
          long cpuNanos = ProcessCpu.nanos() - startCpuNanos;
          scheduling.end();
          if (timers == 0) {
            throw new IllegalStateException(
                "a timer must become durable while it is measured: none did");
          }
          return Measurement.of(
              Map.of(
                  Metric.WALL_PER_OPERATION, nanos / timers,
                  Metric.CPU_PER_OPERATION, cpuNanos / timers));
        });
  }

  static Measurement lives(DurableKind kind, Job job) throws IOException, InterruptedException {
    AtomicReference<@Nullable DurableRound> current = new AtomicReference<>();
    return withNew(
        kind,
        timer -> fired(current, timer),
        subject -> {
          BooleanSupplier isOver = job.beginWarmUp(1);
          do {
            live(subject, current, Math.max(1, job.size() / WARM_UP_SHARE));
          } while (!isOver.getAsBoolean());
          System.gc();
          long startCpuNanos = ProcessCpu.nanos();
          long startNanos = System.nanoTime();
          live(subject, current, job.size());
          double nanos = System.nanoTime() - startNanos;
          double cpuNanos = ProcessCpu.nanos() - startCpuNanos;
          return Measurement.of(
              Map.of(
                  Metric.WALL_PER_OPERATION, nanos / job.size(),
                  Metric.CPU_PER_OPERATION, cpuNanos / job.size()));
        });
  }

  private static void live(
      DurableSubject subject, AtomicReference<@Nullable DurableRound> current, int timers)
      throws InterruptedException {
    DurableRound round = new DurableRound(timers);
    current.set(round);
    round.schedule(subject, timer -> Instant.now());
    round.awaitEnd(subject, 0);
    round.lateness();
  }

  static Measurement fire(DurableKind kind, Job job) throws IOException, InterruptedException {
    AtomicReference<@Nullable DurableRound> current = new AtomicReference<>();
    return withNew(
        kind,
        timer -> fired(current, timer),
        subject -> {
          BooleanSupplier isOver = job.beginWarmUp(1);
          do {
            fire(
                subject,
                current,
                Math.max(1, job.size() / WARM_UP_SHARE),
                Math.max(1, job.measureMillis() / WARM_UP_SHARE));
          } while (!isOver.getAsBoolean());
          System.gc();
          return fire(subject, current, job.size(), job.measureMillis());
        });
  }

  private static Measurement fire(
      DurableSubject subject,
      AtomicReference<@Nullable DurableRound> current,
      int timers,
      int spreadMillis)
      throws InterruptedException {
    DurableRound round = new DurableRound(timers);
    current.set(round);
    long spreadNanos = TimeUnit.MILLISECONDS.toNanos(spreadMillis);
    long leadNanos = LEAD_NANOS + timers * LEAD_NANOS_EACH;
    Instant first = Instant.now().plusNanos(leadNanos);
    long startNanos = System.nanoTime();
    round.schedule(
        subject, timer -> first.plusNanos((long) ((double) spreadNanos / timers * timer)));
    long leftNanos = leadNanos - (System.nanoTime() - startNanos);
    if (leftNanos < 0) {
      throw new IllegalStateException(
          "all timers must be durable before the first is due: " + -leftNanos + " ns too late");
    }
    TimeUnit.NANOSECONDS.sleep(leftNanos);
    long startCpuNanos = ProcessCpu.nanos();
    round.awaitEnd(subject, spreadNanos);
    double cpuNanos = ProcessCpu.nanos() - startCpuNanos;
    return Measurement.of(Map.of(Metric.CPU_PER_OPERATION, cpuNanos / timers), round.lateness());
  }

  private static void fired(AtomicReference<@Nullable DurableRound> current, int timer) {
    DurableRound round = current.get();
    if (round != null) {
      round.fired(timer);
    }
  }

  static Measurement reopen(DurableKind kind, Job job) throws IOException, InterruptedException {
    try (Database database = kind.newDatabase()) {
      KilledProgram.runAndKill(kind, database.url(), job.size());
      CountDownLatch fired = new CountDownLatch(1);
      AtomicLong firedNanos = new AtomicLong();
      long startNanos = System.nanoTime();
      try (DurableSubject subject =
          open(
              kind,
              database,
              timer -> {
                if (firedNanos.compareAndSet(0, System.nanoTime() - startNanos)) {
                  fired.countDown();
                }
              })) {
        if (!fired.await(REOPEN_PATIENCE_SECONDS, TimeUnit.SECONDS)) {
          throw new IllegalStateException(
              "a timer must fire within " + REOPEN_PATIENCE_SECONDS + " s: none of " + subject);
        }
        return Measurement.of(Map.of(Metric.FIRST_FIRING, firedNanos.get() / 1e3));
      }
    }
  }
}
