package io.tourbillon.coroutine.internal.engine;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How far an interrupt has come that another thread delivers to a coroutine in a blocking call. It
 * must not arrive after the coroutine has left the call. So the coroutine withdraws it before it
 * leaves, if it is pending, or waits for it, if it is being delivered.
 *
 * <pre>
 *   IDLE --- begin ---> PENDING --- beginDelivery ---> DELIVERING --- endDelivery ---> IDLE
 *    ^                     |
 *    +----- withdraw ------+
 * </pre>
 *
 * <p>The loop, or the coroutine that has the turn there, begins and withdraws; the thread that
 * delivers does the rest.
 */
public final class InterruptStage {
  private static final int IDLE = 0;
  private static final int PENDING = 1;
  private static final int DELIVERING = 2;

  /**
   * IDLE, PENDING or DELIVERING. The loop changes IDLE to PENDING. A compare-and-set from PENDING
   * decides between IDLE, by the coroutine that withdraws, and DELIVERING, by the thread that
   * delivers. That thread alone changes DELIVERING to IDLE.
   */
  private final AtomicInteger stage = new AtomicInteger(IDLE);

  /** No interrupt. */
  public InterruptStage() {}

  // Called by the loop, or by the coroutine that has the turn there.

  /** Returns whether no interrupt is pending or being delivered, so that another may begin. */
  public boolean isIdle() {
    return stage.get() == IDLE;
  }

  /** Begins an interrupt. The stage must be idle; another thread must then deliver it. */
  public void begin() {
    stage.set(PENDING);
  }

  /**
   * Withdraws an interrupt that is pending.
   *
   * @return false if an interrupt is being delivered
   */
  public boolean withdraw() {
    return stage.compareAndSet(PENDING, IDLE) || stage.get() == IDLE;
  }

  // Called by the thread that delivers.

  /** Returns true if the interrupt is to be delivered now; false if it was withdrawn. */
  public boolean beginDelivery() {
    return stage.compareAndSet(PENDING, DELIVERING);
  }

  /** The interrupt has arrived. */
  public void endDelivery() {
    stage.set(IDLE);
  }
}
