package io.tourbillon.coroutine.internal.task;

import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.LoopStall;
import io.tourbillon.coroutine.LoopStats;
import io.tourbillon.coroutine.SchedulingPolicy;
import io.tourbillon.coroutine.SpawnOptions;
import io.tourbillon.coroutine.internal.engine.Strand;
import io.tourbillon.coroutine.internal.loop.EventLoop;
import io.tourbillon.coroutine.internal.loop.Expiry;
import io.tourbillon.coroutine.internal.loop.LoopTask;
import io.tourbillon.coroutine.internal.loop.TurnOrder;
import io.tourbillon.coroutine.internal.observe.LoopCounts.Count;
import io.tourbillon.timer.internal.MemoryReserve;
import io.tourbillon.timer.internal.StackReserve;
import io.tourbillon.timer.internal.TickScale;
import io.tourbillon.timer.internal.watchdog.Watchdog;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * An event loop and the coroutines that were placed on it, for life.
 *
 * <p><b>Who may touch what.</b> Everything belongs to the loop, or to the one coroutine of it that
 * has the turn, but for the counts of what lives here.
 */
final class CoroutineLoop extends EventLoop {
  private final LoopScheduler scheduler;
  private final Residents residents = new Residents();
  private final Attachments attachments = new Attachments();
  private final PutOff putOff;
  final Interruptions interruptions = new Interruptions();

  // Of the coroutines that were placed here, ever. Both only grow: see LoopScheduler.isQuiet.
  private final AtomicLong taken = new AtomicLong();
  private final AtomicLong givenBack = new AtomicLong();

  /** Turns that the watchdog has told of. */
  private final AtomicInteger stalls = new AtomicInteger();

  /** Threads that other code has started here and that have not ended. */
  private final AtomicInteger guests = new AtomicInteger();

  private boolean finishing;
  private boolean cancelling;

  CoroutineLoop(
      LoopScheduler scheduler,
      Engine engine,
      int number,
      TickScale scale,
      SchedulerBuilder options) {
    super(
        scheduler.name() + "-loop-" + number,
        options.clock,
        scale,
        orderOf(options.policy),
        TickScale.nanosOf(options.budget),
        options.recordStats,
        loop -> Engines.newLoopEngine(engine, loop));
    this.scheduler = scheduler;
    putOff = new PutOff(this, options.clock, scale);
  }

  private static TurnOrder orderOf(SchedulingPolicy policy) {
    return switch (policy) {
      case SchedulingPolicy.Fifo _ -> TurnOrder.byArrival();
      case SchedulingPolicy.RoundRobin _ -> TurnOrder.byGroup();
      case SchedulingPolicy.Priority(var step) -> TurnOrder.byPriority(TickScale.nanosOf(step));
      case SchedulingPolicy.EarliestDeadline(var horizon) ->
          TurnOrder.byDeadline(TickScale.nanosOf(horizon));
      case SchedulingPolicy.Random(var seed) -> TurnOrder.byChance(seed);
    };
  }

  // By any thread.

  String schedulerName() {
    return scheduler.name();
  }

  LoopScheduler scheduler() {
    return scheduler;
  }

  /** How much lives here, for placing. */
  int load() {
    return isDead() ? Integer.MAX_VALUE : live() + guests.get();
  }

  /** Coroutines that were placed here and have not ended. */
  int live() {
    long gone = givenBack.get(); // First, or it could be more than were taken.
    return (int) (taken.get() - gone);
  }

  /** Places that were taken here, ever. */
  long taken() {
    return taken.get();
  }

  /** Places that were given back, ever. */
  long givenBack() {
    return givenBack.get();
  }

  int guests() {
    return guests.get();
  }

  /** The watchdog has told of a turn. */
  void stalled() {
    stalls.incrementAndGet();
  }

  LoopStats stats() {
    return new LoopStats(
        name(),
        live(),
        counts().get(Count.READY),
        mail(),
        counts().get(Count.BUSY_NANOS),
        counts().get(Count.SWITCHES),
        stalls.get(),
        isDead());
  }

