package io.tourbillon.timer;

import java.util.function.Consumer;

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
 * <p>{@link Waker} says how it is woken for a timer that is armed meanwhile.
 */
final class Driver implements Runnable {
  private static final long TRIM_DELAY_NANOS = 500_000_000;

  /** Pages given back under one hold of a shard's lock. */
  private static final int TRIM_PAGES = 16;

  private final Shard[] shards;
  private final Batch[] batches;
  private final TickScale scale;
  private final Clock clock;
  private final Waker waker;
  private final TaskRunner runner;
  private final FollowUp followUp;
  private final Consumer<Throwable> broken;
  private final long pauseThresholdNanos;

  /** When to trim, in elapsed time; NEVER if nothing is to be trimmed. The driver's own. */
  private long trimNanos = Waker.NEVER;

  /**
   * @param broken is told why the driver ended, unless it was stopped
   */
  Driver(
      Shard[] shards,
      TickScale scale,
      Clock clock,
      Waker waker,
      TaskRunner runner,
      FollowUp followUp,
      long pauseThresholdNanos,
      Consumer<Throwable> broken) {
    this.shards = shards;
    this.scale = scale;
    this.clock = clock;
    this.waker = waker;
    this.runner = runner;
    this.followUp = followUp;
    this.pauseThresholdNanos = pauseThresholdNanos;
    this.broken = broken;
    batches = new Batch[shards.length];
    for (int number = 0; number < shards.length; number++) {
      batches[number] = new Batch(shards[number]);
    }
  }

  @Override
  public void run() {
    try {
      while (!waker.isStopped()) {
        fireDue();
        trimWhenDue();
        rest();
      }
    } catch (Throwable failure) {
      broken.accept(failure);
    } finally {
      waker.close();
    }
  }

  private void fireDue() {
    boolean behind = true;
    while (behind && !waker.isStopped()) {
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
    try {
      return batch.shard.advance(tick, batch, scale, startNanos);
    } finally {
      noticePause(elapsedNanos() - startNanos);
      if (batch.size() > 0) {
        followUp.fired(batch);
        runner.run(batch);
        batch.clear();
      }
      if (batch.shard.isTrimmable()) {
        waker.freed();
      }
    }
  }

  /**
   * Trims a little in each turn, so that timers fire in between; there is no rest until it is done.
   */
  private void trimWhenDue() {
    if (trimNanos == Waker.NEVER) {
      if (waker.isTrimWanted()) {
        trimNanos = elapsedNanos() + TRIM_DELAY_NANOS;
      }
    } else if (elapsedNanos() >= trimNanos) {
      waker.beginTrim();
      boolean more = false;
      for (Shard shard : shards) {
        more |= shard.trim(TRIM_PAGES);
      }
      if (!more) {
        trimNanos = Waker.NEVER;
      }
    }
  }

  private void rest() {
    long tick = waker.findNextEvent(shards);
    long eventNanos = tick == Waker.NEVER ? Waker.NEVER : scale.startNanos(tick);
    long nanos = Math.min(eventNanos, trimNanos);
    if (nanos == Waker.NEVER) {
      waker.await();
    } else {
      long startNanos = elapsedNanos();
      waker.awaitUntil(scale.clockNanos(nanos));
      noticePause(elapsedNanos() - Math.max(nanos, startNanos));
    }
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
