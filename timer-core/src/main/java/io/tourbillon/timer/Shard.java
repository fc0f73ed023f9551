package io.tourbillon.timer;

import io.tourbillon.timer.internal.AccountableTask;
import io.tourbillon.timer.internal.Refusals;
import io.tourbillon.timer.internal.TickScale;
import io.tourbillon.timer.internal.TimerId;
import io.tourbillon.timer.internal.longs.LongWheels;
import io.tourbillon.timer.internal.observe.LogMessage;
import io.tourbillon.timer.wheel.EntryWheel;
import io.tourbillon.timer.wheel.IdTable;
import io.tourbillon.timer.wheel.LongWheel;
import io.tourbillon.timer.wheel.TimerVisitor;
import io.tourbillon.timer.wheel.TimingWheel;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A shard whose timers are in two wheels. Timers with handles are entries of the one, as a handle
 * holds all that there is to know of its timer; tasks that are known by their ids are in the other.
 * There is one more wheel for each {@link LongTimers} from which a timer was armed here. The lock
 * guards the wheels, the phases of the timers with handles, and the counts.
 *
 * <p>Callers hold the lock for one operation, tens of nanoseconds; the driver for one batch, at
 * most {@value Batch#CAPACITY} steps of each wheel.
 */
final class Shard extends AbstractShard<Runnable> {
  // What settleUnderLock returns besides a tick, which is never negative.

  /** The timer has ended. */
  private static final long ENDED = -1;

  /** The timer had ended before. */
  private static final long WAS_ENDED = -2;

  /** The timer has missed a run and must make up for it at once. */
  private static final long RUN_AGAIN = -3;

  /** The kinds of timers. Page after page is of one kind and the next. */
  private static final int KINDS = 3;

  private static final int TASKS = 0;
  private static final int HANDLES = 1;

  private static final VarHandle BEGUN_ONCE = counter("begunOnce");
  private static final VarHandle BEGUN_PERIODIC = counter("begunPeriodic");

  final RunEnds runEnds;
  private final long idBits;
  private final TimingWheel<Runnable> tasks = new TimingWheel<>(0, TimerId.MAX_ENTRIES);
  private final EntryWheel<ScheduledTimer> handles = new EntryWheel<>(0);

  /**
   * The timers of {@link LongTimers}; null before the first is armed here. Written once, under the
   * lock, which also guards the wheels; volatile because hints read it without the lock.
   */
  private volatile @Nullable LongWheels<ShardedLongTimers.Owner> longs;

  /**
   * The timers in {@link #handles} by the ids that listeners get; null without a listener. Guarded
   * by the lock.
   */
  private final @Nullable IdTable<ScheduledTimer> byId;

  /**
   * Timers with handles that batches have taken, less those that were cancelled or armed again
   * since. One that fires once stays in this number when it has begun: it is in {@link #begunOnce}
   * then. Guarded by the lock.
   */
  private long taken;

  /**
   * Periodic timers in RUNNING that could not be armed because the heap was full, the last one
   * first. Guarded by the lock.
   */
  private @Nullable PeriodicTimer stranded;

  /**
   * Timers that fire once and have begun, ever. Added to without the lock, by the thread that runs
   * the task. Only what is in {@link #taken} can begin, so a reader that has the lock and reads
   * this last never finds more begun than taken.
   */
  @SuppressWarnings("unused") // By its VarHandle.
  private volatile long begunOnce;

  /** Runs of periodic timers that have begun, ever; added to as above. */
  @SuppressWarnings("unused") // By its VarHandle.
  private volatile long begunPeriodic;

  Shard(ServiceParts parts, int number) {
    super(parts);
    runEnds = parts.runEnds();
    idBits = TimerId.bitsOfShard(number);
    byId = events.areHeard() ? new IdTable<>(TimerId.MAX_ENTRIES) : null;
  }

  private static VarHandle counter(String name) {
    try {
      return MethodHandles.lookup().findVarHandle(Shard.class, name, long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** The id that users know for a task without a handle. */
  long publicId(long wheelId) {
    return wheelId | idBits;
  }

  /** The id that users know for a timer of a {@link LongTimers}. */
  long publicLongId(long wheelId) {
    return TimerId.ofLong(wheelId | idBits);
  }

  // Operations of callers.

  @Override
  long insert(Runnable entry, long deadlineNanos, long tick) {
    lock.lock();
    try {
      requireOpen();
      return entry instanceof ScheduledTimer timer ? armHandle(timer, tick) : armTask(entry, tick);
    } finally {
      lock.unlock();
    }
  }

  /** Arms a task without a handle and returns its id. Called under the lock. */
  private long armTask(Runnable task, long tick) {
    try {
      return publicId(tasks.arm(tick, task));
    } catch (IllegalStateException full) {
      throw refusal(full);
    }
  }

  /** Arms a timer and returns its id, as {@link #enter} does. Called under the lock. */
  private long armHandle(ScheduledTimer timer, long tick) {
    long id = enter(timer, tick);
    timer.armed(id);
    return id;
  }

  /**
   * Puts a timer into its wheel and returns its new id; 0 without a listener. Changes nothing if it
   * throws. Called under the lock.
   */
  private long enter(ScheduledTimer timer, long tick) {
    try {
      long id = newId(timer);
      boolean armed = false;
      try {
        handles.arm(tick, timer);
        armed = true;
      } finally {
        if (!armed) {
          forgetId(id);
        }
      }
      return id;
    } catch (IllegalStateException full) {
      throw refusal(full);
    }
  }

  private long newId(ScheduledTimer timer) {
    return byId == null ? 0 : TimerId.withHandle(byId.add(timer) | idBits);
  }

  /** Takes a timer with this id out of its wheel. Called under the lock. */
  private void leave(ScheduledTimer timer, long id) {
    boolean _ = handles.cancel(timer);
    forgetId(id);
  }

  /** Forgets the id of a timer that has left its wheel. Called under the lock. */
  void forgetId(long id) {
    if (byId != null) {
      byId.remove(TimerId.inWheel(id));
    }
  }

  static RejectedExecutionException refusal(IllegalStateException full) {
    return new RejectedExecutionException("the shard of this thread is full", full);
  }

  /**
   * Cancels the timer that an id names; false if the id is stale, or a batch has taken the timer.
   */
  boolean cancel(long id) {
    if (TimerId.isOfHandle(id)) {
      ScheduledTimer timer = find(id);
      return timer != null && cancel(timer);
    }
    if (!remove(id)) {
      return false;
    }
    afterCancel(id);
    return true;
  }

  /** The timer that an id with the bit of handles names, or null if the id is stale. */
  private @Nullable ScheduledTimer find(long id) {
    lock.lock();
    try {
      return byId == null ? null : byId.get(TimerId.inWheel(id));
    } finally {
      lock.unlock();
    }
  }

  /** Removes the entry of a task without a handle; false if the id is stale. */
  private boolean remove(long id) {
    lock.lock();
    try {
      return tasks.cancel(TimerId.inWheel(id)) != null;
    } finally {
      lock.unlock();
    }
  }

  /** Cancels a timer with a handle; false if it has ended or begun. */
  boolean cancel(ScheduledTimer timer) {
    Runnable task = remove(timer);
    if (task == null) {
      return false;
    }
    afterCancel(timer.id());
    timer.cancelled(task);
    return true;
  }

  /** Removes a timer and returns its task, or null if it has ended or begun. */
  private @Nullable Runnable remove(ScheduledTimer timer) {
    lock.lock();
    try {
      if (timer.isArmed()) {
        leave(timer, timer.id());
        return timer.end(ScheduledTimer.CANCELLED);
      }
      if (timer.isOut() && timer.leaveBatch(ScheduledTimer.CANCELLED)) {
        taken--;
        return timer.end(ScheduledTimer.CANCELLED);
      }
      if (timer.isRunning()) {
        taken--;
        return timer.end(timer.cancelledWhileRunning());
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  /** Gives the timer that an id names a new deadline; false as for {@link #cancel(long)}. */
  boolean rearm(long id, long delayNanos) {
    if (TimerId.isOfHandle(id)) {
      ScheduledTimer timer = find(id);
      return timer != null && rearm(timer, delayNanos);
    }
    long deadlineNanos = TickScale.deadlineNanos(elapsedNanos(), delayNanos);
    long tick = scale.tickAtOrAfter(deadlineNanos);
    if (!rearmUnderLock(id, tick)) {
      return false;
    }
    afterRearm(id, tick, deadlineNanos);
    return true;
  }

  private boolean rearmUnderLock(long id, long tick) {
    lock.lock();
    try {
      if (!tasks.rearm(TimerId.inWheel(id), tick)) {
        return false;
      }
      countRescheduled();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Gives a timer with a handle a new deadline; false if it has ended or begun. */
  boolean rearm(ScheduledTimer timer, long delayNanos) {
    return rearm(timer, delayNanos, null);
  }

  /**
   * Gives a timer with a handle a new deadline; false if it has ended or begun.
   *
   * @param time the time of the wall clock for which this is the delay, or null. If the timer was
   *     given another delay meanwhile, this returns false
   */
  boolean rearm(ScheduledTimer timer, long delayNanos, @Nullable Instant time) {
    long deadlineNanos = TickScale.deadlineNanos(elapsedNanos(), delayNanos);
    long tick = timer.tickOf(deadlineNanos);
    if (!rearmUnderLock(timer, deadlineNanos, tick, time)) {
      return false;
    }
    afterRearm(timer.id(), tick, deadlineNanos);
    return true;
  }

  private boolean rearmUnderLock(
      ScheduledTimer timer, long deadlineNanos, long tick, @Nullable Instant time) {
    lock.lock();
    try {
      if (!timer.mayFollow(time)) {
        return false;
      }
      if (timer.isArmed()) {
        boolean _ = handles.rearm(timer, tick);
      } else if (!timer.isOut() || !(armAgain(timer, tick) || timer.isRunning())) {
        return false;
      }
      timer.rescheduled(deadlineNanos);
      timer.follow(time);
      countRescheduled();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Puts a timer that a batch has taken, and whose task has not begun, back into its wheel. Arming
   * comes first, because it may fail. After a shutdown the timer stays in the batch, as nothing
   * would take it out of the wheel again.
   */
  private boolean armAgain(ScheduledTimer timer, long tick) {
    if (timer.isRunning() || isClosed()) {
      return false;
    }
    long id = enter(timer, tick);
    countArmedAgain(); // The wheel has counted it, whatever follows.
    if (!timer.leaveBatch(ScheduledTimer.ARMED)) {
      leave(timer, id);
      return false;
    }
    timer.armed(id);
    taken--;
    return true;
  }

  boolean changePeriod(PeriodicTimer timer, long periodNanos) {
    lock.lock();
    try {
      if (!timer.isArmed() && !timer.isOut()) {
        return false;
      }
      timer.setPeriodNanos(periodNanos);
      return true;
    } finally {
      lock.unlock();
    }
  }

  void afterRearm(long id, long tick, long deadlineNanos) {
    waker.armed(this, tick);
    trimLater();
    events.rescheduled(id, scale.clockNanos(deadlineNanos));
  }

  private void countArmedAgain() {
    if (stats != null) {
      stats.armedAgain++;
    }
  }

  /** Called under the lock. */
  void countRescheduled() {
    if (stats != null) {
      stats.rescheduled++;
    }
  }

  TimerHandle.State stateOf(ScheduledTimer timer) {
    lock.lock();
    try {
      return timer.stateUnderLock();
    } finally {
      lock.unlock();
    }
  }

  /** The time until a timer is due; zero if it is due, is running or has ended. */
  long remainingNanos(ScheduledTimer timer) {
    long tick = dueTick(timer);
    return Math.max(0, scale.startNanos(tick) - elapsedNanos());
  }

  /** The tick in which a timer is due, or 0, which has passed, if it is in no wheel. */
  private long dueTick(ScheduledTimer timer) {
    lock.lock();
    try {
      return timer.isArmed() ? timer.deadlineTick() : 0;
    } finally {
      lock.unlock();
    }
  }

  // The wheels of LongTimers, which are used by their owners under the lock.

  /** Gives an owner a wheel of this shard. Called under the lock. */
  LongWheel openLongs(ShardedLongTimers.Owner owner) {
    LongWheels<ShardedLongTimers.Owner> all = longs;
    if (all == null) {
      all = new LongWheels<>(TimerId.MAX_ENTRIES);
      longs = all;
    }
    return all.open(owner, tasks.currentTick());
  }

  /** Takes back an empty wheel. Called under the lock. */
  void closeLongs(LongWheel wheel) {
    LongWheels<ShardedLongTimers.Owner> all = longs;
    if (all != null) {
      all.close(wheel);
    }
  }

  // Operations of the driver.

  /**
   * Takes timers that are due by this tick into the batch.
   *
   * @return whether the wheel has reached the tick, so that there are no more of them
   */
  boolean advance(long tick, Batch batch, long nowNanos) {
    batch.makeReady(this, nowNanos);
    lock.lock();
    try {
      LongWheels<ShardedLongTimers.Owner> numbers = longs;
      if (numbers != null) {
        batch.makeReadyForPayloads();
      }
      tasks.advance(tick, batch.limit(), batch);
      int room = batch.limit() - batch.size();
      if (room > 0) {
        handles.advance(tick, room, batch);
      }
      boolean reached = tasks.currentTick() >= tick && handles.currentTick() >= tick;
      return numbers == null ? reached : advance(numbers, tick, batch) && reached;
    } finally {
      // Even if there was no memory to go on: the timers in the batch have left the wheel.
      taken += batch.handles();
      if (stats != null && batch.size() > 0) {
        stats.recordBatch(batch, scale);
      }
      lock.unlock();
    }
  }

  /** Takes due timers that are a number each, and returns true if there are no more of them. */
  private static boolean advance(
      LongWheels<ShardedLongTimers.Owner> numbers, long tick, Batch batch) {
    int room = batch.limit() - batch.size();
    if (room > 0) {
      numbers.advance(tick, room, batch);
    }
    return numbers.hasReached(tick);
  }

  /**
   * The next event, at which the driver has to advance the wheels. If they have no event up to a
   * tick that is over, they advance to this tick, so that timers armed from now on are placed by
   * their true distance.
   *
   * @param doneTick the last tick that the driver has finished in all shards
   * @param tick the current tick
   * @param batch receives nothing
   */
  long nextEventTick(long doneTick, long tick, Batch batch) {
    lock.lock();
    try {
      long eventTick = nextEventTickUnderLock();
      if (stranded != null) {
        eventTick = Math.min(eventTick, tick + 1);
      }
      if (eventTick > doneTick) {
        tasks.advance(doneTick, 1, batch);
        handles.advance(doneTick, 1, batch);
        if (longs != null) {
          longs.advance(doneTick, 1, batch);
        }
      }
      return eventTick;
    } finally {
      lock.unlock();
    }
  }

  @Override
  long nextEventTick() {
    lock.lock();
    try {
      return nextEventTickUnderLock();
    } finally {
      lock.unlock();
    }
  }

  private long nextEventTickUnderLock() {
    long next = Math.min(tasks.nextEventTick(), handles.nextEventTick());
    return longs == null ? next : Math.min(next, longs.nextEventTick());
  }

  @Override
  boolean isCascadeEarlier() {
    LongWheels<?> numbers = longs;
    return tasks.isCascadeEarlier()
        || handles.isCascadeEarlier()
        || (numbers != null && numbers.isCascadeEarlier());
  }

  @Override
  boolean isTrimmable() {
    LongWheels<?> numbers = longs;
    return tasks.isTrimmable()
        || handles.isTrimmable()
        || (byId != null && byId.isTrimmable())
        || (numbers != null && numbers.isTrimmable());
  }

  @Override
  boolean trim(int pages) {
    lock.lock();
    try {
      if (tasks.isTrimmable()) {
        tasks.trim(pages);
      } else if (handles.isTrimmable()) {
        handles.trim(pages);
      } else if (byId != null && byId.isTrimmable()) {
        byId.trim(pages);
      } else if (longs != null) {
        longs.trim(pages);
      }
      return isTrimmable();
    } finally {
      lock.unlock();
    }
  }

  // Operations before and after a run, by the driver or an executor's thread.

  /** Called when the task of a timer that fires once begins. */
  void begunOnce() {
    BEGUN_ONCE.getAndAdd(this, 1L);
  }

  /** Called when a run of a periodic timer begins. */
  void begunPeriodic() {
    BEGUN_PERIODIC.getAndAdd(this, 1L);
  }

  /**
   * Arms a periodic timer for its next run, unless it was cancelled meanwhile, is to stop, or the
   * shard was closed.
   *
   * @param ran the task of the timer
   * @param mayRunAgain whether this may return true
   * @return true if the timer has missed a run and must run again at once
   */
  boolean settle(PeriodicTimer timer, Runnable ran, boolean stop, boolean mayRunAgain) {
    long nowNanos = elapsedNanos();
    long tick;
    RejectedExecutionException end = null;
    try {
      tick = settleUnderLock(timer, stop, mayRunAgain, nowNanos);
    } catch (RuntimeException full) {
      // The wheel is full, so this timer cannot go on. It ends first, and is reported then.
      tick = settleUnderLock(timer, true, false, nowNanos);
      events.log(LogMessage.NOT_ARMED_AGAIN, full);
      end = Refusals.of(Refusals.NOT_ARMED_AGAIN, full);
    }
    if (tick == ENDED || tick == WAS_ENDED) {
      runEnds.runEnded();
    }
    if (tick >= 0) {
      waker.armed(this, tick);
    } else if (tick == ENDED) {
      releasePermits(1);
      timer.leave();
      if (ran instanceof AccountableTask accountable && !stop) {
        accountable.handedBack(end == null ? Refusals.of(Refusals.SHUT_DOWN, null) : end);
      }
    } else if (tick == RUN_AGAIN && events.areHeard()) {
      tellFired(timer.id(), scale.tickAtOrAfter(deadlineNanos(timer)));
    }
    return tick == RUN_AGAIN;
  }

  /** The run of a timer that was cancelled meanwhile has ended by a failure of this library. */
  void runOfCancelledEnded(PeriodicTimer timer) {
    lock.lock();
    try {
      timer.runOfCancelledEnded();
    } finally {
      lock.unlock();
    }
    runEnds.runEnded();
  }

  /** Returns the tick for which the timer is armed, or what has become of it instead. */
  private long settleUnderLock(
      PeriodicTimer timer, boolean stop, boolean mayRunAgain, long nowNanos) {
    lock.lock();
    try {
      // Not running: cancelled meanwhile, or settled before by an executor that ran the task and
      // then threw.
      if (!timer.isRunning()) {
        timer.runOfCancelledEnded();
        return WAS_ENDED;
      }
      if (stop || isClosed()) {
        taken--;
        timer.end(ScheduledTimer.DONE);
        if (stats != null) {
          stats.fired++;
        }
        return ENDED;
      }
      long nowTick = scale.tickAt(nowNanos);
      long tickNanos = scale.startNanos(nowTick);
      long deadlineNanos = timer.nextDeadlineNanos(nowNanos, tickNanos);
      boolean isMissed = deadlineNanos <= tickNanos;
      if (isMissed && mayRunAgain && timer.isBurst()) {
        begunPeriodic();
        return RUN_AGAIN;
      }
      // A long burst goes on in the next tick, after the other timers that are due by now.
      long tick = isMissed ? nowTick + 1 : timer.tickOf(deadlineNanos);
      try {
        long _ = armHandle(timer, tick);
      } catch (OutOfMemoryError full) {
        strand(timer);
        return nowTick + 1;
      }
      taken--;
      countArmedAgain();
      return tick;
    } finally {
      lock.unlock();
    }
  }

  /** The time for which a periodic timer is, or was last, armed. */
  private long deadlineNanos(PeriodicTimer timer) {
    lock.lock();
    try {
      return timer.deadlineNanos();
    } finally {
      lock.unlock();
    }
  }

  /** Keeps a timer that could not be armed, until the driver tries again. Allocates nothing. */
  private void strand(PeriodicTimer timer) {
    timer.strand(stranded);
    stranded = timer;
  }

  /** Whether {@link #armStranded} may have something to do. Read without the lock: a hint. */
  boolean hasStranded() {
    return stranded != null;
  }

  /** Arms the periodic timers that could not be armed after their run for lack of memory. */
  void armStranded() {
    for (PeriodicTimer timer = takeStranded(); timer != null; ) {
      PeriodicTimer next = timer.unlinkStranded();
      Runnable task = timer.task();
      if (task != null) {
        settle(timer, task, false, false);
      }
      timer = next;
    }
  }

  private @Nullable PeriodicTimer takeStranded() {
    lock.lock();
    try {
      PeriodicTimer all = stranded;
      stranded = null;
      return all;
    } finally {
      lock.unlock();
    }
  }

  // Shutdown and observation.

  /**
   * A page has at most 1024 timers, of one of the {@link #KINDS}. Callers may change timers between
   * two pages.
   */
  @Override
  void drain(int page, HandBack handBack) {
    List<ScheduledTimer> timers = new ArrayList<>();
    lock.lock();
    try {
      int drained =
          switch (page % KINDS) {
            case TASKS -> drainTasks(page / KINDS, handBack);
            case HANDLES -> drainHandles(page / KINDS, handBack, timers);
            default -> drainLongs(page / KINDS, handBack);
          };
      if (page == 0) {
        drainStranded(handBack, timers);
      }
      if (stats != null) {
        stats.handedBack += drained;
      }
    } finally {
      lock.unlock();
      for (ScheduledTimer timer : timers) {
        timer.leave();
      }
    }
  }

  private int drainTasks(int page, HandBack handBack) {
    List<Long> ids = new ArrayList<>();
    tasks.visit(
        page,
        new TimerVisitor<>() {
          @Override
          public void visit(long id, long deadlineTick, Runnable task) {
            ids.add(id);
          }
        });
    handBack.reserve(ids.size());
    for (long id : ids) {
      Runnable task = Objects.requireNonNull(tasks.cancel(id), "a pending timer has a task");
      handBack.add(publicId(id), task);
    }
    return ids.size();
  }

  private int drainHandles(int page, HandBack handBack, List<ScheduledTimer> timers) {
    handles.visit(
        page,
        new Consumer<>() {
          @Override
          public void accept(ScheduledTimer timer) {
            timers.add(timer);
          }
        });
    handBack.reserve(timers.size());
    for (ScheduledTimer timer : timers) {
      leave(timer, timer.id());
      handBack.add(timer.id(), timer.end(ScheduledTimer.HANDED_BACK));
    }
    return timers.size();
  }

  private int drainLongs(int page, HandBack handBack) {
    LongWheels<ShardedLongTimers.Owner> numbers = longs;
    if (numbers == null) {
      return 0;
    }
    List<Long> ids = new ArrayList<>();
    List<Runnable> payloads = new ArrayList<>();
    numbers.visit(
        page,
        new LongWheels.Receiver<>() {
          @Override
          public void receive(
              ShardedLongTimers.Owner owner, long id, long deadlineTick, long payload) {
            ids.add(id);
            if (handBack.isWanted()) {
              payloads.add(owner.newTask(payload));
            }
          }
        });
    handBack.reserve(ids.size());
    for (int index = 0; index < ids.size(); index++) {
      long id = ids.get(index);
      boolean _ = numbers.cancel(id);
      if (handBack.isWanted()) {
        handBack.add(publicLongId(id), payloads.get(index));
      } else {
        handBack.drop(publicLongId(id));
      }
    }
    return ids.size();
  }

  /** Takes out the periodic timers that wait for memory to be armed again. */
  private void drainStranded(HandBack handBack, List<ScheduledTimer> timers) {
    while (stranded != null) {
      PeriodicTimer timer = stranded;
      handBack.reserve(1);
      timers.add(timer);
      stranded = timer.unlinkStranded();
      if (timer.isRunning()) {
        taken--;
        if (stats != null) {
          stats.handedBack++;
        }
        handBack.add(timer.id(), timer.end(ScheduledTimer.HANDED_BACK));
      }
    }
  }

  @Override
  int pageCount() {
    lock.lock();
    try {
      // At least one of each kind: stranded timers are drained with the first.
      int pages = Math.max(1, Math.max(tasks.pageCount(), handles.pageCount()));
      return KINDS * (longs == null ? pages : Math.max(pages, longs.pageCount()));
    } finally {
      lock.unlock();
    }
  }

  @Override
  void visit(int page, DumpCounter counter) {
    lock.lock();
    try {
      switch (page % KINDS) {
        case TASKS ->
            tasks.visit(
                page / KINDS,
                new TimerVisitor<>() {
                  @Override
                  public void visit(long id, long deadlineTick, Runnable task) {
                    counter.count(deadlineTick, NotedTask.tagOf(task), NotedTask.siteOf(task));
                  }
                });
        case HANDLES ->
            handles.visit(
                page / KINDS,
                new Consumer<>() {
                  @Override
                  public void accept(ScheduledTimer timer) {
                    counter.count(
                        timer.deadlineTick(), timer.tag(), NotedTask.siteOf(timer.task()));
                  }
                });
        default -> visitLongs(page / KINDS, counter);
      }
    } finally {
      lock.unlock();
    }
  }

  private void visitLongs(int page, DumpCounter counter) {
    LongWheels<ShardedLongTimers.Owner> numbers = longs;
    if (numbers != null) {
      numbers.visit(
          page,
          new LongWheels.Receiver<>() {
            @Override
            public void receive(
                ShardedLongTimers.Owner owner, long id, long deadlineTick, long payload) {
              counter.count(deadlineTick, owner.tag(), null);
            }
          });
    }
  }

  @Override
  long peekEventTick() {
    lock.lock();
    try {
      long next = Math.min(tasks.peekEventTick(), handles.peekEventTick());
      return longs == null ? next : Math.min(next, longs.peekEventTick());
    } finally {
      lock.unlock();
    }
  }

  @Override
  void addTo(StatsSnapshot snapshot) {
    lock.lock();
    try {
      // Read once: tasks may begin meanwhile.
      long once = begunOnce;
      snapshot.add(
          stats,
          once,
          once + begunPeriodic,
          tasks.armed() + handles.armed() + (longs == null ? 0 : longs.armed()),
          sizeByLevel(),
          inWheels() + taken - once);
    } finally {
      lock.unlock();
    }
  }

  @Override
  long pending() {
    lock.lock();
    try {
      return inWheels() + taken - begunOnce;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns true if nothing is left to drain. Timers may move from page to page while the driver
   * finishes its turn, so a drain of all pages may miss some. Takes the lock.
   */
  boolean isDrained() {
    lock.lock();
    try {
      return inWheels() == 0 && stranded == null;
    } finally {
      lock.unlock();
    }
  }

  private long inWheels() {
    long size = (long) tasks.size() + handles.size();
    return longs == null ? size : size + longs.size();
  }

  private long[] sizeByLevel() {
    long[] sizes = tasks.sizeByLevel();
    long[] ofHandles = handles.sizeByLevel();
    for (int level = 0; level < sizes.length; level++) {
      sizes[level] += ofHandles[level];
    }
    if (longs != null) {
      longs.addSizesTo(sizes);
    }
    return sizes;
  }
}
