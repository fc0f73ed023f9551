package io.tourbillon.coroutine.internal.task;

import io.tourbillon.coroutine.CoroutineCancelledException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileLockInterruptionException;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/** Examines exceptions of users. */
final class Throwables {
  /** The number of exceptions to examine; a chain can have any length. */
  private static final int MOST = 1000;

  private Throwables() {}

  /**
   * Returns whether an exception is another, or has it among its causes and suppressed exceptions.
   */
  @SuppressWarnings("ReferenceEquality") // Identity, not an equals of users.
  static boolean contains(Throwable told, Throwable sought) {
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    ArrayDeque<Throwable> left = new ArrayDeque<>();
    left.add(told);
    while (!left.isEmpty() && seen.size() < MOST) {
      Throwable next = left.remove();
      if (next == sought) {
        return true;
      }
      if (seen.add(next)) {
        Throwable cause = causeOf(next);
        if (cause != null) {
          left.add(cause);
        }
        Collections.addAll(left, next.getSuppressed());
      }
    }
    return false;
  }

  /** Returns the cause; null also if {@code getCause} of a user's exception throws. */
  static @Nullable Throwable causeOf(Throwable thrown) {
    try {
      return thrown.getCause();
    } catch (Throwable broken) {
      return null;
    }
  }

  // Signs of an interrupt. Interrupted code seldom throws a plain InterruptedException: pipes,
  // channels, sockets and futures throw exceptions of their own, and callers wrap them.

  /** The number of causes to examine; a chain may be circular. */
  private static final int MOST_CAUSES = 16;

  /**
   * Returns whether an interrupted call threw this because of the interrupt: an exception that
   * means an interrupt, or one with such a cause. Calls {@link Throwable#getCause}, which may be
   * code of users, so a loop must not call this.
   *
   * @param isStatusSet whether the interrupt status of the thread was set when the call had ended
   */
  static boolean showInterrupt(Throwable thrown, boolean isStatusSet) {
    Throwable each = thrown;
    for (int depth = 0; each != null && depth < MOST_CAUSES; depth++) {
      if (each instanceof CoroutineCancelledException) {
        return false; // It belongs to another signal.
      }
      if (isSign(each, isStatusSet)) {
        return true;
      }
      each = causeOf(each);
    }
    return false;
  }

  private static boolean isSign(Throwable thrown, boolean isStatusSet) {
    return switch (thrown) {
      // The timeout of a socket, which is a subclass of InterruptedIOException.
      case SocketTimeoutException _ -> false;
      case InterruptedException _,
          InterruptedIOException _,
          ClosedByInterruptException _,
          FileLockInterruptionException _ ->
          true;
      // Thrown by waits of this library in a plain thread, by sockets in a virtual thread, and by
      // a channel that the interrupt has closed. All of them leave the status set.
      case CancellationException _, SocketException _, ClosedChannelException _ -> isStatusSet;
      default -> false;
    };
  }
}
