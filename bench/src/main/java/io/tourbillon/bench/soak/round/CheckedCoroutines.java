package io.tourbillon.bench.soak.round;

import io.tourbillon.bench.account.Account;
import io.tourbillon.bench.account.Account.End;
import io.tourbillon.bench.account.Accounts;
import io.tourbillon.bench.soak.round.CheckedCoroutine.Kind;
import io.tourbillon.coroutine.Action;
import io.tourbillon.coroutine.Block;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.CoroutineScope;
import io.tourbillon.coroutine.CoroutineStats;
import io.tourbillon.coroutine.Coroutines;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.ValueRecorder;

/**
 * The book of a scheduler: all its coroutines, how they ended, and their delays and timeouts.
 * Thread-safe. Counting allocates nothing.
 */
public final class CheckedCoroutines {
  private static final Duration NEVER = Duration.ofHours(1);

  private final Breaches breaches;
  private final Accounts waits;
  private final Account delays;
  private final Account timeouts;
  private final AtomicLong spawned = new AtomicLong();
  private final AtomicLong bodies = new AtomicLong();
  private final AtomicLong bodiesCollected = new AtomicLong();
  private final AtomicLong done = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private final AtomicLong failedInScope = new AtomicLong();
  private final AtomicLong diedWithLoop = new AtomicLong();
  private final AtomicLong cancelled = new AtomicLong();

  /** Coroutines that nobody collects before the end. */
  private final Queue<CheckedCoroutine> left = new ConcurrentLinkedQueue<>();

  /** false -> true before the scheduler is closed, which cancels; read by collectors. */
  private volatile boolean closing;

  /**
   * Opens a book.
   *
   * @param latenessNanos gets how late delays and timeouts end
   */
  public CheckedCoroutines(ValueRecorder latenessNanos, Breaches breaches) {
    this.breaches = breaches;
    waits = new Accounts(latenessNanos);
    delays = waits.open("delays");
    timeouts = waits.open("timeouts");
  }

  /**
   * Spawns a coroutine that the caller collects when it has ended.
   *
   * @throws java.util.concurrent.RejectedExecutionException if the scheduler is closed
   */
  public CheckedCoroutine spawn(CoroutineScheduler scheduler, Action body) {
    return enter(new CheckedCoroutine(this, scheduler, Kind.LASTING, body));
  }

  /** As {@link #spawn}; the body may throw. */
  public CheckedCoroutine spawnThrowing(CoroutineScheduler scheduler, Action body) {
    return enter(new CheckedCoroutine(this, scheduler, Kind.THROWING, body));
  }

  /** As {@link #spawn}; the coroutine may fail by itself, because its loop dies. */
  public CheckedCoroutine spawnOnMortal(CoroutineScheduler scheduler, Action body) {
    return enter(new CheckedCoroutine(this, scheduler, Kind.MORTAL, body));
  }

  /** As {@link #spawn}; a child of a scope of the calling coroutine. */
  CheckedCoroutine spawnChild(CoroutineScope scope, Action body) {
    return enter(new CheckedCoroutine(this, scope, body));
  }

  /** Only what was accepted is counted: if a spawn throws, its body must not run. */
  private CheckedCoroutine enter(CheckedCoroutine accepted) {
    spawned.incrementAndGet();
    return accepted;
  }

  /** Keeps a coroutine until the end of the round. */
  public void leave(CheckedCoroutine coroutine) {
    left.add(coroutine);
  }

  void entered(boolean firstTime) {
    bodies.incrementAndGet();
    if (!firstTime) {
      breaches.add("a coroutine runs once", "the body of one ran a second time");
    }
  }

  Breaches breaches() {
    return breaches;
  }

  boolean isClosing() {
    return closing;
  }

  /** Says that the scheduler will be closed, which cancels what is left. */
  public void willClose() {
    closing = true;
  }