  /** Takes a place for a coroutine that is about to be accepted. */
  void takePlace() {
    taken.incrementAndGet();
  }

  /** Gives a place back; the scheduler may have been waiting for that. */
  void givePlace() {
    if (givenBack.incrementAndGet() == taken.get()) {
      scheduler.closing().loopIsQuiet();
    }
  }

  /** A thread for other people's code, which counts from now on until it has ended. */
  Thread newGuest(String name, Runnable task) {
    Thread guest =
        engine()
            .newGuest(
                name,
                () -> {
                  try {
                    task.run();
                  } finally {
                    guests.decrementAndGet();
                  }
                });
    guests.incrementAndGet();
    return guest;
  }

  @Override
  public @Nullable CoroutineTask<?> current() {
    return (CoroutineTask<?>) super.current();
  }

  @Override
  protected @Nullable Watchdog<?> newWatchdog(Thread thread) {
    return scheduler.reports().newWatchdog(this, thread);
  }

  /** What the watchdog sees. */
  LoopStall look(long heldNanos) {
    CoroutineTask<?> running = current();
    Thread own = running == null ? null : running.thread();
    Thread busy = own == null ? Objects.requireNonNull(thread()) : own;
    return new LoopStall(
        name(),
        Optional.ofNullable(running).map(CoroutineTask::name),
        heldNanos,
        Arrays.asList(busy.getStackTrace()));
  }

  @Override
  protected void refuse(LoopTask task, IllegalStateException causeOfDeath) {
    ((CoroutineTask<?>) task).abandon(causeOfDeath);
  }

  @Override
  protected void notRevived(Throwable failure) {
    scheduler.reports().notRevived(this, failure);
  }

  // By the loop's own thread.

  @Override
  protected boolean isFinished() {
    return finishing && live() == 0;
  }

  @Override
  protected void died(IllegalStateException causeOfDeath) {
    try {
      scheduler.reports().loopDied(this, Objects.requireNonNull(causeOfDeath.getCause()));
    } finally {
      abandonAll(causeOfDeath);
    }
  }

