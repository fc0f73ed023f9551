package io.tourbillon.timer;

import io.tourbillon.timer.internal.longs.LongWheels;
import io.tourbillon.timer.wheel.ExpiryHandler;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The due timers of one shard at a time. The driver fills the batch under the lock of the shard,
 * and runs it without the lock. Confined to the driver.
 */
final class Batch
    implements ExpiryHandler<Runnable>,
        Consumer<ScheduledTimer>,
        LongWheels.Receiver<ShardedLongTimers.Owner> {
  static final int CAPACITY = 256;

  private static final Runnable[] NONE = {};
  private static final long[] NO_PAYLOADS = {};

  private Shard shard;

  /**
   * A new array for each batch that is not empty. A store into an array of the old generation would
   * cost a full write barrier for every task; 4 bytes of short-lived garbage cost almost nothing.
   */
  private @Nullable Runnable[] tasks = NONE;

  private final long[] ids = new long[CAPACITY];
  private final long[] deadlineTicks = new long[CAPACITY];
  private int limit = CAPACITY;

  /** Of the timers of a {@link LongTimers}; without room if there were never any. */
  private long[] payloads = NO_PAYLOADS;

  private int size;
  private int handles;
  private long takenNanos;

  /** Makes an empty batch for a shard; see {@link #makeReady}. */
  Batch(Shard shard) {
    this.shard = shard;
  }

  /** The shard whose timers these are. */
  Shard shard() {
    return shard;
  }

  /** Makes the next batch no larger than this, or than {@value #CAPACITY}. */
  void limitTo(long most) {
    limit = (int) Math.min(CAPACITY, most);
  }

  /** How many timers the batch may take. */
  int limit() {
    return limit;
  }

  /**
   * Allocates before anything is taken out of the wheel, as a failure afterwards would lose timers.
   *
   * @param source the shard whose timers follow
   * @param nowNanos the time at which the timers count as taken, in elapsed time
   */
  void makeReady(Shard source, long nowNanos) {
    shard = source;
    takenNanos = nowNanos;
    if (tasks.length == 0) {
      tasks = new Runnable[CAPACITY];
    }
  }

  /** Makes room for payloads, before anything is taken out of a wheel. */
  void makeReadyForPayloads() {
    if (payloads.length == 0) {
      payloads = new long[CAPACITY];
    }
  }

  /** Called by the wheel of tasks, under the shard's lock. */
  @Override
  public void expired(long id, long deadlineTick, Runnable task) {
    add(shard.publicId(id), deadlineTick, task);
  }

  /** Called by the wheel of timers with handles, under the shard's lock. */
  @Override
  public void accept(ScheduledTimer timer) {
    long id = timer.id();
    add(id, timer.deadlineTick(), timer);
    shard.forgetId(id);
    timer.taken();
    handles++;
  }

  /** Called by the wheels of numbers, under the shard's lock. */
  @Override
  public void receive(ShardedLongTimers.Owner owner, long id, long deadlineTick, long payload) {
    payloads[size] = payload;
    add(shard.publicLongId(id), deadlineTick, owner.driverTask);
  }

  private void add(long id, long deadlineTick, Runnable entry) {
    int last = size++;
    tasks[last] = entry;
    ids[last] = id;
    deadlineTicks[last] = deadlineTick;
  }

  int size() {
    return size;
  }

  /** How many of the timers have a handle, and can be cancelled until their tasks begin. */
  int handles() {
    return handles;
  }

  /** When the timers were taken, in elapsed time: their lateness ends and their wait begins. */
  long takenNanos() {
    return takenNanos;
  }

  /**
   * The task, or a {@link ScheduledTimer}. For a timer of a {@link LongTimers} it is the object
   * that the driver has for all of them, with the payload of this one until the next call.
   */
  Runnable task(int index) {
    Runnable task = tasks[index];
    assert task != null : index + " of " + size;
    return task instanceof ShardedLongTimers.DriverTask shared
        ? shared.with(payloads[index])
        : task;
  }

  long id(int index) {
    return ids[index];
  }

  long deadlineTick(int index) {
    return deadlineTicks[index];
  }

  /** Releases the tasks. */
  void clear() {
    tasks = NONE;
    size = 0;
    handles = 0;
  }
}
