package io.tourbillon.timer.durable;

import io.tourbillon.timer.internal.SafeText;
import io.tourbillon.timer.internal.observe.Logging;
import io.tourbillon.timer.internal.store.Change;
import io.tourbillon.timer.internal.store.Check;
import io.tourbillon.timer.internal.store.Row;
import io.tourbillon.timer.internal.store.Store;
import io.tourbillon.timer.internal.store.StoreSession;
import io.tourbillon.timer.internal.store.TimerKey;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Fires what is due. A batch is checked in the table in one round trip: what was cancelled,
 * replaced or taken over is not found, and the database's clock decides whether a timer is due.
 * What is found goes to the executor.
 */
final class Firings extends SessionLoop {
  /** A handler and its options. */
  record Registered(FiringHandler handler, HandlerOptions options) {}

  private static final int MOST_IN_A_CHECK = 500;
  private static final long WAIT_MILLIS = 20;
  private static final Duration UNKNOWN_HANDLER_PAUSE = Duration.ofMinutes(1);
  private static final Duration NO_LEASE_PAUSE = Duration.ofMillis(100);
  private static final Duration UNSETTLED_PAUSE = Duration.ofSeconds(1);
  private static final int ERROR_CHARACTERS = 1_000;

  private final String node;
  private final Map<String, Registered> handlers;
  private final Executor executor;
  private final NearTimers near;
  private final Ownership ownership;
  private final GroupWriter writer;
  private final Counts counts;
  private final Semaphore permits;
  private final int mostRunning;

  private final LinkedBlockingQueue<Near> due = new LinkedBlockingQueue<>();
  private final CatchingUp catchingUp;
  private final Set<String> unknownHandlers = ConcurrentHashMap.newKeySet();

  /** Was taken out of the queue, and is nowhere else: a full heap must not lose it. Confined. */
  private @Nullable Near inHand;

  /** Timers that the check has failed to look at. Confined to the thread of the loop. */
  private final List<Near> batch = new ArrayList<>();

  /**
   * What the loop holds beside its queue. Written by the loop only, before and after each check.
   */
  private volatile int held;

  private volatile boolean closing;

  Firings(
      Store store,
      String node,
      Map<String, Registered> handlers,
      Executor executor,
      int mostRunning,
      NearTimers near,
      Ownership ownership,
      GroupWriter writer,
      Counts counts) {
    super(store);
    this.node = node;
    this.handlers = handlers;
    this.executor = executor;
    this.near = near;
    this.ownership = ownership;
    this.writer = writer;
    this.counts = counts;
    this.mostRunning = mostRunning;
    this.permits = new Semaphore(mostRunning);
    this.catchingUp = new CatchingUp(handlers);
  }

  /** Takes a timer that is due. Called on the driver of the timer service; does not wait. */
  void add(Near timer) {
    due.add(timer);
  }

  /** How many timers are due and have not begun to fire. */
  long backlog() {
    return (long) due.size() + held;
  }

  int running() {
    return mostRunning - permits.availablePermits();
  }

  Set<String> unknownHandlers() {
    return Set.copyOf(unknownHandlers);
  }

  void close() {
    closing = true;
  }

  /**
   * Waits until no handler runs.
   *
   * @return false if that took too long
   */
  boolean awaitIdle(long nanos) throws InterruptedException {
    boolean idle = permits.tryAcquire(mostRunning, nanos, TimeUnit.NANOSECONDS);
    if (idle) {
      permits.release(mostRunning);
    }
    return idle;
  }

  @Override
  boolean hasEnded() {
    return closing;
  }

  @Override
  void turn(StoreSession session) throws SQLException, InterruptedException {
    if (batch.isEmpty()) {
      collect();
    }
    batch.removeIf(timer -> !near.isCurrent(timer));
    held = batch.size() + catchingUp.size();
    if (batch.isEmpty()) {
      return;
    }
    permits.acquire(); // One is enough to go on with; the others are taken if they are free.
    if (closing) {
      permits.release();
      return;
    }
    int idle = 1 + takeFree(batch.size() - 1);
    try {
      List<Near> checked = List.copyOf(batch.subList(0, idle));
      Check check = session.check(node, checked.stream().map(timer -> timer.row).toList());
      Map<TimerKey, Check.Found> found = new HashMap<>();
      check.found().forEach(one -> found.put(one.key(), one));
      for (Near timer : checked) {
        if (start(timer, found.get(timer.row.key()), check)) {
          idle--; // Its handler gives the permit back.
        }
        batch.removeFirst();
      }
    } finally {
      permits.release(idle);
      held = batch.size() + catchingUp.size();
    }
  }

  private int takeFree(int most) {
    int taken = 0;
    while (taken < most && permits.tryAcquire()) {
      taken++;
    }
    return taken;
  }

  private void collect() throws InterruptedException {
    if (inHand == null) {
      inHand = due.poll(WAIT_MILLIS, TimeUnit.MILLISECONDS);
    }
    while (inHand != null) {
      if (!inHand.overdue || !catchingUp.add(inHand)) {
        batch.add(inHand);
      }
      inHand = batch.size() < MOST_IN_A_CHECK ? due.poll() : null;
    }
    catchUp();
  }

