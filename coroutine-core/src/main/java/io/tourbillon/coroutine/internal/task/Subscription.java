package io.tourbillon.coroutine.internal.task;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The object that a stage holds for one waiter. A stage has no way to remove a listener, so each
 * wait that is given up would leave an object behind. Instead, the subscription is put aside and
 * reused by the next wait for the same stage. A stage holds as many subscriptions as there were
 * waits at the same time.
 *
 * <pre>
 *   listener --- leave ---> IDLE --- listen ---> listener
 *      |                      |
 *      +------- apply --------+---> OVER       the stage is complete, once
 * </pre>
 *
 * <p>Each transition is one atomic operation on {@link #state}. So a listener is called once,
 * unless it has left before. The thread that completes the stage calls it, or the listening thread
 * if the stage is complete.
 *
 * @param <T> the type of the value of the stage
 */
final class Subscription<T extends @Nullable Object>
    implements BiFunction<T, @Nullable Throwable, Boolean> {
  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(Subscription.class, "state", Object.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private enum Rest {
    IDLE,
    OVER
  }

  /** Idle subscriptions by their stage, which they do not keep reachable. */
  private static final ConcurrentHashMap<StageKey, Subscription<?>> IDLE_ONES =
      new ConcurrentHashMap<>();

  private static final ReferenceQueue<CompletionStage<?>> LOST_STAGES = new ReferenceQueue<>();

  /** A listener, IDLE or OVER. */
  private volatile Object state;

  /** The next idle subscription of the same stage. Guarded by the map. */
  private @Nullable Subscription<?> next;

  /** The key under which it was put aside last. Written before it becomes IDLE. */
  private @Nullable StageKey key;

  // Written before it becomes OVER, and read after.
  private @Nullable T value;
  private @Nullable Throwable failure;

  private Subscription(BiConsumer<? super T, ? super @Nullable Throwable> listener) {
    state = listener;
  }

  /**
   * Calls a listener when a stage is complete.
   *
   * @throws IllegalStateException if the stage is the future of the calling coroutine
   */
  @SuppressWarnings({"unchecked", "NullAway"}) // An idle subscription of a stage has its type.
  static <T extends @Nullable Object> Subscription<T> listen(
      CompletionStage<T> stage, BiConsumer<? super T, ? super @Nullable Throwable> listener) {
    if (stage instanceof CoroutineFuture<?> future) {
      future.requireJoinable();
    }
    Subscription<T> found = (Subscription<T>) takeIdle(stage);
    if (found == null) {
      Subscription<T> fresh = new Subscription<>(listener);
      // Not whenComplete, which calls toString of a failure: code of users.
      CompletionStage<Boolean> _ = stage.handle(fresh);
      return fresh;
    }
    if (!STATE.compareAndSet(found, Rest.IDLE, listener)) {
      listener.accept(found.value, found.failure);
    }
    return found;
  }

  /** Removes the listener, unless it has been called. Called by the thread that listens. */
  void leave(CompletionStage<T> stage) {
    Object listener = state;
    if (listener == Rest.OVER) {
      return;
    }
    StageKey own = new StageKey(stage);
    key = own;
    if (STATE.compareAndSet(this, listener, Rest.IDLE)) {
      putAside(own);
    }
  }

  @Override
  @SuppressWarnings("unchecked") // It is neither IDLE nor OVER.
  public Boolean apply(T value, @Nullable Throwable failure) {
    this.value = value;
    this.failure = failure;
    Object before = STATE.getAndSet(this, Rest.OVER);
    if (before == Rest.IDLE) {
      StageKey known = key;
      if (known != null) {
        Subscription<?> _ = IDLE_ONES.remove(known);
      }
    } else {
      ((BiConsumer<? super T, ? super @Nullable Throwable>) before).accept(value, failure);
    }
    return true;
  }

  // Idle subscriptions.

  /** A key that compares stages by identity, not by an {@code equals} of users. */
  private static final class StageKey extends WeakReference<CompletionStage<?>> {
    private final int hash;

    StageKey(CompletionStage<?> stage) {
      super(stage, LOST_STAGES);
      hash = System.identityHashCode(stage);
    }

    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      if (other == this) {
        return true;
      }
      CompletionStage<?> stage = get();
      return stage != null && other instanceof StageKey key && key.refersTo(stage);
    }
  }

  private void putAside(StageKey own) {
    forgetLost();
    Subscription<?> _ =
        IDLE_ONES.compute(
            own,
            (_, others) -> {
              next = others;
              return this;
            });
    if (state == Rest.OVER) {
      Subscription<?> _ = IDLE_ONES.remove(own); // The stage was completed at the same time.
    }
  }

  private static @Nullable Subscription<?> takeIdle(CompletionStage<?> stage) {
    if (IDLE_ONES.isEmpty()) {
      return null;
    }
    forgetLost();
    Subscription<?>[] taken = new Subscription<?>[1];
    Subscription<?> _ =
        IDLE_ONES.computeIfPresent(
            new StageKey(stage),
            (_, first) -> {
              taken[0] = first;
              return first.next;
            });
    Subscription<?> found = taken[0];
    if (found != null) {
      found.next = null;
    }
    return found;
  }

  private static void forgetLost() {
    for (Reference<?> lost = LOST_STAGES.poll(); lost != null; lost = LOST_STAGES.poll()) {
      Subscription<?> _ = IDLE_ONES.remove(lost);
    }
  }

  /**
   * A suspension that the completion of a stage ends. It leaves nothing behind if it is cancelled.
   */
  static final class StageWait<T extends @Nullable Object> extends ResumptionTask<T>
      implements BiConsumer<T, @Nullable Throwable> {
    private final CompletionStage<T> stage;
    private @Nullable Subscription<T> subscription;

    StageWait(SuspendingCoroutine<?> coroutine, CompletionStage<T> stage) {
      super(coroutine, stage);
      this.stage = stage;
    }

    /** Subscribes. Called by the coroutine, as its registration. */
    void begin() {
      onCancel(this::leave);
      subscription = Subscription.listen(stage, this);
    }

    private void leave() {
      Subscription<T> own = subscription;
      if (own != null) {
        own.leave(stage);
      }
    }

    @Override
    public void accept(T value, @Nullable Throwable failure) {
      if (failure == null) {
        resume(value);
      } else {
        failAsJoinDoes(failure);
      }
    }
  }
}
