package io.tourbillon.coroutine.internal.task;

import io.tourbillon.coroutine.Body;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineGroup;
import io.tourbillon.coroutine.CoroutineLocal;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.CoroutineScope;
import io.tourbillon.coroutine.Kernel;
import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.Suspension.Registration;
import io.tourbillon.coroutine.internal.engine.Interrupts;
import io.tourbillon.coroutine.internal.loop.Message;
import io.tourbillon.coroutine.internal.loop.Sockets;
import io.tourbillon.coroutine.internal.traits.Group;
import io.tourbillon.timer.internal.LateCompletionException;
import io.tourbillon.timer.internal.MemoryReserve;
import io.tourbillon.timer.internal.TickScale;
import java.io.IOException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.SelectableChannel;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The part of the kernel that needs no scheduler. Stateless. */
public abstract class TaskKernel implements Kernel {
  private static final Duration FOR_EVER = Duration.ofSeconds(Long.MAX_VALUE);

  /** For subclasses. */
  protected TaskKernel() {}

  @Override
  public CoroutineGroup newGroup(String name) {
    return new Group(name);
  }

  @Override
  public CoroutineScope openScope(
      @Nullable CoroutineScheduler scheduler, CoroutineScope.Policy policy) {
    return OpenScope.open(scheduler, policy);
  }

  @Override
  public <T extends @Nullable Object, X extends Exception> T runInScope(
      CoroutineScope.Policy policy, CoroutineScope.Scoped<T, X> block) throws X {
    return OpenScope.run(policy, block);
  }

  @Override
  public <T extends @Nullable Object, X extends Exception> T runInScope(
      CoroutineScope.Policy policy, Duration limit, CoroutineScope.Scoped<T, X> block)
      throws X, TimeoutException {
    return OpenScope.run(policy, limit, block);
  }

  @Override
  public @Nullable Coroutine<?> winner(CoroutineScope scope) {
    return ((OpenScope) scope).winner();
  }

  @Override
  public @Nullable Caller caller() {
    return CurrentLoop.coroutine();
  }

  @Override
  public Caller requireCaller(String method) {
    return CurrentLoop.requireCoroutine(method);
  }

  @Override
  public <T extends @Nullable Object, X extends Exception> T where(
      CoroutineLocal<?> local, @Nullable Object value, Body<T, X> part) throws X {
    SuspendingCoroutine<?> coroutine = CurrentLoop.coroutine();
    return coroutine == null
        ? CancelScope.Local.where(local, value, part)
        : coroutine.where(local, value, part);
  }

  @Override
  public @Nullable Binding binding(CoroutineLocal<?> local) {
    SuspendingCoroutine<?> coroutine = CurrentLoop.coroutine();
    return CancelScope.Local.find(
        coroutine == null ? BlockingCall.scopeHere() : coroutine.scope(), local);
  }

  @Override
  public <T extends @Nullable Object> T awaitInThread(
      Object what, Consumer<? super Resumption<T>> registration) {
    ThreadResumption<T> resumption = registered(what, registration);
    resumption.await(ThreadResumption.NO_LIMIT);
    return resumption.value();
  }

  @Override
  public <T extends @Nullable Object> T await(
      Object what, Duration limit, Consumer<? super Resumption<T>> registration)
      throws TimeoutException {
    SuspendingCoroutine<?> coroutine = CurrentLoop.coroutine();
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

  @Override
  public <T extends @Nullable Object> @Nullable T awaitAtMost(
      Object what, Duration limit, Consumer<? super Resumption<T>> registration) {
    SuspendingCoroutine<?> coroutine = CurrentLoop.coroutine();
    Settlement<T> settlement =
        coroutine != null && limit.isPositive()
            ? coroutine.suspendAtMost(TickScale.nanosOf(limit), what, registration)
            : atMost(coroutine, limit, what, registration);
    return settlement.isCut() ? null : settlement.value();
  }

  /**
   * Registers a callback and takes it back if it has not settled within the limit. A coroutine does
   * not wait here; a thread blocks for the limit at most.
   */
  private static <T extends @Nullable Object> Settlement<T> atMost(
      @Nullable SuspendingCoroutine<?> coroutine,
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
    } else {
      resumption.letGo();
    }
    return resumption;
  }

  private static <T extends @Nullable Object> ThreadResumption<T> registered(
      Object what, Consumer<? super Resumption<T>> registration) {
    if (CurrentLoop.isOwnThread()) {
      throw new IllegalStateException(
          "code on the thread of a loop must not wait, as no coroutine could run there: wait for "
              + what
              + " on "
              + CurrentLoop.get());
    }
    ThreadResumption<T> resumption = new ThreadResumption<>(what);
    resumption.register(registration);
    return resumption;
  }

