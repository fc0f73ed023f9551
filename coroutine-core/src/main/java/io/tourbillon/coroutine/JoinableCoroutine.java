package io.tourbillon.coroutine;

import io.tourbillon.coroutine.LoopCounts.Count;
import io.tourbillon.timer.internal.MemoryReserve;
import io.tourbillon.timer.internal.StackReserve;
import io.tourbillon.timer.text.Printable;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A coroutine as others see it: its name, its state, how to cancel it, how to learn of its end.
 * Everything here may be called by any thread, but for what is said to be the loop's.
 */
abstract sealed class JoinableCoroutine<T extends @Nullable Object> implements Coroutine<T>
    permits CoroutineTask {
  private static final VarHandle STATE;
  private static final VarHandle CANCELLATION;
  private static final VarHandle END;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      STATE = lookup.findVarHandle(JoinableCoroutine.class, "state", State.class);
      CANCELLATION =
          lookup.findVarHandle(JoinableCoroutine.class, "cancellation", Cancellation.class);
      END = lookup.findVarHandle(JoinableCoroutine.class, "end", End.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final EventLoop loop;
  private final long number;
  private final @Nullable Traits traits;

  /**
   * Written by the loop or the coroutine, in release mode from turn to turn, so that a reader is
   * right soon; volatile at the end.
   */
  private volatile State state = State.CREATED;

  /** What it is suspended on; written as the state is, before it. */
  @Nullable Object waitsFor;

  /**
   * The {@link Stamp} of its state, and written with that. Plain, as it is for dumps: by the loop,
   * whose own it is, or for a glimpse.
   */
  private int since;

  /** Written once by whoever cancels first, by compare-and-set from null. */
  private volatile @Nullable Cancellation cancellation;

  /**
   * Made by the first who wants to know the end, by compare-and-set from null; completed by the
   * loop. Who makes it looks at the state afterwards, the loop writes the state before it looks
   * here: so one of them completes it.
   */
  private volatile @Nullable End<T> end;

  /** What the body has returned, or {@link Thrown}; published by the state. */
  @Nullable Object outcome;

  JoinableCoroutine(EventLoop loop, long number, @Nullable Traits traits) {
    this.loop = loop;
    this.number = number;
    this.traits = traits;
  }

  final @Nullable Traits traits() {
    return traits;
  }

  @Override
  public final String name() {
    String given = traits == null ? null : traits.name;
    return given != null ? given : loop.schedulerName() + "-" + number;
  }

  /** Gives its name to the thread that is being built for it, if it was spawned with one. */
  final Thread.Builder.OfVirtual named(Thread.Builder.OfVirtual builder) {
    return traits == null || traits.name == null ? builder : builder.name(traits.name);
  }

  @Override
  public final State state() {
    return state;
  }

  @Override
  public final Optional<String> waitsFor() {
    if (state != State.SUSPENDED) {
      return Optional.empty();
    }
    Object what = waitsFor;
    return what == null ? Optional.empty() : Optional.of(what.toString());
  }

  @Override
  public final String toString() {
    return Printable.of(name()) + " " + state;
  }

  @Override
  public final boolean cancel() {
    return cancel("no reason was given");
  }

  @Override
  public final boolean cancel(String reason) {
    Objects.requireNonNull(reason, "reason");
    StackReserve.require();
    return cancel(Count.CANCELLED_BY_CALL, reason, CurrentLoop.whoAmI());
  }

  final boolean cancel(Count count, String reason, String source) {
    if (state.isEnd()) {
      return false;
    }
    Cancellation asked = new Cancellation(count, source, reason, loop.elapsedNanos());
    Message told = this::cancelled;
    if (!CANCELLATION.compareAndSet(this, null, asked)) {
      return false;
    }
    loop.tell(told);
    return true;
  }

  @Override
  public final T join() {
    CoroutineTask<?> caller = joiner();
    End<T> awaited = end();
    awaited.watch();
    if (caller == null) {
      awaitAsThread(awaited);
      return joined(awaited);
    }
    boolean seen = false;
    try {
      T value = caller.await(awaited, new Joining(this));
      seen = true;
      return value;
    } catch (CompletionException | CancellationException failure) {
      seen = !(failure instanceof CoroutineCancelledException);
      throw failure;
    } finally {
      if (!seen) {
        giveUp(awaited);
      }
    }
  }

  /** As the future itself would wait, but so that a dump can see for whom. */
  private void awaitAsThread(End<T> awaited) {
    if (!awaited.isDone()) {
      ThreadResumption<@Nullable Void> wait = new ThreadResumption<>(new Joining(this));
      whenEnded(() -> wait.resume(null));
      wait.awaitUndisturbed();
    }
  }

  private static <T extends @Nullable Object> T joined(CompletableFuture<T> end) {
    try {
      return end.join();
    } catch (CancellationException cancelled) {
      throw original(cancelled);
    }
  }

  /** Futures wrap what they were cancelled with in another of its kind. */
  private static CancellationException original(CancellationException thrown) {
    return thrown.getCause() instanceof CancellationException original
            && !(original instanceof CoroutineCancelledException)
        ? original
        : thrown;
  }

  @Override
  public final T join(Duration limit) throws TimeoutException {
    Objects.requireNonNull(limit, "limit");
    CoroutineTask<?> caller = joiner();
    if (state.isEnd()) {
      return join();
    }
    if (caller != null) {
      try {
        return caller.withTimeout(limit, this::join);
      } catch (TimeoutException late) {
        TimeoutException ofThis = notWithin(limit);
        ofThis.initCause(late);
        throw ofThis;
      }
    }
    End<T> awaited = end();
    awaited.watch();
    if (!Uninterruptibly.isDoneWithin(awaited, limit)) {
      giveUp(awaited);
      throw notWithin(limit);
    }
    return joined(awaited);
  }

  private TimeoutException notWithin(Duration limit) {
    return new TimeoutException(Printable.of(name()) + " has not ended within " + limit);
  }

  /** Whoever has had {@link #watched} does so no more. */
  final void unwatched() {
    giveUp(end());
  }

  /** Someone waits no more. If that was the only one, a failure is to be told of after all. */
  private void giveUp(End<T> awaited) {
    awaited.unwatch();
    if (state.isEnd()) {
      loop.tell(this::reportUnseen);
    }
  }

  private @Nullable CoroutineTask<?> joiner() {
    CoroutineTask<?> caller = CurrentLoop.coroutine();
    if (caller == this) {
      throw new IllegalStateException("a coroutine must not join itself: " + name());
    }
    if (caller == null && CurrentLoop.isOwnThread()) {
      throw new IllegalStateException(
          "a loop must not wait, or nothing goes on there: join of "
              + name()
              + " by code that is no coroutine, but runs on "
              + CurrentLoop.get());
    }
    return caller;
  }

  @Override
  public final CompletableFuture<T> toFuture() {
    CompletableFuture<T> view = new CoroutineFuture<>(this);
    afterEnd(watched(), (value, failure) -> loop.runTask(() -> settle(view, value, failure)));
    return view;
  }

  private static <T extends @Nullable Object> void settle(
      CompletableFuture<T> view, T value, @Nullable Throwable failure) {
    if (failure == null) {
      view.complete(value);
    } else {
      view.completeExceptionally(failure);
    }
  }

  /** Its end, which counts as seen from now on. */
  final End<T> watched() {
    End<T> awaited = end();
    awaited.watch();
    return awaited;
  }

  /**
   * Runs something when it has ended, on its loop; that does not count as seeing it.
   *
   * @param then must not wait for a lock: it is the loop's own thread that would
   */
  final void whenEnded(Runnable then) {
    afterEnd(end(), (value, failure) -> then.run());
  }

  /**
   * Not by whenComplete, which has a failure put into words: code of users, on the loop's thread.
   */
  private static <T extends @Nullable Object> void afterEnd(
      End<T> end, BiConsumer<? super T, ? super @Nullable Throwable> then) {
    CompletableFuture<Boolean> _ =
        end.handle(
            (value, failure) -> {
              // The future would keep an error to itself.
              while (true) {
                try {
                  then.accept(value, failure);
                  return true;
                } catch (OutOfMemoryError full) {
                  MemoryReserve.pause();
                }
              }
            });
  }

  private End<T> end() {
    End<T> made = end;
    if (made == null) {
      End<T> fresh = new End<>();
      made = END.compareAndSet(this, null, fresh) ? fresh : Objects.requireNonNull(end);
      if (state.isEnd()) {
        completeSurely(made);
      }
    }
    return made;
  }

  /** Waits for the memory that this takes, as those who join wait for it. */
  private void completeSurely(End<T> awaited) {
    while (true) {
      try {
        complete(awaited);
        return;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // The outcome of a body that returns is T.
  private void complete(End<T> awaited) {
    switch (state) {
      case DONE -> awaited.complete((T) outcome);
      case FAILED -> {
        Throwable failure = failure();
        awaited.completeExceptionally(
            failure instanceof CancellationException someoneElses
                // With a message, as it would else ask the other for its words: code of users.
                ? new CompletionException(someoneElses.getClass().getName(), someoneElses)
                : failure);
      }
      default -> {
        Cancellation cause = Objects.requireNonNull(cancellation);
        CancellationException cancelled =
            new CancellationException(
                Printable.of(
                    name() + " was cancelled by " + cause.source() + ": " + cause.reason()));
        if (outcome instanceof Thrown(Throwable thrown, State _)) {
          cancelled.initCause(thrown);
        }
        awaited.completeExceptionally(cancelled);
      }
    }
  }

  /** It is a child of theirs from now on, for dumps. By whoever has spawned it. */
  final void joinFamily(Family family) {
    end().family = family;
  }

  /** Of the scope whose child it is, or null. */
  final @Nullable Family family() {
    End<T> made = end;
    return made == null ? null : made.family;
  }

  /** Who has opened that, a coroutine or a thread; null if it is none's, or closed by now. */
  final @Nullable Object parent() {
    Family own = family();
    return own == null ? null : own.head();
  }

  /** What has to come for it to go on; null if it is not suspended, or on nothing that comes. */
  final @Nullable Settlement<?> pendingWait() {
    return state == State.SUSPENDED
            && waitsFor instanceof ResumptionTask<?> wait
            && !wait.isSettled()
        ? wait
        : null;
  }

  /** The number by which it was spawned: one that was spawned before has a smaller one. */
  final long number() {
    return number;
  }

  /** How long it has stood as it does, to a hundredth of a second; of others' a glimpse. */
  final long heldNanos(long nowNanos) {
    return Stamp.nanosSince(since, nowNanos);
  }

  /** Why it has failed. */
  final Throwable failure() {
    if (outcome instanceof Thrown(Throwable failure, State _)) {
      return failure;
    }
    throw new IllegalStateException("must have failed: " + this);
  }

  // By the loop, or by the coroutine while it has the turn.

  /** Someone has cancelled it. */
  abstract void cancelled();

  final @Nullable Cancellation cancellation() {
    return cancellation;
  }

  final void setState(State now) {
    State before = (State) STATE.get(this);
    since = loop.stamp();
    STATE.setRelease(this, now);
    if (now == State.SUSPENDED) {
      loop.counts.add(Count.SUSPENDED, 1);
    } else if (before == State.SUSPENDED) {
      loop.counts.add(Count.SUSPENDED, -1);
    }
  }

  /** As what its end is counted. */
  final Count countOfEnd() {
    Cancellation asked = cancellation;
    return switch (state) {
      case DONE -> Count.FINISHED;
      case CANCELLED -> asked == null ? Count.CANCELLED_BY_CALL : asked.count();
      default -> Count.FAILED;
    };
  }

  /**
   * Makes its end known, after the outcome was written.
   *
   * @return whether anyone wants to know
   */
  final boolean publishEnd(State how) {
    state = how;
    End<T> awaited = end;
    if (awaited != null) {
      completeSurely(awaited);
    }
    return isSeen();
  }

  /** Whether anyone waits for its end, or has seen it. */
  final boolean isSeen() {
    End<T> awaited = end;
    return awaited != null && awaited.isWatched();
  }

  /** Tells of a failure that nobody has seen, once. */
  abstract void reportUnseen();

  /** What its body has thrown, and what that means. */
  record Thrown(Throwable failure, State state) {}
}
