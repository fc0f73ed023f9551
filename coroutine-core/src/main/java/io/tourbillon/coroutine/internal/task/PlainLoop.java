package io.tourbillon.coroutine.internal.task;

import io.tourbillon.coroutine.internal.loop.Message;
import io.tourbillon.coroutine.internal.observe.LoopCounts.Count;
import io.tourbillon.coroutine.internal.observe.Stamp;
import io.tourbillon.timer.internal.LiveThreads;
import io.tourbillon.timer.internal.ShortLock;
import io.tourbillon.timer.internal.StackReserve;
import io.tourbillon.timer.internal.watchdog.Watchdog;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A loop that gives no turns: its coroutines are virtual threads of the JDK's own scheduler. It
 * keeps their books, under a lock, for any thread: who is there, and who ends with whom. There are
 * several such loops so that threads seldom meet at the lock.
 *
 * <p>Its own thread serves sockets, and failures that no code has seen. It starts with the first
 * message, or with the scheduler.
 */
public final class PlainLoop extends CoroutineLoop {
  /** Guards who is here, and who is attached to whom. Reentrant: a cancellation may end others. */
  private final ShortLock lock = new ShortLock();

  /** Creates a loop as {@link CoroutineLoop} does. */
  public PlainLoop(TaskHost scheduler, int number, Options options) {
    super(scheduler, number, options);
  }

  /** The first loop starts with the scheduler, and stands for it. */
  @Override
  protected void list(Thread fresh) {
    if (number() == 0) {
      super.list(fresh);
    } else {
      LiveThreads.addPart(fresh, LiveThreads.Owner.COROUTINE_SCHEDULER);
    }
  }

  /**
   * Starts a coroutine.
   *
   * @throws OutOfMemoryError if there is no memory for its thread; nothing has changed then
   * @throws StackOverflowError likewise, if the caller has too little stack
   */
  @Override
  void launch(SuspendingCoroutine<?> coroutine) {
    StackReserve.require(); // The JDK needs about as much for a start as all that came before.
    PlainCoroutine<?> plain = (PlainCoroutine<?>) coroutine;
    plain.waitsSince(Stamp.of(elapsedNanos()));
    lock.lock();
    try {
      keep(plain);
      cancelIfClosing(plain);
    } finally {
      lock.unlock();
    }
    boolean begun = false;
    try {
      plain.startThread();
      begun = true;
    } finally {
      if (!begun) {
        strikeOut(plain);
      }
    }
    counts().add(Count.STARTED, 1);
  }

  private void strikeOut(SuspendingCoroutine<?> coroutine) {
    lock.lock();
    try {
      remove(coroutine);
      detach(coroutine);
    } finally {
      lock.unlock();
    }
  }

  @Override
  void attach(SuspendingCoroutine<?> owner, SuspendingCoroutine<?> coroutine) {
    lock.lock();
    try {
      super.attach(owner, coroutine);
    } finally {
      lock.unlock();
    }
  }

  /** Gives the place back without the lock: the last one may end a close, which takes long. */
  @Override
  void ended(SuspendingCoroutine<?> coroutine) {
    strikeOut(coroutine);
    counts().add(coroutine.countOfEnd(), 1);
    givePlace();
  }

  /** Returns null: there are no turns to watch. */
  @Override
  protected @Nullable Watchdog<?> newWatchdog(Thread fresh) {
    return null;
  }

  /** The threads of its coroutines live on: nothing of them was on the thread that has died. */
  @Override
  void abandonAll(IllegalStateException causeOfDeath) {}

  @Override
  public @Nullable SuspendingCoroutine<?> ownerOf(SuspendingCoroutine<?> coroutine) {
    lock.lock();
    try {
      return super.ownerOf(coroutine);
    } finally {
      lock.unlock();
    }
  }

  /** Cancels at once: the thread of the loop is not needed. */
  @Override
  public void tellToCancelAll() {
    cancelAll();
  }

  @Override
  public void cancelAll() {
    lock.lock();
    try {
      super.cancelAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public List<SuspendingCoroutine<?>> some(int most) {
    lock.lock();
    try {
      return super.some(most);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int running() {
    return (int) Math.max(0, counts().get(Count.PRESENT) - counts().get(Count.SUSPENDED));
  }

  /** Runs it at once: any thread may read the books. */
  @Override
  boolean ask(Message message) {
    message.run();
    return true;
  }

  @Override
  public void finish(Runnable told) {
    if (hasEnded()) {
      engine().report(told); // After the reports that are left.
    } else {
      tell(() -> super.finish(told));
    }
  }

  @Override
  protected boolean isFinished() {
    return scheduler().isShutdown() && live() == 0;
  }
}
