package io.tourbillon.coroutine.internal.loop;

import io.tourbillon.coroutine.internal.engine.EngineLoop;
import io.tourbillon.coroutine.internal.engine.LoopEngine;
import io.tourbillon.coroutine.internal.engine.LoopOfThread;
import io.tourbillon.coroutine.internal.engine.OffLoop;
import io.tourbillon.coroutine.internal.observe.LoopCounts;
import io.tourbillon.coroutine.internal.observe.LoopCounts.Count;
import io.tourbillon.coroutine.internal.observe.LoopRecorder;
import io.tourbillon.coroutine.internal.observe.Stamp;
import io.tourbillon.timer.Clock;
import io.tourbillon.timer.Distribution;
import io.tourbillon.timer.internal.MemoryReserve;
import io.tourbillon.timer.internal.TickScale;
import io.tourbillon.timer.internal.text.Printable;
import io.tourbillon.timer.internal.watchdog.Watchdog;
import java.util.Objects;
import java.util.concurrent.ScheduledFuture;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One thread that owns a wheel and a ready queue, and gives turns to the tasks that are in it.
 *
 * <p>A round of the loop, with step names as method names:
 *
 * <ol>
 *   <li>{@link #readMail}: what other threads have sent.
 *   <li>{@link #advance}: reads the clock and makes ready what is due.
 *   <li>{@link #runReady}: runs tasks in the order in which they became ready, for a millisecond
 *       and then up to sixteen turns more, so that timers are not held up by many short turns. Long
 *       ones do hold them up; the watchdog reports it when the turns between two looks at the clock
 *       are longer together than its bound.
 *   <li>{@link LoopWheel#trimWhenDue}: gives back memory that a peak has left behind.
 *   <li>{@link #rest}: waits until the next event, exactly.
 * </ol>
 *
 * <p><b>Who may touch what.</b> Everything belongs to the loop, or to the one task of it that has
 * the turn, but for the mailbox. {@link Mailbox} says how a loop is woken that rests.
 *
 * <p><b>How it ends.</b> When it {@link #isFinished}, and nothing is due, the thread ends. Threads
 * that other code has started on this loop may still come back, from a socket for example. Then the
 * sender of the message starts another thread, which goes on where this one has stopped; for
 * nothing that comes here may be refused.
 */
public abstract class EventLoop implements EngineLoop {
  /** Messages read between two looks at the clock. */
  private static final int INTAKE = 1024;

  /** Of the thread that runs now, or null if nobody wants one. */
  private @Nullable Watchdog<?> watchdog;

  private final LoopEngine engine;
  private final String name;
  private final long budgetNanos;
  private final Clock clock;
  private final TickScale scale;
  private final LoopWheel wheel;
  private final ReadyQueue ready;
  private final Turns turns;

  /** What chance is, if turns are left to it. */
  private final @Nullable RandomGenerator chance;

  private final LoopCounts counts = new LoopCounts();

  /** Null if the loop goes by the real clock. */
  private final @Nullable RealTimeWaits realTimeWaits;

  /** Null if nothing is to be measured. */
  private final @Nullable LoopRecorder recorder;

  private final Mailbox mailbox = new Mailbox();
  private final MemoryReserve memory = new MemoryReserve();
  private volatile @Nullable Thread thread;

  /** What has the turn, or null. Other threads only want a glimpse, so it is plain. */
  private @Nullable LoopTask current;

  /** Set once, when the loop has failed; volatile, so that nothing more is sent here. */
  private volatile boolean dead;

  /** When the task that gives up the turn wants to be woken. */
  private long wakeNanos = LoopWheel.NEVER;

  private long nowNanos;

  /** The {@link Stamp} of the last look at the clock. */
  private int stamp;

  /** Up to when the time in which it was busy has been counted. */
  private long busyUntilNanos;

  /** Written before {@link #dead}. */
  private IllegalStateException causeOfDeath = new IllegalStateException("alive");

  /**
   * A loop that is not started.
   *
   * @param scale begins when its scheduler was made
   * @param budgetNanos what {@link #isOverBudget} compares with
   * @param recordStats whether lateness and turns are measured
   * @param newEngine makes the engine that serves it
   */
  @SuppressWarnings("this-escape") // Its parts keep it; what they call here is final.
  protected EventLoop(
      String name,
      Clock clock,
      TickScale scale,
      TurnOrder order,
      long budgetNanos,
      boolean recordStats,
      Function<EngineLoop, LoopEngine> newEngine) {
    this.name = name;
    this.clock = clock;
    this.scale = scale;
    this.budgetNanos = budgetNanos;
    recorder = recordStats ? new LoopRecorder(scale) : null;
    chance = order.chance();
    wheel = new LoopWheel(this, scale, recorder);
    ready = new ReadyQueue(order, this::elapsedNanos, recorder);
    realTimeWaits = isRealTime() ? null : new RealTimeWaits(this);
    engine = newEngine.apply(this);
    turns = new Turns(this, engine, ready, recorder);
  }

  // For its owner to say.

  /** Starts a watchdog over the thread; null if there is to be none. */
  protected abstract @Nullable Watchdog<?> newWatchdog(Thread thread);

  /** A task has come here, for which there is a place. Does not fail for want of memory. */
  protected abstract void adopt(LoopTask task);

  /** A task has come after the death of the loop. By any thread. */
  protected abstract void refuse(LoopTask task, IllegalStateException causeOfDeath);

  /** Whether nothing will be made ready any more but by the wheel and by other threads. */
  protected abstract boolean isFinished();

  /** Something of ours, or a turn, has thrown. */
  protected abstract void failed(Object task, Throwable failure);

  /** What has come after its end waits, as no thread could be started for it. By any thread. */
  protected abstract void notRevived(Throwable failure);

  /** Something in here is broken. Nobody is to wait for what will not come. */
  protected abstract void died(IllegalStateException causeOfDeath);

  /** A task, or else another thread here, does not heed the clock of the scheduler. */
  protected abstract void waitsInRealTime(@Nullable LoopTask task);

  // By any thread.

  @Override
  public final String name() {
    return name;
  }

  /** The clock by which it goes. */
  public final Clock clock() {
    return clock;
  }

  @Override
  public final boolean isRealTime() {
    return clock.equals(Clock.system());
  }

  /** The time since the scheduler was made. */
  public final long elapsedNanos() {
    return scale.elapsedNanos(clock.nanoTime());
  }

  /** Starts its thread. */
  public final void start() {
    if (mailbox.begin()) {
      boolean started = false;
      try {
        Thread fresh = engine.newLoopThread(name);
        mailbox.waitBy(clock.newAlarm(fresh));
        thread = fresh;
        watchdog = newWatchdog(fresh);
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
    Watchdog<?> dog = watchdog;
    if (dog != null) {
      dog.stop();
    }
    mailbox.end();
  }

  /** Whether the caller is on this loop: its own thread, or code that has a turn here. */
  protected final boolean isHere() {
    return equals(LoopOfThread.get());
  }

  /** Does it at once if this is the loop, and else as soon as the loop gets to it. */
  public final void tell(Message message) {
    if (isHere()) {
      message.run();
    } else {
      send(message);
    }
  }

  @Override
  public final void execute(Runnable task) {
    if (isHere()) {
      makeReady(task);
    } else {
      send(task);
    }
  }

  /**
   * Runs a task of the scheduler's timers, in a turn of its own. Waits for the memory that this
   * takes: a timer expires once.
   */
  public final void runTimerTask(Runnable task) {
    execute(timerTurn(task));
  }

  private Runnable timerTurn(Runnable task) {
    while (true) {
      try {
        return () -> engine.runTask(task);
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  /** Runs a task of users, at once if the calling thread is one that may wait for locks. */
  public final void runTask(Runnable task) {
    if (!Thread.currentThread().equals(thread)) {
      task.run();
    } else if (dead) {
      // No engine runs anything here any more, and others of this loop are still to be told.
      OffLoop.start(name + "-task", task);
    } else {
      engine.runTask(task);
    }
  }

  /** Takes in a task that was placed here. */
  public final void accept(LoopTask task) {
    if (isHere()) {
      adopt(task);
    } else {
      send(task);
    }
  }

  private void send(Runnable mail) {
    if (dead) {
      refuseIfTask(mail);
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
      notRevived(failure);
    }
  }

  /** Whether its thread has ended and nobody wants another. */
  public final boolean hasEnded() {
    return mailbox.isEnded() && mailbox.isEmpty();
  }

  /** Whether it has failed; nothing runs here any more. */
  public final boolean isDead() {
    return dead;
  }

  /** How many messages wait; a glimpse. */
  protected final int mail() {
    return mailbox.size();
  }

  /** What has happened here, for any thread to read. */
  public final LoopCounts counts() {
    return counts;
  }

  /** Adds what was measured, if anything was. */
  public final void addTo(
      Distribution.Builder lateness, Distribution.Builder wait, Distribution.Builder turn) {
    if (recorder != null) {
      recorder.addTo(lateness, wait, turn);
    }
  }

  /** Who has the turn; for other threads than the loop's a glimpse. */
  public @Nullable LoopTask current() {
    return current;
  }

  @Override
  public final @Nullable Thread thread() {
    return thread;
  }

  /** The engine that serves it. */
  protected final LoopEngine engine() {
    return engine;
  }

  @Override
  public final String toString() {
    return Printable.of(name);
  }

  // By the loop's own thread.

  @Override
  public final void run() {
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
      causeOfDeath = new IllegalStateException(name + " has died", failure);
      dead = true;
      try {
        died(causeOfDeath);
      } finally {
        refuseMail();
      }
    }
  }

  /** After its death: who comes too late is told, by a thread that is started for that. */
  private void refuseMail() {
    do {
      for (Runnable mail = mailbox.poll(); mail != null; mail = mailbox.poll()) {
        refuseIfTask(mail);
      }
      endThread();
    } while (!mailbox.isEmpty() && mailbox.begin());
  }

  private void refuseIfTask(Runnable mail) {
    if (mail instanceof LoopTask task) {
      refuse(task, causeOfDeath);
    }
  }

  private void readMail() {
    for (int count = 0; count < INTAKE; count++) {
      Runnable mail = mailbox.poll();
      if (mail == null) {
        return;
      }
      switch (mail) {
        case LoopTask task -> adopt(task);
        case Message message -> runSafely(message);
        default -> makeReady(mail);
      }
    }
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
    if (isFinished() && wheel.isEmpty()) {
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

  // By the loop, or by the task that has the turn.

  /** What is due when. */
  public final LoopWheel wheel() {
    return wheel;
  }

  /** Whether the turn that goes on has lasted for long, or some before it have. */
  public final boolean isOverBudget() {
    return elapsedNanos() - turns.lookNanos() >= budgetNanos;
  }

  /** What chance is here, if the order of turns is left to it; else null. */
  public final @Nullable RandomGenerator chance() {
    return chance;
  }

  /** A task has the turn from now on. */
  public final void begin(LoopTask task) {
    current = task;
  }

  /** Nobody has the turn from now on. */
  public final void end() {
    current = null;
  }

  /** The task that has the turn is about to suspend until then at most, or for ever. */
  public final void wakeAt(long elapsedNanos) {
    wakeNanos = elapsedNanos;
  }

  /** When the task that has just suspended wants to be woken. */
  public final long takeWakeNanos() {
    long nanos = wakeNanos;
    wakeNanos = LoopWheel.NEVER;
    return nanos;
  }

  /**
   * Puts a task among those that wait for a turn. A wake-up must not be lost: while there is no
   * memory for it, waits for some, and nothing goes on here.
   */
  @Override
  public final void makeReady(Runnable task) {
    while (true) {
      try {
        ready.add(task, nowNanos);
        return;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  /** Takes back what was made ready last. Looks at all that is ready. */
  protected final void takeBack(Runnable task) {
    ready.takeBack(task);
  }

  @Override
  public final ScheduledFuture<?> beginTimedWait(
      @Nullable Object guest, Runnable expiry, long delayNanos) {
    if (realTimeWaits != null) {
      Object waiter = guest != null ? guest : current;
      return realTimeWaits.begin(Objects.requireNonNull(waiter), expiry, delayNanos);
    }
    TimedWait wait = new TimedWait(this, expiry);
    wait.begin(delayNanos);
    return wait;
  }

  /** Arms an entry of the wheel that must not be lost. Waits for the memory that this takes. */
  public final long armSurely(long elapsedNanos, Expiry due) {
    while (true) {
      try {
        return wheel.arm(elapsedNanos, due);
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  /** For whatever changes its state now. */
  public final int stamp() {
    return stamp;
  }
}
