package io.tourbillon.coroutine;

import io.tourbillon.coroutine.internal.engine.Interrupts;
import io.tourbillon.timer.Clock;
import io.tourbillon.timer.internal.LateCompletionException;
import io.tourbillon.timer.internal.TickScale;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
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
  private static final Duration FOR_EVER = Duration.ofSeconds(Long.MAX_VALUE);

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
    CoroutineTask<?> coroutine = CurrentLoop.coroutine();
    if (coroutine != null) {
      return coroutine.suspend(what, registration);
    }
    ThreadResumption<T> resumption = registered(what, registration);
    resumption.await(ThreadResumption.NO_LIMIT);
    return resumption.value();
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
    CoroutineTask<?> coroutine = CurrentLoop.coroutine();
    if (coroutine != null && limit.isPositive()) {
      try {
        return coroutine.<T, RuntimeException>withTimeout(
            limit, () -> coroutine.suspend(what, registration));
      } catch (TimeoutException late) {
        TimeoutException ofThis = late(what, limit);
        ofThis.initCause(late);
        throw ofThis;
      }
    }
    Settlement<T> settlement = atMost(coroutine, limit, what, registration);
    if (settlement.isCut()) {
      throw late(what, limit);
    }
    return settlement.value();
  }

  private static TimeoutException late(Object what, Duration limit) {
    return new TimeoutException("waiting for " + what + " took longer than " + limit);
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
    CoroutineTask<?> coroutine = CurrentLoop.coroutine();
    Settlement<T> settlement =
        coroutine != null && limit.isPositive()
            ? coroutine.suspendAtMost(TickScale.nanosOf(limit), what, registration)
            : atMost(coroutine, limit, what, registration);
    return settlement.isCut() ? null : settlement.value();
  }

  /** Of a coroutine, with no time to wait; of a thread, with any. */
  private static <T extends @Nullable Object> Settlement<T> atMost(
      @Nullable CoroutineTask<?> coroutine,
      Duration limit,
      Object what,
      Consumer<? super Resumption<T>> registration) {
    if (coroutine == null) {
      ThreadResumption<T> resumption = registered(what, registration);
      resumption.await(Math.max(0, TickScale.nanosOf(limit)));
      return resumption;
    }
    coroutine.checkCancelled();
    ResumptionTask<T> resumption = new ResumptionTask<>(coroutine, what);
    resumption.register(registration);
    if (!resumption.isSettled() && resumption.cut()) {
      resumption.cleanUp();
    }
    return resumption;
  }

  /**
   * Who calls: the {@link Coroutine}, or else the {@link Thread}. The same object at each call, for
   * what has an owner.
   */
  public static Object caller() {
    CoroutineTask<?> coroutine = CurrentLoop.coroutine();
    return coroutine == null ? Thread.currentThread() : coroutine;
  }

  /**
   * By which clock the caller waits: a coroutine by that of its scheduler, another thread by the
   * system's.
   */
  public static Clock clock() {
    CoroutineTask<?> coroutine = CurrentLoop.coroutine();
    return coroutine == null ? Clock.system() : coroutine.loop.clock();
  }

  /**
   * What the caller leaves to chance goes by this: in a coroutine whose scheduler has {@link
   * SchedulingPolicy#random}, a generator that goes by its seed; elsewhere that of the thread. For
   * use at once, by the caller alone.
   */
  public static RandomGenerator random() {
    CoroutineTask<?> coroutine = CurrentLoop.coroutine();
    RandomGenerator seeded = coroutine == null ? null : coroutine.loop.chance();
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
    CoroutineTask<?> coroutine = CurrentLoop.coroutine();
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
    CoroutineTask<?> coroutine = CurrentLoop.coroutine();
    if (coroutine != null) {
      return coroutine.<T, RuntimeException>shield(
          FOR_EVER, () -> coroutine.suspend(what, registration));
    }
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try {
          return await(what, registration);
        } catch (CancellationException interrupt) {
          if (!Thread.interrupted()) {
            throw interrupt;
          }
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Interrupts.restore();
      }
    }
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
    Objects.requireNonNull(then, "then");
    JoinableCoroutine<?> awaited = (JoinableCoroutine<?>) coroutine;
    End.Listener listener =
        new End.Listener() {
          @Override
          void ended() {
            awaited.loop.runTask(then);
          }
        };
    awaited.listen(listener);
    return () -> awaited.leave(listener);
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
    Objects.requireNonNull(then, "then");
    JoinableCoroutine<T> awaited = (JoinableCoroutine<T>) coroutine;
    awaited.requireJoinable();
    End.Listener listener =
        new End.Listener() {
          @Override
          void ended() {
            then.accept(awaited::result);
          }
        };
    awaited.watch(listener);
    return once(
        () -> {
          awaited.leave(listener);
          awaited.giveUp();
        });
  }

  private static Registration once(Runnable removal) {
    AtomicBoolean removed = new AtomicBoolean();
    return () -> {
      if (removed.compareAndSet(false, true)) {
        removal.run();
      }
    };
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
    Subscription<T> subscription =
        Subscription.listen(stage, (value, failure) -> then.accept(() -> outcome(value, failure)));
    return once(() -> subscription.leave(stage));
  }

  /** With an exception made here, so that it shows where the caller has waited. */
  private static <T extends @Nullable Object> T outcome(T value, @Nullable Throwable failure) {
    if (failure != null) {
      throw new LateCompletionException(Settlement.unwrapped(failure));
    }
    return value;
  }

  /** Counts a failure of a coroutine as seen, as {@link Coroutine#join} does. */
  public static void markSeen(Coroutine<?> coroutine) {
    End _ = ((JoinableCoroutine<?>) coroutine).watched();
  }

  private static <T extends @Nullable Object> ThreadResumption<T> registered(
      Object what, Consumer<? super Resumption<T>> registration) {
    if (CurrentLoop.isOwnThread()) {
      throw new IllegalStateException(
          "a loop must not wait, or nothing goes on there: for "
              + what
              + " by code that is no coroutine, but runs on "
              + CurrentLoop.get());
    }
    ThreadResumption<T> resumption = new ThreadResumption<>(what);
    resumption.register(registration);
    return resumption;
  }
}
