package io.tourbillon.timer;

import io.tourbillon.timer.internal.MemoryReserve;
import io.tourbillon.timer.internal.Refusals;
import io.tourbillon.timer.internal.StackReserve;
import io.tourbillon.timer.internal.TickScale;
import io.tourbillon.timer.internal.TimerId;
import io.tourbillon.timer.wheel.LongTimerVisitor;
import io.tourbillon.timer.wheel.LongWheel;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Timers that are a number each: a wheel in every shard in which one was armed. The wheels belong
 * to the shards, which serve them as their own; this class arms and cancels in them, under the
 * locks of the shards.
 */
final class ShardedLongTimers implements LongTimers {
  /** The longest array that there can be. */
  private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

  /** The most timers of a page of {@link LongWheel#visit}. */
  private static final int PAGE_TIMERS = 1024;

  private final ShardedTimerService service;
  private final ServiceParts parts;
  private final Owner owner;
  private final long slackNanos;
  private final Share[] shares;

  /**
   * Set once, before a shutdown takes the lock of each shard. A thread that arms reads it under the
   * lock of its shard, so the shutdown finds what was armed before.
   */
  private volatile boolean shutdown;

  ShardedLongTimers(
      ShardedTimerService service,
      Shard[] shards,
      ServiceParts parts,
      LongConsumer handler,
      TimerOptions options) {
    this.service = service;
    this.parts = parts;
    owner = new Owner(handler, options.tag());
    slackNanos = TickScale.nanosOf(options.slack());
    shares = new Share[shards.length];
    for (int number = 0; number < shares.length; number++) {
      shares[number] = new Share(shards[number]);
    }
  }

  // Operations of callers.

  @Override
  public long arm(long delay, TimeUnit unit, long payload) {
    Objects.requireNonNull(unit, "unit");
    return arm(TickScale.deadlineNanos(service.elapsedNanos(), unit.toNanos(delay)), payload);
  }

  @Override
  public long armAt(long deadlineNanos, long payload) {
    return arm(service.elapsedNanos(deadlineNanos), payload);
  }

  private long arm(long deadlineNanos, long payload) {
    StackReserve.require();
    int number = (int) Thread.currentThread().threadId() & (shares.length - 1);
    try {
      return shares[number].arm(deadlineNanos, payload);
    } finally {
      // Until the timer is pending, the service must not count as dropped.
      Reference.reachabilityFence(service);
    }
  }

  @Override
  public boolean cancel(long id) {
    StackReserve.require();
    Share share = shareOf(id);
    return share != null && share.cancel(id);
  }

  @Override
  public boolean rearm(long id, long delay, TimeUnit unit) {
    Objects.requireNonNull(unit, "unit");
    StackReserve.require();
    Share share = shareOf(id);
    return share != null && share.rearm(id, unit.toNanos(delay));
  }

  private @Nullable Share shareOf(long id) {
    int number = TimerId.shardNumber(id);
    return TimerId.isOfLong(id) && number < shares.length ? shares[number] : null;
  }

  @Override
  public long pending() {
    StackReserve.require();
    return countPending();
  }

  private long countPending() {
    long pending = 0;
    for (Share share : shares) {
      pending += share.pending();
    }
    return pending;
  }

  /** State and count, as a service has them; without the count where only its owner may ask. */
  @Override
  public String toString() {
    String state = isShutdown() ? "Shut down" : "Running";
    String name = owner.tag == null ? "" : owner.tag + ", ";
    String count = service.mayBeAsked() ? ", pending timers = " + pending() : "";
    return super.toString() + "[" + name + state + count + "]";
  }

  // Shutdown.

  @Override
  public long[] shutdownNow() {
    StackReserve.require();
    parts.requireOwner();
    shutdown = true;
    // No timer is armed any more, so there is room for all before the first is taken out.
    Payloads left = new Payloads((int) Math.min(countPending(), MAX_ARRAY));
    try {
      for (Share share : shares) {
        share.drain(left);
      }
    } finally {
      parts.limit().release(left.count);
    }
    return left.finish();
  }

  @Override
  public void close() {
    long[] _ = shutdownNow();
  }

  @Override
  public boolean isShutdown() {
    return shutdown || service.isShutdown();
  }

  // Tasks.

  /**
   * What the shards know of timers: what to run. It does not refer to the service, as a shard keeps
   * a wheel without timers, and the service may be dropped meanwhile.
   */
  static final class Owner {
    private final LongConsumer handler;
    private final @Nullable String tag;

    /** What a batch holds in place of a task. Confined to the driver. */
    final DriverTask driverTask = new DriverTask(this);

    Owner(LongConsumer handler, @Nullable String tag) {
      this.handler = handler;
      this.tag = tag;
    }

    /** The tag, or null if there is none. */
    @Nullable String tag() {
      return tag;
    }

    /** A payload as a task of its own. */
    Task newTask(long payload) {
      return new OwnTask(this, payload);
    }
  }

  /**
   * Makes a task of its own of the one that the driver uses for all payloads.
   *
   * @param task any task, which is returned if it is not that one
   */
  static Runnable ownTask(Runnable task) {
    return task instanceof DriverTask shared ? shared.owner().newTask(shared.payload()) : task;
  }

  /** A payload and its handler. */
  abstract static class PayloadTask implements Task {
    private final Owner owner;

    PayloadTask(Owner owner) {
      this.owner = owner;
    }

    final Owner owner() {
      return owner;
    }

    @Override
    public final LongConsumer handler() {
      return owner.handler;
    }

    @Override
    public final void run() {
      owner.handler.accept(payload());
    }

    @Override
    public final String toString() {
      return owner.tag == null ? "payload " + payload() : owner.tag + " " + payload();
    }
  }

