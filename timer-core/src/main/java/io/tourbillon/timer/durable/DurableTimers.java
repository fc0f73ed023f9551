package io.tourbillon.timer.durable;

import io.tourbillon.timer.TimerService;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Timers that survive the process, and that several processes share. They are rows of a table in
 * SQLite or PostgreSQL, named by a handler and a key.
 *
 * <pre>{@code
 * try (DurableTimers timers = DurableTimers.open(Path.of("orders.db"))
 *     .handler("order-expiry", firing -> orders.expire(firing.key(), firing.payload()))
 *     .build()) {
 *   timers.schedule("order-expiry", orderId, Instant.now().plus(Duration.ofMinutes(30)), payload)
 *       .join();                                    // from now on it survives a crash
 *   timers.cancel("order-expiry", orderId);         // paid
 * }
 * }</pre>
 *
 * <h2>Promise</h2>
 *
 * <ul>
 *   <li><b>At least once.</b> A timer whose {@link #schedule schedule} was acknowledged fires,
 *       unless it is cancelled or replaced, in some process that has its handler, until the handler
 *       has returned. A handler that returns just before its process dies is called again. {@link
 *       Firing#connection} makes it exactly once for effects in the same database.
 *   <li><b>Never early</b>, by the database's clock. The clocks of the processes do not matter.
 *   <li>A cancel or a replacement that was acknowledged before a firing began is obeyed. A firing
 *       begins with its check in the table, which is at most a second older than the call of the
 *       handler, or a quarter of the lease. What this process itself has acknowledged by the time
 *       of the call is obeyed as well. Only a machine that was suspended in between may act on an
 *       older check; that is what the fence is for.
 *   <li>{@link Firing#fence} rises with each owner, so that a sink can refuse a process that was
 *       stopped for longer than its lease.
 * </ul>
 *
 * <p>The order of timers that are due at about the same time is not defined.
 *
 * <p>If a connection breaks during a commit, the service finds out whether the transaction was
 * committed. So a change is made once, and a cancel tells what it has found. A future that fails
 * leaves open whether its change was made: the database was away, or the row was locked, for longer
 * than {@link Builder#writeLimit}, or the service was closed meanwhile.
 *
 * <h2>How it works</h2>
 *
 * <p>Each process owns some shards of the table by a lease, and writes new timers into its own. The
 * timers of its shards that are due soon are in a {@link TimerService}. Those that are due are
 * checked in the table, a batch in a round trip, and fire. The changes of all callers share
 * transactions. If a process dies, others own its shards when its lease is over, and fire its
 * timers from then on.
 *
 * <p>Processes may have different handlers. A timer is written into a shard of a process that has
 * its handler; what comes to a process that does not is handed over, within a second or two. If no
 * process has the handler, the timer is kept, {@linkplain DurableStats#unknownHandlers reported}
 * and logged once, and fires when some process has it. A process without handlers owns no shards.
 * With SQLite one process owns all, so those that share a file must have the same handlers or none.
 *
 * <p>A connection that is silent for half of the lease, but at least five seconds, is given up, and
 * another one is opened. The connection that writes may be silent for the whole lease. A connection
 * that can not be opened within half a minute fails.
 *
 * <p>Thread-safe.
 */
public interface DurableTimers extends AutoCloseable {
  /**
   * Begins a service on a database. It takes three connections for as long as it lives, a fourth
   * once handlers had to wait for their executor, one for each {@link Firing#connection}, and one
   * for each call that finds, lists or counts. Those that it keeps have settings of their own, so a
   * pool between this process and PostgreSQL must give out whole sessions, not transactions.
   *
   * @param source connections to SQLite or PostgreSQL; the driver tells which
   */
  static Builder builder(DataSource source) {
    return new Builder(source);
  }

  /**
   * Begins a service on an SQLite file, which is made if it is not there. The program needs the
   * driver {@code org.xerial:sqlite-jdbc}. One process at a time fires; others that open the same
   * file stand by. If it is killed, another one fires at once or within half a second, because each
   * process has a lock of the operating system on the file {@code -nodes} beside the other files.
   */
  static Builder open(Path file) {
    return new Builder(new SqliteFile(file)).createSchema();
  }

  /**
   * Schedules a timer, and replaces the one that is pending under the same handler and key. Of
   * several calls for a key that wait for their transaction together, only the last is written; if
   * the database refuses that one, all of them fail.
   *
   * @param handler the name of a handler, which this process need not have
   * @param key up to 500 characters
   * @param due when; not before 1970
   * @param payload what the handler gets; copied
   * @return completed when the timer is durable, or one that has replaced it; fails with a {@link
   *     DurableTimersException} if the database does. Dependents run on a virtual thread
   * @throws IllegalArgumentException if a name, the time or the payload is out of range
   * @throws java.util.concurrent.RejectedExecutionException if the service is closed, or too many
   *     changes wait for their transaction
   */
  CompletableFuture<Void> schedule(String handler, String key, Instant due, byte[] payload);

  /**
   * Removes a timer, also a dead one.
   *
   * @return completed when that is durable: true if this call has removed a timer. A firing of it
   *     that has begun goes on, and is not repeated if it fails
   * @throws java.util.concurrent.RejectedExecutionException as for {@link #schedule schedule}
   */
  CompletableFuture<Boolean> cancel(String handler, String key);

  /**
   * Schedules a timer in a transaction of the caller: it exists if the transaction commits. It may
   * fire up to 200 ms late if it is due within that time of the commit.
   *
   * @throws IllegalArgumentException as for {@link #schedule(String, String, Instant, byte[])}
   * @throws DurableTimersException if the database fails
   */
  void schedule(Connection transaction, String handler, String key, Instant due, byte[] payload);

  /**
   * Removes a timer, also a dead one, in a transaction of the caller: it is gone if the transaction
   * commits. Within {@link Firing#connection} this is the way to cancel another timer.
   *
   * @return true if the transaction has removed a timer; a firing of it that has begun goes on
   * @throws IllegalArgumentException if a name is out of range
   * @throws DurableTimersException if the database fails
   */
  boolean cancel(Connection transaction, String handler, String key);

  /**
   * Cancels all timers of a handler whose keys begin with a prefix; dead ones stay. Waits for room
   * where {@link #cancel} would be refused. Timers that are scheduled meanwhile may be missed.
   *
   * @return completed with how many were removed; fails with a {@link DurableTimersException} if
   *     the database does
   * @throws java.util.concurrent.RejectedExecutionException if the service is closed
   */
  CompletableFuture<Long> cancelAll(String handler, String keyPrefix);

  /**
   * Finds a timer, also a dead one. May not see changes whose futures have not completed.
   *
   * @return empty if there is none: it has fired, was cancelled, or never was
   * @throws IllegalArgumentException if a name is out of range
   * @throws DurableTimersException if the database fails
   */
  Optional<DurableTimer> find(String handler, String key);

  /**
   * Counts the timers that will fire. Reads the whole index: for people, not for programs.
   *
   * @throws DurableTimersException if the database fails
   */
  long pending();

  /**
   * Lists timers of a handler, by key.
   *
   * @param keyPrefix what their keys begin with; all if it is empty
   * @param afterKey only those behind this key; from the first if it is empty
   * @param most from 1 to 10,000; their payloads are in memory at once
   * @throws IllegalArgumentException if an argument is out of range
   * @throws DurableTimersException if the database fails
   */
  List<DurableTimer> list(String handler, String keyPrefix, String afterKey, int most);

  /** Lists timers whose last attempt has failed, like {@link #list}. Schedule one to revive it. */
  List<DurableTimer> listDead(String handler, String keyPrefix, String afterKey, int most);

  /** What this process has done. */
  DurableStats stats();

  /**
   * Stops firing, waits for the handlers that run, writes what was submitted, and gives the shards
   * back. Loses nothing. Waits for half a minute at most; what runs for longer fires again
   * elsewhere.
   */
  @Override
  void close();

  /** The options of a service. Not thread-safe. */
  final class Builder {
    final DataSource source;
    final Map<String, Firings.Registered> handlers = new HashMap<>();
    String node = "node";
    String tablePrefix = "tourbillon_";
    @Nullable Executor executor;
    @Nullable TimerService timers;
    Duration lease = Duration.ofSeconds(10);
    Duration window = Duration.ofMinutes(1);
    Duration writeLimit = Duration.ofSeconds(30);
    int maxRunning = 1_000;
    int maxLoaded = 1_000_000;
    int maxWaiting = 100_000;
    int maxPayloadBytes = 65_536;
    int shards;
    boolean createsSchema;

    Builder(DataSource source) {
      this.source = Objects.requireNonNull(source, "source");
    }

    /**
     * Adds a handler, with {@link HandlerOptions#DEFAULT}.
     *
     * @param name up to 200 characters
     * @throws IllegalArgumentException if the name is out of range, or taken
     */
    public Builder handler(String name, FiringHandler handler) {
      return handler(name, HandlerOptions.DEFAULT, handler);
    }

    /** Adds a handler with options. */
    public Builder handler(String name, HandlerOptions options, FiringHandler handler) {
      Names.requireShort("handler", name);
      Objects.requireNonNull(options, "options");
      Objects.requireNonNull(handler, "handler");
      if (handlers.putIfAbsent(name, new Firings.Registered(handler, options)) != null) {
        throw new IllegalArgumentException("there is a handler of this name already: " + name);
      }
      return this;
    }

    /**
     * What runs the handlers. Default: a virtual thread for each firing. Timers that wait here for
     * longer than a second, or a quarter of the lease, are checked in the table again before their
     * handlers are called.
     */
    public Builder executor(Executor value) {
      executor = Objects.requireNonNull(value, "executor");
      return this;
    }

    /** The service of the timers that are due soon. Default: one of its own. */
    public Builder timers(TimerService value) {
      timers = Objects.requireNonNull(value, "timers");
      return this;
    }

    /** What the name of this process in the table of nodes begins with. Default: node. */
    public Builder name(String value) {
      node = Names.requireShort("name", value);
      return this;
    }

    /**
     * How long others wait for this process before they fire its timers. It renews the lease three
     * times in that time, and at least twice a second; others look as often. Default: 10 s; from 1
     * s to an hour.
     */
    public Builder lease(Duration value) {
      lease = Names.require("lease", value, Duration.ofSeconds(1), Duration.ofHours(1));
      return this;
    }

    /** How far ahead timers are loaded. Default: a minute; from 2 s to a day. */
    public Builder window(Duration value) {
      window = Names.require("window", value, Duration.ofSeconds(2), Duration.ofDays(1));
      return this;
    }

    /** How long a change is tried while the database fails. Default: 30 s; to an hour. */
    public Builder writeLimit(Duration value) {
      writeLimit = Names.require("writeLimit", value, Duration.ofMillis(1), Duration.ofHours(1));
      return this;
    }

    /** How many handlers run at a time at most. Default: 1,000. */
    public Builder maxRunning(int value) {
      maxRunning = Names.require("maxRunning", value, 1, 1_000_000);
      return this;
    }

    /** How many timers are in memory at most. Default: a million, about 250 MB. */
    public Builder maxLoaded(int value) {
      maxLoaded = Names.require("maxLoaded", value, 1, 100_000_000);
      return this;
    }

    /**
     * How many changes may wait for their transaction. More are refused, and so is what would make
     * their payloads take more than a quarter of the largest heap. Default: 100,000.
     */
    public Builder maxWaiting(int value) {
      maxWaiting = Names.require("maxWaiting", value, 1, 10_000_000);
      return this;
    }

    /** The longest payload, in bytes. Default: 65,536; to 16 MiB. */
    public Builder maxPayloadBytes(int value) {
      maxPayloadBytes = Names.require("maxPayloadBytes", value, 0, 1 << 24);
      return this;
    }

    /** What the names of the tables begin with. Default: {@code tourbillon_}. */
    public Builder tablePrefix(String value) {
      tablePrefix = Objects.requireNonNull(value, "tablePrefix");
      return this;
    }

    /**
     * How many shards a new schema has in PostgreSQL: at least as many as there will be processes.
     * Default: 64; to 4,096. SQLite has one.
     */
    public Builder shards(int value) {
      shards = Names.require("shards", value, 1, 4_096);
      return this;
    }

    /** Makes the tables if they are not there. Several processes may do so at once. */
    public Builder createSchema() {
      createsSchema = true;
      return this;
    }

    /**
     * The statements that make the tables, for who makes them by other means.
     *
     * @throws DurableTimersException if the database can not be reached
     */
    public List<String> schema() {
      return DurableNode.schemaOf(this);
    }

    /**
     * Begins to fire.
     *
     * @throws DurableTimersException if the database fails, or the tables are not there and {@link
     *     #createSchema} was not called
     */
    public DurableTimers build() {
      return DurableNode.start(this);
    }
  }
}
