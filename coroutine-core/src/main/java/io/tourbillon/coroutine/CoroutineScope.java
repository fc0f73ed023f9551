package io.tourbillon.coroutine;

import io.tourbillon.timer.TimerHandle;
import io.tourbillon.timer.internal.LateCompletionException;
import io.tourbillon.timer.internal.MemoryReserve;
import io.tourbillon.timer.internal.TickScale;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Coroutines that belong together, none of which outlives the block that opened them.
 *
 * <pre>{@code
 * try (CoroutineScope scope = CoroutineScope.open(Policy.FAIL_FAST)) {
 *   Coroutine<User> user = scope.spawn(() -> users.find(id));
 *   Coroutine<List<Order>> orders = scope.spawn(() -> orders.of(id));
 *   scope.join();                                   // throws what the first that fails has thrown
 *   return new Page(user.join(), orders.join());
 * }
 * }</pre>
 *
 * <p>Leaving the block, however that comes about, cancels the children that have not ended and
 * waits for them. When the scope fails while the coroutine that opened it is suspended anywhere
 * inside the block, that suspension throws a {@link CoroutineCancelledException} whose cause is the
 * failure, as does each that follows, and {@link #join} the failure itself. A scope that a plain
 * thread has opened can not reach into its other waits. If the block is left without either, the
 * failure of a child goes to the {@link CoroutineScheduler.Builder#uncaughtHandler}. A block that
 * catches the exception and throws another should pass the cause on, as {@link #run} does. A
 * coroutine that ends with a scope open, or leaves the {@link Coroutines#withTimeout}, the {@link
 * Coroutines#shield} or the {@link CoroutineLocal#where} in which it has opened it, is reported in
 * the log, and the children are cancelled. What children throw while they clean up, when the block
 * has thrown or its coroutine was cancelled, goes to the uncaught handler.
 *
 * <p>A child that somebody else cancels has ended, and means nothing for the others. {@link #spawn}
 * and {@link #cancel} may be called by any thread, by children too; the other methods are for
 * whoever opened it. After the nurseries of Trio (Nathaniel J. Smith, 2018).
 */
public final class CoroutineScope implements AutoCloseable {
  /** What the end of a child means for the others. */
  public enum Policy {
    /**
     * The first that fails fails the scope: the others are cancelled. What they throw while they
     * clean up is suppressed by that failure.
     */
    FAIL_FAST,
    /** A failure is the affair of the child, and of whoever joins that. */
    SUPERVISE,
    /**
     * The first that succeeds ends the scope: the others are cancelled. It fails if all have
     * failed.
     */
    FIRST_SUCCESS
  }

  private final LoopScheduler scheduler;
  private final Thread ownerThread = Thread.currentThread();
  private final @Nullable CoroutineTask<?> owner;
  private final @Nullable ChildrenScope ownersScope;
  private final Family family;
  private final Children children;

  /** Whether join has thrown why it has failed. The owner's. */
  private boolean failureIsSeen;

  private CoroutineScope(
      CoroutineScheduler scheduler, Policy policy, @Nullable CoroutineTask<?> owner) {
    this.scheduler = (LoopScheduler) Objects.requireNonNull(scheduler, "scheduler");
    this.owner = owner;
    family = new Family(owner == null ? ownerThread : owner);
    children = new Children(Objects.requireNonNull(policy, "policy"), family, this::strikeOwner);
    ownersScope = owner == null ? null : owner.enterChildrenScope(family, children);
  }

  /**
   * A scope of the calling coroutine, whose children run on the same scheduler.
   *
   * @throws IllegalStateException outside a coroutine
   */
  public static CoroutineScope open(Policy policy) {
    CoroutineTask<?> owner = CurrentLoop.requireCoroutine("CoroutineScope.open");
    return new CoroutineScope(owner.loop.scheduler(), policy, owner);
  }

  /** A scope of the calling coroutine or thread, whose children run on this scheduler. */
  public static CoroutineScope open(CoroutineScheduler scheduler, Policy policy) {
    return new CoroutineScope(scheduler, policy, CurrentLoop.coroutine());
  }

  /**
   * Fails the scope if it is still open then, with a {@link TimeoutException}, whatever the policy.
   * The last one that was said counts.
   *
   * <p>That exception is the cause of whatever shows the failure: of the {@link
   * CompletionException} of {@link #join} and {@link #run(Policy, Scoped)}, and of the {@link
   * CoroutineCancelledException} of any other suspension in the block, such as the {@code join} of
   * a child. It is thrown as such by {@link #run(Policy, Duration, Scoped)}.
   *
   * @param limit from now on; zero or less is over at once
   * @return this
   * @throws IllegalStateException if the scope is closed, or if called by another than who opened
   *     it
   * @throws RejectedExecutionException if a plain thread has opened it, and the scheduler is closed
   */
  public CoroutineScope deadline(Duration limit) {
    requireOwner();
    children.checkOpen();
    family.limit(armed(Objects.requireNonNull(limit, "limit")));
    return this;
  }

  /** In the wheel of the owner's loop, or where plain threads have timers. */
  private Family.Deadline armed(Duration limit) {
    Runnable over = () -> children.timeOut(limit);
    if (owner == null) {
      TimerHandle timer = scheduler.timers().schedule(limit, over);
      return new Family.Deadline(timer::remaining, timer::cancel);
    }
    CoroutineLoop loop = owner.loop;
    long deadlineNanos =
        TickScale.deadlineNanos(loop.elapsedNanos(), Math.max(0, TickScale.nanosOf(limit)));
    long timerId = loop.wheel().arm(deadlineNanos, () -> loop.runTimerTask(over));
    return new Family.Deadline(
        () -> Duration.ofNanos(deadlineNanos - loop.elapsedNanos()),
        () -> loop.wheel().disarm(timerId));
  }

  /**
   * Starts a child.
   *
   * @throws IllegalStateException if the scope is closed
   * @throws RejectedExecutionException if the scheduler is closed
   */
  public <T extends @Nullable Object> Coroutine<T> spawn(Callable<T> body) {
    return spawnAny(SpawnOptions.DEFAULT, body);
  }

  /** As {@link #spawn(Callable)}, for a body without a result. */
  public Coroutine<@Nullable Void> spawn(Action body) {
    return spawnAny(SpawnOptions.DEFAULT, body);
  }

  /** As {@link #spawn(Callable)}, with options. */
  public <T extends @Nullable Object> Coroutine<T> spawn(SpawnOptions options, Callable<T> body) {
    return spawnAny(options, body);
  }

  /** As {@link #spawn(Action)}, with options. */
  public Coroutine<@Nullable Void> spawn(SpawnOptions options, Action body) {
    return spawnAny(options, body);
  }

  private <T extends @Nullable Object> Coroutine<T> spawnAny(SpawnOptions options, Object body) {
    return children.add(
        (String reason, Consumer<CoroutineTask<T>> known) ->
            scheduler.spawnAny(options, body, reason, known));
  }

  /**
   * Waits until all children have ended, or the scope has.
   *
   * @throws CompletionException if the scope has failed; the cause is what a child has thrown, or a
   *     {@link TimeoutException} for the {@link #deadline}
   * @throws CoroutineCancelledException if the calling coroutine is cancelled meanwhile
   * @throws CancellationException if it is a thread that is interrupted
   * @throws IllegalStateException if called by another than who opened the scope
   */
  public void join() {
    requireOwner();
    try {
      Suspension.<@Nullable Void>await(children, children::awaitEnd);
    } catch (CoroutineCancelledException raised) {
      if (ownersScope == null || !raised.isFrom(ownersScope)) {
        throw raised;
      }
    }
    Throwable thrown = children.failure();
    if (thrown != null) {
      failureIsSeen = true;
      throw new LateCompletionException(thrown);
    }
  }

  /**
   * Cancels the children that have not ended, and waits until they have, however long it takes.
   * Closing twice does nothing, unless the first close came too early.
   *
   * @throws IllegalStateException if called by another than who opened the scope; or, when the
   *     children have ended, if a scope that was opened inside is not closed yet
   */
  @Override
  public void close() {
    requireOwner();
    if (!children.close()) {
      leaveIfInnermost();
      return;
    }
    try {
      awaitChildren();
    } finally {
      leave();
    }
  }

  /** Waits for the memory that waiting takes, as no child outlives the block. */
  private void awaitChildren() {
    while (true) {
      try {
        Suspension.<@Nullable Void>awaitUndisturbed(children, children::awaitEnd);
        return;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  private void leave() {
    family.dissolve();
    try {
      if (!failureIsSeen && (ownersScope == null || !ownersScope.wasRaised())) {
        children.giveUpFailure();
      }
    } finally {
      if (owner != null && ownersScope != null) {
        owner.leave(ownersScope);
      }
    }
  }

  /** After a close in the wrong order, which could not leave it. */
  private void leaveIfInnermost() {
    if (owner != null && ownersScope != null && ownersScope.equals(owner.scope())) {
      owner.leave(ownersScope);
    }
  }

  private void requireOwner() {
    boolean isOwner =
        owner == null
            ? Thread.currentThread().equals(ownerThread)
            : owner.equals(CurrentLoop.coroutine());
    if (!isOwner) {
      throw new IllegalStateException(
          "only who opened a scope may join or close it: "
              + (owner == null ? ownerThread.getName() : owner.name())
              + ", not "
              + CurrentLoop.whoAmI());
    }
  }

  // By whatever thread.

  /**
   * Ends the scope, which is no failure: cancels the children that have not ended, and those that
   * are spawned from now on, which do not begin unless {@link SpawnOptions#begins} says so. {@link
   * #join} returns when all have ended, or throws what a child of {@link Policy#FIRST_SUCCESS} has
   * thrown, if none has succeeded. For children, too; what the opener itself waits for, but for
   * that, is left alone. Does nothing if the scope has ended.
   *
   * @param reason what their exceptions say
   */
  public void cancel(String reason) {
    children.cancel(Objects.requireNonNull(reason, "reason"));
  }

  /** The scope has failed, which the owner sees wherever it is suspended. */
  private void strikeOwner(Throwable thrown) {
    if (owner != null && ownersScope != null) {
      ownersScope.strike(
          owner.loop.elapsedNanos(), new Children.Because("it has failed", thrown), thrown);
      owner.loop.tell(owner::cancelled);
    }
  }

  // What is done most often, in one call each, by a coroutine.

  /** What is done in a scope. */
  @FunctionalInterface
  public interface Scoped<T extends @Nullable Object, X extends Exception> {
    /** Does it, by whoever has opened the scope. */
    T in(CoroutineScope scope) throws X;
  }

  /**
   * Does something in a scope, and waits for the children: {@link #open}, {@link #join} and {@link
   * #close} in one. A failure of the scope comes out in one way, wherever in the block it was seen,
   * be it by a suspension or, on {@link Engine#VIRTUAL_THREAD}, by the interrupt of a blocking
   * call.
   *
   * <pre>{@code
   * Page page = CoroutineScope.run(Policy.FAIL_FAST, scope -> {
   *   Coroutine<User> user = scope.spawn(() -> users.find(id));
   *   return new Page(orders.of(id), user.join());
   * });
   * }</pre>
   *
   * @return what the block returns
   * @throws X what the block throws, when the children have been cancelled and have ended; it
   *     suppresses the failure of the scope, if that has failed before
   * @throws CompletionException if the scope has failed; the cause is what a child has thrown, or a
   *     {@link TimeoutException} for the {@link #deadline}
   * @throws CoroutineCancelledException if the calling coroutine is cancelled meanwhile
   * @throws IllegalStateException outside a coroutine
   */
  public static <T extends @Nullable Object, X extends Exception> T run(
      Policy policy, Scoped<T, X> block) throws X {
    Objects.requireNonNull(block, "block");
    try (CoroutineScope scope = open(policy)) {
      return scope.runHere(block);
    }
  }

  /**
   * As {@link #run(Policy, Scoped)} with a {@link #deadline}, which comes out as that of {@link
   * Coroutines#withTimeout} does.
   *
   * <pre>{@code
   * try {
   *   return CoroutineScope.run(Policy.FAIL_FAST, Duration.ofMillis(200), scope -> ...);
   * } catch (TimeoutException late) {
   *   return Page.ERROR;
   * }
   * }</pre>
   *
   * @param limit from now on; zero or less is over at once. One that the block sets by {@link
   *     #deadline} replaces it
   * @throws TimeoutException if the limit was over; its cause suppresses what children had thrown
   *     before
   * @throws CompletionException if the scope has failed otherwise; the cause is what a child has
   *     thrown
   */
  public static <T extends @Nullable Object, X extends Exception> T run(
      Policy policy, Duration limit, Scoped<T, X> block) throws X, TimeoutException {
    Objects.requireNonNull(limit, "limit");
    Objects.requireNonNull(block, "block");
    try (CoroutineScope scope = open(policy)) {
      scope.deadline(limit);
      try {
        return scope.runHere(block);
      } catch (CompletionException failed) {
        TimeoutException late = scope.children.late();
        if (late == null || !late.equals(failed.getCause())) {
          throw failed;
        }
        // Made here, so that it shows where the scope is.
        TimeoutException ofThis = new TimeoutException(late.getMessage());
        ofThis.initCause(late);
        throw ofThis;
      }
    }
  }

  /** Runs the block and joins; a failure of this scope comes out in one way, that of join. */
  private <T extends @Nullable Object, X extends Exception> T runHere(Scoped<T, X> block) throws X {
    try {
      T value = block.in(this);
      join();
      return value;
    } catch (Throwable thrown) {
      if (owner != null && ownersScope != null && owner.isFor(ownersScope, thrown)) {
        join();
      }
      suppressFailureIn(thrown);
      throw thrown;
    }
  }

  /** The block throws something of its own; a failure of the scope is not to be lost by that. */
  private void suppressFailureIn(Throwable thrown) {
    Throwable failure = children.failure();
    if (failure != null && !failureIsSeen) {
      failureIsSeen = true;
      if (!Throwables.contains(thrown, failure)) {
        thrown.addSuppressed(failure);
      }
    }
  }

  /**
   * Runs all at the same time, each in a coroutine of its own, and waits for all.
   *
   * @return what they return, in the order in which they were given
   * @throws CompletionException if one fails; the others have been cancelled, and have ended; or if
   *     one was cancelled, but not by this: then the cause is a {@link CancellationException}
   * @throws IllegalStateException outside a coroutine
   */
  public static <T extends @Nullable Object> List<T> gather(
      Collection<? extends Callable<? extends T>> parts) {
    try (CoroutineScope scope = open(Policy.FAIL_FAST)) {
      List<Coroutine<? extends T>> all = scope.spawnAll(parts);
      scope.join();
      List<T> results = new ArrayList<>();
      all.forEach(each -> results.add(each.join()));
      return results;
    }
  }

  /**
   * Runs all at the same time and takes the first that ends, whether it returns or throws.
   *
   * @return what it returns; the others have been cancelled, and have ended
   * @throws CompletionException if it has thrown; or if it was cancelled, and then the cause is a
   *     {@link CancellationException}
   * @throws IllegalArgumentException if there are none
   * @throws IllegalStateException outside a coroutine
   */
  public static <T extends @Nullable Object> T race(
      Collection<? extends Callable<? extends T>> parts) {
    requireSome(parts);
    try (CoroutineScope scope = open(Policy.SUPERVISE)) {
      return Coroutine.awaitAny(scope.<T>spawnAll(parts)).join();
    }
  }

  /**
   * Runs all at the same time and takes the first that returns.
   *
   * @return what it returns; the others have been cancelled, and have ended
   * @throws CompletionException if all have thrown; the cause is what the first has, with the
   *     others suppressed; or if all were cancelled, but not by this, and then the cause is a
   *     {@link CancellationException}
   * @throws IllegalArgumentException if there are none
   * @throws IllegalStateException outside a coroutine
   */
  public static <T extends @Nullable Object> T firstSuccess(
      Collection<? extends Callable<? extends T>> parts) {
    requireSome(parts);
    try (CoroutineScope scope = open(Policy.FIRST_SUCCESS)) {
      List<Coroutine<? extends T>> all = scope.spawnAll(parts);
      scope.join();
      Coroutine<?> first = scope.children.winner();
      // If there is none all were cancelled, and any of them says so.
      return all.stream()
          .filter(each -> each.equals(first))
          .findFirst()
          .orElseGet(all::getFirst)
          .join();
    }
  }

  private <T extends @Nullable Object> List<Coroutine<? extends T>> spawnAll(
      Collection<? extends Callable<? extends T>> parts) {
    List<Coroutine<? extends T>> all = new ArrayList<>();
    for (Callable<? extends T> part : parts) {
      all.add(spawn(part));
    }
    return all;
  }

  private static void requireSome(Collection<?> parts) {
    if (parts.isEmpty()) {
      throw new IllegalArgumentException("there must be a part at least: " + parts);
    }
  }
}
