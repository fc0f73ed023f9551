package io.tourbillon.coroutine.internal.loop;

import io.tourbillon.coroutine.internal.engine.Interrupts;
import java.nio.channels.SelectableChannel;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A request to other loops to give up their keys of a channel that will be closed. The one who
 * closes it waits for that a little, as a virtual thread, which holds up no loop.
 */
final class KeyRequest {
  final SelectableChannel channel;
  private final Thread waiter = Thread.currentThread();

  /** Loops that have not given up their keys. Each counts down once. */
  private final AtomicInteger left;

  /**
   * Makes a request of the calling thread.
   *
   * @param loops how many are asked
   */
  KeyRequest(SelectableChannel channel, int loops) {
    this.channel = channel;
    left = new AtomicInteger(loops);
  }

  /** Called by a loop that has no key any more. */
  void done() {
    if (left.decrementAndGet() == 0) {
      LockSupport.unpark(waiter);
    }
  }

  /** Waits until all have answered, or for a limit. Keeps an interrupt for later. */
  void await(long limitNanos) {
    long startNanos = System.nanoTime();
    boolean interrupted = false;
    while (left.get() > 0) {
      long leftNanos = limitNanos - (System.nanoTime() - startNanos);
      if (leftNanos <= 0) {
        break;
      }
      LockSupport.parkNanos(this, leftNanos);
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Interrupts.restore();
    }
  }
}
