package io.tourbillon.coroutine.internal.task;

import io.tourbillon.coroutine.internal.engine.Interrupts;
import io.tourbillon.coroutine.internal.engine.OffLoop;
import io.tourbillon.coroutine.internal.engine.Strand;
import io.tourbillon.coroutine.internal.loop.Message;
import io.tourbillon.coroutine.internal.task.CancelScope.Signal;
import io.tourbillon.timer.Clock;
import io.tourbillon.timer.internal.MemoryReserve;
import java.util.IdentityHashMap;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Interrupts the blocking calls of the JDK in which coroutines of a loop are suspended, when a
 * limit around them has passed or they were cancelled. A call that does not heed an interrupt is
 * interrupted again, after growing times.
 *
 * <p>The last interruption of a coroutine is kept here and not in the coroutine: few have any, and
 * a million coroutines would pay for the field. Used by the loop, or by the coroutine of it that
 * has the turn.
 */
final class CallInterrupts {
  /** After what time to try again if there was no memory. */
  private static final long RETRY_NANOS = 1_000_000;

  private final CoroutineLoop loop;

  /** Grows before it adds, so it stays whole if there is no memory for that. */
  private final IdentityHashMap<ScopedCoroutine<?>, Interruption> last = new IdentityHashMap<>();

  CallInterrupts(CoroutineLoop loop) {
    this.loop = loop;
  }

  /** A coroutine has been suspended in a blocking call. */
  void blocked(CoroutineTask<?> coroutine) {
    long nanos = coroutine.strikeNanos();
    if (nanos == CancelScope.NEVER) {
      return;
    }
    if (nanos > loop.elapsedNanos()) {
      coroutine.armSurely(nanos);
    } else if (of(coroutine) == null) {
      interrupt(coroutine);
    } else {
      interruptLater(coroutine);
    }
  }

  /** Interrupts the blocking call of a coroutine if it is still in one and has a reason to end. */
  void interruptIfBlocked(CoroutineTask<?> coroutine) {
    if (coroutine.isInBlockingCall() && coroutine.strikeNanos() <= loop.elapsedNanos()) {
      interrupt(coroutine);
    }
  }

  /** Interrupts a blocking call; if there is no memory for that, a little later. */
  private void interrupt(CoroutineTask<?> coroutine) {
    try {
      tryInterrupt(coroutine);
    } catch (OutOfMemoryError full) {
      coroutine.armSurely(loop.elapsedNanos() + RETRY_NANOS);
    }
  }

  private void tryInterrupt(CoroutineTask<?> coroutine) {
    Signal signal = coroutine.signal();
    Interruption interruption = of(coroutine);
    if (interruption == null) {
      interruption = new Interruption(coroutine, signal);
      last.put(coroutine, interruption);
    }
    interruption.standFor(signal);
    signal.raised();
    Strand carrier = Objects.requireNonNull(coroutine.strand());
    if (!carrier.interrupt()) {
      interruption.beginElsewhere(Objects.requireNonNull(carrier.thread()));
    }
  }

  /** Another thread has delivered an interrupt, which the coroutine may be waiting for. */
  private void delivered(CoroutineTask<?> coroutine) {
    if (coroutine.isAwaitingInterrupt()) {
      coroutine.makeReady();
    } else if (coroutine.isInBlockingCall() && !coroutine.isArmed()) {
      interruptLater(coroutine); // It is in a call that came too late for this interrupt.
    }
  }

  /** Interrupts a call again in a while if there is a reason to: it may not heed an interrupt. */
  private void interruptLater(CoroutineTask<?> coroutine) {
    Interruption interruption = of(coroutine);
    long nowNanos = loop.elapsedNanos();
    if (interruption != null && coroutine.strikeNanos() <= nowNanos) {
      coroutine.armSurely(nowNanos + interruption.nextPatienceNanos());
    }
  }

  /** Whether a coroutine was interrupted, the last time for this signal. */
  boolean wereFor(Signal signal, ScopedCoroutine<?> coroutine) {
    Interruption interruption = of(coroutine);
    return interruption != null && interruption.isFor(signal);
  }

