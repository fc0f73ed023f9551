package io.tourbillon.coroutine;

import io.tourbillon.coroutine.Suspension.Registration;
import io.tourbillon.timer.Clock;
import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The implementation of this package: what its static methods and factories call. The package
 * {@code internal.scheduler} provides it, and {@link Implementation} finds it, so that the public
 * package does not depend on the packages that implement it.
 *
 * <p>Users need no method of this interface. It may change in every release.
 *
 * @hidden
 */
@SuppressWarnings("InvalidBlockTag") // Error Prone does not know the standard tag @hidden.
public interface Kernel {
  /** Returns a builder with the default options. */
  CoroutineScheduler.Builder newBuilder();

  /** Returns a group with default priority and without a rate. */
  CoroutineGroup newGroup(String name);

  /** Returns why an engine is not available; an empty string if it is. */
  String obstacle(Engine engine);

  /**
   * Opens a scope for the calling coroutine or thread.
   *
   * @param scheduler where the children run; null for the scheduler of the calling coroutine
   * @throws IllegalStateException if the scheduler is null and the caller is no coroutine
   */
  CoroutineScope openScope(@Nullable CoroutineScheduler scheduler, CoroutineScope.Policy policy);

  /** Implements {@link CoroutineScope#run(CoroutineScope.Policy, CoroutineScope.Scoped)}. */
  <T extends @Nullable Object, X extends Exception> T runInScope(
      CoroutineScope.Policy policy, CoroutineScope.Scoped<T, X> block) throws X;

  /**
   * Implements {@link CoroutineScope#run(CoroutineScope.Policy, Duration, CoroutineScope.Scoped)}.
   */
  <T extends @Nullable Object, X extends Exception> T runInScope(
      CoroutineScope.Policy policy, Duration limit, CoroutineScope.Scoped<T, X> block)
      throws X, TimeoutException;

  /**
   * Returns the child that has succeeded first in a scope of {@link
   * CoroutineScope.Policy#FIRST_SUCCESS}; null if none has.
   */
  @Nullable Coroutine<?> winner(CoroutineScope scope);

  /** Returns the calling coroutine; null if the caller is no coroutine. */
  @Nullable Caller caller();

  /**
   * Returns the calling coroutine.
   *
   * @param method is named in the exception
   * @throws IllegalStateException if the caller is no coroutine
   */
  Caller requireCaller(String method);

  /** Runs a part of the calling coroutine or thread with a value for a local. */
  <T extends @Nullable Object, X extends Exception> T where(
      CoroutineLocal<?> local, @Nullable Object value, Body<T, X> part) throws X;

  /** Returns the innermost value of a local, seen by the caller; null if the local is not bound. */
  @Nullable Binding binding(CoroutineLocal<?> local);

  /**
   * The value of a local.
   *
   * @hidden
   */
  @SuppressWarnings("InvalidBlockTag") // Error Prone does not know the standard tag @hidden.
  interface Binding {
    /** Returns the value. */
    @Nullable Object value();
  }

  // Waiting, for Suspension and Coroutine. Arguments are not null.

  /** Implements {@link Suspension#await(Object, Consumer)} for a caller that is no coroutine. */
  <T extends @Nullable Object> T awaitInThread(
      Object what, Consumer<? super Resumption<T>> registration);

  /** Implements {@link Suspension#await(Object, Duration, Consumer)}. */
  <T extends @Nullable Object> T await(
      Object what, Duration limit, Consumer<? super Resumption<T>> registration)
      throws TimeoutException;

  /** Implements {@link Suspension#awaitAtMost}. */
  <T extends @Nullable Object> @Nullable T awaitAtMost(
      Object what, Duration limit, Consumer<? super Resumption<T>> registration);

  /** Implements {@link Suspension#awaitUndisturbed}. */
  <T extends @Nullable Object> T awaitUndisturbed(
      Object what, Consumer<? super Resumption<T>> registration);

