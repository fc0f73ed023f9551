package io.tourbillon.timer.durable;

import static java.util.stream.Collectors.toUnmodifiableSet;

import io.tourbillon.timer.internal.observe.Logging;
import io.tourbillon.timer.internal.store.Change;
import io.tourbillon.timer.internal.store.Row;
import io.tourbillon.timer.internal.store.TimerKey;
import io.tourbillon.timer.internal.writer.GroupWriter;
import io.tourbillon.timer.internal.writer.Request;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Timers in shards of this process whose handlers it does not have. They move to a shard of a
 * process that has them, as soon as they come into memory. If there is none, they are reported, and
 * stay in the table alone until there is one.
 */
final class Elsewhere implements Admission {
  private static final long LEAST_PAUSE_MILLIS = 1_000;
  private static final long LONGEST_PAUSE_MILLIS = 60_000;

  private final NearTimers near;
  private final Ownership ownership;
  private final GroupWriter writer;
  private final long pauseMillis;

  /**
   * Handlers whose timers are not in memory, because no process has them. Any thread adds; the
   * keeper removes those that some process has, and loads their timers.
   */
  private final Set<String> unserved = ConcurrentHashMap.newKeySet();

  /**
   * For one process.
   *
   * @param heartbeatMillis how often it learns of the handlers of others
   */
  Elsewhere(NearTimers near, Ownership ownership, GroupWriter writer, long heartbeatMillis) {
    this.near = near;
    this.ownership = ownership;
    this.writer = writer;
    this.pauseMillis = Math.clamp(heartbeatMillis, LEAST_PAUSE_MILLIS, LONGEST_PAUSE_MILLIS);
    near.admitOnly(this);
  }

  @Override
  public boolean admits(TimerKey key) {
    boolean served = ownership.isServed(key.handler());
    if (!served) {
      report(key);
    }
    return served;
  }

  @Override
  public boolean admitMore() {
    return unserved.removeIf(ownership::isServed);
  }

  /** The handlers that no process has. */
  Set<String> unserved() {
    return unserved.stream()
        .filter(handler -> !ownership.isServed(handler))
        .collect(toUnmodifiableSet());
  }

  /** Reports a timer that is written although no process has its handler. */
  void report(TimerKey key) {
    if (unserved.add(key.handler())) {
      Logging.logger()
          .log(
              System.Logger.Level.WARNING,
              "no process has the handler of a durable timer, which is kept: " + key);
    }
  }

  /** Hands a timer over. For the thread of {@link Firings}. */
  void handOver(Near timer) {
    Row row = timer.row;
    Integer shard = ownership.otherShard(row.key().handler());
    Long epoch = ownership.epochs().get(row.shard());
    if (shard == null || epoch == null) {
      report(row.key()); // Before it is forgotten, so that it is loaded again.
      near.forget(timer);
      return;
    }
    long version = ThreadLocalRandom.current().nextLong();
    Row next = new Row(row.key(), shard, row.dueMicros(), version, row.payloadBytes());
    Moving moving = new Moving(timer, new Change.Move(row, epoch, next));
    if (near.begin(timer)) {
      boolean submitted = false;
      try {
        writer.submitEnd(moving);
        submitted = true;
      } finally {
        if (!submitted) {
          pause(timer); // The heap is full.
        }
      }
    }
  }

  private void pause(Near timer) {
    // Not all at once: there may be many of them.
    long millis = ThreadLocalRandom.current().nextLong(pauseMillis / 2, pauseMillis);
    near.again(timer, Duration.ofMillis(millis));
  }

  /** The way of a timer into another shard. */
  private final class Moving extends Request {
    private final Near timer;

    Moving(Near timer, Change change) {
      super(change);
      this.timer = timer;
    }

    @Override
    protected void committed(boolean found, long sinceNanos) {
      near.forget(timer); // If it was not found, it was replaced, or has another owner.
    }

    @Override
    protected boolean failed(SQLException failure) {
      pause(timer);
      return true;
    }
  }
}
