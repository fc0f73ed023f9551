package io.tourbillon.coroutine;

import io.tourbillon.coroutine.LoopCounts.Count;
import io.tourbillon.coroutine.internal.engine.EngineLoop;
import io.tourbillon.coroutine.internal.engine.LoopEngine;
import io.tourbillon.coroutine.internal.engine.OffLoop;
import io.tourbillon.coroutine.internal.engine.Strand;
import io.tourbillon.timer.Clock;
import io.tourbillon.timer.TickScale;
import io.tourbillon.timer.internal.MemoryReserve;
import io.tourbillon.timer.internal.StackReserve;
import io.tourbillon.timer.text.Printable;
import io.tourbillon.timer.watchdog.Watchdog;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * One thread that owns a wheel, a ready queue and the coroutines that were placed here, for life.
 *
 * <p>A turn of the loop, with step names as method names:
 *
 * <ol>
 *   <li>{@link #readMail}: what other threads have sent.
 *   <li>{@link #advance}: reads the clock and makes ready what is due.
 *   <li>{@link #runReady}: runs coroutines in the order in which they became ready, for a
 *       millisecond and then up to sixteen turns more, so that timers are not held up by many short
 *       turns. Long ones do hold them up; the watchdog reports it when the turns between two looks
 *       at the clock are longer together than its bound.
 *   <li>{@link LoopWheel#trimWhenDue}: gives back memory that a peak has left behind.
 *   <li>{@link #rest}: waits until the next event, exactly.
 * </ol>
 *
 * <p><b>Who may touch what.</b> Everything belongs to the loop, or to the one coroutine of it that
 * has the turn, but for the mailbox and the counts of what lives here. How a loop is woken that
 * rests is told in {@link Mailbox}.
 *
 * <p><b>How it ends.</b> When the scheduler is closed, no coroutine is left and nothing is due, the
 * thread ends. Threads that other code has started on this loop may still come back, from a socket
 * for example. Then the sender of the message starts another thread, which goes on where this one
 * has stopped; for nothing that comes here may be refused.
 */
final class EventLoop implements EngineLoop {
  /** Messages read between two looks at the clock. */
  private static final int INTAKE = 1024;

  private final LoopScheduler scheduler;

  /** Of the thread that runs now, or null if nobody wants one. */
  private @Nullable Watchdog<LoopStall> watchdog;

  private final LoopEngine loopEngine;
  private final long budgetNanos;
  private final int number;
  private final Clock clock;
  private final TickScale scale;
  final LoopWheel wheel;
  private final ReadyQueue ready;
  private final Turns turns;

  /** What chance is, if turns are left to it. */
  private final @Nullable RandomGenerator chance;

  final LoopCounts counts = new LoopCounts();
  private final Residents residents = new Residents();
  private final Attachments attachments = new Attachments();
  private final PutOff putOff;
  final Interruptions interruptions = new Interruptions();

  /** Null if the loop goes by the real clock. */
  private final @Nullable RealTimeWaits realTimeWaits;

  /** Null if nothing is to be measured. */
  private final @Nullable LoopRecorder recorder;

  private final Mailbox mailbox = new Mailbox();
  private final MemoryReserve memory = new MemoryReserve();
  private volatile @Nullable Thread thread;

  // Of the coroutines that were placed here, ever. Both only grow: see LoopScheduler.isQuiet.
  private final AtomicLong taken = new AtomicLong();
  private final AtomicLong givenBack = new AtomicLong();

  /** Turns that the watchdog has told of. */
  private final AtomicInteger stalls = new AtomicInteger();

  /** Threads that other code has started here and that have not ended. */
  private final AtomicInteger guests = new AtomicInteger();

  /** Who has the turn, or null. Other threads only want a glimpse, so it is plain. */
  private @Nullable CoroutineTask<?> current;

  /** Set once, when the loop has failed; volatile, so that nothing more is placed here. */
  private volatile boolean dead;

  /** When the coroutine that gives up the turn wants to be woken. */
  private long wakeNanos = Scope.NEVER;

  private long nowNanos;

  /** The {@link Stamp} of the last look at the clock. */
  private int stamp;

  /** Up to when the time in which it was busy has been counted. */
  private long busyUntilNanos;

  private boolean finishing;
  private boolean cancelling;

  /** Written before {@link #dead}. */
  private IllegalStateException causeOfDeath = new IllegalStateException("alive");

  EventLoop(
      LoopScheduler scheduler,
      Engine engine,
      int number,
      Clock clock,
      TickScale scale,
      CoroutineScheduler.Builder options) {
    this.scheduler = scheduler;
    this.number = number;
    this.clock = clock;
    this.scale = scale;
    budgetNanos = TickScale.nanosOf(options.budget);
    recorder = options.recordStats ? new LoopRecorder(scale) : null;
    TurnOrder order = TurnOrder.of(options.policy);
    chance = order.chance();
    wheel = new LoopWheel(this, scale, recorder);
    putOff = new PutOff(this, clock, scale);
    ready = new ReadyQueue(order, this::elapsedNanos, recorder);
    realTimeWaits = isRealTime() ? null : new RealTimeWaits(this);
    loopEngine = engine.newLoopEngine(this);
    turns = new Turns(this, loopEngine, ready, recorder);
  }

  // For everybody.

  @Override
  public String name() {
    return schedulerName() + "-loop-" + number;
  }

  String schedulerName() {
    return scheduler.name();
  }

  LoopScheduler scheduler() {
    return scheduler;
  }

  Clock clock() {
    return clock;
  }

  @Override
  public boolean isRealTime() {
    return clock.equals(Clock.system());
  }

  /** The time since the scheduler was made. */
  long elapsedNanos() {
    return scale.elapsedNanos(clock.nanoTime());
  }

  /** Starts its thread. */
  void start() {
    if (mailbox.begin()) {
      boolean started = false;
      try {
        Thread fresh = loopEngine.newLoopThread(name());
        mailbox.waitBy(clock.newAlarm(fresh));
        thread = fresh;
        watchdog = scheduler.reports().newWatchdog(this, fresh);
        fresh.start();
        started = true;
      } finally {
        if (!started) {
          endThread();
        }
      }
    }
  }

  private void endThread() {
    Watchdog<LoopStall> dog = watchdog;
    if (dog != null) {
      dog.stop();
    }
    mailbox.end();
  }

  /** Does it at once if this is the loop, and else as soon as the loop gets to it. */
  void tell(Message message) {
    if (CurrentLoop.get() == this) {
      message.run();
    } else {
      send(message);
    }
  }

  /** Runs it in a turn of its own. Never refuses. */
  @Override
  public void execute(Runnable task) {
    if (CurrentLoop.get() == this) {
      makeReady(task);
    } else {
      send(task);
    }
  }

  /**
   * Runs a task of the scheduler's timers, in a turn of its own. Waits for the memory that this
   * takes: a timer expires once.
   */
  void runTimerTask(Runnable task) {
    execute(timerTurn(task));
  }

  private Runnable timerTurn(Runnable task) {
    while (true) {
      try {
        return () -> loopEngine.runTask(task);
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  /** Runs a task of users, at once if the calling thread is one that may wait for locks. */
  void runTask(Runnable task) {
    if (!Thread.currentThread().equals(thread)) {
      task.run();
    } else if (dead) {
      // No engine runs anything here any more, and others of this loop are still to be told.
      OffLoop.start(name() + "-task", task);
    } else {
      loopEngine.runTask(task);
    }
  }

  /** Takes in a coroutine that was placed here. */
  void accept(CoroutineTask<?> coroutine) {
    if (CurrentLoop.get() == this) {
      adopt(coroutine);
    } else {
      send(coroutine);
    }
  }

  private void send(Runnable mail) {
    if (dead) {
      refuse(mail);
      return;
    }
    if (mailbox.send(mail)) {
      revive();
    }
  }

  /**
   * Starts a thread for mail that has come after the last one has ended. If there can be none the
   * mail waits for whoever sends the next: the sender can be a thread of the JDK that serves the
   * whole process, and must not be ended by what is missing here.
   */
  private void revive() {
    try {
      start();
    } catch (Throwable failure) {
      scheduler.reports().notRevived(this, failure);
    }
  }

  /** How much lives here, for placing. */
  int load() {
    return dead ? Integer.MAX_VALUE : live() + guests.get();
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
        counts.get(Count.READY),
        mailbox.size(),
        counts.get(Count.BUSY_NANOS),
        counts.get(Count.SWITCHES),
        stalls.get(),
        dead);
  }

  /** Adds what was measured, if anything was. */
  void addTo(Histogram lateness, Histogram wait, Histogram turn) {
    if (recorder != null) {
      recorder.addTo(lateness, wait, turn);
    }
  }

  /** Whether its thread has ended and nobody wants another. */
  boolean hasEnded() {
    return mailbox.isEnded() && mailbox.isEmpty();
  }

  boolean isDead() {
    return dead;
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
        loopEngine.newGuest(
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

  /** Who has the turn; for other threads than the loop's a glimpse. */
  @Nullable CoroutineTask<?> current() {
    return current;
  }

  @Override
  public @Nullable Thread thread() {
    return thread;
  }

  /** What the watchdog sees. */
  LoopStall look(long heldNanos) {
    CoroutineTask<?> running = current;
    Thread own = running == null ? null : running.thread();
    Thread busy = own == null ? Objects.requireNonNull(thread) : own;
    return new LoopStall(
        name(),
        Optional.ofNullable(running).map(CoroutineTask::name),
        heldNanos,
        Arrays.asList(busy.getStackTrace()));
  }

  @Override
  public String toString() {
    return Printable.of(name());
  }

  // By the loop's own thread.

  @Override
  public void run() {
    if (dead) {
      refuseMail();
      return;
    }
    try {
      boolean goesOn = true;
      while (goesOn) {
        try {
          readMail();
          advance();
          runReady();
          wheel.trimWhenDue();
          memory.refill();
          goesOn = rest();
        } catch (OutOfMemoryError full) {
          // What allocates does so before it changes anything, so the next round does it again.
          memory.release();
        }
      }
    } catch (Throwable failure) {
      die(failure);
    }
  }

  /** Something in here is broken. Nobody is to wait for what will not come. */
  private void die(Throwable failure) {
    causeOfDeath = new IllegalStateException(name() + " has died", failure);
    dead = true;
    try {
      scheduler.reports().loopDied(this, failure);
    } finally {
      abandonAll();
      refuseMail();
    }
  }

  /** Waits for the memory that this takes. */
  private void abandonAll() {
    while (true) {
      try {
        residents.all().forEach(coroutine -> coroutine.abandon(causeOfDeath));
        return;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  /** After its death: who comes too late is told, by a thread that is started for that. */
  private void refuseMail() {
    do {
      for (Runnable mail = mailbox.poll(); mail != null; mail = mailbox.poll()) {
        refuse(mail);
      }
      endThread();
    } while (!mailbox.isEmpty() && mailbox.begin());
  }

  private void refuse(Runnable mail) {
    if (mail instanceof CoroutineTask<?> coroutine) {
      coroutine.abandon(causeOfDeath);
    }
  }

  private void readMail() {
    for (int count = 0; count < INTAKE; count++) {
      Runnable mail = mailbox.poll();
      if (mail == null) {
        return;
      }
      switch (mail) {
        case CoroutineTask<?> coroutine -> adopt(coroutine);
        case Message message -> runSafely(message);
        default -> makeReady(mail);
      }
    }
  }

  /** Takes in a coroutine, for which a place was taken. Does not fail for want of memory. */
  private void adopt(CoroutineTask<?> coroutine) {
    residents.add(coroutine);
    counts.add(Count.PRESENT, 1);
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

  private void advance() {
    nowNanos = elapsedNanos();
    stamp = Stamp.of(nowNanos);
    wasBusyUntil(nowNanos);
    wheel.advance(nowNanos);
  }

  private void wasBusyUntil(long nanos) {
    counts.add(Count.BUSY_NANOS, nanos - busyUntilNanos);
    busyUntilNanos = nanos;
  }

  private void runReady() {
    counts.set(Count.READY, ready.size());
    if (!ready.isEmpty()) {
      turns.give(nowNanos, watchdog);
      counts.set(Count.READY, ready.size());
    }
  }

  /** Something of ours, or a turn, has thrown. */
  void failed(Object task, Throwable failure) {
    loopEngine.report(() -> scheduler.reports().taskFailed(this, task, failure));
  }

  /** A message is ours, and short; but code that it calls may run out of memory or stack. */
  private void runSafely(Message message) {
    for (int attempt = 1; ; attempt++) {
      try {
        message.run();
        return;
      } catch (OutOfMemoryError full) {
        // A message that has been cut short by this can be run again.
        if (attempt == MemoryReserve.ATTEMPTS) {
          failed(message, full);
          return;
        }
        memory.release();
      } catch (Throwable failure) {
        failed(message, failure);
        return;
      }
    }
  }

  /** Returns whether to go on; if not, another thread may have begun to. */
  private boolean rest() {
    if (wheel.isBehind() || !ready.isEmpty()) {
      return true;
    }
    if (finishing && live() == 0 && wheel.isEmpty()) {
      endThread();
      if (!mailbox.isEmpty()) {
        revive();
      }
      return false;
    }
    if (!mailbox.isEmpty()) {
      return true;
    }
    wasBusyUntil(elapsedNanos());
    long eventNanos = wheel.nextEventNanos();
    mailbox.rest(eventNanos != LoopWheel.NEVER, scale.clockNanos(eventNanos));
    busyUntilNanos = elapsedNanos();
    stamp = Stamp.of(busyUntilNanos);
    return true;
  }

  // By the loop, or by the coroutine that has the turn.

  /** Whether the turn that goes on has lasted for long, or some before it have. */
  boolean isOverBudget() {
    return elapsedNanos() - turns.lookNanos() >= budgetNanos;
  }

  /** What chance is here, if the order of turns is left to it; else null. */
  @Nullable RandomGenerator chance() {
    return chance;
  }

  void begin(CoroutineTask<?> coroutine) {
    current = coroutine;
  }

  void end() {
    current = null;
  }

  /** The coroutine that has the turn is about to suspend until then at most, or for ever. */
  void wakeAt(long elapsedNanos) {
    wakeNanos = elapsedNanos;
  }

  /** When the coroutine that has just suspended wants to be woken. */
  long takeWakeNanos() {
    long nanos = wakeNanos;
    wakeNanos = Scope.NEVER;
    return nanos;
  }

  /**
   * Puts a task among those that wait for a turn. A wake-up must not be lost: while there is no
   * memory for it, waits for some, and nothing goes on here.
   */
  @Override
  public void makeReady(Runnable task) {
    while (true) {
      try {
        ready.add(task, nowNanos);
        return;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  @Override
  public ScheduledFuture<?> beginTimedWait(
      @Nullable Object guest, Runnable expiry, long delayNanos) {
    if (realTimeWaits != null) {
      Object waiter = guest != null ? guest : current;
      return realTimeWaits.begin(Objects.requireNonNull(waiter), expiry, delayNanos);
    }
    TimedWait wait = new TimedWait(this, expiry);
    wait.begin(delayNanos);
    return wait;
  }

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

  /** Arms an entry of the wheel that must not be lost. Waits for the memory that this takes. */
  long armSurely(long elapsedNanos, Expiry due) {
    while (true) {
      try {
        return wheel.arm(elapsedNanos, due);
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
      ready.takeBack(coroutine);
    }
  }

  /** For whatever changes its state now. */
  int stamp() {
    return stamp;
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
    CoroutineTask<?> parent = current;
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
    return loopEngine.newStrand(coroutine);
  }

  /** A coroutine has had its last turn. */
  void ended(CoroutineTask<?> coroutine) {
    residents.remove(coroutine);
    counts.add(Count.PRESENT, -1);
    counts.add(coroutine.countOfEnd(), 1);
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
        loopEngine.report(() -> scheduler.reports().leftOpen(coroutine, how));
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
        loopEngine.report(() -> scheduler.reports().uncaught(coroutine, failure));
        return;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  /** A coroutine, or else another thread here, does not heed the clock of the scheduler. */
  void waitsInRealTime(@Nullable CoroutineTask<?> coroutine) {
    execute(() -> loopEngine.report(() -> scheduler.reports().waitsInRealTime(this, coroutine)));
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

  /**
   * Ends when nothing is left to do; failures that nobody has seen are told of now.
   *
   * @param told is run when they are
   */
  void finish(Runnable told) {
    finishing = true;
    for (Expiry due : wheel.all()) {
      if (due instanceof CoroutineTask<?> coroutine && coroutine.state().isEnd()) {
        coroutine.reportUnseen();
      }
    }
    loopEngine.report(told);
  }
}
