package io.tourbillon.coroutine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Coroutines that belong together; none of them outlives the block that opened the scope.
 *
 * <pre>{@code
 * try (CoroutineScope scope = CoroutineScope.open()) {
 *   Coroutine<User> user = scope.spawn(() -> users.find(id));
 *   Coroutine<List<Order>> orders = scope.spawn(() -> orders.of(id));
 *   scope.join();                                   // throws the exception of the first that fails
 *   return new Page(user.join(), orders.join());
 * }
 * }</pre>
 *
 * <p>The end of the block, normal or not, cancels the children that have not ended and waits for
 * them. When the scope fails while the coroutine that opened it is suspended anywhere inside the
 * block, that suspension throws a {@link CoroutineCancelledException} whose cause is the failure,
 * as does each later one; {@link #join} throws the failure itself. A scope that a plain thread has
 * opened cannot interrupt other waits of that thread. If the block ends without either, the failure
 * of a child goes to the {@link CoroutineScheduler.Builder#exceptionHandler}. A block that catches
 * the exception and throws another should pass on the cause, as {@link #run} does.
 *
 * <p>If a coroutine ends with a scope open, or leaves the {@link Coroutines#withTimeout}, the
 * {@link Coroutines#shield} or the {@link CoroutineLocal#where} in which it opened the scope, the
 * log says so, and the children are cancelled. Exceptions that children throw during their cleanup,
 * after the block has thrown or its coroutine was cancelled, go to the exception handler.
 *
 * <p>A child that other code cancelled has ended, and has no effect on the others. Any thread may
 * call {@link #spawn} and {@link #cancel}, children included; only the coroutine or thread that
 * opened the scope may call the other methods. Follows the nurseries of Trio (Nathaniel J. Smith,
 * 2018).
 */
public interface CoroutineScope extends AutoCloseable {
  /** What the end of a child means for the others. */
  enum Policy {
    /**
     * The first failure fails the scope and cancels the other children. Exceptions that they throw
     * during their cleanup are suppressed by that failure.
     */
    FAIL_FAST,
    /** A failure affects only the child and the code that joins it. */
    SUPERVISE,
    /**
     * The first success ends the scope and cancels the other children. The scope fails if all
     * children have failed.
     */
    FIRST_SUCCESS
  }

  /**
   * Opens a scope of the calling coroutine with {@link Policy#FAIL_FAST}.
   *
   * @throws IllegalStateException outside a coroutine
   */
  static CoroutineScope open() {
    return open(Policy.FAIL_FAST);
  }

  /**
   * Opens a scope of the calling coroutine. The children run on the same scheduler.
   *
   * @throws IllegalStateException outside a coroutine
   */
  static CoroutineScope open(Policy policy) {
    Objects.requireNonNull(policy, "policy");
    return Implementation.KERNEL.openScope(null, policy);
  }

  /** Opens a scope of the calling coroutine or thread, whose children run on this scheduler. */
  static CoroutineScope open(CoroutineScheduler scheduler, Policy policy) {
    Objects.requireNonNull(scheduler, "scheduler");
    Objects.requireNonNull(policy, "policy");
    return Implementation.KERNEL.openScope(scheduler, policy);
  }

  /**
   * Sets a limit. If the scope is still open when it has passed, the scope fails with a {@link
   * TimeoutException}, whatever the policy. A later call replaces the limit.
   *
   * <p>That exception is the cause of the exception that shows the failure: of the {@link
   * CompletionException} of {@link #join} and {@link #run(Policy, Scoped)}, and of the {@link
   * CoroutineCancelledException} of any other suspension in the block, such as the {@code join} of
   * a child. {@link #run(Policy, Duration, Scoped)} throws it directly.
   *
   * @param limit from now on; zero or less fails the scope at once
   * @return this
   * @throws IllegalStateException if the scope is closed, or the caller did not open it
   * @throws RejectedExecutionException if a plain thread has opened it, and the scheduler is closed
   */
  CoroutineScope timeout(Duration limit);

  /**
   * Sets a limit, as {@link #timeout} does, that children and other threads can move.
   *
   * @param limit from now on; zero or less fails the scope at once
   * @return the deadline. It moves nothing any more once the scope is closed, or has another limit
   * @throws IllegalStateException if the scope is closed, or the caller did not open it
   * @throws RejectedExecutionException if the scheduler is closed
   */
  Deadline deadline(Duration limit);

  /**
   * Starts a child.
   *
   * @throws IllegalStateException if the scope is closed
   * @throws RejectedExecutionException if the scheduler is closed
   */
  <T extends @Nullable Object> Coroutine<T> spawn(Callable<T> body);

  /** Starts a child without a result, as {@link #spawn(Callable)} does. */
  Coroutine<@Nullable Void> spawn(Action body);

  /** Starts a child with options, as {@link #spawn(Callable)} does. */
  <T extends @Nullable Object> Coroutine<T> spawn(SpawnOptions options, Callable<T> body);

  /** Starts a child with options and without a result, as {@link #spawn(Callable)} does. */
  Coroutine<@Nullable Void> spawn(SpawnOptions options, Action body);

  /**
   * Waits until all children have ended, or the scope has.
   *
   * @throws CompletionException if the scope has failed; the cause is the exception of a child, or
   *     a {@link TimeoutException} for the {@link #timeout}
   * @throws CoroutineCancelledException if the calling coroutine is cancelled meanwhile
   * @throws CancellationException if the caller is a thread that is interrupted
   * @throws IllegalStateException if the caller did not open the scope
   */
  void join();

  /**
   * Ends the scope, which is no failure: cancels the children that have not ended, and those that
   * are spawned from now on, which do not begin unless {@link SpawnOptions#evenIfCancelled} says
   * so. {@link #join} returns when all have ended, or throws the exception of a child of {@link
   * Policy#FIRST_SUCCESS} if none has succeeded. Children may call this, too; other waits of the
   * opener go on. Does nothing if the scope has ended.
   *
   * @param reason the text of the exceptions that the children get
   */
  void cancel(String reason);

  /**
   * Cancels the children that have not ended, and waits until they have, however long that takes.
   * Closing twice does nothing, unless the first close came too early.
   *
   * @throws IllegalStateException if the caller did not open the scope; or, when the children have
   *     ended, if a scope that was opened inside is not closed yet
   */
  @Override
  void close();

  /**
   * A block of code that runs in a scope.
   *
   * @param <T> the type of its result
   * @param <X> the checked exception that it throws
   */
  @FunctionalInterface
  interface Scoped<T extends @Nullable Object, X extends Exception> {
    /** Runs it, by the caller that has opened the scope. */
    T in(CoroutineScope scope) throws X;
  }

  /**
   * Runs a block in a scope and waits for the children: {@link #open}, {@link #join} and {@link
   * #close} in one call. A failure of the scope is thrown in one form, wherever in the block it was
   * seen, be it by a suspension or, on {@link Engine#VIRTUAL_THREAD}, by the interrupt of a
   * blocking call.
   *
   * <pre>{@code
   * Page page = CoroutineScope.run(Policy.FAIL_FAST, scope -> {
   *   Coroutine<User> user = scope.spawn(() -> users.find(id));
   *   return new Page(orders.of(id), user.join());
   * });
   * }</pre>
   *
   * @return the value that the block returns
   * @throws X if the block throws it, after the children have been cancelled and have ended; it
   *     suppresses the failure of the scope, if that had failed before
   * @throws CompletionException if the scope has failed; the cause is the exception of a child, or
   *     a {@link TimeoutException} for the {@link #timeout}
   * @throws CoroutineCancelledException if the calling coroutine is cancelled meanwhile
   * @throws IllegalStateException outside a coroutine
   */
  static <T extends @Nullable Object, X extends Exception> T run(Policy policy, Scoped<T, X> block)
      throws X {
    Objects.requireNonNull(policy, "policy");
    Objects.requireNonNull(block, "block");
    return Implementation.KERNEL.runInScope(policy, block);
  }

  /**
   * Runs a block in a scope with a {@link #timeout}, as {@link #run(Policy, Scoped)} does. The
   * limit shows as that of {@link Coroutines#withTimeout} does.
   *
   * <pre>{@code
   * try {
   *   return CoroutineScope.run(Policy.FAIL_FAST, Duration.ofMillis(200), scope -> ...);
   * } catch (TimeoutException late) {
   *   return Page.ERROR;
   * }
   * }</pre>
   *
   * @param limit from now on; zero or less fails the scope at once. A {@link #timeout} that the
   *     block sets replaces it
   * @throws TimeoutException if the limit has passed; its cause suppresses exceptions that children
   *     had thrown before
   * @throws CompletionException if the scope has failed otherwise; the cause is the exception of a
   *     child
   */
  static <T extends @Nullable Object, X extends Exception> T run(
      Policy policy, Duration limit, Scoped<T, X> block) throws X, TimeoutException {
    Objects.requireNonNull(policy, "policy");
    Objects.requireNonNull(limit, "limit");
    Objects.requireNonNull(block, "block");
    return Implementation.KERNEL.runInScope(policy, limit, block);
  }

  /**
   * Runs all parts at the same time, each in a coroutine of its own, and waits for all.
   *
   * @return their results, in the order of the parts
   * @throws CompletionException if a part fails; the others have been cancelled, and have ended; or
   *     if a part was cancelled by someone else: then the cause is a {@link CancellationException}
   * @throws IllegalStateException outside a coroutine
   */
  static <T extends @Nullable Object> List<T> gather(
      Collection<? extends Callable<? extends T>> parts) {
    try (CoroutineScope scope = open(Policy.FAIL_FAST)) {
      List<Coroutine<? extends T>> all = spawnAll(scope, parts);
      scope.join();
      List<T> results = new ArrayList<>();
      all.forEach(each -> results.add(each.join()));
      return results;
    }
  }

  /**
   * Applies a function to each item, to a limited number of items at the same time, and waits for
   * all. For many items: {@link #gather} runs all of its parts at once.
   *
   * <pre>{@code
   * List<Page> pages = CoroutineScope.mapConcurrently(urls, 8, client::load);
   * }</pre>
   *
   * @param concurrency how many coroutines work on the items, at least 1
   * @return the results, in the order of the items
   * @throws CompletionException if the function fails for an item; the others have been cancelled,
   *     and have ended; or if one of the coroutines was cancelled by someone else: then the cause
   *     is a {@link CancellationException}
   * @throws IllegalArgumentException if the concurrency is less than 1
   * @throws IllegalStateException outside a coroutine
   */
  static <T extends @Nullable Object, R extends @Nullable Object> List<R> mapConcurrently(
      Collection<? extends T> items, int concurrency, Mapper<? super T, ? extends R> mapper) {
    if (concurrency < 1) {
      throw new IllegalArgumentException("concurrency must be at least 1: " + concurrency);
    }
    Objects.requireNonNull(items, "items");
    Objects.requireNonNull(mapper, "mapper");
    Kernel.Caller _ = Implementation.KERNEL.requireCaller("CoroutineScope.mapConcurrently");
    List<T> all = new ArrayList<>(items);
    List<R> results = new ArrayList<>(Collections.nCopies(all.size(), null));
    AtomicInteger next = new AtomicInteger();
    try (CoroutineScope scope = open(Policy.FAIL_FAST)) {
      List<Coroutine<?>> workers = new ArrayList<>();
      for (int worker = 0; worker < Math.min(concurrency, all.size()); worker++) {
        workers.add(
            scope.spawn(
                () -> {
                  for (int i = next.getAndIncrement(); i < all.size(); i = next.getAndIncrement()) {
                    Coroutines.checkpoint();
                    results.set(i, mapper.apply(all.get(i)));
                  }
                }));
      }
      scope.join();
      // One that was cancelled by someone else has left items out, and does not fail the scope.
      workers.forEach(Coroutine::join);
    }
    return results;
  }

  /**
   * A function that may suspend and throw.
   *
   * @param <T> what it takes
   * @param <R> what it returns
   */
  @FunctionalInterface
  interface Mapper<T extends @Nullable Object, R extends @Nullable Object> {
    /** Returns the result for an item. */
    R apply(T item) throws Exception;
  }

  /**
   * Runs all parts at the same time and takes the first that ends, whether it returns or throws.
   *
   * @return its result; the others have been cancelled, and have ended
   * @throws CompletionException if it has thrown; or if it was cancelled, and then the cause is a
   *     {@link CancellationException}
   * @throws IllegalArgumentException if there are no parts
   * @throws IllegalStateException outside a coroutine
   */
  static <T extends @Nullable Object> T race(Collection<? extends Callable<? extends T>> parts) {
    requireSome(parts);
    try (CoroutineScope scope = open(Policy.SUPERVISE)) {
      return Coroutine.<T>awaitAny(spawnAll(scope, parts)).join();
    }
  }

  /**
   * Runs all parts at the same time and takes the first that returns.
   *
   * @return its result; the others have been cancelled, and have ended
   * @throws CompletionException if all have thrown; the cause is the exception of the first, which
   *     suppresses the others; or if all were cancelled by someone else, and then the cause is a
   *     {@link CancellationException}
   * @throws IllegalArgumentException if there are no parts
   * @throws IllegalStateException outside a coroutine
   */
  static <T extends @Nullable Object> T firstSuccess(
      Collection<? extends Callable<? extends T>> parts) {
    requireSome(parts);
    try (CoroutineScope scope = open(Policy.FIRST_SUCCESS)) {
      List<Coroutine<? extends T>> all = spawnAll(scope, parts);
      scope.join();
      Coroutine<?> first = Implementation.KERNEL.winner(scope);
      // Without a winner all were cancelled, and the join of any of them says so.
      return all.stream()
          .filter(each -> each.equals(first))
          .findFirst()
          .orElseGet(all::getFirst)
          .join();
    }
  }

  private static <T extends @Nullable Object> List<Coroutine<? extends T>> spawnAll(
      CoroutineScope scope, Collection<? extends Callable<? extends T>> parts) {
    List<Coroutine<? extends T>> all = new ArrayList<>();
    parts.forEach(part -> all.add(scope.spawn(part)));
    return all;
  }

  private static void requireSome(Collection<?> parts) {
    if (parts.isEmpty()) {
      throw new IllegalArgumentException("there must be at least one part: " + parts);
    }
  }
}
