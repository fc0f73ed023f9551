package io.tourbillon.coroutine.internal.task;

import io.tourbillon.coroutine.Awaited;
import io.tourbillon.coroutine.Body;
import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.internal.engine.BlockingThreads;
import io.tourbillon.coroutine.internal.engine.Interrupts;
import io.tourbillon.coroutine.internal.engine.OffLoop;
import io.tourbillon.timer.internal.LateCompletionException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A call on a platform thread, while its coroutine is suspended. A cancellation interrupts the
 * thread, and the coroutine waits until the call has ended nevertheless: so nothing outlives it,
 * and a value that the call returns just then is not lost.
 */
final class BlockingCall<T extends @Nullable Object, X extends Exception>
    implements Runnable, Awaited {
  /** The call that a thread makes. */
  private static final ThreadLocal<@Nullable BlockingCall<?, ?>> HERE = new ThreadLocal<>();

  private static final int NEW = 0;
  private static final int BEGUN = 1;
  private static final int TAKEN_BACK = 2;

  private final CoroutineTask<?> coroutine;
  private final BlockingThreads threads;

  /** Let go if it is taken back, as the threads may come to it late. */
  private @Nullable Body<T, X> body;

  private final ResumptionTask<@Nullable Void> end;

  /** NEW, BEGUN or TAKEN_BACK; by compare-and-set from NEW, so it is one or the other. */
  private final AtomicInteger stage = new AtomicInteger(NEW);

  /**
   * Who runs it, for interrupts; written and interrupted under this, so that none comes after the
   * call. No loop takes this lock, as an interrupt may take long. Volatile for those who look.
   */
  private volatile @Nullable Thread thread;

  /** Guarded by this. */
  private boolean interrupted;

  /** Made beforehand, as a cancellation must not be lost in a full heap. */
  private final Runnable interrupter = this::interrupt;

  /** Of the coroutine, for its locals, which do not change; for the thread that makes the call. */
  private final @Nullable CancelScope scope;

  /** What came of it; written before the end is told, and read after. */
  private @Nullable T value;

  private @Nullable Throwable failure;

  /** Whether an interrupt of ours has reached the call; written and read as the value is. */
  private boolean wasInterrupted;

  /** The interrupt status that the call has left behind; likewise. */
  private boolean statusWasSet;

  BlockingCall(CoroutineTask<?> coroutine, BlockingThreads threads, Body<T, X> body) {
    this.coroutine = coroutine;
    this.threads = threads;
    this.body = body;
    scope = coroutine.scope();
    end = new End();
  }

  /** Makes the call. By the coroutine. */
  @SuppressWarnings({"unchecked", "NullAway"}) // The body throws X or unchecked, and returns T.
  T call() throws X {
    coroutine.suspend(
        end,
        resumption -> {
          resumption.onCancel(this::letGo);
          threads.execute(this);
        });
    Throwable thrown = failure;
    if (thrown == null) {
      return value;
    }
    if (wasInterrupted && Throwables.showInterrupt(thrown, statusWasSet)) {
      coroutine.checkCancelled();
    }
    if (thrown instanceof Error error) {
      throw error;
    }
    if (thrown instanceof CoroutineCancelledException someoneElses) {
      throw new LateCompletionException(someoneElses);
    }
    throw (X) thrown;
  }

  @Override
  public void run() {
    if (!stage.compareAndSet(NEW, BEGUN)) {
      return;
    }
    begin();
    try {
      HERE.set(this);
      value = Objects.requireNonNull(body).call();
    } catch (Throwable thrown) {
      failure = thrown;
    } finally {
      HERE.remove();
    }
    end();
    end.resume(null);
  }

  /** Around the call that the calling thread makes; null if it makes none. */
  static @Nullable CancelScope scopeHere() {
    BlockingCall<?, ?> call = HERE.get();
    return call == null ? null : call.scope;
  }

  /** Who waits for the call that the calling thread makes; null if it makes none. */
  static @Nullable CoroutineTask<?> coroutineHere() {
    BlockingCall<?, ?> call = HERE.get();
    return call == null ? null : call.coroutine;
  }

  /** It is taken back; whoever comes to it now finds that out before it needs the body. */
  private void letGo() {
    body = null;
  }

  private synchronized void begin() {
    thread = Thread.currentThread();
    if (interrupted) {
      Interrupts.restore();
    }
  }

  private synchronized void end() {
    thread = null;
    wasInterrupted = interrupted;
    statusWasSet = Thread.interrupted();
  }

  /** By a thread that may wait: it may run code of users, and the call waits for its end. */
  private synchronized void interrupt() {
    interrupted = true;
    Thread running = thread;
    if (running != null) {
      Interrupts.deliver(running);
    }
  }

  @Override
  public List<Thread> holders() {
    Thread running = thread;
    return running == null ? List.of() : List.of(running);
  }

  @Override
  public String toString() {
    return "a call on a platform thread";
  }

  /** Is told by the platform thread; a cut is for calls that have not begun. */
  private final class End extends ResumptionTask<@Nullable Void> {
    End() {
      super(coroutine, BlockingCall.this);
    }

    /** The coroutine waits for a call that has begun, and gets what that returns. */
    @Override
    boolean isOverruled() {
      return false;
    }

    @Override
    boolean cut() {
      if (stage.compareAndSet(NEW, TAKEN_BACK)) {
        return super.cut();
      }
      OffLoop.start("tourbillon-interrupt", interrupter);
      return false;
    }
  }
}