  /**
   * Clears the interrupt status that an interruption of the running coroutine has left behind, also
   * one that is being delivered just now.
   */
  void clear(ScopedCoroutine<?> coroutine) {
    Interruption interruption = of(coroutine);
    if (interruption == null) {
      return;
    }
    while (!interruption.withdraw()) {
      try {
        coroutine.awaitInterrupt();
      } catch (RuntimeException | Error notSuspended) {
        Thread.interrupted();
        MemoryReserve.pause();
      }
    }
    Thread.interrupted();
  }

  /** Nothing that was for a coroutine counts any more. */
  void forget(ScopedCoroutine<?> coroutine) {
    if (!last.isEmpty()) {
      last.remove(coroutine);
    }
  }

  private @Nullable Interruption of(ScopedCoroutine<?> coroutine) {
    return last.isEmpty() ? null : last.get(coroutine);
  }

  /**
   * Interrupts of the blocking calls of one coroutine, which stand for a signal. The loop begins
   * them. One that may run code of users is delivered by another thread, and must not arrive when
   * the coroutine has moved on: before it does, the coroutine withdraws what is pending, and waits
   * for what is being delivered.
   *
   * <pre>
   *   IDLE --- begin ---> PENDING --- deliver ---> DELIVERING ---> IDLE, and the coroutine is told
   *    ^                     |
   *    +----- withdraw ------+
   * </pre>
   */
  private static final class Interruption implements Message {
    /** A call that does not heed an interrupt is interrupted again after this, doubled. */
    private static final long FIRST_PATIENCE_NANOS = 1_000_000;

    private static final long MOST_PATIENCE_NANOS = 1_000_000_000;

    private static final int IDLE = 0;
    private static final int PENDING = 1;
    private static final int DELIVERING = 2;

    private final CoroutineTask<?> coroutine;

    /** What the last of them was for. Of the loop, or of the coroutine while it has the turn. */
    private Signal signal;

    private long patienceNanos = FIRST_PATIENCE_NANOS;

    /**
     * IDLE, PENDING or DELIVERING. The loop begins; by compare-and-set from PENDING it is either
     * withdrawn by the coroutine or delivered by another thread, which alone writes from then on,
     * until IDLE.
     */
    private final AtomicInteger stage = new AtomicInteger(IDLE);

    Interruption(CoroutineTask<?> coroutine, Signal signal) {
      this.coroutine = coroutine;
      this.signal = signal;
    }

    // By the loop, or by the coroutine while it has the turn.

    boolean isFor(Signal some) {
      return signal.equals(some);
    }

    /** The next is for another signal, for which the call has its time again. */
    void standFor(Signal another) {
      if (!signal.equals(another)) {
        signal = another;
        patienceNanos = FIRST_PATIENCE_NANOS;
      }
    }

    /** How long to wait for it to be heeded, before the call is interrupted again. */
    long nextPatienceNanos() {
      long nanos = patienceNanos;
      patienceNanos = Math.min(MOST_PATIENCE_NANOS, 2 * nanos);
      return nanos;
    }

    /** Has another thread interrupt the target, unless one is about to. A virtual clock waits. */
    void beginElsewhere(Thread target) {
      if (stage.get() != IDLE) {
        return;
      }
      Clock.Hold hold = coroutine.loop.clock().hold();
      boolean begun = false;
      try {
        Runnable delivery = () -> deliver(target, hold);
        stage.set(PENDING);
        begun = true;
        OffLoop.start("tourbillon-interrupt", delivery);
      } finally {
        if (!begun) {
          hold.close();
        }
      }
    }

    /**
     * Makes sure that nothing is delivered from now on.
     *
     * @return false if that is not possible, as it is being delivered just now; the coroutine is
     *     told when it has been
     */
    boolean withdraw() {
      return stage.compareAndSet(PENDING, IDLE) || stage.get() == IDLE;
    }

    /** It has been delivered. */
    @Override
    public void run() {
      coroutine.loop.interrupts.delivered(coroutine);
    }

    // By the thread that delivers.

    private void deliver(Thread target, Clock.Hold hold) {
      try {
        if (stage.compareAndSet(PENDING, DELIVERING)) {
          try {
            Interrupts.deliver(target);
          } finally {
            stage.set(IDLE);
            coroutine.loop.tell(this);
          }
        }
      } finally {
        hold.close();
      }
    }
  }
}
