package io.tourbillon.coroutine.netty;

import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.ManualIoEventLoop;
import io.netty.util.concurrent.DefaultPromise;
import io.tourbillon.coroutine.internal.loop.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * The loop of Netty that a loop of coroutines gives turns to. Thread-safe as far as Netty's loops
 * are.
 */
final class ChannelLoop extends ManualIoEventLoop {
  private static final StackWalker CALLERS =
      StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

  /** The method in which a future asks whether a wait would block its own loop. */
  private static final String DEADLOCK_CHECK = "checkDeadLock";

  private final EventLoop loop;
  private final boolean blocksWithCoroutines;

  /**
   * The thread that has the turn of Netty; null between turns. Only that thread writes it, and
   * others only compare it with themselves, so it needs no order.
   */
  private @Nullable Thread turn;

  /**
   * Creates a loop whose owner is not known yet: the thread of its first turn.
   *
   * @param loop gives it turns
   * @param blocksWithCoroutines whether a coroutine that blocks blocks the loop
   */
  ChannelLoop(
      IoEventLoopGroup group, EventLoop loop, EventCollector events, boolean blocksWithCoroutines) {
    super(group, null, _ -> events);
    this.loop = loop;
    this.blocksWithCoroutines = blocksWithCoroutines;
  }

  EventLoop loop() {
    return loop;
  }

  /**
   * Returns whether the caller has the turn of Netty. A coroutine of the same loop never has.
   *
   * <p>If a coroutine that blocks blocks the loop, this also returns true for a coroutine that is
   * about to wait for a future of this loop by a blocking call: so Netty refuses the call, which
   * could never return. The method that asks tells. To find it costs some hundred nanoseconds.
   */
  @Override
  public boolean inEventLoop() {
    if (isInTurn()) {
      return true;
    }
    return blocksWithCoroutines
        && loop.isHere()
        && DefaultPromise.class.equals(CALLERS.getCallerClass())
        && isDeadlockCheck();
  }

  /** Returns whether a check for a deadlock is among the innermost callers. */
  private static boolean isDeadlockCheck() {
    return CALLERS.walk(
        frames -> frames.limit(4).anyMatch(frame -> frame.getMethodName().equals(DEADLOCK_CHECK)));
  }

  /** Returns whether the caller has the turn of Netty. */
  boolean isInTurn() {
    return Thread.currentThread().equals(turn);
  }

  // Called on the loop.

  /** Begins a turn, and becomes the property of the thread of the first one. */
  void beginTurn(boolean isFirst) {
    Thread current = Thread.currentThread();
    if (isFirst) {
      setOwningThread(current);
    }
    turn = current;
  }

  void endTurn() {
    turn = null;
  }

  /** Returns the time until Netty has a scheduled task; {@link Long#MAX_VALUE} if it has none. */
  long nanosToNextTask() {
    long deadlineNanos = nextScheduledTaskDeadlineNanos();
    return deadlineNanos == -1 ? Long.MAX_VALUE : deadlineNanos - ticker().nanoTime();
  }
}
