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
 * What a stage holds of one who waits for it. A stage has no way to unsubscribe, so one who gives
 * up would leave something behind with each attempt. Instead the subscription is put aside, for the
 * next who waits for the same stage: a stage holds as many as have waited for it at the same time.
 *
 * <pre>
 *   listener --- leave ---> IDLE --- listen ---> listener
 *      |                      |
 *      +------- apply --------+---> OVER       the stage is complete, once
 * </pre>
 *
 * <p>Each is one atomic operation on {@link #state}. So a listener is told once, unless it has left
 * before; it is told by the thread that completes the stage, or by its own if that is complete.
 *
 * @param <T> what the stage completes with
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

  /** Those that are put aside, by their stage, which they do not keep alive. */
  private static final ConcurrentHashMap<StageKey, Subscription<?>> IDLE_ONES =
      new ConcurrentHashMap<>();

  private static final ReferenceQueue<CompletionStage<?>> LOST_STAGES = new ReferenceQueue<>();

  /** A listener, IDLE or OVER. */
  private volatile Object state;

  /** The next that was put aside for the same stage; guarded by the map. */
  private @Nullable Subscription<?> next;

  /** Under which it was put aside last; written before it becomes IDLE. */
  private @Nullable StageKey key;

  // Written before it becomes OVER, and read after.
  private @Nullable T value;
  private @Nullable Throwable failure;

  private Subscription(BiConsumer<? super T, ? super @Nullable Throwable> listener) {
    state = listener;
  }

  /**
   * Has someone told of the end of a stage.
   *
   * @throws IllegalStateException if it is the future of the calling coroutine itself
   */
  @SuppressWarnings({"unchecked", "NullAway"}) // What is put aside for a stage has come from it.
  static <T extends @Nullable Object> Subscription<T> listen(
      CompletionStage<T> stage, BiConsumer<? super T, ? super @Nullable Throwable> listener) {
    if (stage instanceof CoroutineFuture<?> future) {
      future.requireJoinable();
    }
    Subscription<T> found = (Subscription<T>) takeIdle(stage);
    if (found == null) {
      Subscription<T> fresh = new Subscription<>(listener);
      // Not by whenComplete, which has a failure put into words: code of users.
      CompletionStage<Boolean> _ = stage.handle(fresh);
      return fresh;
    }
    if (!STATE.compareAndSet(found, Rest.IDLE, listener)) {
      listener.accept(found.value, found.failure);
    }
    return found;
  }

  /** Has him told no more, if he was not told before. By the one who listens. */
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
  @SuppressWarnings("unchecked") // It is none of the others.
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

  // Those that are put aside.

  /** By identity, as an equals of users has no say in it. */
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
      Subscription<?> _ = IDLE_ONES.remove(own); // The stage was completed just before.
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
   * A suspension that the end of a stage ends, and that leaves nothing behind if that comes late.
   */
  static final class StageWait<T extends @Nullable Object> extends ResumptionTask<T>
      implements BiConsumer<T, @Nullable Throwable> {
    private final CompletionStage<T> stage;
    private @Nullable Subscription<T> subscription;

    StageWait(CoroutineTask<?> coroutine, CompletionStage<T> stage) {
      super(coroutine, stage);
      this.stage = stage;
    }

    /** By the coroutine, as its registration. */
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
