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
 * What other threads have sent to a loop, and the rest of the loop, which ends when something is
 * sent.
 *
 * <pre>
 *   ENDED ---- begin ----> AWAKE <---- rest ----> RESTING
 *     ^                      |
 *     +-------- end ---------+
 * </pre>
 *
 * <p><b>Who may touch what.</b> Any thread sends and begins; the rest is for the one thread that
 * has begun, until it ends.
 *
 * <p><b>How the loop is woken.</b> A sender puts its message into the queue and then reads {@link
 * #rest}; the loop writes {@link #rest} and then looks whether the queue is empty. Either has a
 * full fence in between (the sender one of its own, as a queue that grows publishes its index by an
 * ordered write), so at least one of them sees what the other did: a message is not left lying
 * while the loop rests.
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

  /** Written by all, read by the loop. */
  private final Queue<Runnable> queue = new MpscUnboundedAtomicArrayQueue<>(CHUNK);

  /** AWAKE, RESTING or ENDED; written by the loop, and from ENDED back by whoever begins. */
  private volatile int rest = ENDED;

  /** Written before the thread starts, read by who sends. Volatile, as threads may follow. */
  private volatile Clock.@Nullable Alarm alarm;

  /**
   * Sends, and wakes the loop if it rests. While there is no memory for it, waits for some: what is
   * sent may be a wake-up, which must not be lost.
   *
   * @return whether there is nobody to read it: the loop has to begin
   */
  boolean send(Runnable mail) {
    put(mail);
    VarHandle.fullFence();
    int seen = rest;
    if (seen == RESTING) {
      bell().wake();
    }
    return seen == ENDED;
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

  /** Makes the caller the one who begins, if there is none. */
  boolean begin() {
    return REST.compareAndSet(this, ENDED, AWAKE);
  }

  /** The thread that has begun, or will, waits by this alarm. */
  void waitBy(Clock.Alarm alarm) {
    this.alarm = alarm;
  }

  /** Whether nobody reads it. */
  boolean isEnded() {
    return rest == ENDED;
  }

  boolean isEmpty() {
    return queue.isEmpty();
  }

  int size() {
    return queue.size();
  }

  // By the thread that has begun.

  @Nullable Runnable poll() {
    return queue.poll();
  }

  /**
   * Waits until something is sent, or for no reason.
   *
   * @param deadlineNanos by the clock, when to return anyway, if {@code isLimited}
   */
  void rest(boolean isLimited, long deadlineNanos) {
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

  private Clock.Alarm bell() {
    return Objects.requireNonNull(alarm, "begun without an alarm");
  }

  /** Reads no more. What was sent meanwhile is for whoever begins next. */
  void end() {
    Clock.Alarm bell = alarm;
    if (bell != null) {
      bell.close();
    }
    rest = ENDED;
  }
}