  @Override
  public <T extends @Nullable Object> T awaitUndisturbed(
      Object what, Consumer<? super Resumption<T>> registration) {
    SuspendingCoroutine<?> coroutine = CurrentLoop.coroutine();
    if (coroutine != null) {
      return coroutine.<T, RuntimeException>shield(
          FOR_EVER, () -> coroutine.suspend(what, registration));
    }
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try {
          return awaitInThread(what, registration);
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

  @Override
  public Registration whenEnded(Coroutine<?> coroutine, Runnable then) {
    JoinableCoroutine<?> awaited = (JoinableCoroutine<?>) coroutine;
    End.Listener listener =
        new End.Listener() {
          @Override
          void ended() {
            CurrentLoop.runTask(then);
          }
        };
    awaited.listen(listener);
    return () -> awaited.leave(listener);
  }

  @Override
  public <T extends @Nullable Object> Registration whenJoined(
      Coroutine<T> coroutine, Consumer<Supplier<T>> then) {
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

  @Override
  public <T extends @Nullable Object> Registration whenComplete(
      CompletionStage<T> stage, Consumer<Supplier<T>> then) {
    Subscription<T> subscription =
        Subscription.listen(stage, (value, failure) -> then.accept(() -> outcome(value, failure)));
    return once(() -> subscription.leave(stage));
  }

  @Override
  public Registration whenReady(SelectableChannel channel, int operation, Runnable then)
      throws IOException {
    CoroutineLoop loop = CurrentLoop.requireCoroutine("Suspension.whenReady").loop();
    Removal removal = new Removal(loop);
    if (loop.isHere()) {
      removal.registered = loop.whenReady(channel, operation, then);
    } else if (channel.isBlocking()) { // The loop would find that out too late to tell the caller.
      throw new IllegalBlockingModeException();
    } else if (loop.isDead()) {
      throw new IllegalStateException("the thread that waits for sockets has died: " + loop);
    } else {
      loop.tell(() -> removal.register(channel, operation, then));
    }
    return removal;
  }

  /** Removes a registration on the loop that has it, which its coroutine may have left by then. */
  private static final class Removal implements Registration, Message {
    private final CoroutineLoop loop;
    private @Nullable Registration registered;

    Removal(CoroutineLoop loop) {
      this.loop = loop;
    }

    /**
     * Registers for a coroutine that does not run on the loop, which sees a failure itself. Waits
     * for memory if there is none, since the coroutine would wait for ever.
     */
    void register(SelectableChannel channel, int operation, Runnable then) {
      while (true) {
        try {
          registered = loop.whenReady(channel, operation, then);
          return;
        } catch (OutOfMemoryError full) {
          MemoryReserve.pause();
        } catch (IOException | RuntimeException failure) {
          if (channel.isOpen()) {
            MemoryReserve.pause(); // No selector: the coroutine tries again, but not all the time.
          }
          then.run();
          return;
        }
      }
    }

    @Override
    public void remove() {
      loop.tell(this);
    }

    @Override
    public void run() {
      if (registered != null) {
        registered.remove();
      }
    }
  }

  @Override
  public void checkCanSelect(String method) {
    CurrentLoop.requireCoroutine(method).loop().checkCanSelect(method);
  }

  @Override
  @SuppressWarnings("ThreadPriorityCheck") // It is a virtual thread, whose carrier runs others.
  public boolean yieldBeforeWait() {
    boolean isThread = PlainCoroutine.here() != null;
    if (isThread) {
      Thread.yield();
    }
    return isThread;
  }

  @Override
  public void closeChannel(SelectableChannel channel) throws IOException {
    Sockets.close(channel);
  }

  /**
   * Returns the value or throws the failure. The exception is made here, so that its stack shows
   * where the caller waited.
   */
  private static <T extends @Nullable Object> T outcome(T value, @Nullable Throwable failure) {
    if (failure != null) {
      throw new LateCompletionException(Settlement.unwrapped(failure));
    }
    return value;
  }

  private static Registration once(Runnable removal) {
    AtomicBoolean removed = new AtomicBoolean();
    return () -> {
      if (removed.compareAndSet(false, true)) {
        removal.run();
      }
    };
  }

  @Override
  public void markSeen(Coroutine<?> coroutine) {
    End _ = ((JoinableCoroutine<?>) coroutine).watched();
  }

  @Override
  public <T extends @Nullable Object> Coroutine<? extends T> awaitAny(
      Collection<? extends Coroutine<? extends T>> coroutines) {
    return End.First.of(coroutines);
  }

  @Override
  public void awaitAll(Collection<? extends Coroutine<?>> coroutines) {
    coroutines.forEach(each -> ((JoinableCoroutine<?>) each).requireJoinable());
    coroutines.forEach(each -> ((JoinableCoroutine<?>) each).awaitEnd());
  }
}
