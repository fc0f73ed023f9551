package io.tourbillon.coroutine.internal.loop;

import io.tourbillon.coroutine.Suspension.Registration;
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
import io.tourbillon.timer.internal.LiveThreads;
import io.tourbillon.timer.internal.MemoryReserve;
import io.tourbillon.timer.internal.TickScale;
import io.tourbillon.timer.internal.text.Printable;
import io.tourbillon.timer.internal.watchdog.Watchdog;
import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ScheduledFuture;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One thread that owns a wheel and a ready queue, and gives turns to the tasks in the queue.
 *
 * <p>A round of the loop; the steps are named as their methods:
 *
 * <ol>
 *   <li>{@link #readMail}: takes in what other threads have sent.
 *   <li>{@link #advance}: reads the clock and makes ready what is due.
 *   <li>{@link #runReady}: runs tasks in the order of the policy, for a millisecond and then up to
 *       sixteen more turns, so that many short turns do not delay timers. Long turns do delay them;
 *       the watchdog reports when the turns between two readings of the clock together exceed its
 *       limit.
 *   <li>{@link LoopWheel#trimWhenDue}: gives back memory after a peak.
 *   <li>{@link #rest}: waits until the next event, exactly.
 * </ol>
 *
 * <p><b>Who may touch what.</b> Everything but the mailbox is loop-confined: only the loop, or the
 * task that has the turn, uses it; during a long turn also the {@link Rescuer}, if it has entered
 * the {@link TurnGate}. {@link Mailbox} explains how a resting loop is woken.
 *
 * <p><b>How it ends.</b> The thread ends when the loop {@link #isFinished} and nothing is due.
 * Virtual threads of users may still come back to this loop, from a socket for example. Then the
 * sender of the message starts another thread, which continues where this one stopped, since no
 * message may be refused.
 */
public abstract class EventLoop extends Peer implements EngineLoop {
  /** The number of messages read between two readings of the clock. */
  private static final int INTAKE = 1024;

  /** The watchdog of the current thread; null if none is wanted. */
  private @Nullable Watchdog<?> watchdog;

  private final LoopEngine engine;
  private final String name;
  private final long budgetNanos;
  private final Clock clock;
  private final TickScale scale;
  private final LoopWheel wheel;
  private final ReadyQueue ready;
  private final Turns turns;

  /** The random generator, if the policy is random; null otherwise. */
  private final @Nullable RandomGenerator chance;

  private final Newcomers newcomers = new Newcomers();

  /** Null if no loop takes over tasks of others. */
  private final @Nullable Thief thief;

  /**
   * Lets the rescuer in during turns; null if no task can move after it has begun, or by another
   * clock than the system's.
   */
  private final @Nullable TurnGate gate;

  /** The gate, if to add a ready task may move others; null if not. */
  private final @Nullable TurnGate gateOfAdds;

  /** Not null if there is a gate. */
  private final @Nullable Rescuer rescuer;

  private final LoopCounts counts;

  /** Null if the loop uses the system's clock. */
  private final @Nullable RealTimeWaits realTimeWaits;

  /** Null if nothing is to be measured. */
  private final @Nullable LoopRecorder recorder;

  private final Mailbox mailbox;

  /** Makes what the loop rests in; null if that is the alarm of the clock, or {@link Sockets}. */
  private final Poller.@Nullable Factory pollers;

  /** What the loop rests in; null if that is the alarm of the clock. */
  private @Nullable Poller poller;

  private final MemoryReserve memory = new MemoryReserve();
  private volatile @Nullable Thread thread;

  /** The task that has the turn, or null. Plain, since other threads only take a glimpse. */
  private @Nullable LoopTask current;

  /** Whether the loop only looks for mail. Plain, since other threads only take a glimpse. */
  private boolean looksForMail;

  /** Set once by the loop when it fails. Volatile, so that senders see it. */
  private volatile boolean dead;

  /** When the task that gives the turn back wants to be woken. */
  private long wakeNanos = LoopWheel.NEVER;

  private long nowNanos;

  /** The {@link Stamp} of the last reading of the clock. */
  private int stamp;

  /** The time up to which busy time has been counted. */
  private long busyUntilNanos;

  /** Written before {@link #dead}. */
  private IllegalStateException causeOfDeath = new IllegalStateException("alive");

  /**
   * Creates a loop that is not started.
   *
   * @param scale its time begins when the scheduler was made
   * @param budgetNanos the limit of {@link #isOverBudget}
   * @param recordStats whether lateness and turns are measured
   * @param stealing what the loops share to take over tasks from each other; null if they do not
   * @param newEngine makes the engine that serves it
   * @param pollers makes what it rests in; null for the alarm of the clock
   */
  @SuppressWarnings("this-escape") // Its parts keep a reference, and call only final methods.
  protected EventLoop(
      String name,
      Clock clock,
      TickScale scale,
      TurnOrder order,
      long budgetNanos,
      boolean recordStats,
      @Nullable WorkStealing stealing,
      Function<EngineLoop, LoopEngine> newEngine,
      Poller.@Nullable Factory pollers) {
    this.name = name;
    this.pollers = pollers;
    this.clock = clock;
    this.scale = scale;
    this.budgetNanos = budgetNanos;
    recorder = recordStats ? new LoopRecorder(scale) : null;
    thief = stealing == null ? null : new Thief(this, stealing);
    mailbox = new Mailbox(isRealTime() ? new Spin() : null);
    chance = order.chance();
    wheel = new LoopWheel(this, scale, recorder);
    ready = new ReadyQueue(order, this::elapsedNanos, recorder);
    realTimeWaits = isRealTime() ? null : new RealTimeWaits(this);
    engine = newEngine.apply(this);
    counts = new LoopCounts(engine.givesTurns());
    gate = stealing != null && engine.canMove() && isRealTime() ? new TurnGate() : null;
    gateOfAdds = ready.addsAtTheEnd() ? null : gate;
    rescuer = stealing == null || gate == null ? null : stealing.rescuer();
    turns = new Turns(this, engine, ready, recorder, newBacklog(stealing));
  }

  private @Nullable Backlog newBacklog(@Nullable WorkStealing stealing) {
    return stealing != null && engine.canMove()
        ? new Backlog(this, ready, stealing, engine.worthMovingNanos())
        : null;
  }

  // For the subclass.

  /** Starts a watchdog over the thread; returns null if none is wanted. */
  protected abstract @Nullable Watchdog<?> newWatchdog(Thread thread);

  /** Takes in a task that has a place here. Does not fail if memory runs out. */
  protected abstract void adopt(LoopTask task);

  /** Refuses a task that came after the loop died. Called by any thread. */
  protected abstract void refuse(LoopTask task, IllegalStateException causeOfDeath);

  /**
   * Returns true if the loop may end when its wheel is empty: a close has begun, and no coroutine
   * is left.
   */
  protected abstract boolean isFinished();

  /**
   * Gives up a task in the ready queue for the loop that claims it first. Returns false if it must
   * stay, or is not ready.
   */
  protected abstract boolean letGo(LoopTask task);

  /**
   * Gives up a task as {@link #letGo} does, while another task has the turn. Called by the rescuer,
   * inside the gate.
   */
  protected abstract boolean letGoInTurn(LoopTask task);

  /** Reports that a task of the loop, or a turn, has thrown. */
  protected abstract void failed(Object task, Throwable failure);

  /**
   * Reports that messages wait because no thread could be started for them after the loop had
   * ended. Called by any thread.
   */
  protected abstract void notRevived(Throwable failure);

  /** Fails everything that waits for this loop, because the loop has died. */
  protected abstract void died(IllegalStateException causeOfDeath);

  /**
   * Reports a wait by the system's clock instead of the clock of the scheduler.
   *
   * @param task the task that waits; null for another thread on this loop
   */
  protected abstract void waitsInRealTime(@Nullable LoopTask task);

  // May be called by any thread.

  @Override
  public final String name() {
    return name;
  }

  /** Returns the clock of the scheduler. */
  public final Clock clock() {
    return clock;
  }

  @Override
  public final boolean isRealTime() {
    return clock.equals(Clock.system());
  }

  /** Returns the time since the scheduler was made. */
  public final long elapsedNanos() {
    return scale.elapsedNanos(clock.nanoTime());
  }

  /** Returns the reading of the clock at an elapsed time. */
  public final long clockNanos(long elapsedNanos) {
    return scale.clockNanos(elapsedNanos);
  }

  /** Returns the end of the tick in which an elapsed time lies. */
  public final long endOfTickNanos(long elapsedNanos) {
    return scale.startNanos(scale.tickAtOrAfter(elapsedNanos));
  }

  /** Returns the limit of {@link #isOverBudget}. */
  public final long budgetNanos() {
    return budgetNanos;
  }

  /** Starts its thread. */
  public final void start() {
    if (mailbox.begin()) {
      boolean started = false;
      try {
        Thread fresh = engine.newLoopThread(name);
        mailbox.waitBy(newAlarm(fresh));
        thread = fresh;
        watchdog = newWatchdog(fresh);
        list(fresh);
        if (rescuer != null && gate != null) {
          rescuer.begin(this, gate);
        }
        fresh.start();
        started = true;
      } finally {
        if (!started) {
          endThread();
        }
      }
    }
  }

  /** Adds its thread to {@link LiveThreads}. */
  protected void list(Thread fresh) {
    LiveThreads.add(fresh, LiveThreads.Owner.COROUTINE_SCHEDULER);
  }

  private Clock.Alarm newAlarm(Thread fresh) {
    Poller own = pollers == null ? null : pollers.newPoller(this, fresh);
    poller = own;
    return own == null ? clock.newAlarm(fresh) : own;
  }

  private void endThread() {
    if (thief != null) {
      thief.endIdling();
      thief.stopSearching();
    }
    if (rescuer != null) {
      rescuer.end(this);
    }
    Watchdog<?> dog = watchdog;
    if (dog != null) {
      dog.stop();
    }
    poller = null; // The end of the mailbox closes it.
    Thread ending = thread; // Another one may begin when the mailbox has ended.
    if (ending != null) {
      LiveThreads.remove(ending);
    }
    mailbox.end();
  }

  /** Returns whether the caller is on this loop: its thread, or code that has a turn here. */
  public final boolean isHere() {
    return equals(LoopOfThread.get());
  }

  /**
   * Runs a message: at once if the caller is on this loop, otherwise when the loop reads its mail.
   */
  public final void tell(Message message) {
    tellFrom((EventLoop) LoopOfThread.get(), message);
  }

  /** Runs a message as {@link #tell} does, which is called on a loop; null if on none. */
  public final void tellFrom(@Nullable EventLoop here, Message message) {
    if (equals(here)) {
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
   * Runs a task of the scheduler's timers in a turn of its own. Waits for memory if there is none,
   * since a timer expires only once.
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

  /**
   * Runs a task of users: at once if the calling thread may wait for locks, otherwise on the loop
   * of that thread.
   */
  public static void runTask(Runnable task) {
    EventLoop here = (EventLoop) LoopOfThread.get();
    if (here == null || !Thread.currentThread().equals(here.thread)) {
      task.run();
    } else if (here.dead) {
      // No engine runs tasks here any more, and other listeners must still be notified.
      OffLoop.start(here.name + "-task", task);
    } else {
      here.engine.runTask(task);
    }
  }

  /** Takes in a task that has a place here, and offers it to other loops if it may move. */
  protected final void acceptAndOffer(LoopTask task) {
    boolean offered = isOffered(task);
    if (offered) {
      newcomers.add(task);
    }
    if (isHere()) {
      adopt(task);
    } else {
      send(task);
    }
    if (offered) {
      offered();
    }
  }

  /**
   * Offers tasks that were let go in a turn. If the loop has died meanwhile, it may not have seen
   * them, so they are refused here. Called by the rescuer, outside the gate.
   */
  final void offerLetGo(List<LoopTask> gone) {
    for (int at = 0; at < gone.size(); at++) { // An iterator would need memory.
      newcomers.add(gone.get(at));
    }
    newcomers.forgetFirst(); // The loop may have run them and rest by now.
    offered();
    for (int at = 0; dead && at < gone.size(); at++) {
      refuse(gone.get(at), causeOfDeath);
    }
  }

  /** Returns what lets the rescuer in; null if nothing can be let go in a turn. */
  final @Nullable TurnGate gate() {
    return gate;
  }

  /** Returns the tasks that are ready. Called by the rescuer, inside the gate. */
  final ReadyQueue ready() {
    return ready;
  }

  /** Called when a task has been added to the newcomers. */
  final void offered() {
    Objects.requireNonNull(thief).offered();
  }

  /** Returns whether other loops may take over a task while it is unclaimed. */
  protected final boolean isOffered(LoopTask task) {
    return thief != null && task.mayMove();
  }

  @Override
  protected final Newcomers newcomers() {
    return newcomers;
  }

  /** Returns whether the loop has nothing to do, about; false if no loop takes over tasks. */
  protected final boolean isFree() {
    return looksForMail || isIdle();
  }

  /** Returns the average length of recent turns, about; 0 if no task can move. */
  protected final long turnNanos() {
    Backlog backlog = turns.backlog();
    return backlog == null ? 0 : backlog.turnNanos();
  }

  /** Returns how long a task has to wait for its turn, about; 0 if no task can move. */
  protected final long waitNanos() {
    Backlog backlog = turns.backlog();
    return backlog == null || isFree() ? 0 : backlog.waitNanos();
  }

  @Override
  final boolean isIdle() {
    return thief != null && thief.isIdle();
  }

  @Override
  final void rouse() {
    tell(() -> {}); // To wake it is enough.
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
   * Starts a thread for mail that came after the last thread had ended. If none can be started, the
   * mail waits for the next sender. The sender can be a thread of the JDK that serves the whole
   * process, so it must not see the failure.
   */
  private void revive() {
    try {
      start();
    } catch (Throwable failure) {
      notRevived(failure);
    }
  }

  /** Returns whether its thread has ended and no mail needs another. */
  public final boolean hasEnded() {
    return mailbox.isEnded() && mailbox.isEmpty();
  }

  /** Returns whether it has died; nothing runs here any more. */
  public final boolean isDead() {
    return dead;
  }

  /** Returns about how many messages wait. */
  protected final int mail() {
    return mailbox.size();
  }

  /** Returns the counts of this loop. */
  public final LoopCounts counts() {
    return counts;
  }

  /** Adds the measured times to distributions; does nothing if the loop does not measure. */
  public final void addTo(
      Distribution.Builder lateness, Distribution.Builder wait, Distribution.Builder turn) {
    if (recorder != null) {
      recorder.addTo(lateness, wait, turn);
    }
  }

  /** Returns the task that has the turn, or null; other threads may see a stale value. */
  public @Nullable LoopTask current() {
    return current;
  }

  @Override
  public final @Nullable Thread thread() {
    return thread;
  }

  /** Returns the engine of this loop. */
  protected final LoopEngine engine() {
    return engine;
  }

  @Override
  public final String toString() {
    return Printable.of(name);
  }

  // Called by the thread of the loop.

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
          // Each step allocates before it changes anything, so the next round can repeat it.
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

  /**
   * Refuses the tasks in the mailbox of a dead loop. A thread that is started for late mail calls
   * this, too.
   */
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
    if (poller != null) {
      poller.lookIfDue();
    }
    wheel.advance(nowNanos);
  }

  private void wasBusyUntil(long nanos) {
    turns.endedBefore(nanos);
    counts.add(Count.BUSY_NANOS, nanos - busyUntilNanos);
    busyUntilNanos = nanos;
  }

  private void runReady() {
    counts.set(Count.READY, ready.size());
    if (!ready.isEmpty()) {
      if (thief != null) {
        thief.stopSearching();
      }
      turns.give(nowNanos, watchdog);
      counts.set(Count.READY, ready.size());
    }
  }

  /** Runs a message. Messages are short, but may run out of memory or stack. */
  private void runSafely(Message message) {
    for (int attempt = 1; ; attempt++) {
      try {
        message.run();
        return;
      } catch (OutOfMemoryError full) {
        // Messages allocate before they change anything, so this one can run again.
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

  /**
   * Rests until the next event. Returns false if this thread must end; another may have started.
   */
  private boolean rest() {
    if (wheel.isBehind() || !ready.isEmpty()) {
      return true;
    }
    if (isFinished() && wheel.isEmpty() && (poller == null || poller.finish())) {
      endThread();
      if (!mailbox.isEmpty()) {
        revive();
      }
      return false;
    }
    if (!mailbox.isEmpty() || (poller != null && poller.hasWork())) {
      return true;
    }
    wasBusyUntil(elapsedNanos());
    long eventNanos = wheel.nextEventNanos();
    looksForMail = true;
    boolean hasMail =
        mailbox.lookForMail(eventNanos != LoopWheel.NEVER, scale.clockNanos(eventNanos));
    looksForMail = false;
    if (!hasMail) {
      sleep(eventNanos);
    }
    busyUntilNanos = elapsedNanos();
    stamp = Stamp.of(busyUntilNanos);
    return true;
  }

  /** Sleeps until a time or a message, or takes over tasks of other loops. */
  private void sleep(long eventNanos) {
    try {
      long lookNanos = thief == null ? LoopWheel.NEVER : thief.beginIdling(elapsedNanos());
      if (ready.isEmpty()) {
        long untilNanos = Math.min(eventNanos, lookNanos);
        mailbox.rest(untilNanos != LoopWheel.NEVER, scale.clockNanos(untilNanos));
      }
    } finally {
      if (thief != null) {
        thief.endIdling();
      }
      if (rescuer != null) {
        rescuer.wakeIfResting();
      }
    }
  }

  // Called by the loop, or by the task that has the turn.

  /** Returns the deadlines of this loop. */
  public final LoopWheel wheel() {
    return wheel;
  }

  /** Returns whether the current turn, together with short ones before it, exceeds the budget. */
  public final boolean isOverBudget() {
    return elapsedNanos() - turns.lookNanos() >= budgetNanos;
  }

  @Override
  public final boolean hasOneTask() {
    return ready.size() <= 1 && mailbox.isEmpty();
  }

  /** Returns the elapsed time when the loop last read the clock between rounds. */
  protected final long nowNanos() {
    return nowNanos;
  }

  /** Returns the random generator of a random policy; null for other policies. */
  public final @Nullable RandomGenerator chance() {
    return chance;
  }

  /** Notes that a task has the turn. */
  public final void begin(LoopTask task) {
    current = task;
    if (gate != null) {
      gate.open();
    }
  }

  /** Notes that no task has the turn. */
  public final void end() {
    if (gate != null) {
      gate.close();
    }
    current = null;
  }

  /**
   * Keeps the rescuer out until {@link #reopenGate}, since the caller changes what it reads or
   * writes, or walks through it. The caller must not suspend meanwhile. Returns 0 if the rescuer is
   * out anyway.
   */
  protected final long closeGate() {
    return gate == null ? 0 : gate.closeInTurn();
  }

  /**
   * Follows {@link #closeGate}.
   *
   * @param turn the result of that
   */
  protected final void reopenGate(long turn) {
    if (gate != null) {
      gate.reopen(turn);
    }
  }

  /** Sets the time until which the task with the turn will suspend at most. */
  public final void wakeAt(long elapsedNanos) {
    wakeNanos = elapsedNanos;
  }

  /** Returns and resets the time at which the task that has just suspended must be woken. */
  public final long takeWakeNanos() {
    long nanos = wakeNanos;
    wakeNanos = LoopWheel.NEVER;
    return nanos;
  }

  /**
   * Adds a task to the ready queue. Waits for memory if there is none, since a wake-up must not be
   * lost; the loop stands still meanwhile.
   */
  @Override
  public final void makeReady(Runnable task) {
    if (gateOfAdds == null) {
      add(task);
    } else {
      long turn = gateOfAdds.closeInTurn();
      add(task);
      gateOfAdds.reopen(turn);
    }
  }

  private void add(Runnable task) {
    while (true) {
      try {
        ready.add(task, nowNanos);
        return;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  /** Removes a task that was made ready. Takes time in proportion to the tasks that are ready. */
  protected final void takeBack(Runnable task) {
    long turn = closeGate();
    ready.takeBack(task);
    reopenGate(turn);
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

  /**
   * Runs an action on the loop, once, when a channel is ready for an operation. From the first call
   * on, the loop rests in a selector.
   *
   * @param operation one of the constants of {@link java.nio.channels.SelectionKey}
   * @throws IOException if the channel is closed, or no selector can be opened
   * @throws UnsupportedOperationException if the loop does not use the system's clock, or rests in
   *     a poller of another kind
   */
  public final Registration whenReady(SelectableChannel channel, int operation, Runnable action)
      throws IOException {
    checkCanSelect("Suspension.whenReady");
    return sockets().whenReady(channel, operation, action);
  }

  /**
   * Checks that {@link #whenReady} can serve this loop.
   *
   * @param method is named in the exception
   * @throws UnsupportedOperationException if it cannot
   */
  public final void checkCanSelect(String method) {
    if (!isRealTime()) {
      throw new UnsupportedOperationException(
          method + " needs the system's clock, and the scheduler has another: " + clock);
    }
    if (poller != null && !(poller instanceof Sockets)) {
      throw new UnsupportedOperationException(
          method
              + " needs a loop that rests in a selector of its own, and "
              + name
              + " rests in "
              + poller
              + ": use a channel of Netty, or a coroutine of another CoroutineScheduler");
    }
  }

  private Sockets sockets() throws IOException {
    if (poller instanceof Sockets open) {
      return open;
    }
    Sockets fresh = new Sockets(Objects.requireNonNull(thread), this::isHere, this::runSafely);
    poller = fresh;
    // The loop is awake, so nobody relies on the alarm before.
    mailbox.waitBy(fresh);
    return fresh;
  }

  /**
   * Returns a thread for callbacks of users, not started, that runs on this loop and may wait for
   * locks; null if the thread of the loop may run them itself. See {@link
   * LoopEngine#newCallbackThread}.
   */
  public final @Nullable Thread newCallbackThread(String name, Runnable body) {
    return engine.newCallbackThread(name, body);
  }

  /** Reports that a task that ran on this loop, outside a turn, has thrown. */
  public final void report(Object task, Throwable failure) {
    failed(task, failure);
  }

  /** Arms an entry of the wheel that must not be lost. Waits for memory if there is none. */
  public final long armSurely(long elapsedNanos, Expiry due) {
    while (true) {
      try {
        return wheel.arm(elapsedNanos, due);
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  /** Returns the stamp for a coroutine that changes its state now. */
  public final int stamp() {
    return stamp;
  }
}