  private void catchUp() {
    for (Near replaced : catchingUp.replaced()) {
      skip(replaced);
    }
    catchingUp.drainTo(batch, System.nanoTime(), MOST_IN_A_CHECK);
  }

  /** Returns whether the handler was started. */
  private boolean start(Near timer, Check.@Nullable Found found, Check check) {
    if (!check.leased()) {
      near.again(timer, NO_LEASE_PAUSE);
      return false;
    }
    if (found == null) {
      near.forget(timer);
      return false;
    }
    if (found.dueMicros() > check.nowMicros()) {
      long earlyMicros = found.dueMicros() - check.nowMicros();
      near.again(timer, Duration.ofNanos(earlyMicros * 1000));
      return false;
    }
    Registered registered = handlers.get(timer.row.key().handler());
    if (registered == null) {
      if (unknownHandlers.add(timer.row.key().handler())) {
        Logging.logger()
            .log(
                System.Logger.Level.WARNING,
                "no handler has the name of a durable timer, which is kept: " + timer.row.key());
      }
      near.again(timer, UNKNOWN_HANDLER_PAUSE);
      return false;
    }
    long lateMicros = check.nowMicros() - found.dueMicros();
    if (registered.options.catchUp() instanceof CatchUp.DropOlderThan(Duration limit)
        && lateMicros > limit.toNanos() / 1000) {
      skip(timer, found.epoch());
      return false;
    }
    if (!near.begin(timer)) {
      return false; // Cancelled here, since the check.
    }
    LiveFiring firing = new LiveFiring(store, timer.row, found, check.fence());
    try {
      executor.execute(() -> run(registered, timer, firing, found));
    } catch (RuntimeException | Error refused) {
      near.again(timer, NO_LEASE_PAUSE);
      return false;
    }
    Counts.record(counts.latenessNanos, 1000 * lateMicros);
    return true;
  }

  private void run(Registered registered, Near timer, LiveFiring firing, Check.Found found) {
    try {
      fire(registered, timer, firing, found);
    } catch (Throwable lost) {
      // The heap is full, for example, and the end can not be written: it fires once more.
      near.again(timer, UNSETTLED_PAUSE);
    } finally {
      permits.release();
    }
  }

  private void fire(Registered registered, Near timer, LiveFiring firing, Check.Found found) {
    boolean committed;
    try {
      registered.handler.fire(firing);
      committed = firing.commit();
    } catch (Throwable failure) { // Kotlin, for one, throws what no signature declares.
      firing.rollback();
      if (firing.isSuperseded()) {
        counts.superseded.increment();
        near.forget(timer);
      } else {
        failed(registered.options, timer, found, failure);
      }
      return;
    }
    counts.fired.increment();
    if (committed) {
      near.forget(timer);
    } else {
      end(timer, found.epoch());
    }
  }

  private void failed(HandlerOptions options, Near timer, Check.Found found, Throwable failure) {
    counts.failed.increment();
    int attempts = found.attempts() + 1;
    boolean dead = attempts >= options.attempts();
    double jitter = ThreadLocalRandom.current().nextDouble(0.8, 1.2);
    long pauseMicros = (long) (options.pauseMicros(attempts) * jitter);
    Row row = timer.row;
    Row next =
        new Row(
            row.key(),
            row.shard(),
            dead ? row.dueMicros() : near.nowMicros() + pauseMicros,
            ThreadLocalRandom.current().nextLong());
    String text = textOf(failure);
    submit(new Ending(timer, new Change.Failed(row, found.epoch(), next, attempts, dead, text)));
  }

  /** Text that every database stores, of a bounded length. */
  private static String textOf(Throwable failure) {
    StringBuilder safe = new StringBuilder();
    // SafeText has neither U+0000 nor half of a pair.
    SafeText.of(failure).codePoints().limit(ERROR_CHARACTERS).forEach(safe::appendCodePoint);
    return safe.toString();
  }

  private void end(Near timer, long epoch) {
    submit(new Ending(timer, new Change.End(timer.row, epoch)));
  }

  /** Removes a timer that does not fire because a later one does. */
  private void skip(Near timer) {
    Long epoch = ownership.epochs().get(timer.row.shard());
    if (epoch != null) {
      skip(timer, epoch);
    }
  }

  private void skip(Near timer, long epoch) {
    counts.skipped.increment();
    if (near.begin(timer)) {
      end(timer, epoch);
    }
  }

  private void submit(Ending ending) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          writer.submitEnd(ending);
          return;
        } catch (InterruptedException later) {
          interrupted = true; // A handler may leave its status set; the end must not get lost.
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** The end of an attempt. */
  private final class Ending extends GroupWriter.Request {
    private final Near timer;

    Ending(Near timer, Change change) {
      super(change);
      this.timer = timer;
    }

    @Override
    void committed(boolean found) {
      near.forget(timer);
      if (!found) {
        counts.superseded.increment();
      } else if (change instanceof Change.Failed failed) {
        if (failed.dead()) {
          counts.dead.increment();
        } else {
          counts.retried.increment();
          near.written(failed.next());
        }
      }
    }

    @Override
    boolean failed(SQLException failure) {
      return false; // Tried until it succeeds: the timer must not fire again and again.
    }
  }
}
