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
 * A coroutine as others see it: its name, its state, how to cancel it, how to learn of its end.
 * Everything here may be called by any thread, but for what is said to be the loop's.
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

  public final CoroutineLoop loop;
  private final long number;
  private final @Nullable Traits traits;

  /**
   * Written by the loop or the coroutine, in release mode from turn to turn, so that a reader is
   * right soon; volatile at the end.
   */
  private volatile State state = State.CREATED;

  /** What it is suspended on; written as the state is, before it. */
  public @Nullable Object waitsFor;

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
  private volatile @Nullable End end;

  /** What the body has returned, or {@link Thrown}; published by the state. */
  @Nullable Object outcome;

  JoinableCoroutine(CoroutineLoop loop, long number, @Nullable Traits traits) {
    this.loop = loop;
    this.number = number;
    this.traits = traits;
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

  /** Gives its name to the thread that is being built for it, if it was spawned with one. */
  @Override
  public final Thread.Builder.OfVirtual named(Thread.Builder.OfVirtual builder) {
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

  /**
   * Cancels it.
   *
   * @param reason is put into words when somebody asks, which is not here
   */
  public final boolean cancel(Count count, Object reason, String source) {
    if (state.isEnd()) {
      return false;
    }
    Cancellation asked = new Cancellation(count, source, reason, loop.elapsedNanos());
    Message notice = this::cancelled; // Made before, as nothing may fail after.
    if (!CANCELLATION.compareAndSet(this, null, asked)) {
      return false;
    }
    loop.tell(notice);
    return true;
  }

  // Its end, for those who wait for it.

  @Override
  public final T join() {
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
    return result();
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

  /** Waits for its end, in whatever way, which does not count as seeing it. */
  final void awaitEnd() {
    Suspension.<@Nullable Void>await(new Joining(this), new EndWait(end())::begin);
  }

  /** A wait for an end that takes itself back. By the waiter, once. */
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
   * What joining it comes to, once it has ended: its result, or an exception, which is made here,
   * so that it shows where the caller has waited.
   */
  @SuppressWarnings({"unchecked", "NullAway"}) // The outcome of a body that returns is T.
  final T result() {
    return switch (state) {
      case DONE -> (T) outcome;
      case FAILED -> throw new LateCompletionException(Settlement.unwrapped(failure()));
      default -> {
        // The end of the one may come of that of the caller's scope, which the caller is to be
        // told.
        CoroutineTask<?> caller = CurrentLoop.coroutine();
        if (caller != null) {
          caller.checkCancelled();
        }
        throw new LateCompletionException(cancellationException());
      }
    };
  }

  /**
   * Somebody else's, as its type says: nobody takes it for his own cancellation. Made without a
   * call of users' code, as a loop makes some.
   */
  private CancellationException cancellationException() {
    Cancellation asked = Objects.requireNonNull(cancellation, "only who was cancelled ends so");
    CancellationException cancelled =
        new LateCancellationException(
            () -> CoroutineCancelledException.message(name(), asked.source(), asked.reason()));
    if (outcome instanceof Thrown(Throwable thrown, State _)) {
      cancelled.initCause(thrown);
    }
    return cancelled;
  }

  /** Whoever has had {@link #watched} does so no more. */
  final void giveUp() {
    giveUp(end());
  }

  /** Someone waits no more. If that was the only one, a failure is to be told of after all. */
  private void giveUp(End awaited) {
    Message notice = this::lostWatcher; // Made before, as nothing may fail after.
    awaited.unwatch();
    if (state.isEnd()) {
      loop.tell(notice);
    }
  }

  /**
   * Refuses a wait that could not end.
   *
   * @throws IllegalStateException if the caller is this very coroutine, or a loop's own thread
   */
  final void requireJoinable() {
    CoroutineTask<?> caller = CurrentLoop.coroutineOrWaiter();
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
  }

  @Override
  public final CompletableFuture<T> toFuture() {
    CompletableFuture<T> view = new CoroutineFuture<>(this);
    watch(
        new End.Listener() {
          @Override
          void ended() {
            loop.runTask(() -> settle(view));
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

  /** Its end, which counts as seen from now on. */
  final End watched() {
    End awaited = end();
    awaited.watch();
    return awaited;
  }

  /** As {@link #listen}, and it counts as seen. */
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
   * Has someone told of its end, on its loop; that does not count as seeing it. It has ended
   * already if this tells at once.
   */
  final void listen(End.Listener listener) {
    end().listen(listener);
  }

  /** Has him told no more. */
  final void leave(End.Listener listener) {
    end().leave(listener);
  }

  private End end() {
    End made = end;
    if (made == null) {
      StackReserve.require(); // Once others see it they must be told, if it has ended.
      End fresh = new End();
      made = END.compareAndSet(this, null, fresh) ? fresh : Objects.requireNonNull(end);
      if (state.isEnd()) {
        made.tell();
      }
    }
    return made;
  }

  /** It is a child of theirs from now on, for dumps. By whoever has spawned it. */
  final void joinFamily(Family family) {
    end().family = family;
  }

  /** Of the scope whose child it is, or null. */
  final @Nullable Family family() {
    End made = end;
    return made == null ? null : made.family;
  }

  /** Who has opened that, a coroutine or a thread; null if it is none's, or closed by now. */
  public final @Nullable Object parent() {
    Family own = family();
    return own == null ? null : own.head();
  }

  /** What has to come for it to go on; null if it is not suspended, or on nothing that comes. */
  public final @Nullable Settlement<?> pendingWait() {
    return state == State.SUSPENDED
            && waitsFor instanceof ResumptionTask<?> wait
            && !wait.isSettled()
        ? wait
        : null;
  }

  /** The number by which it was spawned: one that was spawned before has a smaller one. */
  public final long number() {
    return number;
  }

  /** How long it has stood as it does, to a hundredth of a second; of others' a glimpse. */
  public final long heldNanos(long nowNanos) {
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
      loop.counts().add(Count.SUSPENDED, 1);
    } else if (before == State.SUSPENDED) {
      loop.counts().add(Count.SUSPENDED, -1);
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
    End awaited = end;
    if (awaited != null) {
      awaited.tell();
    }
    return isSeen();
  }

  /** Whether anyone waits for its end, or has seen it. */
  final boolean isSeen() {
    End awaited = end;
    return awaited != null && awaited.isWatched();
  }

  /** Someone watches no more. If it has failed and nobody else does, that is told of in a while. */
  abstract void lostWatcher();

  /** What its body has thrown, and what that means. */
  record Thrown(Throwable failure, State state) {}

  /** The end of a coroutine, as others wait for it. */
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
