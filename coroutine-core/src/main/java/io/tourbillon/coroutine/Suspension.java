package io.tourbillon.coroutine;

import io.tourbillon.timer.Clock;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Waits for a callback in coroutines and in threads: a coroutine is suspended, as by {@link
 * Coroutines#suspend}, and any other thread is parked. For authors of primitives that coroutines
 * and threads share, such as a channel.
 *
 * <p>A thread that is interrupted before or while it waits gets a {@link CancellationException} and
 * stays interrupted. The thread of a loop must not wait, since no coroutine of the loop could run
 * meanwhile.
 */
public final class Suspension {
  private Suspension() {}

  /**
   * Waits until a callback resumes the caller.
   *
   * @param what describes the wait; {@link Coroutine#waitsFor} and thread dumps show its text. Pass
   *     an {@link Awaited} if the holder is known
   * @param registration registers the callback; the caller runs it at once, and this method throws
   *     its exceptions
   * @return the value of the callback
   * @throws CoroutineCancelledException if the caller is a coroutine that is cancelled first
   * @throws CancellationException if the caller is another thread that is interrupted first
   * @throws IllegalStateException if the caller is the thread of a loop
   */
  public static <T extends @Nullable Object> T await(
      Object what, Consumer<? super Resumption<T>> registration) {
    Objects.requireNonNull(what, "what");
    Objects.requireNonNull(registration, "registration");
    Kernel.Caller coroutine = Implementation.KERNEL.caller();
    return coroutine == null
        ? Implementation.KERNEL.awaitInThread(what, registration)
        : coroutine.suspend(what, registration);
  }

  /**
   * Waits as {@link #await(Object, Consumer)} does, for at most a limit.
   *
   * @param limit zero or less does not wait; the callback must resume during the registration
   * @throws TimeoutException if the limit has passed first; the callback has been removed then
   */
  public static <T extends @Nullable Object> T await(
      Object what, Duration limit, Consumer<? super Resumption<T>> registration)
      throws TimeoutException {
    Objects.requireNonNull(what, "what");
    Objects.requireNonNull(limit, "limit");
    Objects.requireNonNull(registration, "registration");
    return Implementation.KERNEL.await(what, limit, registration);
  }

  /**
   * Waits as {@link #await(Object, Duration, Consumer)} does, but returns null at the limit. For
   * code that expects the limit to pass, where an exception would be expensive.
   *
   * @param limit zero or less does not wait; the callback must resume during the registration
   * @return the value of the callback; null if the limit has passed first, and then the callback
   *     has been removed
   * @throws CoroutineCancelledException if the caller is a coroutine that is cancelled first
   * @throws CancellationException if the caller is another thread that is interrupted first
   * @throws IllegalStateException if the caller is the thread of a loop
   */
  public static <T extends @Nullable Object> @Nullable T awaitAtMost(
      Object what, Duration limit, Consumer<? super Resumption<T>> registration) {
    Objects.requireNonNull(what, "what");
    Objects.requireNonNull(limit, "limit");
    Objects.requireNonNull(registration, "registration");
    return Implementation.KERNEL.awaitAtMost(what, limit, registration);
  }

  /**
   * Returns the calling {@link Coroutine}, or else the calling {@link Thread}. Returns the same
   * object at each call, so it can identify an owner.
   */
  public static Object caller() {
    Kernel.Caller coroutine = Implementation.KERNEL.caller();
    return coroutine == null ? Thread.currentThread() : coroutine.coroutine();
  }

  /**
   * Returns the clock by which the caller waits: for a coroutine, the clock of its scheduler; for
   * another thread, the system's.
   */
  public static Clock clock() {
    Kernel.Caller coroutine = Implementation.KERNEL.caller();
    return coroutine == null ? Clock.system() : coroutine.clock();
  }

  /**
   * Returns the random generator for choices of the caller. In a coroutine whose scheduler has
   * {@link SchedulingPolicy#random}, the generator depends on the seed; elsewhere it is that of the
   * thread. Only the caller may use it, and at once.
   */
  public static RandomGenerator random() {
    Kernel.Caller coroutine = Implementation.KERNEL.caller();
    RandomGenerator seeded = coroutine == null ? null : coroutine.chance();
    return seeded == null ? ThreadLocalRandom.current() : seeded;
  }

  /**
   * Checks for cancellation if the caller is a coroutine, as {@link Coroutines#checkCancelled}
   * does. Makes an operation that need not wait a suspension point all the same: under {@link
   * SchedulingPolicy#random} others may go first. Does nothing in another thread.
   *
   * @throws CoroutineCancelledException if the calling coroutine is cancelled
   */
  public static void checkCancelled() {
    Kernel.Caller coroutine = Implementation.KERNEL.caller();
    if (coroutine != null) {
      coroutine.passSuspensionPoint();
    }
  }

  /**
   * Waits as {@link #await(Object, Consumer)} does, but ignores cancellations, timeouts and
   * interrupts until the wait ends. For an end that the caller must wait for. The next suspension
   * point throws for a cancellation or timeout, and an interrupt stays set.
   *
   * @param registration registers the callback; it runs again after an interrupt
   */
  public static <T extends @Nullable Object> T awaitUndisturbed(
      Object what, Consumer<? super Resumption<T>> registration) {
    Objects.requireNonNull(what, "what");
    Objects.requireNonNull(registration, "registration");
    return Implementation.KERNEL.awaitUndisturbed(what, registration);
  }

  /** A registered listener, which can be removed. */
  @FunctionalInterface
  public interface Registration {
    /**
     * Removes the listener and keeps no reference to it. A call of the listener may be running at
     * this moment. If the caller has moved to another loop since it registered with {@link
     * #whenReady}, the first loop removes the listener when it reads its mail, and may call it
     * until then. A second call does nothing. Takes constant time.
     */
    void remove();
  }

  /**
   * Runs an action when a coroutine has ended, in whatever way. It runs on the loop where the
   * coroutine ended, or at once in the caller if the coroutine has ended already. The action may
   * take locks, but must be short, must not wait for anything else and must not throw. Unlike
   * {@link Coroutine#join} and {@link Coroutine#toFuture}, this does not count as seeing a failure.
   */
  public static Registration whenEnded(Coroutine<?> coroutine, Runnable then) {
    Objects.requireNonNull(coroutine, "coroutine");
    Objects.requireNonNull(then, "then");
    return Implementation.KERNEL.whenEnded(coroutine, then);
  }

  /**
   * Calls a listener when a coroutine has ended, in place of a {@link Coroutine#join}. A failure
   * counts as seen until the registration is removed.
   *
   * @param then gets a supplier that returns or throws as {@link Coroutine#join} does. The thread
   *     of the loop calls it, so it must only resume a waiter; the caller calls it if the coroutine
   *     has ended already
   * @throws IllegalStateException if the coroutine is the caller
   */
  public static <T extends @Nullable Object> Registration whenJoined(
      Coroutine<T> coroutine, Consumer<Supplier<T>> then) {
    Objects.requireNonNull(coroutine, "coroutine");
    Objects.requireNonNull(then, "then");
    return Implementation.KERNEL.whenJoined(coroutine, then);
  }

  /**
   * Calls a listener when a stage is complete. A stage has no way to remove a listener, so a
   * removed registration is kept and reused by the next wait for the same stage. A stage holds one
   * small object for each wait that existed at the same time.
   *
   * @param then gets a supplier that returns or throws as {@link Coroutines#await} does. The thread
   *     that completes the stage calls it, or the caller if the stage is complete
   * @throws IllegalStateException if the stage is the future of the calling coroutine
   */
  public static <T extends @Nullable Object> Registration whenComplete(
      CompletionStage<T> stage, Consumer<Supplier<T>> then) {
    Objects.requireNonNull(stage, "stage");
    Objects.requireNonNull(then, "then");
    return Implementation.KERNEL.whenComplete(stage, then);
  }

  /**
   * Runs an action once, when a channel is ready for an operation. The loop of the calling
   * coroutine selects the channel, and rests in its selector from the first call on. For the
   * registration of a wait, after the operation itself has been tried and would have blocked:
   *
   * <pre>{@code
   * static void awaitInput(SelectableChannel channel) {
   *   Suspension.await("input", resumption -> {
   *     try {
   *       Registration wait =
   *           Suspension.whenReady(channel, OP_READ, () -> resumption.resume(null));
   *       resumption.onCancel(wait::remove);
   *     } catch (IOException failure) {
   *       throw new UncheckedIOException(failure);
   *     }
   *   });
   * }
   * }</pre>
   *
   * <p>Each call is for one readiness. The channel may turn out not to be ready, so try again and
   * wait again. If several wait for the same operation of a channel on a loop, one of them is
   * called at a time. A channel that is closed calls nobody: close it by {@link #closeChannel}, and
   * then resume those that wait. Only the calling coroutine may remove the registration.
   *
   * @param channel must not be blocking
   * @param operation one constant of {@link SelectionKey} that the channel supports
   * @param then the loop calls it, so it must only resume a waiter
   * @throws IllegalArgumentException if the operation is none of the channel, or several
   * @throws ClosedChannelException if the channel is closed
   * @throws IOException if no selector can be opened, as when too many files are open
   * @throws IllegalBlockingModeException if the channel is blocking
   * @throws IllegalStateException if the caller is no coroutine
   * @throws UnsupportedOperationException if the scheduler does not use the system's clock, or is
   *     that of {@code NettyLoops}, whose loops rest in the selector of Netty
   */
  public static Registration whenReady(SelectableChannel channel, int operation, Runnable then)
      throws IOException {
    Objects.requireNonNull(then, "then");
    if (Integer.bitCount(operation) != 1 || (channel.validOps() & operation) == 0) {
      throw new IllegalArgumentException(
          "operation must be one of those in the channel's validOps, "
              + channel.validOps()
              + ": "
              + operation);
    }
    return Implementation.KERNEL.whenReady(channel, operation, then);
  }

  /**
   * Checks that {@link #whenReady} serves the caller. For the beginning of an operation that may
   * have to wait, so that it fails at the first call and not only when it has to.
   *
   * @param method what the user has called; the exceptions name it
   * @throws IllegalStateException if the caller is no coroutine
   * @throws UnsupportedOperationException as in {@code whenReady}
   */
  public static void checkCanSelect(String method) {
    Objects.requireNonNull(method, "method");
    Implementation.KERNEL.checkCanSelect(method);
  }

  /**
   * Lets other threads run for a moment, if that may spare the caller a wait for a channel. On
   * {@link Engine#PLAIN_THREAD} such a wait costs two switches between threads of the operating
   * system, several times as much as a read. So code that has found a channel not ready calls this
   * first, tries once more if the result is true, and calls {@link #whenReady} if that is in vain.
   *
   * @return whether to try once more; false at once on all other engines
   */
  public static boolean yieldBeforeWait() {
    return Implementation.KERNEL.yieldBeforeWait();
  }

  /**
   * Closes a channel for which coroutines have waited by {@link #whenReady}, and lets their loops
   * release it. After a plain {@code close}, the operating system keeps the channel, and its port,
   * until all those loops select again. Called by any thread; does not suspend.
   *
   * <p>If the caller is on the only such loop, the channel is released when this returns. Other
   * loops are woken and release it soon after, and one that is held by a long turn does so after
   * that turn. Until then, peers can still connect to a listener, and its port is in use. A
   * connection is always released by the loop, but its peer reads the end at once.
   *
   * @throws IOException if the close fails; the channel counts as closed
   */
  public static void closeChannel(SelectableChannel channel) throws IOException {
    Implementation.KERNEL.closeChannel(Objects.requireNonNull(channel, "channel"));
  }

  /** Marks a failure of a coroutine as seen, as {@link Coroutine#join} does. */
  public static void markSeen(Coroutine<?> coroutine) {
    Objects.requireNonNull(coroutine, "coroutine");
    Implementation.KERNEL.markSeen(coroutine);
  }
}
