package io.tourbillon.timer;

import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Lets threads wait for the end of a run of a timer with a handle, see {@link
 * TimerHandle#cancelAndWait}. One for a service.
 *
 * <p><b>Why no end is missed.</b> The thread that ends a run writes the phase of the timer, then
 * reads the number of waiting threads. A waiting thread increments the number, then reads the
 * phase. With a full fence in between, on both sides, at least one of them sees the other's write.
 * So a run costs a fence and a read while no thread waits.
 */
final class RunEnds {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition ended = lock.newCondition();

  /** Changed under the lock. Read without it by the threads that end runs. */
  private volatile int waiting;

  // Written once, before the service is used.
  private Driver.@Nullable Host host;
  private @Nullable ExecutorHandOff handOff;

  /**
   * Sets what runs the tasks.
   *
   * @param handOff null if the driver runs them
   */
  void setRunners(Driver.Host host, @Nullable ExecutorHandOff handOff) {
    this.host = host;
    this.handOff = handOff;
  }

  /** Called without a lock, after the phase of a timer has changed because its run has ended. */
  void runEnded() {
    VarHandle.fullFence();
    if (waiting != 0) {
      lock.lock();
      try {
        ended.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /** Waits until no run of the timer is in progress, unless the calling thread is in that run. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // Only under the lock.
  void await(ScheduledTimer timer) throws InterruptedException {
    if (!timer.isInRun() || isInRunHere(timer)) {
      return;
    }
    lock.lockInterruptibly();
    try {
      waiting++;
      try {
        while (timer.isInRun()) {
          ended.await();
        }
      } finally {
        waiting--;
      }
    } finally {
      lock.unlock();
    }
  }

  /** A driver without an executor runs one task at a time: one that it runs now is the caller. */
  private boolean isInRunHere(ScheduledTimer timer) {
    return handOff == null ? host != null && host.isCurrent() : handOff.isRunningHere(timer);
  }
}
