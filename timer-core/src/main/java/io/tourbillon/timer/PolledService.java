package io.tourbillon.timer;

import io.tourbillon.timer.internal.Confined;
import io.tourbillon.timer.internal.Confinement;
import io.tourbillon.timer.internal.DriverThreads;
import io.tourbillon.timer.internal.SafeText;
import io.tourbillon.timer.internal.StackReserve;
import io.tourbillon.timer.internal.observe.LogMessage;
import io.tourbillon.timer.internal.observe.Logging;
import io.tourbillon.timer.internal.watchdog.Watchdog;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The polled service: the same shards and the same {@link Driver}, whose steps the thread that
 * polls takes.
 *
 * <p><b>Confined.</b> There is one shard, and each of its operations begins with the check of the
 * {@link Confinement} in the place of its lock. What changes something earlier checks before. The
 * {@link Waker} stays BUSY, as there is nobody to wake.
 *
 * <p><b>Shared: why no wake-up is lost.</b> {@link #nanosToNextEvent} is a search of {@link Waker},
 * so a timer that is armed after its shard was searched finds the plan SEARCHING, and the answer
 * takes it into account, or WAITING, and calls {@link Wakeup#wake}. That skips the call if {@code
 * woken} is set. The flag is cleared before each search, and a thread sets it before it runs the
 * wakeup. So a thread that finds it set has armed its timer before the search that follows the
 * wakeup of the other thread: either it is found in there, or its shard was searched before, hence
 * the flag was cleared before, and was set again by a thread whose wakeup is still to come or has
 * come after that search began. The user's wakeup is remembered until the loop rests, as that of a
 * selector is, so in each case the loop searches once more. A shutdown and memory to give back set
 * their own flags before they wake, and the answer looks at these after the flag was cleared.
 */
final class PolledService extends ShardedTimerService implements PolledTimerService, Confined {
  private static final String POLL = "poll";
  private static final String ASK = "nanosToNextEvent";

  private final Polls polls;
  private final Waker waker;

  /** Null for a shared service. */
  private final @Nullable Confinement confinement;

  private PolledService(
      Builder builder, int shardCount, Polls polls, @Nullable Confinement confinement) {
    super(builder, shardCount, polls, confinement);
    this.polls = polls;
    this.confinement = confinement;
    waker = polls.all().waker();
  }

  static PolledTimerService confined(Builder builder) {
    if (builder.executor != null) {
      throw new IllegalStateException(
          "a confined service must have no executor, whose threads would use it as well; use"
              + " buildPolled(wakeup): "
              + SafeText.of(builder.executor));
    }
    requireNoThreadOptions(builder);
    FirstUse.ofPolled(builder.recordStats);
    Logging.warmUp();
    return newConfined(builder);
  }

  static PolledTimerService shared(Builder builder, Runnable wakeup) {
    requireNoThreadOptions(builder);
    FirstUse.ofPolled(builder.recordStats);
    Logging.warmUp();
    return newShared(builder, new Wakeup(wakeup));
  }

  /** {@link FirstUse} calls this for the first one. */
  static PolledService newConfined(Builder builder) {
    Confinement confinement = new Confinement();
    return new PolledService(builder, 1, new Polls(confinement, new Wakeup(null)), confinement);
  }

  /** {@link FirstUse} calls this for the first one. */
  static PolledService newShared(Builder builder, Wakeup wakeup) {
    return new PolledService(builder, shardCount(), new Polls(null, wakeup), null);
  }

  /** An option that can have no effect is a mistake. */
  private static void requireNoThreadOptions(Builder builder) {
    if (builder.isWatchdogSet()) {
      throw new IllegalStateException(
          "a polled service must have no watchdog: " + builder.watchdogLimit());
    }
    if (!builder.threadFactory.equals(DriverThreads.INSTANCE)) {
      throw new IllegalStateException("a polled service must have no threadFactory: no thread");
    }
    if (!builder.spin.isZero()) {
      throw new IllegalStateException("a polled service must have no spin: " + builder.spin);
    }
  }

  @Override
  public void requireOwner() {
    if (confinement != null) {
      confinement.require();
    }
  }

  @Override
  public int poll(int budget) {
    if (budget < 1) {
      throw new IllegalArgumentException("budget must be at least 1: " + budget);
    }
    StackReserve.require();
    polls.begin(POLL);
    try {
      return fireUpTo(budget);
    } finally {
      polls.end();
    }
  }

  private int fireUpTo(int budget) {
    Driver driver = polls.driver();
    long before = driver.fired();
    try {
      busy();
      long nowNanos = driver.elapsedNanos();
      boolean found = true;
      int left = budget;
      while (found && left > 0 && !waker.isStopped() && driver.search(nowNanos)) {
        found = driver.fireFound(left, false);
        left = budget - (int) (driver.fired() - before);
      }
      driver.trimWhenDue();
    } catch (OutOfMemoryError full) {
      driver.outOfMemory(full);
    } catch (Throwable failure) {
      polls.all().driverBroke(failure);
    }
    return (int) (driver.fired() - before);
  }

  @Override
  public long nanosToNextEvent() {
    StackReserve.require();
    long nanos;
    polls.begin(ASK);
    try {
      nanos = ask();
    } finally {
      polls.end();
    }
    // A thread that waits for a lock in here may use up the permit of an unpark.
    return polls.wakeup.isWoken() ? 0 : nanos;
  }

  private long ask() {
    Driver driver = polls.driver();
    try {
      long nowNanos = driver.elapsedNanos();
      beginSearch();
      if (waker.isStopped()) {
        return Driver.NEVER;
      }
      if (driver.search(nowNanos)) {
        busy();
        return 0;
      }
      long tick = endSearch(driver.foundTick());
      driver.noticeTrim();
      long untilNanos = driver.restUntilNanos(tick);
      return untilNanos == Driver.NEVER ? Driver.NEVER : Math.max(0, untilNanos - nowNanos);
    } catch (OutOfMemoryError full) {
      driver.outOfMemory(full);
    } catch (Throwable failure) {
      polls.all().driverBroke(failure);
    }
    // The next poll sees what there is to do.
    return 0;
  }

  // Steps of the waker, which a confined service does not take.

  private void busy() {
    if (confinement == null) {
      polls.wakeup.clear();
      waker.busy();
    }
  }

  private void beginSearch() {
    if (confinement == null) {
      polls.wakeup.clear();
      waker.beginSearch();
    }
  }

  private long endSearch(long foundTick) {
    return confinement == null ? waker.endSearch(foundTick) : foundTick;
  }

  @Override
  boolean mayBeAsked() {
    return confinement == null || confinement.isOwner();
  }

  @Override
  boolean wouldWaitForItself() {
    return confinement != null || super.wouldWaitForItself() || polls.isLast();
  }

  /** Any thread may call this, as debuggers and loggers do. */
  @Override
  public String toString() {
    return confinement == null || confinement.isOwner()
        ? super.toString()
        : getClass().getName()
            + "@"
            + Integer.toHexString(hashCode())
            + (isShutdown() ? "[Shut down" : "[Running")
            + (confinement.isOwned() ? ", confined to another thread]" : ", not used yet]");
  }

  /**
   * The polls, one at a time. In a shared service the fields are guarded by the monitor of this
   * object, in a confined one they are the owner's.
   */
  private static final class Polls implements Driver.Host {
    private final @Nullable Confinement confinement;
    private final Wakeup wakeup;

    // Set before the service is published.
    private @Nullable Driver driver;
    private @Nullable ShardGroup all;

    /** The thread whose poll is going on. */
    private @Nullable Thread poller;

    /** The thread that has polled last. */
    private @Nullable Thread last;

    /** Whether the poller was interrupted before its poll. */
    private boolean wasInterrupted;

    /** Whether a close has interrupted the poll. */
    private boolean interruptSent;

    Polls(@Nullable Confinement confinement, Wakeup wakeup) {
      this.confinement = confinement;
      this.wakeup = wakeup;
    }

    Driver driver() {
      return Objects.requireNonNull(driver, "set before the first poll");
    }

    ShardGroup all() {
      return Objects.requireNonNull(all, "set before the first poll");
    }

    /** The calling thread begins a poll. */
    void begin(String method) {
      if (confinement != null) {
        confinement.require();
        start(method);
      } else {
        synchronized (this) {
          start(method);
        }
      }
    }

    private void start(String method) {
      Thread caller = Thread.currentThread();
      if (poller != null) {
        throw new IllegalStateException(
            poller.equals(caller)
                ? method + " must not be called from inside a task of the service"
                : method
                    + " must be called by one thread at a time: called by "
                    + caller.getName()
                    + " while "
                    + poller.getName()
                    + " polls");
      }
      poller = caller;
      last = caller;
      wasInterrupted = Thread.interrupted();
    }

    /** The poll of the calling thread has ended. */
    void end() {
      boolean interrupted;
      if (confinement != null) {
        interrupted = finish();
      } else {
        synchronized (this) {
          interrupted = finish();
          notifyAll();
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }

    /** Returns true if the thread must be interrupted, though not by a close. */
    private boolean finish() {
      poller = null;
      boolean duringTasks = driver().takeInterrupt();
      boolean afterTasks = Thread.interrupted();
      boolean restore = wasInterrupted || ((duringTasks || afterTasks) && !interruptSent);
      interruptSent = false;
      return restore;
    }

    synchronized boolean isLast() {
      return Thread.currentThread().equals(last);
    }

    // Driver.Host.

    @Override
    public Clock.Alarm newAlarm(Events events) {
      wakeup.events = events;
      return wakeup;
    }

    @Override
    public @Nullable Duration watchdogLimit(Builder builder) {
      return null;
    }

    @Override
    public void setDriver(Driver driver, ShardGroup all, @Nullable Watchdog<StallReport> watchdog) {
      this.driver = driver;
      this.all = all;
    }

    @Override
    public synchronized boolean isCurrent() {
      return Thread.currentThread().equals(poller);
    }

    /** Whether a task may be running. */
    @Override
    public synchronized boolean isAlive() {
      return poller != null;
    }

    @Override
    public boolean isStarted() {
      return true;
    }

    @Override
    public synchronized void interrupt() {
      if (poller != null) {
        interruptSent = true;
        poller.interrupt();
      }
    }

    @Override
    public StallReport look(long heldNanos) {
      Thread running;
      synchronized (this) {
        running = poller;
      }
      // If the poll has ended meanwhile, so has the wait that asks.
      return Stall.of(running == null ? Thread.currentThread() : running, heldNanos);
    }

    @Override
    public synchronized boolean join(long waitNanos) throws InterruptedException {
      long startNanos = System.nanoTime();
      long leftNanos = waitNanos;
      while (poller != null && leftNanos > 0) {
        TimeUnit.NANOSECONDS.timedWait(this, leftNanos);
        leftNanos = waitNanos - (System.nanoTime() - startNanos);
      }
      return poller == null;
    }
  }

  /** Wakes the loop of the user; does nothing for a confined service. */
  static class Wakeup implements Clock.Alarm {
    private final @Nullable Runnable wakeup;

    /** Set before the service is published. */
    private @Nullable Events events;

    /**
     * Whether the wakeup was called, or is about to be, since the last search began. Set by the
     * thread that wakes, cleared by the one that polls; volatile for the reason above.
     */
    volatile boolean woken;

    Wakeup(@Nullable Runnable wakeup) {
      this.wakeup = wakeup;
    }

    /** A search begins, or a poll, after which there will be a search. */
    final void clear() {
      woken = false;
    }

    /** Whether the loop must search again before it rests. */
    final boolean isWoken() {
      return woken;
    }

    @Override
    public void wake() {
      if (wakeup != null && !woken) {
        woken = true;
        call(wakeup);
      }
    }

    /** The operation that wakes has taken effect, so a failure is not its. */
    final void call(Runnable target) {
      try {
        target.run();
      } catch (Throwable failure) {
        woken = false; // The next timer tries again.
        Objects.requireNonNull(events, "set before the first timer")
            .log(LogMessage.WAKEUP_FAILED, failure);
      }
    }

    @Override
    public void awaitUntil(long deadlineNanos) {
      throw new IllegalStateException("a loop rests by its own means");
    }

    @Override
    public void await() {
      throw new IllegalStateException("a loop rests by its own means");
    }

    @Override
    public void close() {}
  }
}
