package io.tourbillon.timer.durable;

import io.tourbillon.timer.TimerService;
import io.tourbillon.timer.internal.IndependentThread;
import io.tourbillon.timer.internal.store.Micros;
import io.tourbillon.timer.internal.store.Row;
import io.tourbillon.timer.internal.store.Store;
import io.tourbillon.timer.internal.store.StoreSession;
import io.tourbillon.timer.internal.store.TimerKey;
import io.tourbillon.timer.internal.writer.GroupWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The service of one process. */
final class DurableNode implements DurableTimers {
  private static final int MOST_KEY_CHARACTERS = 500;

  /** Beyond the lease: others have had the time to take over by then. */
  private static final long ABSENT_MICROS = TimeUnit.SECONDS.toMicros(1);

  private static final int LEAST_TIMEOUT_MILLIS = 5_000;

  /** The changes that wait may take a quarter of it. */
  private static final int PART_OF_HEAP = 4;

  private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final Store store;
  private final String node;
  private final int maxPayloadBytes;
  private final int watchMillis;
  private final Counts counts = new Counts();
  private final Ownership ownership;
  private final NearTimers near;
  private final GroupWriter writer;
  private final Elsewhere elsewhere;
  private final Rechecks rechecks;
  private final Firings firings;
  private final Keeper keeper;
  private final Changes changes;
  private final Questions questions;
  private final @Nullable TimerService ownTimers;
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicBoolean closed = new AtomicBoolean();

  private DurableNode(Builder options, Store store) {
    this.store = store;
    questions = new Questions(store);
    maxPayloadBytes = options.maxPayloadBytes;
    node = options.node + "-" + UUID.randomUUID();
    Map<String, Firings.Registered> handlers = Map.copyOf(options.handlers);
    TimerService timers = options.timers;
    ownTimers = timers == null ? privateTimers() : null;
    long leaseNanos = options.lease.toNanos();
    int leaseMillis = (int) options.lease.toMillis();
    // Early enough for another connection before the lease is over, unless that is short: a
    // database that is merely slow must not be given up again and again.
    int timeoutMillis = Math.max(LEAST_TIMEOUT_MILLIS, leaseMillis / 2);
    watchMillis = timeoutMillis / 2;
    ownership = new Ownership(leaseNanos, handlers.keySet());
    near =
        new NearTimers(
            timers == null ? Objects.requireNonNull(ownTimers) : timers,
            new DatabaseClock(),
            handlers.keySet(),
            options.maxLoaded,
            this::isDue);
    writer =
        new GroupWriter(
            store,
            Math.max(LEAST_TIMEOUT_MILLIS, leaseMillis),
            node,
            options.maxWaiting,
            Runtime.getRuntime().maxMemory() / PART_OF_HEAP,
            options.writeLimit.toNanos(),
            nanos -> Counts.record(counts.commitNanos, nanos));
    elsewhere = new Elsewhere(near, ownership, writer, leaseMillis / 3);
    rechecks = new Rechecks(store, timeoutMillis, node);
    Executor executor = options.executor;
    firings =
        new Firings(
            store,
            timeoutMillis,
            node,
            handlers,
            executor == null ? DurableNode::onVirtualThread : executor,
            options.maxRunning,
            near,
            ownership,
            elsewhere,
            new Attempts(store, timeoutMillis, leaseNanos, near, writer, rechecks, counts),
            new CatchingUp(handlers, TimeUnit.NANOSECONDS.toMicros(leaseNanos) + ABSENT_MICROS));
    keeper =
        new Keeper(
            store,
            timeoutMillis,
            leaseNanos,
            TimeUnit.NANOSECONDS.toMicros(options.window.toNanos()),
            near,
            ownership,
            new Membership(node, leaseNanos, handlers.keySet(), near, ownership));
    changes = new Changes(near, ownership, elsewhere, keeper, writer, counts);
  }

  private static TimerService privateTimers() {
    return TimerService.builder()
        .threadFactory(driver -> IndependentThread.daemon("tourbillon-durable-timers", driver))
        .build();
  }

  private void isDue(Near timer) {
    firings.add(timer);
  }

  private static void onVirtualThread(Runnable firing) {
    IndependentThread.virtual("tourbillon-durable-firing", firing).start();
  }

  static List<String> schemaOf(Builder options) {
    try {
      Store store = Store.of(options.source, options.tablePrefix);
      return store.schema(shardsOf(options, store));
    } catch (SQLException failure) {
      throw new DurableTimersException("the database can not be reached", failure);
    }
  }

  private static int shardsOf(Builder options, Store store) {
    return options.shards == 0 ? store.defaultShards() : options.shards;
  }

  static DurableNode start(Builder options) {
    DurableNode node;
    String database = "the database of durable timers";
    try {
      Store store = Store.of(options.source, options.tablePrefix);
      database += ", " + store + ",";
      if (options.createsSchema) {
        store.create(shardsOf(options, store));
      }
      try (StoreSession session = store.openWithinLimit(Questions.TIMEOUT_MILLIS)) {
        node = new DurableNode(options, store);
        node.begin(session);
      }
    } catch (SQLException failure) {
      throw new DurableTimersException(
          database
              + " can not be used, or has no tables "
              + options.tablePrefix
              + "*: "
              + failure.getMessage(),
          failure);
    }
    return node;
  }

