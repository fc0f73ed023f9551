package io.tourbillon.coroutine.internal.loop;

import io.tourbillon.timer.Clock;
import io.tourbillon.timer.internal.MemoryReserve;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.Queue;
import org.jctools.queues.atomic.MpscUnboundedAtomicArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * The messages that other threads have sent to a loop, and the place where the loop sleeps until a
 * message arrives or a deadline passes.
 *
 * <pre>
 *   ENDED ---- begin ----> AWAKE ---- park ----> RESTING
 *     ^                    |   ^                    |
 *     +------- end --------+   +-- send or return --+
 * </pre>
 *
 * <p><b>Who may touch what.</b> Any thread may call {@link #send}, {@link #begin}, {@link
 * #isEnded}, {@link #isEmpty} and {@link #size}. The rest is for the one thread that has begun,
 * until it ends.
 *
 * <p><b>How a sleeping loop is woken.</b> A sender adds its message to the queue and then reads
 * {@link #rest}. The loop writes {@link #rest} and then checks whether the queue is empty. Both
 * have a full fence in between, so at least one sees what the other did: no message is left in the
 * queue while the loop sleeps. The sender needs an explicit fence, because a queue that grows
 * publishes its index by an ordered write. If the loop uses the system's clock, only the sender
 * that changes RESTING to AWAKE wakes it; the message of another sender then waits until the first
 * one has called {@code wake}. With any other clock, every sender wakes the loop.
 */
final class Mailbox {
  private static final VarHandle REST;

  static {
    try {
      REST = MethodHandles.lookup().findVarHandle(Mailbox.class, "rest", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private static final int AWAKE = 0;
  private static final int RESTING = 1;
  private static final int ENDED = 2;

  private static final int CHUNK = 1024;

  /** Any thread adds, only the loop polls. */
  private final Queue<Runnable> queue = new MpscUnboundedAtomicArrayQueue<>(CHUNK);

  /** Looks for mail before the loop parks; null if the loop does not use the system's clock. */
  private final @Nullable Spin spin;

  /**
   * AWAKE, RESTING or ENDED. The loop writes it, with three exceptions: a sender changes RESTING to
   * AWAKE; the thread that begins changes ENDED to AWAKE, and changes it back if it cannot start
   * the thread of the loop.
   */
  private volatile int rest = ENDED;

  /**
   * Written before the thread of the loop starts, read by senders. Volatile, since another thread
   * may follow.
   */
  private volatile Clock.@Nullable Alarm alarm;

  /**
   * Creates a mailbox that no thread reads.
   *
   * @param spin null if the loop uses another clock than the system's, and so must park at once
   */
  Mailbox(@Nullable Spin spin) {
    this.spin = spin;
  }

  /**
   * Sends a message and wakes the loop if it rests. Waits for memory if there is none, since a
   * message may be a wake-up and must not be lost.
   *
   * @return true if no thread reads the mailbox; the caller must begin one
   */
  boolean send(Runnable mail) {
    put(mail);
    VarHandle.fullFence();
    int seen = rest;
    if (seen == RESTING && (mustWake() || REST.compareAndSet(this, RESTING, AWAKE))) {
      bell().wake();
    }
    return seen == ENDED;
  }

  /**
   * Returns true if each sender must wake the loop. A virtual clock must know of the wake-up before
   * the sender itself rests, or it would advance past the message. So a sender cannot rely then on
   * another one that may not have come to it yet.
   */
  private boolean mustWake() {
    return spin == null;
  }

  private void put(Runnable mail) {
    while (true) {
      try {
        queue.add(mail);
        return;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  /** Changes ENDED to AWAKE. Returns true for the one caller that must start the thread. */
  boolean begin() {
    return REST.compareAndSet(this, ENDED, AWAKE);
  }

  /** Sets the alarm by which the thread of the loop sleeps. */
  void waitBy(Clock.Alarm alarm) {
    this.alarm = alarm;
  }

  /** Returns whether no thread reads the mailbox. */
  boolean isEnded() {
    return rest == ENDED;
  }

  boolean isEmpty() {
    return queue.isEmpty();
  }

  int size() {
    return queue.size();
  }

  // Called by the thread that has begun.

  @Nullable Runnable poll() {
    return queue.poll();
  }

  /**
   * Looks for a message for some microseconds, if that has paid recently. Returns whether there is
   * one.
   *
   * @param isLimited whether the loop has something else to do soon
   * @param deadlineNanos the reading of the clock at which it has, if {@code isLimited}
   */
  boolean lookForMail(boolean isLimited, long deadlineNanos) {
    return spin != null
        && spin.lookForMail(
            this::hasMail, isLimited ? deadlineNanos - System.nanoTime() : Long.MAX_VALUE);
  }

  /**
   * Sleeps until a message is sent; may return spuriously.
   *
   * @param isLimited whether there is a deadline
   * @param deadlineNanos the reading of the clock at which to return, if {@code isLimited}
   */
  void rest(boolean isLimited, long deadlineNanos) {
    if (spin == null) {
      park(isLimited, deadlineNanos);
    } else {
      long parkedNanos = System.nanoTime();
      park(isLimited, deadlineNanos);
      spin.rested(System.nanoTime() - parkedNanos, queue.size());
    }
  }

  private void park(boolean isLimited, long deadlineNanos) {
    rest = RESTING;
    try {
      if (queue.isEmpty()) {
        if (isLimited) {
          bell().awaitUntil(deadlineNanos);
        } else {
          bell().await();
        }
      }
    } finally {
      rest = AWAKE;
    }
  }

  /** Returns whether there is a message, or other work that another thread has sent. */
  private boolean hasMail() {
    return !queue.isEmpty() || (alarm instanceof Poller poller && poller.hasWork());
  }

  private Clock.Alarm bell() {
    return Objects.requireNonNull(alarm, "begun without an alarm");
  }

  /** Stops reading. The next thread that begins reads what was sent meanwhile. */
  void end() {
    Clock.Alarm bell = alarm;
    try {
      if (bell != null) {
        bell.close();
      }
    } finally {
      rest = ENDED;
    }
  }
}
