package io.tourbillon.timer;

/**
 * The one thread that advances all shards and runs what is due, or hands it to the executor.
 *
 * <p>A turn, with step names as method names:
 *
 * <ol>
 *   <li>{@link #fireDue}: reads the clock; takes due timers out of each shard, a batch at a time,
 *       and runs them outside the lock, until no shard has any left.
 *   <li>{@link #trimWhenDue}: gives back memory, half a second after some was found to be free.
 *   <li>{@link #rest}: looks for the next event of all shards and waits until then.
 * </ol>
 *
 * <p><b>Waking.</b> {@link #wakeTick} is the tick until which the driver is going to wait: who arms
 * a timer for an earlier one wakes it. The driver sets it to ALWAYS before it looks at the shards
 * and to the next event after that. A timer is either armed before the driver has had its shard's
 * lock in that search, and then the driver finds it; or after that, and then whoever armed it, having
 * had the lock after the driver, reads ALWAYS or what was written later, and wakes the driver if its
 * timer is earlier. A wake that comes before the wait makes the wait return at once.
 */
final class Driver implements Runnable {
  /** No timer is earlier than this: while the driver is not about to wait, it need not be woken. */
  private static final long NOBODY = Long.MIN_VALUE;

  /** Every timer is earlier than this. */
  private static final long ALWAYS = Long.MAX_VALUE;

  private static final long NEVER = Long.MAX_VALUE;
  private static final long TRIM_DELAY_NANOS = 500_000_000;

  /** Pages given back under one hold of a shard's lock. */
  private static final int TRIM_PAGES = 64;

  private final ShardedTimerService service;
  private final Shard[] shards;
  private final Batch[] batches;
  private final TickScale scale;
  private final Clock clock;
  private final Clock.Alarm alarm;
  private final TaskRunner runner;
  private final long pauseThresholdNanos;

  /** Written by the driver alone, read by all; volatile, with the locks, for the reason above. */
  private volatile long wakeTick = NOBODY;

  /** Set by whoever frees memory, cleared by the driver before it trims; volatile to be seen. */
  private volatile boolean trimWanted;

  /** Set once, before the driver is woken for the last time. */
  private volatile boolean stopped;

  /** When to trim, in elapsed time; NEVER if nothing is to be trimmed. The driver's own. */
  private long trimNanos = NEVER;

  Driver(
      ShardedTimerService service,
      Shard[] shards,
      TickScale scale,
      Clock clock,
      Clock.Alarm alarm,
      TaskRunner runner,
      long pauseThresholdNanos) {
    this.service = service;
    this.shards = shards;
    this.scale = scale;
    this.clock = clock;
    this.alarm = alarm;
    this.runner = runner;
    this.pauseThresholdNanos = pauseThresholdNanos;
    batches = new Batch[shards.length];
    for (int number = 0; number < shards.length; number++) {
      batches[number] = new Batch(shards[number]);
    }
  }

  // Called by any thread.

  /** Sees to it that a timer just armed for this tick fires in time. */
  void armed(long deadlineTick) {
    if (deadlineTick < wakeTick) {
      alarm.wake();
    }
  }

  /** Sees to it that memory is given back within a second. */
  void freed() {
    if (!trimWanted) {
      trimWanted = true;
      alarm.wake();
    }
  }

  void stop() {
    stopped = true;
    alarm.wake();
  }

  // Called by the driver's thread.

  @Override
  public void run() {
    try {
      while (!stopped) {
        fireDue();
        trimWhenDue();
        rest();
      }
    } catch (Throwable broken) {
      service.driverBroke(broken);
    } finally {
      alarm.close();
    }
  }

  private void fireDue() {
    boolean behind = true;
    while (behind && !stopped) {
      long tick = scale.tickAt(elapsedNanos());
      behind = false;
      for (Batch batch : batches) {
        behind |= !fireBatch(batch, tick);
      }
    }
  }

  /** Fires one batch of a shard and says whether the shard has reached the tick. */
  private boolean fireBatch(Batch batch, long tick) {
    long startNanos = elapsedNanos();
    boolean reached = batch.shard.advance(tick, batch, scale, startNanos);
    noticePause(elapsedNanos() - startNanos);
    if (batch.size() > 0) {
      service.fired(batch);
      runner.run(batch);
      batch.clear();
      if (!trimWanted && batch.shard.isTrimmable()) {
        trimWanted = true;
      }
    }
    return reached;
  }

  private void trimWhenDue() {
    if (trimWanted && trimNanos == NEVER) {
      trimNanos = elapsedNanos() + TRIM_DELAY_NANOS;
    } else if (trimNanos != NEVER && elapsedNanos() >= trimNanos) {
      trimNanos = NEVER;
      trimWanted = false;
      for (Shard shard : shards) {
        while (shard.trim(TRIM_PAGES)) {
          // Each round lets callers have the lock in between.
          Thread.onSpinWait();
        }
      }
    }
  }

  private void rest() {
    wakeTick = ALWAYS;
    long tick = NEVER;
    for (Shard shard : shards) {
      tick = Math.min(tick, shard.nextEventTick());
    }
    long nanos = tick == NEVER ? NEVER : scale.startNanos(tick);
    nanos = Math.min(nanos, trimNanos);
    wakeTick = tick;
    if (stopped || (trimWanted && trimNanos == NEVER)) {
      wakeTick = NOBODY;
      return;
    }
    if (nanos == NEVER) {
      alarm.await();
    } else {
      long startNanos = elapsedNanos();
      alarm.awaitUntil(scale.clockNanos(nanos));
      noticePause(elapsedNanos() - Math.max(nanos, startNanos));
    }
    wakeTick = NOBODY;
  }

  private void noticePause(long nanos) {
    if (nanos >= pauseThresholdNanos) {
      service.paused(nanos);
    }
  }

  private long elapsedNanos() {
    return scale.elapsedNanos(clock.nanoTime());
  }
}
