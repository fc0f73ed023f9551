package io.tourbillon.coroutine.internal.task;

import io.tourbillon.coroutine.LoopStall;
import io.tourbillon.coroutine.LoopStats;
import io.tourbillon.coroutine.SpawnOptions;
import io.tourbillon.coroutine.internal.engine.EngineLoop;
import io.tourbillon.coroutine.internal.engine.LoopEngine;
import io.tourbillon.coroutine.internal.engine.Strand;
import io.tourbillon.coroutine.internal.loop.EventLoop;
import io.tourbillon.coroutine.internal.loop.Expiry;
import io.tourbillon.coroutine.internal.loop.LoopTask;
import io.tourbillon.coroutine.internal.loop.TurnOrder;
import io.tourbillon.coroutine.internal.loop.Uninterruptibly;
import io.tourbillon.coroutine.internal.observe.LoopCounts.Count;
import io.tourbillon.timer.Clock;
import io.tourbillon.timer.internal.MemoryReserve;
import io.tourbillon.timer.internal.StackReserve;
import io.tourbillon.timer.internal.TickScale;
import io.tourbillon.timer.internal.watchdog.Watchdog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An event loop and the coroutines that were placed on it, for life.
 *
 * <p><b>Who may touch what.</b> Everything belongs to the loop, or to the one coroutine of it that
 * has the turn, but for the counts of what lives here.
 */
public final class CoroutineLoop extends EventLoop {
  private final TaskHost scheduler;
  private final Residents residents = new Residents();
  private final Attachments attachments = new Attachments();
  private final PutOff putOff;
  final CallInterrupts interrupts = new CallInterrupts(this);

  // Of the coroutines that were placed here, ever. Both only grow: see LoopScheduler.isQuiet.
  private final AtomicLong taken = new AtomicLong();
  private final AtomicLong givenBack = new AtomicLong();

  /** Turns that the watchdog has told of. */
  private final AtomicInteger stalls = new AtomicInteger();

  /** Threads that other code has started here and that have not ended. */
  private final AtomicInteger guests = new AtomicInteger();

  private boolean finishing;
  private boolean cancelling;

  /**
   * Makes a loop that is not started.
   *
   * @param number tells the loops of a scheduler apart
   * @param options what the loops of a scheduler have in common
   */
  public CoroutineLoop(TaskHost scheduler, int number, Options options) {
    super(
        scheduler.name() + "-loop-" + number,
        options.clock,
        options.scale,
        options.newOrder.get(),
        options.budgetNanos,
        options.recordStats,
        options.newEngine);
    this.scheduler = scheduler;
    putOff = new PutOff(this, options.clock, options.scale);
  }

  /**
   * What the loops of a scheduler have in common.
   *
   * @param scale begins when the scheduler was made
   * @param newOrder makes the order of turns of a loop
   * @param budgetNanos what {@link #isOverBudget} compares with
   * @param recordStats whether lateness and turns are measured
   * @param newEngine makes the engine of a loop
   */
  public record Options(
      Clock clock,
      TickScale scale,
      Supplier<TurnOrder> newOrder,
      long budgetNanos,
      boolean recordStats,
      Function<EngineLoop, LoopEngine> newEngine) {}

  /**
   * Has loops do something and waits until each has done it, or has ended.
   *
   * @param patience how long to wait
   * @param something is given the loop, and a callback that it must call when it is done
   * @return false if some loop was not done in time
   */
  public static boolean tellAll(
      Collection<CoroutineLoop> loops,
      Duration patience,
      BiConsumer<CoroutineLoop, Runnable> something) {
    List<CompletableFuture<?>> told = new ArrayList<>();
    for (CoroutineLoop loop : loops) {
      if (!loop.isDead() && !loop.hasEnded()) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        told.add(done);
        loop.tell(() -> something.accept(loop, () -> done.complete(true)));
      }
    }
    return Uninterruptibly.isDoneWithin(
        CompletableFuture.allOf(told.toArray(CompletableFuture<?>[]::new)), patience);
  }

  // By any thread.

  String schedulerName() {
    return scheduler.name();
  }

  public TaskHost scheduler() {
    return scheduler;
  }

  /** How much lives here, for placing. */
  public int load() {
    return isDead() ? Integer.MAX_VALUE : live() + guests.get();
  }

  /** Coroutines that were placed here and have not ended. */
  public int live() {
    long gone = givenBack.get(); // First, or it could be more than were taken.
    return (int) (taken.get() - gone);
  }

  /** Places that were taken here, ever. */
  public long taken() {
    return taken.get();
  }

  /** Places that were given back, ever. */
  public long givenBack() {
    return givenBack.get();
  }

  public int guests() {
    return guests.get();
  }

  /** The watchdog has told of a turn. */
  void stalled() {
    stalls.incrementAndGet();
  }

  public LoopStats stats() {
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
  public void takePlace() {
    taken.incrementAndGet();
  }

  /** Gives a place back; the scheduler may have been waiting for that. */
  public void givePlace() {
    if (givenBack.incrementAndGet() == taken.get()) {
      scheduler.loopIsQuiet();
    }
  }

  /** A thread for other people's code, which counts from now on until it has ended. */
  public Thread newGuest(String name, Runnable task) {
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
        scheduler.cancelForClose(coroutine);
        return;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  /** Cancels all that are here, and those that are on their way. */
  public void cancelAll() {
    cancelling = true;
    residents.all().forEach(this::cancel);
  }

  /**
   * Ends when nothing is left to do; failures that nobody has seen are told of now.
   *
   * @param told is run when they are
   */
  public void finish(Runnable told) {
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
  public @Nullable CoroutineTask<?> ownerOf(CoroutineTask<?> coroutine) {
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
      coroutine.inheritFrom(parent);
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
  void leftOpen(ScopedCoroutine<?> coroutine, CancelScope.LeftOpen how) {
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
  public List<CoroutineTask<?>> some(int most) {
    return residents.some(most);
  }
}
