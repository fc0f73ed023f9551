package io.tourbillon.timer.durable;

import io.tourbillon.timer.internal.SafeText;
import io.tourbillon.timer.internal.observe.Logging;
import io.tourbillon.timer.internal.store.Change;
import io.tourbillon.timer.internal.store.Check;
import io.tourbillon.timer.internal.store.Row;
import io.tourbillon.timer.internal.store.Store;
import io.tourbillon.timer.internal.store.TimerKey;
import io.tourbillon.timer.internal.watchdog.ThrottledLog;
import io.tourbillon.timer.internal.writer.GroupWriter;
import io.tourbillon.timer.internal.writer.Request;
import io.tourbillon.timer.internal.writer.SessionLoop;
import java.sql.SQLException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs handlers of timers that were checked, and writes how each attempt has ended. Thread-safe;
 * each attempt is for the thread that runs it.
 */
final class Attempts {
  /** A timer that may fire, because a check has found it. */
  record Ready(
      Firings.Registered registered,
      Near timer,
      Check.Found found,
      long fence,
      long lateMicros,
      long checkedNanos) {}

  private static final Duration UNSETTLED_PAUSE = Duration.ofSeconds(1);

  /** Before a firing is repeated whose transaction the database has failed to make. */
  private static final Duration DATABASE_PAUSE = Duration.ofSeconds(1);

  private static final Duration NO_LEASE_PAUSE = Duration.ofMillis(100);
  private static final long OLDEST_CHECK_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int ERROR_CHARACTERS = 1_000;

  private final Store store;
  private final int timeoutMillis;
  private final long oldestCheckNanos;
  private final NearTimers near;
  private final GroupWriter writer;
  private final Rechecks rechecks;
  private final ThrottledLog deadLog = new ThrottledLog(Logging.logger());
  private final Counts counts;

  Attempts(
      Store store,
      int timeoutMillis,
      long leaseNanos,
      NearTimers near,
      GroupWriter writer,
      Rechecks rechecks,
      Counts counts) {
    this.store = store;
    this.timeoutMillis = timeoutMillis;
    this.oldestCheckNanos = Math.min(OLDEST_CHECK_NANOS, leaseNanos / 4);
    this.near = near;
    this.writer = writer;
    this.rechecks = rechecks;
    this.counts = counts;
  }

  /** Runs the handler of a timer that {@link NearTimers#begin} has begun. */
  void run(Ready ready) {
    try {
      Ready current = current(ready);
      if (current != null) {
        Counts.record(counts.latenessNanos, 1000 * current.lateMicros + ageNanos(current));
        fire(current);
      }
    } catch (Throwable lost) {
      // The heap is full, for example, and the end can not be written: it fires once more.
      SessionLoop.report(lost);
      near.again(ready.timer, UNSETTLED_PAUSE);
    }
  }

  private static long ageNanos(Ready ready) {
    return System.nanoTime() - ready.checkedNanos;
  }

  /** Returns what may fire now, or null if it was settled that it must not. */
  private @Nullable Ready current(Ready ready) throws SQLException, InterruptedException {
    Near timer = ready.timer;
    if (!near.isStill(timer)) {
      counts.superseded.increment(); // Cancelled or replaced by this process since the check.
      return null;
    }
    if (ageNanos(ready) <= oldestCheckNanos && !timer.doubtful) {
      return ready;
    }
    long checkedNanos = System.nanoTime();
    Check check = rechecks.check(timer.row);
    Check.Found found = check.found().isEmpty() ? null : check.found().getFirst();
    if (waits(timer, check, found)) { // The database's clock was set back, or the lease is over.
      return null;
    }
    if (found == null) {
      counts.superseded.increment();
      near.forget(timer);
      return null;
    }
    long lateMicros = check.nowMicros() - found.dueMicros();
    return new Ready(ready.registered, timer, found, check.fence(), lateMicros, checkedNanos);
  }

  /** Returns whether a check says that a timer must not fire yet, and arms it once more if so. */
  boolean waits(Near timer, Check check, Check.@Nullable Found found) {
    if (!check.leased()) {
      near.again(timer, NO_LEASE_PAUSE);
      return true;
    }
    long earlyMicros = found == null ? 0 : found.dueMicros() - check.nowMicros();
    if (earlyMicros > 0) {
      near.again(timer, Duration.of(earlyMicros, ChronoUnit.MICROS));
    }
    return earlyMicros > 0;
  }