  /** Enters a coroutine that has ended. Called once for each. */
  public void collect(CheckedCoroutine coroutine) {
    switch (coroutine.state()) {
      case DONE -> {
        done.incrementAndGet();
      }
      case FAILED -> {
        failed.incrementAndGet();
        if (coroutine.isChild()) {
          failedInScope.incrementAndGet();
        }
        if (coroutine.hasDiedWithLoop()) {
          diedWithLoop.incrementAndGet();
        }
      }
      case CANCELLED -> {
        cancelled.incrementAndGet();
      }
      case CREATED, READY, RUNNING, SUSPENDED -> {
        breaches.add("every coroutine ends", coroutine);
        return;
      }
    }
    if (coroutine.hasBegun()) {
      bodiesCollected.incrementAndGet();
    }
    if (!coroutine.isConsistent()) {
      breaches.add("a coroutine ends as its body does", coroutine);
    }
  }

  /** Enters those that were left. Called at the end, when the scheduler has ended. */
  public void collectLeft() {
    for (CheckedCoroutine each = left.poll(); each != null; each = left.poll()) {
      collect(each);
    }
  }

  /** Suspends the calling coroutine, and enters that delay. */
  public void delay(long delayNanos) {
    delays.delay(delayNanos);
  }

  /** Lets a timeout of the calling coroutine pass, and enters it. */
  public void timeOut(long limitNanos) {
    timeOut(limitNanos, () -> Coroutines.delay(NEVER));
  }

  /**
   * As {@link #timeOut(long)}, and ends a wait of the calling coroutine so.
   *
   * @param wait must not end by itself
   * @throws X if the wait throws it
   */
  public <X extends Exception> void timeOut(long limitNanos, Block<X> wait) throws X {
    long deadlineNanos = System.nanoTime() + limitNanos;
    timeouts.begin();
    boolean over = false;
    try {
      Coroutines.withTimeout(Duration.ofNanos(limitNanos), wait);
      breaches.add("a timeout ends its body", "the body ended without one");
    } catch (TimeoutException passed) {
      over = true;
    } finally {
      if (!over) {
        timeouts.end(End.CANCELLED);
      }
    }
    timeouts.run(System.nanoTime() - deadlineNanos);
    timeouts.end(End.FIRED);
  }

  /** Delays the calling coroutine within a limit that is far away, and enters the delay. */
  public void delayWithinLimit(long delayNanos) {
    try {
      Coroutines.withTimeout(NEVER, () -> delays.delay(delayNanos));
    } catch (TimeoutException early) {
      breaches.add("never early", "a timeout of " + NEVER + " passed within " + delayNanos + " ns");
    }
  }

  /** Adds what is wrong, once the scheduler has ended and all were collected. */
  public void judge(String name, CoroutineStats stats, Breaches found) {
    List<String> broken = new ArrayList<>();
    // The stack of a coroutine whose loop has died goes no further, so its delay does not end.
    waits.accounts().forEach(each -> each.addBrokenOfTimers(broken, diedWithLoop.get()));
    long theirCancelled = stats.cancelled().values().stream().mapToLong(Long::longValue).sum();
    long theirAlive = stats.created() + stats.ready() + stats.running() + stats.suspended();
    Accounts.compare(broken, "spawned", stats.spawned(), spawned.get());
    Accounts.compare(broken, "finished", stats.finished(), done.get());
    Accounts.compare(broken, "failed", stats.failed(), failed.get());
    Accounts.compare(broken, "cancelled", theirCancelled, cancelled.get());
    Accounts.compare(broken, "alive after the close", theirAlive, 0);
    if (bodies.get() != bodiesCollected.get()) {
      broken.add(
          "a refused coroutine does not run: "
              + bodies.get()
              + " bodies ran, but those of "
              + bodiesCollected.get()
              + " coroutines");
    }
    found.addAll(name, broken);
  }

  /** Returns how many were spawned. */
  public long spawned() {
    return spawned.get();
  }

  /** Returns how many have failed. */
  public long failed() {
    return failed.get();
  }

  /** Returns how many have failed whose failure no scope sees. */
  long failedAlone() {
    return failed.get() - failedInScope.get();
  }

  /** Returns how many delays and timeouts have begun. */
  public long waits() {
    return waits.total(Account::begun);
  }
}
