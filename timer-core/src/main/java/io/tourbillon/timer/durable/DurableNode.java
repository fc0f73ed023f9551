package io.tourbillon.timer.durable;

import io.tourbillon.timer.TimerService;
import io.tourbillon.timer.internal.IndependentThread;
import io.tourbillon.timer.internal.store.Change;
import io.tourbillon.timer.internal.store.Listed;
import io.tourbillon.timer.internal.store.Row;
import io.tourbillon.timer.internal.store.Store;
import io.tourbillon.timer.internal.store.StoreSession;
import io.tourbillon.timer.internal.store.TimerKey;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The service of one process. */
final class DurableNode implements DurableTimers {
  private static final int MOST_KEY_CHARACTERS = 500;
  private static final int MOST_LISTED = 10_000;
  private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final Store store;
  private final int maxPayloadBytes;
  private final Counts counts = new Counts();
  private final Ownership ownership;
  private final NearTimers near;
  private final GroupWriter writer;
  private final Firings firings;
  private final Keeper keeper;
  private final @Nullable TimerService ownTimers;
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicBoolean closed = new AtomicBoolean();

  private DurableNode(Builder options, Store store) {
    this.store = store;
    maxPayloadBytes = options.maxPayloadBytes;
    String node = options.node + "-" + UUID.randomUUID();
    TimerService timers = options.timers;
    ownTimers = timers == null ? privateTimers() : null;
    DatabaseClock clock = new DatabaseClock();
    ownership = new Ownership(options.lease.toNanos());
    near =
        new NearTimers(
            timers == null ? Objects.requireNonNull(ownTimers) : timers,
            clock,
            options.maxLoaded,
            this::isDue);
    writer = new GroupWriter(store, counts, options.maxWaiting, options.writeLimit.toNanos());
    Executor executor = options.executor;
    firings =
        new Firings(
            store,
            node,
            Map.copyOf(options.handlers),
            executor == null ? DurableNode::onVirtualThread : executor,
            options.maxRunning,
            near,
            ownership,
            writer,
            counts);
    keeper =
        new Keeper(
            store,
            node,
            options.lease.toNanos(),
            TimeUnit.NANOSECONDS.toMicros(options.window.toNanos()),
            clock,
            near,
            ownership);
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
      return store.schema(options.shards == 0 ? store.defaultShards() : options.shards);
    } catch (SQLException failure) {
      throw new DurableTimersException("the database can not be reached", failure);
    }
  }

  static DurableNode start(Builder options) {
    DurableNode node;
    try {
      Store store = Store.of(options.source, options.tablePrefix);
      if (options.createsSchema) {
        store.create(options.shards == 0 ? store.defaultShards() : options.shards);
      }
      try (StoreSession session = store.open()) {
        node = new DurableNode(options, store);
        node.begin(session);
      }
    } catch (SQLException failure) {
      throw new DurableTimersException(
          "the database of durable timers can not be used, or has no tables "
              + options.tablePrefix
              + "*: "
              + failure.getMessage(),
          failure);
    }
    return node;
  }

  private void begin(StoreSession session) throws SQLException {
    try {
      keeper.heartbeat(session);
    } catch (SQLException | RuntimeException | Error failure) {
      if (ownTimers != null) {
        ownTimers.shutdownNow();
      }
      throw failure;
    }
    start("tourbillon-durable-writer", writer);
    start("tourbillon-durable-firings", firings);
    start("tourbillon-durable-keeper", keeper);
  }

  private void start(String name, Runnable loop) {
    Thread thread = IndependentThread.daemon(name, loop);
    threads.add(thread);
    thread.start();
  }

  @Override
  public CompletableFuture<Void> schedule(String handler, String key, Instant due, byte[] payload) {
    Scheduling scheduling = new Scheduling(rowOf(handler, key, due), copyOf(payload));
    writer.submit(scheduling);
    return scheduling.done;
  }

  @Override
  public void schedule(
      Connection transaction, String handler, String key, Instant due, byte[] payload) {
    Objects.requireNonNull(transaction, "transaction");
    Row row = rowOf(handler, key, due);
    try {
      store.put(transaction, row, copyOf(payload));
    } catch (SQLException failure) {
      throw new DurableTimersException("the timer " + row.key() + " was not written", failure);
    }
  }

  private Row rowOf(String handler, String key, Instant due) {
    Objects.requireNonNull(due, "due");
    long micros = Micros.of(due);
    return new Row(
        keyOf(handler, key), ownership.anyShard(), micros, ThreadLocalRandom.current().nextLong());
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
    Cancelling cancelling = new Cancelling(keyOf(handler, key));
    writer.submit(cancelling);
    return cancelling.done;
  }

  /** A change whose caller has a future. */
  private abstract static class Told<T> extends GroupWriter.Request {
    final CompletableFuture<T> done = new CompletableFuture<>();
    private @Nullable SQLException failure;

    Told(Change change) {
      super(change);
    }

    abstract T result();

    @Override
    boolean failed(SQLException cause) {
      failure = cause;
      return true;
    }

    @Override
    boolean isAwaited() {
      return true;
    }

    @Override
    void tell() {
      SQLException cause = failure;
      if (cause == null) {
        done.complete(result());
      } else {
        done.completeExceptionally(
            new DurableTimersException(
                "the change of " + change.key() + " may not have been made: " + cause.getMessage(),
                cause));
      }
    }
  }

  private final class Scheduling extends Told<Void> {
    private final Row row;

    Scheduling(Row row, byte[] payload) {
      super(new Change.Put(row, payload));
      this.row = row;
    }

    @Override
    void committed(boolean found) {
      counts.scheduled.increment();
      near.written(row);
      if (!ownership.surelyOwns(row.shard())) {
        keeper.leaveNotice(row);
      }
    }

    @Override
    @SuppressWarnings(
        "NullAway") // Void has no other value, and users get a CompletableFuture<Void>.
    Void result() {
      return null;
    }
  }

  private final class Cancelling extends Told<Boolean> {
    private boolean cancelled;

    Cancelling(TimerKey key) {
      super(new Change.Cancel(key));
    }

    @Override
    void committed(boolean found) {
      cancelled = found;
      if (found) {
        counts.cancelled.increment();
      }
      near.removed(change.key());
    }

    @Override
    Boolean result() {
      return cancelled;
    }
  }

  @Override
  public CompletableFuture<Long> cancelAll(String handler, String keyPrefix) {
    Names.requireShort("handler", handler);
    Names.requireText("keyPrefix", keyPrefix);
    CompletableFuture<Long> done = new CompletableFuture<>();
    Runnable cancelling =
        () -> {
          try {
            done.complete(cancelEach(handler, keyPrefix));
          } catch (RuntimeException | Error failure) {
            done.completeExceptionally(failure);
          }
        };
    IndependentThread.virtual("tourbillon-durable-cancel", cancelling).start();
    return done;
  }

  private long cancelEach(String handler, String keyPrefix) {
    long cancelled = 0;
    String after = "";
    while (true) {
      List<DurableTimer> page = list(handler, keyPrefix, after, 1_000);
      if (page.isEmpty()) {
        return cancelled;
      }
      List<CompletableFuture<Boolean>> cancels =
          page.stream().map(timer -> cancel(handler, timer.key())).toList();
      for (CompletableFuture<Boolean> cancel : cancels) {
        cancelled += cancel.join() ? 1 : 0;
      }
      after = page.getLast().key();
    }
  }

  @Override
  public long pending() {
    return asked(session -> session.count(false));
  }

  @Override
  public List<DurableTimer> list(String handler, String keyPrefix, String afterKey, int most) {
    return list(handler, keyPrefix, afterKey, most, false);
  }

  @Override
  public List<DurableTimer> listDead(String handler, String keyPrefix, String afterKey, int most) {
    return list(handler, keyPrefix, afterKey, most, true);
  }

  private List<DurableTimer> list(
      String handler, String keyPrefix, String afterKey, int most, boolean dead) {
    Names.requireShort("handler", handler);
    Names.requireText("keyPrefix", keyPrefix);
    Names.requireText("afterKey", afterKey);
    Names.require("most", most, 1, MOST_LISTED);
    return asked(session -> session.list(handler, keyPrefix, afterKey, dead, most)).stream()
        .map(DurableNode::publicly)
        .toList();
  }

  private static DurableTimer publicly(Listed listed) {
    return new DurableTimer(
        listed.key().handler(),
        listed.key().key(),
        Micros.toInstant(listed.dueMicros()),
        listed.attempts(),
        listed.dead(),
        listed.error(),
        listed.payload());
  }

  private interface Question<T> {
    T askedOf(StoreSession session) throws SQLException;
  }

  private <T> T asked(Question<T> question) {
    try (StoreSession session = store.open()) {
      return question.askedOf(session);
    } catch (SQLException failure) {
      throw new DurableTimersException("the database of durable timers fails", failure);
    }
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
        firings.unknownHandlers(),
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
      near.clear();
      writer.failRest();
      if (ownTimers != null) {
        ownTimers.shutdownNow();
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
