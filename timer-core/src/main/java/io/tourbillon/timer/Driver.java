package io.tourbillon.timer;

import io.tourbillon.timer.internal.MemoryReserve;
import io.tourbillon.timer.internal.TickScale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that advances all shards and runs what is due, or hands it to the executor.
 *
 * <p>A turn, with step names as method names:
 *
 * <ol>
 *   <li>{@link #findNextTick}: looks at every shard for its next event.
 *   <li>{@link #fire}: if the earliest of them is due, takes the timers of that one tick out of
 *       each shard, a batch at a time, and runs them outside the lock. So timers fire in the order
 *       of their ticks, whichever shards they are in and however late the driver is.
 *   <li>{@link #runOrdered}: runs the tasks of executor views, which are in one order of their own,
 *       those of a tick before the other timers of that tick.
 *   <li>{@link #rest}: if nothing is due, waits until the next event.
 *   <li>{@link #trimWhenDue}: gives back memory, half a second after some was found to be free.
 * </ol>
 *
 * <p>{@link Waker} says how it is woken for a timer that is armed meanwhile.
 */
final class Driver implements Runnable {
  private static final long TRIM_DELAY_NANOS = 500_000_000;

  /** Pages given back under one hold of a shard's lock. */
  private static final int TRIM_PAGES = 16;

  private static final long LOOK_NANOS = 1_000_000_000;

  /** When there is nothing to do, in elapsed time. */
  private static final long NEVER = Long.MAX_VALUE;

  private final Shard[] shards;
  private final Batch batch;

  /** The next event of each shard, as the last search has found it. */
  private final long[] nextTicks;

  private final TickScale scale;
  private final Clock clock;
  private final Waker waker;
  private final TaskRunner runner;
  private final FollowUp followUp;
  private final Consumer<Throwable> broken;
  private final long pauseThresholdNanos;

  /** The timers of executor views. Written once, before the first is armed. */
  private volatile @Nullable OrderedShard ordered;

  /** The last tick whose timers have all fired, in all shards. Confined to the driver. */
  private long doneTick;

  private final MemoryReserve memory = new MemoryReserve();

  /** When to trim, in elapsed time. Confined to the driver. */
  private long trimNanos = NEVER;

  /**
   * @param broken receives the failure that ended the driver
   */
  Driver(
      Shard[] shards,
      ServiceParts parts,
      TaskRunner runner,
      FollowUp followUp,
      long pauseThresholdNanos,
      Consumer<Throwable> broken) {
    this.shards = shards;
    scale = parts.scale();
    clock = parts.clock();
    waker = parts.waker();
    this.runner = runner;
    this.followUp = followUp;
    this.pauseThresholdNanos = pauseThresholdNanos;
    this.broken = broken;
    batch = new Batch(shards[0]);
    nextTicks = new long[shards.length];
  }

  /** Serves the timers of executor views as well. Called by any thread. */
  void serve(OrderedShard shard) {
    ordered = shard;
  }

  @Override
  public void run() {
    try {
      while (!waker.isStopped()) {
        try {
          turn();
        } catch (OutOfMemoryError full) {
          // Whatever allocates does so before it changes anything, so the next turn does it again.
          outOfMemory(full);
        }
      }
    } catch (Throwable failure) {
      broken.accept(failure);
    }
  }

  /** Logs this once for each period in which the heap is full, and waits. */
  private void outOfMemory(OutOfMemoryError full) {
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

  /** Fires what is due, or waits for the next event. */
  void turn() {
    long nowNanos = elapsedNanos();
    long tick = scale.tickAt(nowNanos);
    waker.beginSearch();
    long nextTick = findNextTick(tick);
    long orderedTick = nextOrderedTick();
    if (nextTick <= tick) {
      waker.busy();
      runOrdered(scale.startNanos(nextTick));
      fire(nextTick);
      doneTick = nextTick;
    } else if (orderedTick <= tick) {
      waker.busy();
      runOrderedOf(tick, nowNanos);
    } else {
      doneTick = tick;
      memory.refill();
      rest(Math.min(nextTick, orderedTick));
    }
    trimWhenDue();
  }

  private long nextOrderedTick() {
    OrderedShard shard = ordered;
    return shard == null ? Waker.NEVER : shard.nextEventTick();
  }

  /**
   * Runs what is due in the executor views, and what these tasks add, until the next tick. So a
   * chain of tasks without delays does not cost a look at all shards for each task.
   */
  private void runOrderedOf(long tick, long fromNanos) {
    long nowNanos = fromNanos;
    while (runOrdered(nowNanos) && scale.tickAt(nowNanos) == tick) {
      nowNanos = elapsedNanos();
    }
  }

  /**
   * Runs the tasks of executor views that are due by a time, and returns true if there were any.
   */
  private boolean runOrdered(long limitNanos) {
    OrderedShard shard = ordered;
    int count = 0;
    while (shard != null && !waker.isStopped()) {
      long nowNanos = elapsedNanos();
      OrderedTimer timer = shard.take(limitNanos, nowNanos);
      if (timer == null) {
        break;
      }
      runner.startOrdered(timer, nowNanos, count++);
    }
    if (shard != null && count > 0) {
      shard.trimLater();
    }
    return count > 0;
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

  /** Fires all timers of a tick; all ticks before are done. */
  private void fire(long tick) {
    for (int number = 0; number < shards.length; number++) {
      if (nextTicks[number] <= tick) {
        boolean reached = false;
        while (!reached && !waker.isStopped()) {
          reached = fireBatch(shards[number], tick);
        }
      }
    }
  }

  /**
   * Fires one batch of a shard and returns true if the shard has reached the tick. The calls after
   * the batch do not throw: its timers have left the wheel, and their tasks must run.
   */
  private boolean fireBatch(Shard shard, long tick) {
    long startNanos = elapsedNanos();
    try {
      return shard.advance(tick, batch, startNanos);
    } finally {
      noticePause(elapsedNanos() - startNanos);
      if (batch.size() > 0) {
        followUp.fired(batch);
        runner.startAll(batch);
        batch.clear();
      }
      shard.trimLater();
    }
  }

  /**
   * Trims a little in each turn, so that timers fire in between. The driver does not rest until
   * trimming is done.
   */
  private void trimWhenDue() {
    if (trimNanos == NEVER) {
      if (waker.isTrimWanted()) {
        trimNanos = elapsedNanos() + TRIM_DELAY_NANOS;
      }
    } else if (elapsedNanos() >= trimNanos) {
      waker.beginTrim();
      boolean more = false;
      for (Shard shard : shards) {
        more |= shard.trim(TRIM_PAGES);
      }
      OrderedShard views = ordered;
      more |= views != null && views.trim(TRIM_PAGES);
      if (!more) {
        trimNanos = NEVER;
      }
    }
  }

  private void rest(long nextTick) {
    long tick = waker.endSearch(nextTick);
    long eventNanos = tick == Waker.NEVER ? NEVER : scale.startNanos(tick);
    long nanos = Math.min(Math.min(eventNanos, trimNanos), lookAtExecutor());
    if (nanos == NEVER) {
      waker.await();
    } else {
      long startNanos = elapsedNanos();
      waker.awaitUntil(scale.clockNanos(nanos));
      noticePause(elapsedNanos() - Math.max(nanos, startNanos));
    }
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

  private void noticePause(long nanos) {
    if (nanos >= pauseThresholdNanos) {
      followUp.paused(shards[0], nanos);
    }
  }

  private long elapsedNanos() {
    return scale.elapsedNanos(clock.nanoTime());
  }
}
