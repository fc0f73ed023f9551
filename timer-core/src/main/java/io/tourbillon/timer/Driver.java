package io.tourbillon.timer;

import io.tourbillon.timer.internal.MemoryReserve;
import io.tourbillon.timer.internal.TickScale;
import io.tourbillon.timer.internal.watchdog.Watchdog;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Advances all shards, and runs what is due or hands it to the executor. Confined to one thread at
 * a time, its {@link Host}: the thread of {@link DriverThread}, or the one that polls.
 *
 * <p>The steps, as method names:
 *
 * <ol>
 *   <li>{@link #search}: looks at every shard for its next event.
 *   <li>{@link #fire}: if the earliest of them is due, takes the timers of that one tick out of
 *       each shard, a batch at a time, and runs them outside the lock. So timers fire in the order
 *       of their ticks, whichever shards they are in and however late the driver is.
 *   <li>{@link #runOrdered}: runs the tasks of executor views, which are in one order of their own,
 *       those of a tick before the other timers of that tick.
 *   <li>{@link #restUntilNanos}: if nothing is due, says until when there is nothing to do.
 *   <li>{@link #trimWhenDue}: gives back memory, half a second after some was found to be free.
 * </ol>
 */
final class Driver {
  /** When there is nothing to do, in elapsed time. */
  static final long NEVER = Long.MAX_VALUE;

  /** The budget of a driver that has a thread of its own. */
  static final int UNLIMITED = Integer.MAX_VALUE;

  private static final long TRIM_DELAY_NANOS = 500_000_000;

  /**
   * The pause between two holds of a lock to trim. A caller that waits for the lock looks at it
   * from time to time; a driver that takes it again and again would keep the caller out for
   * milliseconds.
   */
  private static final long TRIM_PAUSE_NANOS = 50_000;

  /** Pages given back under one hold of a shard's lock. */
  private static final int TRIM_PAGES = 16;

  private static final long LOOK_NANOS = 1_000_000_000;

  private final Shard[] shards;
  private final Batch batch;

  /** The next event of each shard, as the last search has found it. */
  private final long[] nextTicks;

  private final TickScale scale;
  private final Clock clock;
  private final Waker waker;
  private final TaskRunner runner;
  private final FollowUp followUp;
  private final WallClock wallClock;
  private final long pauseThresholdNanos;

  /** The timers of executor views. Written once, before the first is armed. */
  private volatile @Nullable OrderedShard ordered;

  // Everything below is confined to the host's thread.

  /** The last tick whose timers have all fired, in all shards. */
  private long doneTick;

  /** The time of the last search, and the earliest events that it has found. */
  private long searchNanos;

  /** When to compare the wall clock with this clock, in elapsed time. */
  private long wallNanos = NEVER;

  private long nextTick;
  private long orderedTick;

  /** Timers that were taken out to fire, ever. */
  private long fired;

  private final MemoryReserve memory = new MemoryReserve();

  /** When to trim, in elapsed time. */
  private long trimNanos = NEVER;

  /** What runs a driver: a thread of its own, or the thread that polls. */
  interface Host {
    /** Makes the alarm by which the host is woken. Called once, before all others. */
    Clock.Alarm newAlarm(Events events);

    /** The limit of the watchdog, or null if there is none. */
    @Nullable Duration watchdogLimit(TimerService.Builder builder);

    /** Sets what the host is to run, before it runs. */
    void setDriver(Driver driver, ShardGroup all, @Nullable Watchdog<StallReport> watchdog);

    // Called by any thread.

    /** Whether the calling thread runs a task of the driver. */
    boolean isCurrent();

    /** Whether the host has not ended. */
    boolean isAlive();

    /** Whether there is something to wait for. */
    boolean isStarted();

    /** Interrupts the task that is running. */
    void interrupt();

    /** What the thread is doing. */
    StallReport look(long heldNanos);

    /** Waits until the host runs no task any more; false if that takes longer. */
    boolean join(long waitNanos) throws InterruptedException;
  }

  Driver(
      Shard[] shards,
      ServiceParts parts,
      TaskRunner runner,
      FollowUp followUp,
      WallClock wallClock,
      long pauseThresholdNanos) {
    this.shards = shards;
    scale = parts.scale();
    clock = parts.clock();
    waker = parts.waker();
    this.runner = runner;
    this.followUp = followUp;
    this.wallClock = wallClock;
    this.pauseThresholdNanos = pauseThresholdNanos;
    batch = new Batch(shards[0]);
    nextTicks = new long[shards.length];
  }

  /** Serves the timers of executor views as well. Called by any thread. */
  void serve(OrderedShard shard) {
    ordered = shard;
  }

  long elapsedNanos() {
    return scale.elapsedNanos(clock.nanoTime());
  }

  /** Elapsed time as the clock would read it. */
  long clockNanos(long elapsedNanos) {
    return scale.clockNanos(elapsedNanos);
  }

  /**
   * Looks at every shard for its next event.
   *
   * @param nowNanos the current elapsed time, or a time up to which everything is to be fired
   * @return true if something is due at that time, so that {@link #fireFound} must follow
   */
  boolean search(long nowNanos) {
    long tick = scale.tickAt(nowNanos);
    searchNanos = nowNanos;
    wallNanos = wallClock.check(nowNanos);
    nextTick = findNextTick(tick);
    OrderedShard shard = ordered;
    orderedTick = shard == null ? Waker.NEVER : shard.nextEventTick();
    if (foundTick() <= tick) {
      return true;
    }
    doneTick = tick;
    return false;
  }

  /** The earliest event that the last search has found, or {@link Waker#NEVER}. */
  long foundTick() {
    return Math.min(nextTick, orderedTick);
  }

  private long findNextTick(long tick) {
    long earliest = Waker.NEVER;
    for (int number = 0; number < shards.length; number++) {
      if (shards[number].hasStranded()) {
        shards[number].armStranded();
      }
      nextTicks[number] = shards[number].nextEventTick(doneTick, tick, batch);
      earliest = Math.min(earliest, nextTicks[number]);
    }
    return earliest;
  }

  /**
   * Fires the timers of the earliest tick that the search has found.
   *
   * @param budget how many at most
   * @param chains whether to run also what the tasks of executor views add, until the next tick. So
   *     a chain of tasks without delays does not cost a look at all shards for each task
   * @return false if nothing was left to do after all
   */
  boolean fireFound(int budget, boolean chains) {
    if (nextTick > scale.tickAt(searchNanos)) {
      return chains ? runOrderedOf(searchNanos) : runOrdered(searchNanos, budget) > 0;
    }
    int count = runOrdered(scale.startNanos(nextTick), budget);
    if (fire(nextTick, budget - count)) {
      doneTick = nextTick;
    }
    return true;
  }

  /** How many timers were taken out to fire, ever. */
  long fired() {
    return fired;
  }

  /** Runs what is due in the executor views, and what these tasks add, until the next tick. */
  private boolean runOrderedOf(long fromNanos) {
    long tick = scale.tickAt(fromNanos);
    long nowNanos = fromNanos;
    while (runOrdered(nowNanos, UNLIMITED) > 0 && scale.tickAt(nowNanos) == tick) {
      nowNanos = elapsedNanos();
    }
    return true;
  }

  /** Runs the tasks of executor views that are due by a time. Returns how many. */
  private int runOrdered(long limitNanos, int budget) {
    OrderedShard shard = ordered;
    int count = 0;
    while (shard != null && count < budget && !waker.isStopped()) {
      long nowNanos = elapsedNanos();
      OrderedTimer timer = shard.take(limitNanos, nowNanos);
      if (timer == null) {
        break;
      }
      fired++;
      runner.startOrdered(timer, nowNanos, count++);
    }
    if (shard != null && count > 0) {
      shard.trimLater();
    }
    return count;
  }

  /**
   * Fires the timers of a tick; all ticks before are done.
   *
   * @return true if all of them have fired, false if the budget was too small or the service was
   *     shut down
   */
  private boolean fire(long tick, int budget) {
    long most = fired + budget;
    for (int number = 0; number < shards.length; number++) {
      boolean reached = nextTicks[number] > tick;
      while (!reached) {
        if (fired >= most || waker.isStopped()) {
          return false;
        }
        reached = fireBatch(shards[number], tick, most - fired);
      }
    }
    return true;
  }

  /**
   * Fires one batch of a shard and returns true if the shard has reached the tick. The calls after
   * the batch do not throw: its timers have left the wheel, and their tasks must run.
   */
  private boolean fireBatch(Shard shard, long tick, long most) {
    long startNanos = elapsedNanos();
    batch.limitTo(most);
    try {
      return shard.advance(tick, batch, startNanos);
    } finally {
      noticePause(elapsedNanos() - startNanos);
      if (batch.size() > 0) {
        fired += batch.size();
        followUp.fired(batch);
        runner.startAll(batch);
        batch.clear();
      }
      shard.trimLater();
    }
  }

  /** Trims a little at a time, so that timers fire and callers get the locks in between. */
  void trimWhenDue() {
    if (trimNanos == NEVER) {
      noticeTrim();
    } else if (elapsedNanos() >= trimNanos) {
      waker.beginTrim();
      boolean more = false;
      for (Shard shard : shards) {
        more |= shard.trim(TRIM_PAGES);
      }
      OrderedShard views = ordered;
      more |= views != null && views.trim(TRIM_PAGES);
      trimNanos = more ? elapsedNanos() + TRIM_PAUSE_NANOS : NEVER;
    }
  }

  /** Sets the time of the next trim, if memory was found to be free. */
  void noticeTrim() {
    if (trimNanos == NEVER && waker.isTrimWanted()) {
      trimNanos = elapsedNanos() + TRIM_DELAY_NANOS;
    }
  }

  /**
   * Until when there is nothing to do, in elapsed time; {@link #NEVER} without an end.
   *
   * @param tick the next event
   */
  long restUntilNanos(long tick) {
    memory.refill();
    long eventNanos = tick == Waker.NEVER ? NEVER : scale.startNanos(tick);
    return Math.min(Math.min(eventNanos, wallNanos), Math.min(trimNanos, lookAtExecutor()));
  }

  /**
   * While an ExecutorService has tasks of this service, checks once a second whether it was
   * terminated and will never run them. With another clock than the system's, the check would make
   * time advance; then the threads that close the service or a view check.
   *
   * @return when to check again, in elapsed time
   */
  private long lookAtExecutor() {
    ExecutorHandOff handOff = runner.handOff();
    if (handOff == null || !handOff.isExecutorToBeWatched() || !clock.equals(Clock.system())) {
      return NEVER;
    }
    handOff.dropFromTerminatedExecutor();
    return elapsedNanos() + LOOK_NANOS;
  }

  /** See {@link TaskRunner#takeInterrupt}. */
  boolean takeInterrupt() {
    return runner.takeInterrupt();
  }

  /** The driver was held up for this long, though not by a task. */
  void noticePause(long nanos) {
    if (nanos >= pauseThresholdNanos) {
      followUp.paused(shards[0], nanos);
    }
  }

  /**
   * Whatever allocates does so before it changes anything, so the next search finds everything
   * again. Logs this once for each period in which the heap is full, and waits.
   */
  void outOfMemory(OutOfMemoryError full) {
    try {
      boolean first = !memory.isReleased();
      memory.release();
      if (first) {
        followUp.outOfMemory(full);
      }
    } catch (OutOfMemoryError stillFull) {
      // Even the first use of a method may need memory. The next turn tries again.
    }
  }
}