  /** Waits for the memory that this takes. */
  private void abandonAll(IllegalStateException causeOfDeath) {
    while (true) {
      try {
        residents.all().forEach(coroutine -> coroutine.abandon(causeOfDeath));
        return;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  @Override
  protected void failed(Object task, Throwable failure) {
    engine().report(() -> scheduler.reports().taskFailed(this, task, failure));
  }

  @Override
  protected void waitsInRealTime(@Nullable LoopTask task) {
    CoroutineTask<?> coroutine = (CoroutineTask<?>) task;
    execute(() -> engine().report(() -> scheduler.reports().waitsInRealTime(this, coroutine)));
  }

  @Override
  protected void adopt(LoopTask task) {
    CoroutineTask<?> coroutine = (CoroutineTask<?>) task;
    residents.add(coroutine);
    counts().add(Count.PRESENT, 1);
    coroutine.makeReady();
    if (cancelling) {
      cancel(coroutine);
    }
  }

  /** Cancels, for the close of the scheduler. Waits for the memory that this takes. */
  private void cancel(CoroutineTask<?> coroutine) {
    while (true) {
      try {
        scheduler.closing().cancel(coroutine);
        return;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  /** Cancels all that are here, and those that are on their way. */
  void cancelAll() {
    cancelling = true;
    residents.all().forEach(this::cancel);
  }

  /**
   * Ends when nothing is left to do; failures that nobody has seen are told of now.
   *
   * @param told is run when they are
   */
  void finish(Runnable told) {
    finishing = true;
    for (Expiry due : wheel().all()) {
      if (due instanceof CoroutineTask<?> coroutine && coroutine.state().isEnd()) {
        coroutine.reportUnseen();
      }
    }
    engine().report(told);
  }

  // By the loop, or by the coroutine that has the turn.

  /** Makes a coroutine ready as soon as its rate allows. Waits for the memory that this takes. */
  void makeReadyWhenDue(CoroutineTask<?> coroutine, Traits traits) {
    while (true) {
      try {
        putOff.makeReadyWhenDue(coroutine, traits);
        return;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  /** Puts a coroutine off no longer, if its rate does: it was cancelled. */
  void hasten(CoroutineTask<?> coroutine) {
    if (putOff.end(coroutine)) {
      makeReady(coroutine);
    }
  }

  /** Takes back what was made ready. Looks at all that is ready. */
  void forget(CoroutineTask<?> coroutine) {
    if (!putOff.end(coroutine)) {
      takeBack(coroutine);
    }
  }

  /** With whose end a coroutine is to end, or null. */
  @Nullable CoroutineTask<?> ownerOf(CoroutineTask<?> coroutine) {
    return attachments.ownerOf(coroutine);
  }

  /** A coroutine here that belongs to one that has not ended; so it is accepted at any time. */
  <T extends @Nullable Object> CoroutineTask<T> spawnBeside(
      String name, Callable<? extends T> body) {
    StackReserve.require();
    CoroutineTask<T> coroutine = newCoroutineBeside(name, body);
    takePlace();
    adopt(coroutine);
    return coroutine;
  }

  private <T extends @Nullable Object> CoroutineTask<T> newCoroutineBeside(
      String name, Callable<? extends T> body) {
    CoroutineTask<T> coroutine = scheduler.newCoroutine(this, SpawnOptions.named(name), body);
    CoroutineTask<?> parent = current();
    if (parent != null) {
      coroutine.inherit(LocalScope.inherited(parent.scope()));
    }
    return coroutine;
  }

  /** As {@link #spawnBeside}, and it is cancelled when its owner, who has the turn, has ended. */
  <T extends @Nullable Object> CoroutineTask<T> spawnAttached(
      CoroutineTask<?> owner, String name, Callable<? extends T> body) {
    StackReserve.require();
    CoroutineTask<T> coroutine = newCoroutineBeside(name, body);
    attachments.add(owner, coroutine);
    takePlace();
    adopt(coroutine);
    return coroutine;
  }

  Strand newStrand(CoroutineTask<?> coroutine) {
    return engine().newStrand(coroutine);
  }

  /** A coroutine has had its last turn. */
  void ended(CoroutineTask<?> coroutine) {
    residents.remove(coroutine);
    counts().add(Count.PRESENT, -1);
    counts().add(coroutine.countOfEnd(), 1);
    givePlace();
    attachments.ended(coroutine);
  }

  /**
   * A coroutine has ended with a scope open, or left what it had opened that in. Waits for the
   * memory that telling takes.
   */
  void leftOpen(CoroutineTask<?> coroutine, ChildrenScope.LeftOpen how) {
    while (true) {
      try {
        engine().report(() -> scheduler.reports().leftOpen(coroutine, how));
        return;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  /**
   * Tells of a failure that nobody has seen, unless it is an orderly end. Waits for the memory that
   * this takes.
   */
  void uncaught(CoroutineTask<?> coroutine, Throwable failure) {
    while (true) {
      try {
        engine().report(() -> scheduler.reports().uncaught(coroutine, failure));
        return;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  /** Coroutines here that have not ended, so many at the most. */
  List<CoroutineTask<?>> some(int most) {
    return residents.some(most);
  }

  /** Notes for a dump how some of them stand; those that have ended do not any more. */
  List<Sighting> sight(List<CoroutineTask<?>> coroutines) {
    long nanos = elapsedNanos();
    List<Sighting> seen = new ArrayList<>(coroutines.size());
    for (CoroutineTask<?> coroutine : coroutines) {
      if (!coroutine.state().isEnd()) {
        seen.add(coroutine.sighting(nanos));
      }
    }
    return seen;
  }
}
