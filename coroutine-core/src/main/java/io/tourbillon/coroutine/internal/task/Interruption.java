package io.tourbillon.coroutine.internal.task;

import io.tourbillon.coroutine.internal.engine.Interrupts;
import io.tourbillon.coroutine.internal.engine.OffLoop;
import io.tourbillon.coroutine.internal.loop.Message;
import io.tourbillon.timer.Clock;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Interrupts of the blocking calls of one coroutine, which stand for a signal. The loop begins
 * them. One that may run code of users is delivered by another thread, and must not arrive when the
 * coroutine has moved on: before it does, the coroutine withdraws what is pending, and waits for
 * what is being delivered.
 *
 * <pre>
 *   IDLE --- begin ---> PENDING --- deliver ---> DELIVERING ---> IDLE, and the coroutine is told
 *    ^                     |
 *    +----- withdraw ------+
 * </pre>
 */
final class Interruption implements Message {
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
   * @return false if that is not possible, as it is being delivered just now; the coroutine is told
   *     when it has been
   */
  boolean withdraw() {
    return stage.compareAndSet(PENDING, IDLE) || stage.get() == IDLE;
  }

  /** It has been delivered. */
  @Override
  public void run() {
    coroutine.interruptDelivered();
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