  /** Implements {@link Suspension#whenEnded}. */
  Registration whenEnded(Coroutine<?> coroutine, Runnable then);

  /** Implements {@link Suspension#whenJoined}. */
  <T extends @Nullable Object> Registration whenJoined(
      Coroutine<T> coroutine, Consumer<Supplier<T>> then);

  /** Implements {@link Suspension#whenComplete}. */
  <T extends @Nullable Object> Registration whenComplete(
      CompletionStage<T> stage, Consumer<Supplier<T>> then);

  /** Implements {@link Suspension#whenReady}. */
  Registration whenReady(SelectableChannel channel, int operation, Runnable then)
      throws IOException;

  /** Implements {@link Suspension#checkCanSelect}. */
  void checkCanSelect(String method);

  /** Implements {@link Suspension#yieldBeforeWait}. */
  boolean yieldBeforeWait();

  /** Implements {@link Suspension#closeChannel}. */
  void closeChannel(SelectableChannel channel) throws IOException;

  /** Implements {@link Suspension#markSeen}. */
  void markSeen(Coroutine<?> coroutine);

  /** Implements {@link Coroutine#awaitAny}. */
  <T extends @Nullable Object> Coroutine<? extends T> awaitAny(
      Collection<? extends Coroutine<? extends T>> coroutines);

  /** Implements {@link Coroutine#awaitAll}. */
  void awaitAll(Collection<? extends Coroutine<?>> coroutines);

  /**
   * The calling coroutine, as its own code sees it; see {@link Coroutines} for the methods.
   *
   * @hidden
   */
  interface Caller {
    /** Returns its handle. */
    Coroutine<?> coroutine();

    /** Returns its scheduler. */
    CoroutineScheduler scheduler();

    /** Returns the clock of its scheduler. */
    Clock clock();

    /** Returns the seeded source of randomness of a random policy; null for other policies. */
    @Nullable RandomGenerator chance();

    /** Suspends for a number of nanoseconds. */
    void delay(long delayNanos);

    /** Lets the others that are ready go first. */
    void yieldNow();

    /** Lets others go first if the turn has lasted longer than the budget. */
    void checkpoint();

    /** Throws if it is cancelled. */
    void checkCancelled();

    /** Returns whether {@link #checkCancelled} would throw. */
    boolean isCancelled();

    /** Throws if it is cancelled; under a random policy others may go first. */
    void passSuspensionPoint();

    /** Suspends until the callback settles. */
    <T extends @Nullable Object> T suspend(
        Object what, Consumer<? super Resumption<T>> registration);

    /** Suspends until a stage has completed. */
    <T extends @Nullable Object> T await(CompletionStage<T> stage);

    /** Starts a coroutine on the same loop that is cancelled when this one ends. */
    <T extends @Nullable Object> Coroutine<T> spawnAttached(String name, Callable<T> body);

    /** Makes a call on a platform thread. */
    <T extends @Nullable Object, X extends Exception> T blocking(Body<T, X> body) throws X;

    /** Makes a call on a platform thread, and does not wait for it after a cancellation. */
    <T extends @Nullable Object, X extends Exception> T abandonableBlocking(
        Body<T, X> body, Consumer<? super T> onLate) throws X;

    /** Runs a part with a limit. */
    <T extends @Nullable Object, X extends Exception> T withTimeout(Duration limit, Body<T, X> part)
        throws X, TimeoutException;

    /** Runs a part with a limit that others can move. */
    <T extends @Nullable Object, X extends Exception> T withDeadline(
        Duration limit, Deadline.Scoped<T, X> part) throws X, TimeoutException;

    /** Acquires something within a limit; passes on a value that comes too late. */
    <T extends @Nullable Object, X extends Exception> T acquireWithin(
        Duration limit, Body<T, X> acquire, Consumer<? super T> onLost) throws X, TimeoutException;

    /** Runs a part that a cancellation does not reach before the grace is over. */
    <T extends @Nullable Object, X extends Exception> T shield(Duration grace, Body<T, X> part)
        throws X;
  }
}
