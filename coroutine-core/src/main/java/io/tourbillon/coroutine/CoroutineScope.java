package io.tourbillon.coroutine;

import io.tourbillon.timer.TimerHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
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
 * thread has opened can not reach into its other waits.
 *
 * <p>A child that somebody else cancels has ended, and means nothing for the others. {@link #spawn}
 * and {@link #cancel} may be called by any thread, by children too; the other methods are for
 * whoever opened it. After the nurseries of Trio (Nathaniel J. Smith, 2018).
 */
public final class CoroutineScope implements AutoCloseable {
  /** What the end of a child means for the others. */
  public enum Policy {
    /**
     * The first that fails fails the scope: the others are cancelled. If they fail at that, it is
     * suppressed in the failure.
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

  private static final Duration FOR_EVER = Duration.ofSeconds(Long.MAX_VALUE);

  private final CoroutineScheduler scheduler;
  private final Policy policy;
  private final Thread ownerThread = Thread.currentThread();
  private final @Nullable CoroutineTask<?> owner;
  private final @Nullable ChildrenScope ownersScope;

  // Guarded by this. Nobody waits, and no code of users runs, with that lock held.
  private final Set<Coroutine<?>> children = new LinkedHashSet<>();
  private @Nullable Resumption<@Nullable Void> waiter;
  private @Nullable Coroutine<?> winner;
  private @Nullable Throwable failure;
  private boolean ending;
  private boolean closed;

  /** Of the owner alone. */
  private @Nullable TimerHandle deadline;

  private CoroutineScope(
      CoroutineScheduler scheduler, Policy policy, @Nullable CoroutineTask<?> owner) {
    this.scheduler = Objects.requireNonNull(scheduler, "scheduler");
    this.policy = Objects.requireNonNull(policy, "policy");
    this.owner = owner;
    ownersScope = owner == null ? null : owner.enterChildrenScope();
  }

  /**
   * A scope of the calling coroutine, whose children run on the same scheduler.
   *
   * @throws IllegalStateException outside a coroutine
   */
  public static CoroutineScope open(Policy policy) {
    CoroutineTask<?> owner = CurrentLoop.requireCoroutine("scheduler");
    return new CoroutineScope(owner.loop.scheduler(), policy, owner);
  }

  /** A scope of the calling coroutine or thread, whose children run on this scheduler. */
  public static CoroutineScope open(CoroutineScheduler scheduler, Policy policy) {
    return new CoroutineScope(scheduler, policy, CurrentLoop.coroutine());
  }

  /**
   * Fails the scope if it is still open then, with a {@link TimeoutException}, whatever the policy.
   * Said again, it counts from then on, unless the time before was over already.
   *
   * @param limit from now on; zero or less is over at once
   * @return this
   * @throws IllegalStateException if the scope is closed, or if called by another than who opened
   *     it
   */
  public CoroutineScope deadline(Duration limit) {
    requireOwner();
    synchronized (this) {
      requireOpen();
    }
    forgetDeadline();
    deadline =
        scheduler
            .timers()
            .schedule(limit, () -> fail(new TimeoutException("the scope was open for " + limit)));
    return this;
  }

  /**
   * By the owner. Without the lock, as timers have locks of their own: a coroutine that waited for
   * one of those with this one held would be waited for by the task of its timer, and so by a loop.
   */
  private void forgetDeadline() {
    if (deadline != null) {
      deadline.cancel();
    }
  }

  /**
   * Starts a child.
   *
   * @throws IllegalStateException if the scope is closed
   */
  public <T extends @Nullable Object> Coroutine<T> spawn(Callable<T> body) {
    return adopted(() -> scheduler.spawn(body));
  }

  /** As {@link #spawn(Callable)}, for a body without a result. */
  public Coroutine<@Nullable Void> spawn(Action body) {
    return adopted(() -> scheduler.spawn(body));
  }

  /** As {@link #spawn(Callable)}, with a name. */
  public <T extends @Nullable Object> Coroutine<T> spawn(SpawnOptions options, Callable<T> body) {
    return adopted(() -> scheduler.spawn(options, body));
  }

  /** As {@link #spawn(Action)}, with a name. */
  public Coroutine<@Nullable Void> spawn(SpawnOptions options, Action body) {
    return adopted(() -> scheduler.spawn(options, body));
  }

  private synchronized <T extends @Nullable Object> Coroutine<T> adopted(
      Supplier<Coroutine<T>> spawn) {
    requireOpen();
    CoroutineTask<T> child = (CoroutineTask<T>) spawn.get();
    children.add(child);
    child.whenEnded(() -> ended(child));
    if (ending) {
      child.cancel("its scope has ended");
    }
    return child;
  }

  /** Under the lock. */
  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the scope is closed");
    }
  }

  /**
   * Waits until all children have ended, or the scope has.
   *
   * @throws CompletionException if the scope has failed; the cause is what a child has thrown, or a
   *     {@link TimeoutException} for the {@link #deadline}
   * @throws CoroutineCancelledException if the calling coroutine is cancelled meanwhile
   * @throws IllegalStateException if called by another than who opened the scope
   */
  public void join() {
    requireOwner();
    try {
      awaitAll();
    } catch (CoroutineCancelledException raised) {
      if (ownersScope == null || !raised.isFrom(ownersScope)) {
        throw raised;
      }
    }
    Throwable thrown = failure();
    if (thrown != null) {
      throw new CompletionException(thrown);
    }
  }

  private void awaitAll() {
    Suspension.<@Nullable Void>await(
        "the children of a scope",
        ended -> {
          synchronized (this) {
            if (children.isEmpty()) {
              ended.resume(null);
            } else {
              waiter = ended;
            }
          }
        });
  }

  private synchronized @Nullable Throwable failure() {
    return winner == null ? failure : null;
  }

  /**
   * Cancels the children that have not ended, and waits until they have, however long it takes.
   * Closing twice does nothing.
   *
   * @throws IllegalStateException if called by another than who opened the scope, or before a scope
   *     that was opened inside is closed
   */
  @Override
  public void close() {
    requireOwner();
    List<Coroutine<?>> left;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      ending = true;
      left = List.copyOf(children);
    }
    forgetDeadline(); // or it would keep this until then
    left.forEach(child -> child.cancel("its scope was closed"));
    if (owner == null) {
      awaitAllUninterrupted();
    } else {
      try {
        owner.shield(FOR_EVER, Body.of(this::awaitAll));
      } finally {
        owner.leave(Objects.requireNonNull(ownersScope));
      }
    }
  }

  private void awaitAllUninterrupted() {
    boolean interrupted = false;
    boolean done = false;
    while (!done) {
      try {
        awaitAll();
        done = true;
      } catch (CancellationException interrupt) {
        interrupted |= Thread.interrupted();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
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
   * Ends the scope without a failure: cancels the children that have not ended, and those that are
   * spawned from now on. {@link #join} returns when all have ended. For children, too; what the
   * opener itself waits for, but for that, is left alone. Does nothing if the scope has ended.
   *
   * @param reason what their exceptions say
   */
  public void cancel(String reason) {
    Objects.requireNonNull(reason, "reason");
    end(reason);
  }

  /** A child has come to its end. On its loop. */
  private void ended(CoroutineTask<?> child) {
    Throwable fatal = null;
    boolean won = false;
    synchronized (this) {
      children.remove(child);
      switch (child.state()) {
        case DONE -> {
          if (policy == Policy.FIRST_SUCCESS && winner == null) {
            winner = child;
            won = true;
          }
        }
        case FAILED -> {
          if (policy == Policy.FAIL_FAST) {
            if (fails(child.failure())) {
              fatal = child.failure();
              CompletableFuture<?> _ = child.watched();
            } else if (failure != null) {
              add(child.failure());
              CompletableFuture<?> _ = child.watched();
            }
          } else if (policy == Policy.FIRST_SUCCESS) {
            add(child.failure());
            CompletableFuture<?> _ = child.watched();
          }
        }
        default -> {}
      }
    }
    if (fatal != null) {
      strike(fatal);
    } else if (won) {
      end("another child of its scope was first");
    }
    wakeIfAllHaveEnded();
  }

  private void add(Throwable another) {
    if (failure == null) {
      failure = another;
    } else if (!failure.equals(another)) {
      failure.addSuppressed(another);
    }
  }

  private void fail(Throwable thrown) {
    boolean failed;
    synchronized (this) {
      failed = fails(thrown);
    }
    if (failed) {
      strike(thrown);
    }
  }

  /** Whether the scope fails with this, as it was not ending before. Under the lock. */
  private boolean fails(Throwable thrown) {
    if (ending) {
      return false;
    }
    ending = true;
    failure = thrown;
    return true;
  }

  private void strike(Throwable thrown) {
    if (owner != null && ownersScope != null) {
      ownersScope.strike(owner.loop.elapsedNanos(), "it has failed: " + thrown, thrown);
      owner.loop.tell(owner::cancelled);
    }
    end("its scope has failed: " + thrown);
  }

  /** Cancels all that are left. */
  private void end(String reason) {
    List<Coroutine<?>> left;
    synchronized (this) {
      ending = true;
      left = List.copyOf(children);
    }
    left.forEach(child -> child.cancel(reason));
  }

  private void wakeIfAllHaveEnded() {
    Resumption<@Nullable Void> woken = null;
    synchronized (this) {
      if (children.isEmpty()) {
        woken = waiter;
        waiter = null;
      }
    }
    if (woken != null) {
      woken.resume(null);
    }
  }

  // What is done most often, in one call each, by a coroutine.

  /**
   * Runs all at the same time, each in a coroutine of its own, and waits for all.
   *
   * @return what they return, in the order in which they were given
   * @throws CompletionException if one fails; the others have been cancelled, and have ended
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
   * @throws CompletionException if it has thrown
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
   *     others suppressed
   * @throws IllegalArgumentException if there are none
   * @throws IllegalStateException outside a coroutine
   */
  public static <T extends @Nullable Object> T firstSuccess(
      Collection<? extends Callable<? extends T>> parts) {
    requireSome(parts);
    try (CoroutineScope scope = open(Policy.FIRST_SUCCESS)) {
      List<Coroutine<? extends T>> all = scope.spawnAll(parts);
      scope.join();
      Coroutine<?> first = scope.winner();
      return all.stream().filter(each -> each.equals(first)).findFirst().orElseThrow().join();
    }
  }

  private synchronized @Nullable Coroutine<?> winner() {
    return winner;
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
