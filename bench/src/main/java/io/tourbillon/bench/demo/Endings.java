package io.tourbillon.bench.demo;

import io.tourbillon.bench.account.Account;
import io.tourbillon.bench.account.CheckedTimer;
import io.tourbillon.coroutine.Coroutine;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Ends what the demo has begun, and waits for it. */
final class Endings {
  private static final long LOOK_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

  private Endings() {}

  /**
   * Waits for a thread that was told to end. An interrupt does not cut the wait short.
   *
   * @throws IllegalStateException if the thread does not end within the grace
   */
  static void join(Thread thread, Duration grace) {
    long deadlineNanos = System.nanoTime() + grace.toNanos();
    boolean interrupted = false;
    boolean ended = false;
    while (!ended) {
      Duration left = Duration.ofNanos(Math.max(0, deadlineNanos - System.nanoTime()));
      try {
        ended = thread.join(left);
        if (!ended) {
          throw new IllegalStateException(thread + " must end within " + grace);
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Cancels coroutines, then waits until the last has ended. It polls, because a join of a
   * cancelled coroutine costs an exception each; an interrupt does not cut the wait short.
   *
   * @param deadlineNanos until when they may take, by {@link System#nanoTime}
   * @throws IllegalStateException if one does not end in time
   */
  static void cancel(
      Iterable<? extends Coroutine<?>> coroutines, String reason, long deadlineNanos) {
    for (Coroutine<?> coroutine : coroutines) {
      coroutine.cancel(reason);
    }
    for (Coroutine<?> coroutine : coroutines) {
      await(() -> coroutine.state().isEnd(), coroutine, deadlineNanos);
    }
  }

  /**
   * Polls until something has ended. An interrupt does not cut the wait short.
   *
   * @param subject what must end, for the message
   * @param deadlineNanos until when that may take, by {@link System#nanoTime}
   * @throws IllegalStateException if it does not end in time
   */
  static void await(BooleanSupplier hasEnded, Object subject, long deadlineNanos) {
    boolean interrupted = false;
    try {
      while (!hasEnded.getAsBoolean()) {
        if (System.nanoTime() - deadlineNanos > 0) {
          throw new IllegalStateException("it has not ended in time: " + subject);
        }
        LockSupport.parkNanos(LOOK_NANOS);
        // With the status set it would not park.
        interrupted |= Thread.interrupted();
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Returns a timeout of a connection: closes it, which ends whatever is being done with it. */
  static CheckedTimer closing(Account account, Closeable connection) {
    return new CheckedTimer(account) {
      @Override
      protected void fire() {
        closeQuietly(connection);
      }
    };
  }

  static void closeQuietly(Closeable connection) {
    try {
      connection.close();
    } catch (IOException e) {
      // A connection that cannot be closed counts as closed: its next use fails.
    }
  }
}
