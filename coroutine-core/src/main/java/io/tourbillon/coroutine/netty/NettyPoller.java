package io.tourbillon.coroutine.netty;

import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.netty.util.concurrent.ThreadAwareExecutor;
import io.tourbillon.coroutine.internal.engine.LoopConfined;
import io.tourbillon.coroutine.internal.loop.EventLoop;
import io.tourbillon.coroutine.internal.loop.Poller;
import io.tourbillon.timer.internal.MemoryReserve;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What a loop of {@link NettyLoops} rests in: the selector of Netty. Gives Netty a turn on the loop
 * when it has something to do.
 *
 * <pre>
 *   IDLE ── lookIfDue finds events, tasks or a timer ──> IN TURN ── the turn ends ──> IDLE
 * </pre>
 *
 * <p>While Netty is in turn, which can last for several rounds of the loop if its thread waits for
 * a lock, the loop selects nothing, as the same channels would be ready again and again. It parks
 * then.
 *
 * <p><b>How the loop is woken.</b> There are two kinds of senders: those of mail call {@link #wake}
 * if the mailbox rests, and those of tasks for Netty call {@link #taskAdded}. Each writes its flag,
 * {@link #woken} or {@link #tasksWait}, and then reads whether the loop rests. The loop announces
 * its rest, and then reads the flags. All are volatile, so one of them sees the other. A sender
 * that finds the loop awake calls nothing else: the loop looks before it rests.
 *
 * <p><b>Exact timers.</b> A selector counts in milliseconds. If less than one is left, the loop
 * parks for a tenth of a millisecond at a time, and selects in between.
 *
 * <p>Loop-confined, except for the two methods above.
 */
@LoopConfined
final class NettyPoller implements Poller {
  private static final long MILLI_NANOS = 1_000_000;
  private static final long SLICE_NANOS = 100_000;

  /** The longest time for which a busy loop does not look at channels, except in a long turn. */
  private static final long LOOK_NANOS = 50_000;

  /** How long a turn goes on with tasks of Netty before coroutines have theirs. */
  private static final long TURN_NANOS = 500_000;

  /** The longest selection; a longer rest is several. */
  private static final long MOST_NANOS = TimeUnit.HOURS.toNanos(1);

  private final EventLoop loop;

  /** The thread that rests. */
  private final Thread thread;

  private final EventCollector events;
  private final ChannelLoop channels;

  /** Has the turns; null if the thread of the loop has them. */
  private @Nullable Thread servant;

  /** A turn, if the thread of the loop has them. */
  private final Runnable turn = this::turn;

  /** Called when Netty has ended here. */
  private final Runnable ended;

  private final Selection waiting = new Selection(true);
  private final Selection looking = new Selection(false);

  /** Whether Netty was given a turn that has not ended. Volatile, since two threads use it. */
  private volatile boolean inTurn;

  /**
   * Whether Netty may have tasks. Set by any thread, reset by a turn that will run them. Set in the
   * beginning, since Netty initialises its handler in the first turn.
   */
  private volatile boolean tasksWait = true;

  /** Whether the loop was woken since it last rested. Set by any thread, reset by the loop. */
  private volatile boolean woken;

  /** Whether the loop rests or is about to. Written by the loop. */
  private volatile boolean rests;

  /** Whether it parks, or is about to, and does not select. Written by the loop. */
  private volatile boolean parks;

  /**
   * Whether Netty has ended, so that tasks are refused. Written once. A task that was added before
   * its sender found this false is run by the end.
   */
  private volatile boolean over;

  private boolean hadTurn;
  private boolean servantStarted;

  /** When the loop looked at the channels last, by the system's clock. */
  private long lookedNanos = System.nanoTime();

  /** The limits of a selection, as Netty asks for them. */
  private final class Selection implements IoHandlerContext {
    private final boolean blocks;
    private long nanos;

    Selection(boolean blocks) {
      this.blocks = blocks;
    }

    /**
     * Read by Netty after it has reset its own flag, so that no wake-up is lost between the two.
     */
    @Override
    public boolean canBlock() {
      return blocks && !woken && !tasksWait;
    }

    @Override
    public long delayNanos(long currentTimeNanos) {
      return nanos;
    }

    @Override
    public long deadlineNanos() {
      return channels.ticker().nanoTime() + nanos;
    }
  }

  /**
   * Opens a selector.
   *
   * @param loop rests here
   * @param thread the thread of the loop
   * @param ended called on the loop when Netty has ended
   * @throws io.netty.channel.ChannelException if no selector can be opened
   */
  @SuppressWarnings("this-escape") // What gets a reference calls nothing before the end.
  NettyPoller(
      EventLoop loop,
      Thread thread,
      IoEventLoopGroup group,
      IoHandlerFactory factory,
      Runnable ended) {
    this.loop = loop;
    this.thread = thread;
    this.ended = ended;
    servant = newServant();
    events = new EventCollector(factory.newHandler(new Waker()), this::taskAdded);
    channels = new ChannelLoop(group, loop, events, servant == null);
  }

  /** Tells the handler that each wake-up comes from another thread. */
  private final class Waker implements ThreadAwareExecutor {
    @Override
    public boolean isExecutorThread(Thread thread) {
      return false;
    }

    @Override
    public void execute(Runnable task) {
      channels.execute(task);
    }
  }

  ChannelLoop channels() {
    return channels;
  }

  EventCollector events() {
    return events;
  }

  // Called by any thread.

  /**
   * Called when a task for Netty was added, or Netty is to be shut down. Suspends a coroutine that
   * has registered a channel, see {@link ChannelLoop#awaitRegistration}.
   *
   * @throws RejectedExecutionException if Netty has ended. Its own loop would forget the task, and
   *     a connection that another loop has accepted would be neither served nor closed
   */
  private void taskAdded() {
    tasksWait = true;
    if (over) {
      throw new RejectedExecutionException("Netty has ended on " + loop.name());
    }
    if (rests) {
      interruptRest();
    } else if (loop.isHere()) {
      if (!inTurn) {
        giveTurn(); // After the coroutines that are ready now, and not only in the next round.
      }
      channels.awaitRegistration();
    }
  }

  @Override
  public void wake() {
    if (!woken) {
      woken = true;
      interruptRest();
    }
  }

  private void interruptRest() {
    if (parks) {
      LockSupport.unpark(thread);
    } else {
      events.interruptSelect();
    }
  }

  // Called by the thread of the loop.

  @Override
  public void awaitUntil(long deadlineNanos) {
    rest(deadlineNanos - System.nanoTime());
  }

  @Override
  public void await() {
    rest(Long.MAX_VALUE);
  }

  private void rest(long nanos) {
    rests = true;
    try {
      if (inTurn || channels.isTerminated()) {
        park(nanos, false);
      } else if (!hasWork()) {
        selectFor(Math.min(nanos, channels.nanosToNextTask()));
      }
    } finally {
      rests = false;
      woken = false;
    }
  }

  private void selectFor(long nanos) {
    if (nanos >= MILLI_NANOS) {
      long millis = Math.min(nanos, MOST_NANOS) / MILLI_NANOS;
      waiting.nanos = millis * MILLI_NANOS;
      select(waiting);
    } else {
      select(looking);
      if (events.isEmpty()) {
        park(Math.min(nanos, SLICE_NANOS), true);
      }
    }
  }

  private void select(Selection how) {
    events.select(how);
    lookedNanos = System.nanoTime();
    boolean _ = Thread.interrupted(); // Nothing should interrupt a loop, and it could not rest.
  }

  /**
   * Parks.
   *
   * @param heedsTasks false if Netty cannot have a turn now, whatever waits for it
   */
  private void park(long nanos, boolean heedsTasks) {
    parks = true;
    if (!woken && !(heedsTasks && tasksWait)) {
      if (nanos == Long.MAX_VALUE) {
        LockSupport.park(this);
      } else if (nanos > 0) {
        LockSupport.parkNanos(this, nanos);
      }
      boolean _ = Thread.interrupted();
    }
    parks = false;
  }

  @Override
  public void lookIfDue() {
    if (inTurn || channels.isTerminated()) {
      return;
    }
    if (events.isEmpty() && System.nanoTime() - lookedNanos >= LOOK_NANOS) {
      select(looking);
    }
    if (hasWork()) {
      giveTurn();
    }
  }

  @Override
  public boolean hasWork() {
    return !inTurn
        && !channels.isTerminated()
        && (tasksWait
            || !events.isEmpty()
            || channels.nanosToNextTask() <= 0
            || channels.isShuttingDown());
  }

  private @Nullable Thread newServant() {
    return loop.newCallbackThread(loop.name() + "-netty", this::serve);
  }

  private void giveTurn() {
    if (servant == null) {
      inTurn = true;
      loop.makeReady(turn);
    } else if (servantStarted) {
      inTurn = true;
      LockSupport.unpark(servant);
    } else {
      if (servant.getState() != Thread.State.NEW) {
        servant = newServant(); // There was no memory for its start, which cannot be repeated.
      }
      Objects.requireNonNull(servant).start();
      servantStarted = true;
      inTurn = true;
    }
  }

  @Override
  public boolean finish() {
    if (inTurn) {
      return false;
    }
    if (channels.isTerminated()) {
      return true;
    }
    shutDown();
    return false;
  }

  /**
   * Lets Netty end in its next turns. It has no quiet period, which would stop the coroutines.
   * Called by any thread.
   */
  void shutDown() {
    try {
      var _ = channels.shutdownGracefully(0, 0, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException alreadyEnded) {
      // Netty wakes its loop after it has told it to end, and the loop had ended in between.
    }
  }

  /**
   * Called when the thread of the loop ends, or could not be started. If Netty has not ended, the
   * loop has died. Then Netty has no thread of its own any more, so this one closes the channels.
   */
  @Override
  public void close() {
    if (!channels.isTerminated()) {
      try {
        channels.beginTurn(false);
        events.prepareToDestroy();
        int _ =
            channels.runNonBlockingTasks(0); // Handlers are told that their channels are closed.
        events.destroy();
        end();
        int _ = channels.runNonBlockingTasks(0);
      } finally {
        channels.endTurn();
      }
    }
    end();
  }

  private void end() {
    if (!over) {
      over = true;
      ended.run();
    }
  }

  // Called by the thread that has the turns.

  private void serve() {
    FastThreadLocalThread.runWithFastThreadLocal(
        () -> {
          turn();
          while (!channels.isTerminated()) {
            while (!inTurn) {
              LockSupport.park(this);
            }
            turn();
          }
        });
  }

  /** The thread must go on, even if there is no memory to report a failure. */
  private void report(Throwable failure) {
    try {
      loop.report(channels, failure);
    } catch (OutOfMemoryError full) {
      MemoryReserve.pause();
    }
  }

  /** Lets Netty handle events, run tasks, and end if it is to. */
  private void turn() {
    channels.beginTurn(!hadTurn);
    hadTurn = true;
    tasksWait = false;
    boolean isDone = false;
    try {
      long startNanos = System.nanoTime();
      int _ = channels.run(-1, TURN_NANOS);
      isDone = System.nanoTime() - startNanos < TURN_NANOS;
    } catch (Throwable failure) {
      report(failure);
    } finally {
      if (!isDone) {
        tasksWait = true; // Perhaps: it has stopped early.
      }
      if (channels.isTerminated()) {
        endInTurn();
      }
      channels.endTurn();
      inTurn = false;
    }
  }

  /** Ends, and runs the tasks of those that did not see that in time. */
  private void endInTurn() {
    end();
    try {
      int _ = channels.runNonBlockingTasks(0);
    } finally {
      if (servant == null) {
        FastThreadLocal.removeAll();
      }
    }
  }

  @Override
  public String toString() {
    return "the selector of Netty";
  }
}