  private void fire(Ready ready) {
    Near timer = ready.timer;
    LiveFiring firing = new LiveFiring(store, timeoutMillis, timer.row, ready.found, ready.fence);
    boolean committed;
    try {
      ready.registered.handler().fire(firing);
      committed = firing.commit();
    } catch (Throwable failure) { // Kotlin, for one, throws what no signature declares.
      firing.rollback();
      if (firing.isSuperseded()) {
        counts.superseded.increment();
        near.forget(timer);
      } else if (firing.isFailureOfDatabase()) {
        SessionLoop.report(failure);
        near.again(timer, withJitter(DATABASE_PAUSE));
      } else {
        failed(ready, failure);
      }
      return;
    }
    counts.fired.increment();
    if (committed) {
      near.forget(timer);
    } else {
      writer.submitEnd(ending(timer, ready.found.epoch()));
    }
  }

  private static Duration withJitter(Duration pause) {
    return Duration.ofNanos((long) (pause.toNanos() * jitter()));
  }

  /** So that what has failed together is not tried together again. */
  private static double jitter() {
    return ThreadLocalRandom.current().nextDouble(0.8, 1.2);
  }

  private void failed(Ready ready, Throwable failure) {
    counts.failed.increment();
    HandlerOptions options = ready.registered.options();
    int attempts = ready.found.attempts() + 1;
    boolean dead = attempts >= options.attempts();
    long pauseMicros = (long) (options.pauseMicros(attempts) * jitter());
    Row row = ready.timer.row;
    Row next =
        new Row(
            row.key(),
            row.shard(),
            dead ? row.dueMicros() : near.nowMicros() + pauseMicros,
            ThreadLocalRandom.current().nextLong(),
            row.payloadBytes());
    if (dead) {
      deadLog.warn(new DeadTimer(row.key(), attempts, failure));
    }
    long epoch = ready.found.epoch();
    Change change = new Change.Failed(row, epoch, next, attempts, dead, textOf(failure));
    writer.submitEnd(new Ending(ready.timer, change));
  }

  /** A warning. */
  private record DeadTimer(TimerKey key, int attempts, Throwable failure) {
    @Override
    public String toString() {
      return "the durable timer "
          + key
          + " has failed, and is kept as dead after "
          + attempts
          + " attempts: "
          + SafeText.of(failure);
    }
  }

  /** Text that every database stores, of a bounded length. */
  private static String textOf(Throwable failure) {
    StringBuilder safe = new StringBuilder();
    // SafeText has neither U+0000 nor half of a pair.
    SafeText.of(failure).codePoints().limit(ERROR_CHARACTERS).forEach(safe::appendCodePoint);
    return safe.toString();
  }

  private Ending ending(Near timer, long epoch) {
    return new Ending(timer, new Change.End(timer.row, epoch));
  }

  /** Removes a timer without firing it. */
  void skip(Near timer, long epoch) {
    Ending ending = ending(timer, epoch);
    boolean settled = false;
    try {
      boolean begun = near.begin(timer);
      if (begun) {
        writer.submitEnd(ending);
      }
      settled = true;
      if (begun) {
        counts.skipped.increment();
      }
    } finally {
      if (!settled) {
        near.again(timer, UNSETTLED_PAUSE);
      }
    }
  }

  /** The end of an attempt. */
  private final class Ending extends Request {
    private final Near timer;

    Ending(Near timer, Change change) {
      super(change);
      this.timer = timer;
    }

    @Override
    protected void committed(boolean found, long sinceNanos) {
      near.forget(timer);
      if (!found) {
        counts.superseded.increment();
      } else if (change() instanceof Change.Failed failed) {
        if (failed.dead()) {
          counts.dead.increment();
        } else {
          counts.retried.increment();
          // A replacement that was noted meanwhile is newer than what has replaced it.
          near.written(failed.next(), sinceNanos);
        }
      }
    }

    @Override
    protected boolean failed(SQLException failure) {
      return false; // Tried until it succeeds: the timer must not fire again and again.
    }
  }
}
