package io.tourbillon.timer.durable;

import io.tourbillon.timer.internal.store.Check;
import io.tourbillon.timer.internal.store.Store;
import io.tourbillon.timer.internal.store.StoreSession;
import io.tourbillon.timer.internal.store.TimerKey;
import io.tourbillon.timer.internal.writer.SessionLoop;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
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

  /** From how many waiting timers on those are removed that were cancelled or replaced. */
  private static final int LEAST_PURGED = 1_000;

  /** How many bytes of payload a check reads at most, unless a single one has more. */
  private static final int MOST_BYTES_IN_A_CHECK = 8 << 20;

  private static final long WAIT_MILLIS = 20;
  private static final Duration REFUSED_PAUSE = Duration.ofMillis(100);

  private final String node;
  private final Map<String, Registered> handlers;
  private final Executor executor;
  private final NearTimers near;
  private final Ownership ownership;
  private final Elsewhere elsewhere;
  private final Attempts attempts;
  private final int mostRunning;

  /** One for each handler that runs. The loop takes them, and the thread of the handler returns. */
  private final Semaphore permits;

  /** What is due. The driver of the timer service adds, the loop takes. */
  private final LinkedBlockingQueue<Near> due = new LinkedBlockingQueue<>();

  // Only the thread of the loop uses these.
  private final CatchingUp catchingUp;

  /** Was taken out of the queue, and is nowhere else: a full heap must not lose it. */
  private @Nullable Near inHand;

  /** How many may wait before those are removed that were cancelled or replaced. */
  private int purgedAt = LEAST_PURGED;

  /** Timers that the check has failed to look at. */
  private final List<Near> batch = new ArrayList<>();

  /**
   * What the loop holds beside its queue. Written by the loop only, before and after each check.
   */
  private volatile int held;

  /** Set by the thread that closes, read by the loop. */
  private volatile boolean closing;

  Firings(
      Store store,
      int timeoutMillis,
      String node,
      Map<String, Registered> handlers,
      Executor executor,
      int mostRunning,
      NearTimers near,
      Ownership ownership,
      Elsewhere elsewhere,
      Attempts attempts,
      CatchingUp catchingUp) {
    super(store, timeoutMillis);
    this.node = node;
    this.handlers = handlers;
    this.executor = executor;
    this.near = near;
    this.ownership = ownership;
    this.elsewhere = elsewhere;
    this.attempts = attempts;
    this.mostRunning = mostRunning;
    this.permits = new Semaphore(mostRunning);
    this.catchingUp = catchingUp;
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
  protected boolean hasEnded() {
    return closing;
  }

  @Override
  protected void turn(StoreSession session) throws SQLException, InterruptedException {
    purge();
    if (batch.isEmpty()) {
      collect();
    }
    batch.removeIf(this::isGone);
    held = batch.size() + catchingUp.size();
    int most = mostInACheck(); // Before a permit is taken, which an error would keep.
    // One permit is enough to go on with; the others are taken if they are free.
    if (batch.isEmpty() || !permits.tryAcquire(WAIT_MILLIS, TimeUnit.MILLISECONDS)) {
      return;
    }
    if (closing) {
      permits.release();
      return;
    }
    int idle = 1 + takeFree(most - 1);
    try {
      List<Near> checked = List.copyOf(batch.subList(0, idle));
      long requestNanos = System.nanoTime();
      Check check = session.check(node, checked.stream().map(timer -> timer.row).toList());
      if (check.leased()) {
        near.learn(requestNanos, check.nowMicros());
      }
      Map<TimerKey, Check.Found> found = new HashMap<>();
      check.found().forEach(one -> found.put(one.key(), one));
      for (Near timer : checked) {
        if (start(timer, found.get(timer.row.key()), check, requestNanos)) {
          idle--; // Its handler gives the permit back.
          catchingUp.began(timer);
        } else {
          catchingUp.failed(timer, near.isStill(timer));
        }
        batch.removeFirst();
      }
    } finally {
      permits.release(idle);
      held = batch.size() + catchingUp.size();
    }
  }

  /** So that what waits is never much more than twice what is in memory. */
  private void purge() {
    if (due.size() + catchingUp.size() >= purgedAt) {
      due.removeIf(timer -> !near.isCurrent(timer));
      catchingUp.removeIf(timer -> !near.isCurrent(timer));
      purgedAt = Math.max(LEAST_PURGED, 2 * (due.size() + catchingUp.size()));
    }
  }

  private boolean isGone(Near timer) {
    boolean gone = !near.isCurrent(timer);
    if (gone) {
      catchingUp.failed(timer, false);
    }
    return gone;
  }

  /** How many of the batch have few enough bytes together. */
  private int mostInACheck() {
    int count = 0;
    long bytes = 0;
    for (Near timer : batch) {
      bytes += timer.row.payloadBytes();
      if (count > 0 && bytes > MOST_BYTES_IN_A_CHECK) {
        break;
      }
      count++;
    }
    return count;
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
      place(inHand);
      inHand = batch.size() < MOST_IN_A_CHECK ? due.poll() : null;
    }
    for (Near timer : catchingUp.replaced()) {
      skip(timer);
    }
    catchingUp.forgotten().forEach(near::forget);
    catchingUp.drainTo(batch, System.nanoTime(), MOST_IN_A_CHECK, near::isCurrent);
  }

  private void place(Near timer) {
    if (!near.isCurrent(timer)) {
      return;
    }
    if (!handlers.containsKey(timer.row.key().handler())) {
      elsewhere.handOver(timer);
    } else if (!catchingUp.add(timer, near.missedMicros(timer))) {
      batch.add(timer);
    }
  }

  /** Returns whether the handler was started. */
  private boolean start(Near timer, Check.@Nullable Found found, Check check, long checkedNanos) {
    if (attempts.waits(timer, check, found)) {
      return false;
    }
    if (found == null) {
      near.forget(timer);
      return false;
    }
    Registered registered = Objects.requireNonNull(handlers.get(timer.row.key().handler()));
    if (registered.options.catchUp() instanceof CatchUp.DropOlderThan(Duration limit)
        && near.missedMicros(timer) > limit.toNanos() / 1000) {
      attempts.skip(timer, found.epoch());
      return false;
    }
    long lateMicros = check.nowMicros() - found.dueMicros();
    Attempts.Ready ready =
        new Attempts.Ready(registered, timer, found, check.fence(), lateMicros, checkedNanos);
    boolean settled = false;
    try {
      boolean begun = near.begin(timer);
      if (begun) { // Not cancelled here, since the check.
        executor.execute(() -> run(ready));
      }
      settled = true;
      return begun;
    } catch (RuntimeException | Error refused) {
      return false;
    } finally {
      if (!settled) {
        near.again(timer, REFUSED_PAUSE);
      }
    }
  }

  private void run(Attempts.Ready ready) {
    try {
      attempts.run(ready);
    } catch (RuntimeException | Error failure) {
      report(failure); // An executor that runs it at once must not take it for a refusal.
    } finally {
      permits.release();
    }
  }

  /** Removes a timer that does not fire because a later one does. */
  private void skip(Near timer) {
    try {
      Long epoch = ownership.epochs().get(timer.row.shard());
      if (epoch != null) {
        attempts.skip(timer, epoch);
      }
    } catch (RuntimeException | Error failure) {
      near.forget(timer); // The heap is full. The sweep finds it.
      report(failure);
    }
  }
}
