package io.tourbillon.coroutine.internal.task;

import io.tourbillon.coroutine.internal.engine.InterruptStage;
import io.tourbillon.coroutine.internal.engine.Interrupts;
import io.tourbillon.coroutine.internal.engine.LoopConfined;
import io.tourbillon.coroutine.internal.engine.OffLoop;
import io.tourbillon.coroutine.internal.engine.Strand;
import io.tourbillon.coroutine.internal.loop.Message;
import io.tourbillon.coroutine.internal.task.CancelScope.Signal;
import io.tourbillon.timer.Clock;
import io.tourbillon.timer.internal.MemoryReserve;
import java.util.IdentityHashMap;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Interrupts blocking calls of the JDK in which coroutines of a loop are suspended, when a
 * surrounding limit has passed or the coroutine was cancelled. A call that ignores an interrupt is
 * interrupted again, after growing delays.
 *
 * <p>The last interruption of a coroutine is kept here and not in the coroutine: few have one, and
 * there may be millions of coroutines.
 */
@LoopConfined
final class CallInterrupts {
  /** The delay before the next attempt if memory ran out. */
  private static final long RETRY_NANOS = 1_000_000;

  private final CoroutineLoop loop;

  /** An IdentityHashMap grows before it adds, so it stays consistent if memory runs out. */
  private final IdentityHashMap<ScopedCoroutine<?>, Interruption> last = new IdentityHashMap<>();

  CallInterrupts(CoroutineLoop loop) {
    this.loop = loop;
  }

  /** Called when a coroutine has been suspended in a blocking call. */
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

  /** Interrupts the blocking call of a coroutine if it is still in one and must end. */
  void interruptIfBlocked(CoroutineTask<?> coroutine) {
    if (coroutine.isInBlockingCall() && coroutine.strikeNanos() <= loop.elapsedNanos()) {
      interrupt(coroutine);
    }
  }

  /** Interrupts a blocking call, or tries again a little later if memory runs out. */
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

  /** Called when another thread has delivered an interrupt, for which the coroutine may wait. */
  private void delivered(CoroutineTask<?> coroutine) {
    if (coroutine.isAwaitingInterrupt()) {
      coroutine.makeReady();
    } else if (coroutine.isInBlockingCall() && !coroutine.isArmed()) {
      interruptLater(coroutine); // It is in a call that began after this interrupt.
    }
  }

  /** Arms another interrupt of a call that must end, since it may ignore the first one. */
  private void interruptLater(CoroutineTask<?> coroutine) {
    Interruption interruption = of(coroutine);
    long nowNanos = loop.elapsedNanos();
    if (interruption != null && coroutine.strikeNanos() <= nowNanos) {
      coroutine.armSurely(nowNanos + interruption.nextPatienceNanos());
    }
  }

  /** Returns whether the last interrupt of a coroutine was for this signal. */
  boolean wereFor(Signal signal, ScopedCoroutine<?> coroutine) {
    Interruption interruption = of(coroutine);
    return interruption != null && interruption.isFor(signal);
  }

  /**
   * Clears the interrupt status that an interruption left in the running coroutine, and waits for
   * one that is being delivered.
   */
  void clear(CoroutineTask<?> coroutine) {
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

  /** Returns whether a coroutine was interrupted, and has not left the scope for which it was. */
  boolean concern(ScopedCoroutine<?> coroutine) {
    return of(coroutine) != null;
  }

  /** Forgets the interruption of a coroutine. The rescuer must be kept out meanwhile. */
  void forget(ScopedCoroutine<?> coroutine) {
    last.remove(coroutine);
  }

  private @Nullable Interruption of(ScopedCoroutine<?> coroutine) {
    return last.isEmpty() ? null : last.get(coroutine);
  }

  /**
   * The interrupts of the blocking calls of one coroutine, for a signal. The loop begins them. If
   * an interrupt may run code of users, another thread delivers it, and notifies the coroutine.
   */
  private static final class Interruption implements Message {
    /**
     * The delay before a call that ignores an interrupt is interrupted again; doubled each time.
     */
    private static final long FIRST_PATIENCE_NANOS = 1_000_000;

    private static final long MOST_PATIENCE_NANOS = 1_000_000_000;

    private final CoroutineTask<?> coroutine;

    /** The signal of the last interrupt. */
    private Signal signal;

    private long patienceNanos = FIRST_PATIENCE_NANOS;

    /** Of the interrupt that another thread delivers. */
    private final InterruptStage stage = new InterruptStage();

    Interruption(CoroutineTask<?> coroutine, Signal signal) {
      this.coroutine = coroutine;
      this.signal = signal;
    }

    // Loop-confined.

    boolean isFor(Signal some) {
      return signal.equals(some);
    }

    /**
     * Sets the signal for the next interrupt. A new signal starts with the shortest delay again.
     */
    void standFor(Signal another) {
      if (!signal.equals(another)) {
        signal = another;
        patienceNanos = FIRST_PATIENCE_NANOS;
      }
    }

    /** Returns the delay before the call is interrupted again, and doubles it. */
    long nextPatienceNanos() {
      long nanos = patienceNanos;
      patienceNanos = Math.min(MOST_PATIENCE_NANOS, 2 * nanos);
      return nanos;
    }

    /**
     * Lets another thread interrupt the target, unless one is about to. A virtual clock stands
     * still meanwhile.
     */
    void beginElsewhere(Thread target) {
      if (!stage.isIdle()) {
        return;
      }
      Clock.Hold hold = coroutine.loop().clock().hold();
      boolean begun = false;
      try {
        Runnable delivery = () -> deliver(target, hold);
        stage.begin();
        begun = true;
        OffLoop.start("tourbillon-interrupt", delivery);
      } finally {
        if (!begun) {
          hold.close();
        }
      }
    }

    /**
     * Withdraws an interrupt that is pending.
     *
     * @return false if an interrupt is being delivered; the coroutine is notified after the
     *     delivery
     */
    boolean withdraw() {
      return stage.withdraw();
    }

    /**
     * Notifies the coroutine that the interrupt has been delivered, unless it did not wait for that
     * and has moved.
     */
    @Override
    public void run() {
      if (coroutine.isConfinedHere()) {
        coroutine.loop().interrupts.delivered(coroutine);
      }
    }

    // Called by the thread that delivers.

    private void deliver(Thread target, Clock.Hold hold) {
      try {
        if (stage.beginDelivery()) {
          try {
            Interrupts.deliver(target);
          } finally {
            stage.endDelivery();
            coroutine.loop().tell(this);
          }
        }
      } finally {
        hold.close();
      }
    }
  }
}
