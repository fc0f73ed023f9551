package io.tourbillon.coroutine.internal.task;

import io.tourbillon.coroutine.Awaited;
import io.tourbillon.coroutine.Body;
import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.internal.engine.BlockingThreads;
import io.tourbillon.coroutine.internal.engine.Interrupts;
import io.tourbillon.coroutine.internal.engine.OffLoop;
import io.tourbillon.timer.Clock;
import io.tourbillon.timer.internal.LateCompletionException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A call on a platform thread, for which a coroutine is suspended. A cancellation interrupts the
 * thread, but the coroutine still waits until the call has ended. So the call does not outlive the
 * coroutine, and a value that it returns at that moment is not lost.
 *
 * <p>A call that may be abandoned is interrupted as well, but its coroutine goes on at once. What
 * it returns after that goes to a consumer.
 */
final class BlockingCall<T extends @Nullable Object, X extends Exception>
    implements Runnable, Awaited {
  /** The call that the current thread makes. */
  private static final ThreadLocal<@Nullable BlockingCall<?, ?>> HERE = new ThreadLocal<>();

  private static final int NEW = 0;
  private static final int BEGUN = 1;
  private static final int TAKEN_BACK = 2;
  private static final int ENDED = 3;
  private static final int ABANDONED = 4;

  private final SuspendingCoroutine<?> coroutine;
  private final BlockingThreads threads;

  /** Cleared if the call is taken back, since it may stay in the queue of the threads for long. */
  private @Nullable Body<T, X> body;

  private final End end;

  /** Gets a value that comes after the call was abandoned; null if it must not be. */
  private final @Nullable Consumer<? super T> onLate;

  /** Lets a virtual clock go on. Written by the coroutine before it waits, read by its loop. */
  private Clock.@Nullable Hold hold;

  /**
   * A compare-and-set from NEW decides between BEGUN, by the thread, and TAKEN_BACK, by the
   * coroutine. If the call may be abandoned, one from BEGUN decides between ENDED, by the thread,
   * and ABANDONED, by the loop of the coroutine.
   */
  private final AtomicInteger stage = new AtomicInteger(NEW);

  /**
   * The thread that runs the call. Written under the lock of this object, as interrupts are
   * delivered, so that no interrupt arrives after the call. No loop takes this lock, since an
   * interrupt may take long. Volatile for observers.
   */
  private volatile @Nullable Thread thread;

  /** Guarded by this. */
  private boolean interrupted;

  /** Made in advance, since a cancellation must not be lost when memory runs out. */
  private final Runnable interrupter = this::interrupt;

  /**
   * The scopes of the coroutine, in which the call finds the values of locals. They do not change
   * during the call.
   */
  private final @Nullable CancelScope scope;

  /** The result. Written before {@link #end} is resumed and read after that. */
  private @Nullable T value;

  private @Nullable Throwable failure;

  /** Whether an interrupt of ours has reached the call. Written and read as the value is. */
  private boolean wasInterrupted;

  /** The interrupt status that the call left behind. Written and read as the value is. */
  private boolean statusWasSet;

  /**
   * @param onLate gets a value that comes after the call was abandoned; null if the coroutine must
   *     wait for its end
   */
  BlockingCall(
      SuspendingCoroutine<?> coroutine,
      BlockingThreads threads,
      Body<T, X> body,
      @Nullable Consumer<? super T> onLate) {
    this.onLate = onLate;
    this.coroutine = coroutine;
    this.threads = threads;
    this.body = body;
    scope = coroutine.scope();
    end = new End();
  }

  /** Makes the call and waits for its end. Called by the coroutine. */
  @SuppressWarnings({"unchecked", "NullAway"}) // The body throws X or unchecked, and returns T.
  T call() throws X {
    coroutine.suspend(
        end,
        resumption -> {
          resumption.onCancel(this::letGo);
          hold = threads.execute(this);
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
    if (onLate == null || stage.compareAndSet(BEGUN, ENDED)) {
      end.resume(null);
    } else {
      endLate(onLate);
    }
  }

  /** Handles the end of an abandoned call. May run code of users, as the call itself does. */
  private void endLate(Consumer<? super T> consumer) {
    Throwable unseen = failure;
    try {
      if (unseen == null) {
        consumer.accept(value);
      } else if (wasInterrupted && Throwables.showInterrupt(unseen, statusWasSet)) {
        unseen = null;
      }
    } catch (Throwable thrown) {
      unseen = thrown;
    } finally {
      threads.addAbandoned(-1);
    }
    if (unseen != null) {
      coroutine.loop().scheduler().reports().uncaught(coroutine, unseen);
    }
  }

  /**
   * Returns the scopes in which the current thread, which is no coroutine, finds the values of
   * locals: those that it has bound itself, or those around the call that it makes; null if there
   * are none.
   */
  static @Nullable CancelScope scopeHere() {
    CancelScope bound = CancelScope.Local.OF_THREAD.get();
    if (bound != null) {
      return bound;
    }
    BlockingCall<?, ?> call = HERE.get();
    return call == null ? null : call.scope;
  }

  /** Returns the coroutine that waits for the call of the current thread; null if it makes none. */
  static @Nullable SuspendingCoroutine<?> coroutineHere() {
    BlockingCall<?, ?> call = HERE.get();
    return call == null ? null : call.coroutine;
  }

  /**
   * Clears the body of a call that was taken back. A thread reads {@link #stage} before it reads
   * the body.
   */
  private void letGo() {
    if (stage.get() == TAKEN_BACK) {
      body = null;
    }
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

  /**
   * Interrupts the call. Called by a thread that may wait: the interrupt may run code of users, and
   * the end of the call waits for this lock.
   */
  private synchronized void interrupt() {
    interrupted = true;
    Thread running = thread;
    if (running != null) {
      Interrupts.deliver(running);
    }
  }

  private boolean abandon() {
    if (hold != null) {
      hold.close();
    }
    return end.cutNow();
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

  /**
   * The end of the call, resumed by the platform thread. Only a call that has not begun, or may be
   * abandoned, can be cut.
   */
  private final class End extends ResumptionTask<@Nullable Void> {
    End() {
      super(coroutine, BlockingCall.this);
    }

    boolean cutNow() {
      return super.cut();
    }

    /** Returns false: the coroutine waits for a call that has begun, and gets its result. */
    @Override
    boolean isOverruled() {
      return false;
    }

    @Override
    boolean cut() {
      if (stage.compareAndSet(NEW, TAKEN_BACK)) {
        if (hold != null) {
          hold.close(); // The call may stay in the queue of the threads for long.
        }
        return super.cut();
      }
      boolean abandoned = onLate != null && stage.compareAndSet(BEGUN, ABANDONED);
      if (abandoned) {
        threads.addAbandoned(1);
      }
      OffLoop.start("tourbillon-interrupt", interrupter);
      return abandoned && abandon();
    }
  }
}