  private void begin(StoreSession session) throws SQLException {
    boolean begun = false;
    try {
      keeper.heartbeat(session);
      start("tourbillon-durable-writer", writer);
      start("tourbillon-durable-firings", firings);
      start("tourbillon-durable-watch", this::watch);
      start("tourbillon-durable-keeper", keeper);
      begun = true;
    } finally {
      if (!begun) {
        undo(session);
      }
    }
  }

  /** Ends what has begun, because the rest can not: there is no room for a thread, for example. */
  private void undo(StoreSession session) {
    closed.set(true);
    firings.close();
    writer.close();
    keeper.close();
    threads.forEach(Thread::interrupt);
    try {
      keeper.end(session);
    } catch (SQLException | RuntimeException | Error failure) {
      // Its lease ends by itself.
    } finally {
      release();
    }
  }

  private void release() {
    store.left(node);
    near.clear();
    if (ownTimers != null) {
      ownTimers.shutdownNow();
    }
  }

  /** Looks for loops whose connections have fallen silent, until it is interrupted. */
  private void watch() {
    try {
      while (true) {
        Thread.sleep(watchMillis);
        writer.breakIfSilent();
        firings.breakIfSilent();
        keeper.breakIfSilent();
        rechecks.breakIfSilent();
      }
    } catch (InterruptedException closes) {
      Thread.currentThread().interrupt();
    }
  }

  private void start(String name, Runnable loop) {
    Thread thread = IndependentThread.daemon(name, loop);
    threads.add(thread);
    thread.start();
  }

  @Override
  public CompletableFuture<Void> schedule(String handler, String key, Instant due, byte[] payload) {
    byte[] copy = copyOf(payload);
    return changes.schedule(keyOf(handler, key), microsOf(due), copy);
  }

  @Override
  public void schedule(
      Connection transaction, String handler, String key, Instant due, byte[] payload) {
    Objects.requireNonNull(transaction, "transaction");
    byte[] copy = copyOf(payload);
    Row row = changes.rowOf(keyOf(handler, key), microsOf(due), copy);
    try {
      store.put(transaction, row, copy);
    } catch (SQLException failure) {
      throw new DurableTimersException("the timer " + row.key() + " was not written", failure);
    }
  }

  private static long microsOf(Instant due) {
    return Micros.of(Objects.requireNonNull(due, "due"));
  }

  private static TimerKey keyOf(String handler, String key) {
    return new TimerKey(
        Names.requireShort("handler", handler), Names.require("key", key, MOST_KEY_CHARACTERS));
  }

  private byte[] copyOf(byte[] payload) {
    if (payload.length > maxPayloadBytes) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "payload must have %,d bytes at most, and has %,d",
              maxPayloadBytes,
              payload.length));
    }
    return payload.clone();
  }

  @Override
  public CompletableFuture<Boolean> cancel(String handler, String key) {
    return changes.cancel(keyOf(handler, key));
  }

  @Override
  public boolean cancel(Connection transaction, String handler, String key) {
    Objects.requireNonNull(transaction, "transaction");
    TimerKey timer = keyOf(handler, key);
    try {
      return store.remove(transaction, timer);
    } catch (SQLException failure) {
      throw new DurableTimersException("the timer " + timer + " was not removed", failure);
    }
  }

  @Override
  public CompletableFuture<Long> cancelAll(String handler, String keyPrefix) {
    Names.requireShort("handler", handler);
    Names.requireText("keyPrefix", keyPrefix);
    if (closed.get()) {
      throw new RejectedExecutionException("the durable timers are closed");
    }
    return changes.cancelAll(handler, keyPrefix, questions);
  }

  @Override
  public Optional<DurableTimer> find(String handler, String key) {
    return questions.find(keyOf(handler, key));
  }

  @Override
  public long pending() {
    return questions.pending();
  }

  @Override
  public List<DurableTimer> list(String handler, String keyPrefix, String afterKey, int most) {
    return questions.list(handler, keyPrefix, afterKey, most, false);
  }

  @Override
  public List<DurableTimer> listDead(String handler, String keyPrefix, String afterKey, int most) {
    return questions.list(handler, keyPrefix, afterKey, most, true);
  }

  @Override
  public DurableStats stats() {
    return new DurableStats(
        counts.scheduled.sum(),
        counts.cancelled.sum(),
        counts.fired.sum(),
        counts.failed.sum(),
        counts.retried.sum(),
        counts.dead.sum(),
        counts.skipped.sum(),
        counts.superseded.sum(),
        firings.backlog(),
        near.size(),
        firings.running(),
        writer.waiting(),
        ownership.epochs().size(),
        ownership.shards(),
        ownership.lease(),
        Duration.ofNanos(ownership.ageNanos()),
        Counts.snapshot(counts.latenessNanos),
        Counts.snapshot(counts.commitNanos),
        elsewhere.unserved(),
        closed.get());
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    long endNanos = System.nanoTime() + CLOSE_NANOS;
    firings.close();
    boolean interrupted = Thread.interrupted();
    try {
      firings.awaitIdle(endNanos - System.nanoTime());
      writer.close();
      threads.getFirst().join(Duration.ofNanos(Math.max(1, endNanos - System.nanoTime())));
      keeper.close();
      threads.getLast().join(Duration.ofNanos(Math.max(1, endNanos - System.nanoTime())));
    } catch (InterruptedException stopped) {
      interrupted = true;
    } finally {
      writer.close();
      keeper.close();
      threads.forEach(Thread::interrupt);
      interrupted |= !rechecks.close(Math.max(1, endNanos - System.nanoTime()));
      release();
      writer.failRest();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
