package io.tourbillon.coroutine;

import io.tourbillon.timer.Clock;
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
 * Waiting for a callback wherever one is: a coroutine is suspended, as by {@link
 * Coroutines#suspend}; any other thread is parked. For those who write what coroutines and threads
 * share, such as a channel.
 *
 * <p>A thread that is interrupted while it waits, or before, gives up with a {@link
 * CancellationException} and stays interrupted. A loop's own thread must not wait, or nothing goes
 * on there.
 */
public final class Suspension {
  private Suspension() {}

  /**
   * Waits until a callback lets the caller go on.
   *
   * @param what what is waited for, in words: {@link Coroutine#waitsFor} and thread dumps show it;
   *     best {@link Awaited}, if it is known on whom that depends
   * @param registration is run at once, by the caller; what it throws is thrown from here
   * @return what the callback resumes with
   * @throws CoroutineCancelledException if the caller is a coroutine and is cancelled first
   * @throws CancellationException if the caller is another thread and is interrupted first
   * @throws IllegalStateException on a loop's own thread
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
   * As {@link #await(Object, Consumer)}, for a limited time.
   *
   * @param limit zero or less does not wait for what is not there at once
   * @throws TimeoutException if the limit was over before; the callback has been taken back then
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
   * As {@link #await(Object, Duration, Consumer)}, for those who expect the limit to be reached: no
   * exception says so, nor costs what exceptions do.
   *
   * @param limit zero or less does not wait for what is not there at once
   * @return what the callback resumes with, or null if the limit was over before; the callback has
   *     been taken back then
   * @throws CoroutineCancelledException if the caller is a coroutine and is cancelled first
   * @throws CancellationException if the caller is another thread and is interrupted first
   * @throws IllegalStateException on a loop's own thread
   */
  public static <T extends @Nullable Object> @Nullable T awaitAtMost(
      Object what, Duration limit, Consumer<? super Resumption<T>> registration) {
    Objects.requireNonNull(what, "what");
    Objects.requireNonNull(limit, "limit");
    Objects.requireNonNull(registration, "registration");
    return Implementation.KERNEL.awaitAtMost(what, limit, registration);
  }

  /**
   * Who calls: the {@link Coroutine}, or else the {@link Thread}. The same object at each call, for
   * what has an owner.
   */
  public static Object caller() {
    Kernel.Caller coroutine = Implementation.KERNEL.caller();
    return coroutine == null ? Thread.currentThread() : coroutine.coroutine();
  }

  /**
   * By which clock the caller waits: a coroutine by that of its scheduler, another thread by the
   * system's.
   */
  public static Clock clock() {
    Kernel.Caller coroutine = Implementation.KERNEL.caller();
    return coroutine == null ? Clock.system() : coroutine.clock();
  }

  /**
   * What the caller leaves to chance goes by this: in a coroutine whose scheduler has {@link
   * SchedulingPolicy#random}, a generator that goes by its seed; elsewhere that of the thread. For
   * use at once, by the caller alone.
   */
  public static RandomGenerator random() {
    Kernel.Caller coroutine = Implementation.KERNEL.caller();
    RandomGenerator seeded = coroutine == null ? null : coroutine.chance();
    return seeded == null ? ThreadLocalRandom.current() : seeded;
  }

  /**
   * Does nothing unless the caller is a coroutine; then throws what {@link
   * Coroutines#checkCancelled} does. For operations that need not wait, so that they are suspension
   * points all the same: under {@link SchedulingPolicy#random} others may go first.
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
   * Waits as {@link #await(Object, Consumer)} does, but whatever comes in between: for an end that
   * has to be waited for before others may go on. A cancellation or a timeout is seen at the next
   * suspension point, and an interrupt stays set.
   *
   * @param registration is run again when the wait was disturbed
   */
  public static <T extends @Nullable Object> T awaitUndisturbed(
      Object what, Consumer<? super Resumption<T>> registration) {
    Objects.requireNonNull(what, "what");
    Objects.requireNonNull(registration, "registration");
    return Implementation.KERNEL.awaitUndisturbed(what, registration);
  }

  /** That somebody is told of something, which can be taken back. */
  @FunctionalInterface
  public interface Registration {
    /**
     * Tells him no more, and keeps nothing of it. He may be told at this very moment. Doing it
     * again does nothing. Takes constant time.
     */
    void remove();
  }

  /**
   * Runs something when a coroutine has ended, in whatever way: on its loop, where it may take
   * locks, but must be short, must not wait for anything else and must not throw. If the coroutine
   * has ended already that is at once, by the caller. Unlike {@link Coroutine#join} and {@link
   * Coroutine#toFuture} this does not count as having seen a failure.
   */
  public static Registration whenEnded(Coroutine<?> coroutine, Runnable then) {
    Objects.requireNonNull(coroutine, "coroutine");
    Objects.requireNonNull(then, "then");
    return Implementation.KERNEL.whenEnded(coroutine, then);
  }

  /**
   * Tells when a coroutine has ended, to those who would join it. A failure counts as seen until
   * that is taken back.
   *
   * @param then gets what returns or throws as {@link Coroutine#join} does; called by the loop's
   *     own thread, so it must not do more than let someone go on; or by the caller, if the
   *     coroutine has ended already
   * @throws IllegalStateException if it is the calling coroutine itself
   */
  public static <T extends @Nullable Object> Registration whenJoined(
      Coroutine<T> coroutine, Consumer<Supplier<T>> then) {
    Objects.requireNonNull(coroutine, "coroutine");
    Objects.requireNonNull(then, "then");
    return Implementation.KERNEL.whenJoined(coroutine, then);
  }

  /**
   * Tells when a stage is complete. A stage can not be unsubscribed from; but what is taken back
   * serves the next who waits for the same one, so a stage holds a small object for each that has
   * waited at the same time.
   *
   * @param then gets what returns or throws as {@link Coroutines#await} does; called by the thread
   *     that completes the stage, or by the caller if it is complete
   * @throws IllegalStateException if it is the future of the calling coroutine itself
   */
  public static <T extends @Nullable Object> Registration whenComplete(
      CompletionStage<T> stage, Consumer<Supplier<T>> then) {
    Objects.requireNonNull(stage, "stage");
    Objects.requireNonNull(then, "then");
    return Implementation.KERNEL.whenComplete(stage, then);
  }

  /** Counts a failure of a coroutine as seen, as {@link Coroutine#join} does. */
  public static void markSeen(Coroutine<?> coroutine) {
    Objects.requireNonNull(coroutine, "coroutine");
    Implementation.KERNEL.markSeen(coroutine);
  }
}
