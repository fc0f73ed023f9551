package io.tourbillon.coroutine.netty;

import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.ManualIoEventLoop;
import io.netty.util.concurrent.DefaultPromise;
import io.tourbillon.coroutine.Suspension;
import io.tourbillon.coroutine.internal.loop.EventLoop;
import io.tourbillon.coroutine.internal.task.CurrentLoop;
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

  /** The class and the method in which a channel adds the task that registers it. */
  private static final String CHANNEL_UNSAFE = "io.netty.channel.AbstractChannel$AbstractUnsafe";

  private static final String REGISTRATION = "register";

  private final EventLoop loop;
  private final boolean blocksWithCoroutines;

  /**
   * The thread that has the turn of Netty; null between turns. Only that thread writes it, and
   * others only compare it with themselves, so it needs no order.
   */
  private @Nullable Thread turn;

  /**
   * Whether the coroutine in turn is about to add the task that registers a channel. Confined to
   * the loop.
   */
  private boolean registers;

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
   *
   * <p>Netty asks this only if the channel is registered. So a coroutine of such a loop that
   * registers a channel is noted here, and {@link #awaitRegistration} suspends it.
   */
  @Override
  public boolean inEventLoop() {
    if (isInTurn()) {
      return true;
    }
    if (!blocksWithCoroutines || !loop.isHere()) {
      return false;
    }
    Class<?> caller = CALLERS.getCallerClass();
    if (caller.getName().equals(CHANNEL_UNSAFE)) {
      registers = CurrentLoop.coroutine() != null && isCalledFrom(REGISTRATION);
      return false;
    }
    return DefaultPromise.class.equals(caller) && isCalledFrom(DEADLOCK_CHECK);
  }

  /** Returns whether a method is among the innermost callers. */
  private static boolean isCalledFrom(String method) {
    return CALLERS.walk(
        frames -> frames.limit(4).anyMatch(frame -> frame.getMethodName().equals(method)));
  }

  /**
   * Suspends the calling coroutine until the channel is registered, if the task that it has just
   * added does that. Without this, a blocking wait for the channel could begin before, and Netty
   * would not refuse it. Ignores cancellations, since the task cannot be taken back.
   */
  void awaitRegistration() {
    if (registers) {
      registers = false;
      boolean _ =
          Suspension.<Boolean>awaitUndisturbed(
              "the registration of a channel", done -> execute(() -> done.resume(true)));
    }
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