  /** The task of one timer. */
  private static final class OwnTask extends PayloadTask {
    private final long payload;

    OwnTask(Owner owner, long payload) {
      super(owner);
      this.payload = payload;
    }

    @Override
    public long payload() {
      return payload;
    }
  }

  /**
   * The task of whichever timer the driver is busy with. So a timer that fires on the driver costs
   * no object. Confined to the driver, which makes an {@link OwnTask} for everybody else.
   */
  static final class DriverTask extends PayloadTask {
    private long payload;

    DriverTask(Owner owner) {
      super(owner);
    }

    DriverTask with(long payload) {
      this.payload = payload;
      return this;
    }

    @Override
    public long payload() {
      return payload;
    }
  }

  /** What there is in one shard. */
  private final class Share {
    private final Shard shard;

    /** Null before the first timer, and after a shutdown. Guarded by the lock of the shard. */
    private @Nullable LongWheel wheel;

    Share(Shard shard) {
      this.shard = shard;
    }

    /** Arms a timer; the steps are those of {@link AbstractShard#arm}. */
    long arm(long deadlineNanos, long payload) {
      long tick = shard.scale.roundestTick(deadlineNanos, slackNanos);
      shard.acquirePermit();
      long id;
      try {
        id = insert(tick, payload);
      } catch (RuntimeException | Error refusal) {
        shard.releasePermits(1);
        throw refusal;
      }
      shard.afterArm(id, deadlineNanos, tick);
      return id;
    }

    private long insert(long tick, long payload) {
      shard.lock.lock();
      try {
        shard.requireOpen();
        if (shutdown) {
          throw new RejectedExecutionException(Refusals.LONG_TIMERS_SHUT_DOWN);
        }
        if (wheel == null) {
          wheel = shard.openLongs(owner);
        }
        return shard.publicLongId(wheel.arm(tick, payload));
      } catch (IllegalStateException full) {
        throw Shard.refusal(full);
      } finally {
        shard.lock.unlock();
      }
    }

    boolean cancel(long id) {
      if (!remove(id)) {
        return false;
      }
      shard.afterCancel(id);
      return true;
    }

    private boolean remove(long id) {
      shard.lock.lock();
      try {
        return wheel != null && wheel.cancel(TimerId.inLongWheel(id));
      } finally {
        shard.lock.unlock();
      }
    }

    boolean rearm(long id, long delayNanos) {
      long deadlineNanos = TickScale.deadlineNanos(shard.elapsedNanos(), delayNanos);
      long tick = shard.scale.roundestTick(deadlineNanos, slackNanos);
      if (!rearmUnderLock(id, tick)) {
        return false;
      }
      shard.afterRearm(id, tick, deadlineNanos);
      return true;
    }

    private boolean rearmUnderLock(long id, long tick) {
      shard.lock.lock();
      try {
        if (wheel == null || !wheel.rearm(TimerId.inLongWheel(id), tick)) {
          return false;
        }
        shard.countRescheduled();
        return true;
      } finally {
        shard.lock.unlock();
      }
    }

    long pending() {
      shard.lock.lock();
      try {
        return wheel == null ? 0 : wheel.size();
      } finally {
        shard.lock.unlock();
      }
    }

    /** Takes out the timers, page by page, so that callers and driver go on in between. */
    void drain(Payloads left) {
      for (int page = 0; drain(page, left); page++) {
        // The next page.
      }
      shard.trimLater();
    }

    /** Takes out the timers of one page; returns false if that was the last. */
    private boolean drain(int page, Payloads left) {
      shard.lock.lock();
      try {
        if (wheel == null) {
          return false;
        }
        left.beginPage(shard);
        wheel.visit(page, left);
        left.cancelPage(wheel);
        if (shard.stats != null) {
          shard.stats.handedBack += left.inPage;
        }
        if (page + 1 < wheel.pageCount()) {
          return true;
        }
        if (wheel.size() == 0) {
          shard.closeLongs(wheel);
          wheel = null;
        }
        return false;
      } finally {
        shard.lock.unlock();
      }
    }
  }

  /** Collects what a shutdown takes out. Confined to the thread that shuts down. */
  private final class Payloads implements LongTimerVisitor {
    private final long[] payloads;

    /** As listeners know them; empty without a listener. */
    private final long[] ids;

    private int count;

    /** The timers of one page, as the wheel knows them. */
    private final long[] page = new long[PAGE_TIMERS];

    private int inPage;
    private @Nullable Shard shard;

    Payloads(int most) {
      payloads = new long[most];
      ids = new long[parts.events().areHeard() ? most : 0];
    }

    void beginPage(Shard shard) {
      this.shard = shard;
      inPage = 0;
    }

    @Override
    public void visit(long id, long deadlineTick, long payload) {
      if (shard != null && count < payloads.length) {
        if (ids.length > 0) {
          ids[count] = shard.publicLongId(id);
        }
        payloads[count++] = payload;
        page[inPage++] = id;
      }
    }

    void cancelPage(LongWheel wheel) {
      for (int index = 0; index < inPage; index++) {
        boolean _ = wheel.cancel(page[index]);
      }
    }

    /** Tells the listener and returns the payloads. */
    long[] finish() {
      for (int index = 0; index < ids.length && index < count; index++) {
        parts.events().handedBack(ids[index]);
      }
      return count == payloads.length ? payloads : trimmed();
    }

    /** Waits for memory for a while: the payloads must get back to the caller. */
    private long[] trimmed() {
      for (int attempt = 1; ; attempt++) {
        try {
          return Arrays.copyOf(payloads, count);
        } catch (OutOfMemoryError full) {
          MemoryReserve.pauseUnlessLast(full, attempt);
        }
      }
    }
  }
}
