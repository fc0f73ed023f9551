package io.tourbillon.coroutine.internal.task;

import io.tourbillon.coroutine.Awaited;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.Suspension;
import io.tourbillon.coroutine.internal.loop.LoopTask;
import io.tourbillon.coroutine.internal.loop.Message;
import io.tourbillon.coroutine.internal.observe.LoopCounts.Count;
import io.tourbillon.coroutine.internal.observe.Stamp;
import io.tourbillon.coroutine.internal.task.CancelScope.Cancellation;
import io.tourbillon.coroutine.internal.traits.Traits;
import io.tourbillon.timer.internal.LateCancellationException;
import io.tourbillon.timer.internal.LateCompletionException;
import io.tourbillon.timer.internal.StackReserve;
import io.tourbillon.timer.internal.text.Printable;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A coroutine as other threads see it: its name, state, cancellation and end. Thread-safe, except
 * for the methods that are marked for the loop.
 */
abstract sealed class JoinableCoroutine<T extends @Nullable Object> extends LoopTask
    implements Coroutine<T> permits ScopedCoroutine {
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

  /**
   * The loop to which it belongs. Written before it is spawned, and by a loop that takes it over,
   * after {@link #claim} and before the next change of state. Volatile, since any thread reads it.
   */
  volatile CoroutineLoop loop;

  private final long number;
  private final @Nullable Traits traits;

  /**
   * The state. The loop or the coroutine writes it, in release mode between turns, so that readers
   * see it soon; the final state is a volatile write. CREATED means unclaimed: the coroutine has
   * not begun, or its loop has let it go, or the rescuer in place of that. If loops may take it
   * over, one of them changes CREATED to RUNNING by compare-and-set, and is the loop that writes
   * from then on.
   */
  private volatile State state = State.CREATED;

  /** What it is suspended on. Written before the state, by the same writers. */
  public @Nullable Object waitsFor;

  /**
   * The {@link Stamp} of its state. Written with the state; plain, since only dumps read it: on the
   * loop, or elsewhere as a glimpse.
   */
  private int since;

  /** The first cancellation. Written once, by compare-and-set from null. */
  private volatile @Nullable Cancellation cancellation;

  /**
   * The listeners for the end. The first thread that needs it makes it, by compare-and-set from
   * null, and then checks the state. The loop writes the final state and then checks this field. So
   * one of them notifies the listeners.
   */
  private volatile @Nullable End end;

  /** The value that the body returned, or a {@link Thrown}. Published by the state. */
  @Nullable Object outcome;

  JoinableCoroutine(CoroutineLoop loop, long number, @Nullable Traits traits) {
    this.loop = loop;
    this.number = number;
    this.traits = traits;
  }

  @Override
  public final CoroutineLoop loop() {
    return loop;
  }

  public final @Nullable Traits traits() {
    return traits;
  }

  @Override
  public final @Nullable Object group() {
    return traits == null ? null : traits.group;
  }

  @Override
  public final int priority() {
    return traits == null ? 0 : traits.priority;
  }

  @Override
  public final String name() {
    String given = traits == null ? null : traits.name;
    return given != null ? given : loop.schedulerName() + "-" + number;
  }

  /** Sets the name of the thread that is being built for it, if it was spawned with a name. */
  @Override
  public final Thread.Builder.OfVirtual named(Thread.Builder.OfVirtual builder) {
    return traits == null || traits.name == null ? builder : builder.name(traits.name);
  }

  @Override
  public final State state() {
    State seen = state;
    if (seen != State.CREATED) {
      return seen;
    }
    return hasBegun() ? State.READY : state;
  }

  /**
   * Returns whether CREATED means that its loop has let it go after a turn, so that it is ready.
   * Called by any thread.
   */
  abstract boolean hasBegun();

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
    return Printable.of(name()) + " " + state();
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

  /**
   * Cancels it.
   *
   * @param reason its {@code toString} is called when the reason is read, not here
   */
  public final boolean cancel(Count count, Object reason, String source) {
    if (state.isEnd()) {
      return false;
    }
    Cancellation asked = new Cancellation(count, source, reason, loop.elapsedNanos());
    Message notice = this::cancelled; // Made first: nothing may fail after the compare-and-set.
    if (!CANCELLATION.compareAndSet(this, null, asked)) {
      return false;
    }
    // A loop that takes the coroutine over writes the field loop and then reads the cancellation.
    // This thread does the reverse, so one of them sees the other.
    tell(notice);
    return true;
  }

  /** Runs a message where it may use what the coroutine has suspended with. */
  abstract void tell(Message message);

  // The end, for code that waits for it.

  @Override
  public final T join() {
    awaitAsJoiner();
    return result();
  }

  /** Waits for the end as one who sees its failure, unless the wait itself fails. */
  private void awaitAsJoiner() {
    requireJoinable();
    End awaited = watched();
    boolean seen = false;
    try {
      awaitEnd();
      seen = true;
    } finally {
      if (!seen) {
        giveUp(awaited);
      }
    }
  }

  @Override
  public final T join(Duration limit) throws TimeoutException {
    Objects.requireNonNull(limit, "limit");
    requireJoinable();
    if (state.isEnd()) {
      return join();
    }
    End awaited = watched();
    boolean seen = false;
    try {
      Suspension.<@Nullable Void>await(new Joining(this), limit, new EndWait(awaited)::begin);
      seen = true;
    } catch (TimeoutException late) {
      TimeoutException ofThis =
          new TimeoutException(Printable.of(name()) + " has not ended within " + limit);
      ofThis.initCause(late);
      throw ofThis;
    } finally {
      if (!seen) {
        giveUp(awaited);
      }
    }
    return result();
  }

  @Override
  @SuppressWarnings({"unchecked", "NullAway"}) // As in result.
  public final Outcome<T> joinOutcome() {
    awaitAsJoiner();
    return switch (state) {
      case DONE -> new Outcome.Done<>((T) outcome);
      case FAILED -> new Outcome.Failed<>(Settlement.unwrapped(failure()));
      default -> {
        SuspendingCoroutine<?> caller = CurrentLoop.coroutine();
        if (caller != null) {
          caller.checkCancelled(); // As in result.
        }
        yield new Outcome.Cancelled<>(cancellationException());
      }
    };
  }

  /** Waits for its end, in whatever way. Does not count as seeing a failure. */
  final void awaitEnd() {
    Suspension.<@Nullable Void>await(new Joining(this), new EndWait(end())::begin);
  }

  /**
   * One wait for an end, which removes its listener if it is cancelled. Used once, by the waiter.
   */
  private static final class EndWait extends End.Listener {
    private final End end;
    private @Nullable Resumption<@Nullable Void> waiter;

    EndWait(End end) {
      this.end = end;
    }

    void begin(Resumption<@Nullable Void> waiter) {
      this.waiter = waiter;
      waiter.onCancel(() -> end.leave(this));
      end.listen(this);
    }

    @Override
    void ended() {
      Objects.requireNonNull(waiter, "it listens only when it has one").resume(null);
    }
  }

  /**
   * Returns the result of a coroutine that has ended, or throws as {@link #join} does. The
   * exception is made here, so that its stack shows where the caller waited.
   */
  @SuppressWarnings({"unchecked", "NullAway"}) // The outcome of a body that returns is T.
  final T result() {
    return switch (state) {
      case DONE -> (T) outcome;
      case FAILED -> throw new LateCompletionException(Settlement.unwrapped(failure()));
      default -> {
        // If the caller's scope has failed, that may be why this coroutine was cancelled; the
        // caller must see the failure of its scope then.
        SuspendingCoroutine<?> caller = CurrentLoop.coroutine();
        if (caller != null) {
          caller.checkCancelled();
        }
        throw new LateCompletionException(cancellationException());
      }
    };
  }

  /**
   * Returns the exception for waiters. Its type is not {@link CoroutineCancelledException}, so a
   * waiter does not take it for its own cancellation. Calls no code of users, since a loop may call
   * this.
   */
  private CancellationException cancellationException() {
    Cancellation asked =
        Objects.requireNonNull(
            cancellation, "a coroutine in state CANCELLED must have a cancellation");
    CancellationException cancelled =
        new LateCancellationException(
            () -> CoroutineCancelledException.message(name(), asked.source(), asked.reason()));
    if (outcome instanceof Thrown(Throwable thrown, State _)) {
      cancelled.initCause(thrown);
    }
    return cancelled;
  }

  /** Reverts a call of {@link #watched}. */
  final void giveUp() {
    giveUp(end());
  }

  /** Reverts a call of {@link #watched}. Without a watcher, a failure is reported after all. */
  private void giveUp(End awaited) {
    Message notice = this::lostWatcher; // Made first: nothing may fail after unwatch.
    awaited.unwatch();
    if (state.isEnd()) {
      tell(notice);
    }
  }

  /**
   * Refuses a wait that would never end.
   *
   * @throws IllegalStateException if the caller is this coroutine, or the thread of a loop
   */
  final void requireJoinable() {
    SuspendingCoroutine<?> caller = CurrentLoop.coroutineOrWaiter();
    if (caller == this) {
      throw new IllegalStateException("a coroutine must not join itself: " + name());
    }
    if (caller == null && CurrentLoop.isOwnThread()) {
      throw new IllegalStateException(
          "code on the thread of a loop must not wait, as no coroutine could run there: join of "
              + name()
              + " on "
              + CurrentLoop.get());
    }
  }

  @Override
  public final CompletableFuture<T> toFuture() {
    CompletableFuture<T> view = new CoroutineFuture<>(this);
    if (state.isEnd()) {
      settle(view); // It has no stages yet, so this runs no code of users.
      End _ = watched();
      return view;
    }
    watch(
        new End.Listener() {
          @Override
          void ended() {
            CurrentLoop.runTask(() -> settle(view));
          }
        });
    return view;
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // The outcome of a body that returns is T.
  private void settle(CompletableFuture<T> view) {
    switch (state) {
      case DONE -> view.complete((T) outcome);
      case FAILED -> {
        Throwable failure = failure();
        view.completeExceptionally(
            failure instanceof CancellationException someoneElses
                ? new LateCompletionException(someoneElses)
                : failure);
      }
      default -> view.completeExceptionally(cancellationException());
    }
  }

  /** Returns its end and counts a watcher: a failure counts as seen. */
  final End watched() {
    End awaited = end();
    awaited.watch();
    return awaited;
  }

  /** Adds a listener as {@link #listen} does, and counts it as a watcher. */
  final void watch(End.Listener listener) {
    End awaited = watched();
    boolean listens = false;
    try {
      awaited.listen(listener);
      listens = true;
    } finally {
      if (!listens) {
        giveUp(awaited);
      }
    }
  }

  /**
   * Adds a listener, which is called on the loop of this coroutine, or at once by the caller if it
   * has ended. Does not count as seeing a failure.
   */
  final void listen(End.Listener listener) {
    end().listen(listener);
  }

  /** Removes a listener. */
  final void leave(End.Listener listener) {
    end().leave(listener);
  }

  private End end() {
    End made = end;
    if (made == null) {
      StackReserve.require(); // After others see it, this thread may have to notify listeners.
      End fresh = new End();
      made = END.compareAndSet(this, null, fresh) ? fresh : Objects.requireNonNull(end);
      if (state.isEnd()) {
        made.tell();
      }
    }
    return made;
  }

  /** Sets the family whose child it is, for dumps. Called by the spawner. */
  final void joinFamily(Family family) {
    end().family = family;
  }

  /** Returns the family of the scope whose child it is; null if it is none. */
  final @Nullable Family family() {
    End made = end;
    return made == null ? null : made.family;
  }

  /**
   * Returns the coroutine or thread that opened that scope; null if there is no scope or it is
   * closed.
   */
  public final @Nullable Object parent() {
    Family own = family();
    return own == null ? null : own.head();
  }

  /**
   * Returns the settlement that must come before it can continue; null if it does not wait for one.
   */
  public final @Nullable Settlement<?> pendingWait() {
    return state == State.SUSPENDED
            && waitsFor instanceof ResumptionTask<?> wait
            && !wait.isSettled()
        ? wait
        : null;
  }

  @Override
  public final long number() {
    return number;
  }

  /**
   * Returns the time since its last change of state, to a hundredth of a second. Off the loop, the
   * value may be stale.
   */
  public final long heldNanos(long nowNanos) {
    return Stamp.nanosSince(since, nowNanos);
  }

  /** Returns its failure. */
  final Throwable failure() {
    if (outcome instanceof Thrown(Throwable failure, State _)) {
      return failure;
    }
    throw new IllegalStateException("must have failed: " + this);
  }

  // Called by loops.

  /** Notes that it has been spawned and waits to begin. Called by the spawner. */
  final void waitsSince(int stamp) {
    since = stamp;
  }

  @Override
  public final boolean mayMove() {
    return traits == null || traits.mayMove();
  }

  @Override
  public final boolean isUnclaimed() {
    return state == State.CREATED;
  }

  @Override
  public final boolean claim() {
    return STATE.compareAndSet(this, State.CREATED, State.RUNNING);
  }

  /**
   * Returns whether it belongs to the calling loop, and does so until that loop does something
   * about it; one that is ready may leave in the next long turn, too. Reads the state before the
   * loop: another loop that has claimed it writes first the loop and then READY or SUSPENDED.
   */
  public final boolean isConfinedHere() {
    State seen = state;
    return seen != State.CREATED
        && loop.isHere()
        && (seen != State.RUNNING || equals(loop.current()));
  }

  /** Gives it up for the loop that claims it first. Called as letGo, while it is ready. */
  final void release() {
    state = State.CREATED;
  }

  // Loop-confined.

  /** Returns whether it is ready. Called by a loop, to which it may not belong any more. */
  final boolean isReady() {
    return state == State.READY;
  }

  /** Called as a message when it was cancelled. */
  abstract void cancelled();

  final @Nullable Cancellation cancellation() {
    return cancellation;
  }

  final void setState(State now, int stamp) {
    State before = (State) STATE.get(this);
    if (before == State.SUSPENDED && now != State.SUSPENDED) {
      loop.counts().add(Count.SUSPENDED, -1); // First: if it is ready, it may soon be elsewhere.
    }
    since = stamp;
    STATE.setRelease(this, now);
    if (now == State.SUSPENDED) {
      loop.counts().add(Count.SUSPENDED, 1);
    }
  }

  /** Returns the count for its end. */
  final Count countOfEnd() {
    Cancellation asked = cancellation;
    return switch (state) {
      case DONE -> Count.FINISHED;
      case CANCELLED -> asked == null ? Count.CANCELLED_BY_CALL : asked.count();
      default -> Count.FAILED;
    };
  }

  /**
   * Publishes its end and notifies the listeners. The outcome must have been written.
   *
   * @return whether there is a watcher
   */
  final boolean publishEnd(State how) {
    state = how;
    End awaited = end;
    if (awaited != null) {
      awaited.tell();
    }
    return isSeen();
  }

  /** Returns whether there is a watcher, which waits for its end or has seen it. */
  final boolean isSeen() {
    End awaited = end;
    return awaited != null && awaited.isWatched();
  }

  /**
   * Called on the loop when a watcher has given up. If the coroutine has failed and no watcher is
   * left, the failure is reported after a while.
   */
  abstract void lostWatcher();

  /** The exception that the body threw, and the final state that follows from it. */
  record Thrown(Throwable failure, State state) {}

  /** A wait for the end of a coroutine. */
  record Joining(Coroutine<?> coroutine) implements Awaited {
    @Override
    public List<Coroutine<?>> holders() {
      return coroutine.state().isEnd() ? List.of() : List.of(coroutine);
    }

    @Override
    public String toString() {
      return "joining " + coroutine.name();
    }
  }
}
