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

/** Looks into exceptions of users. */
final class Throwables {
  /** At how many exceptions to look, as somebody can chain any number. */
  private static final int MOST = 1000;

  private Throwables() {}

  /** Whether one tells of another: is it, or has it among its causes and what is suppressed. */
  @SuppressWarnings("ReferenceEquality") // The very object.
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

  /** The cause; null also if a method of users that should tell it fails. */
  static @Nullable Throwable causeOf(Throwable thrown) {
    try {
      return thrown.getCause();
    } catch (Throwable broken) {
      return null;
    }
  }

  // How an interrupt shows itself. Code that is interrupted seldom throws an InterruptedException
  // as
  // it is: pipes, channels, sockets and futures have exceptions of their own, and callers wrap
  // them.

  /** At how many causes to look; a chain may be a circle. */
  private static final int MOST_CAUSES = 16;

  /**
   * Whether a call that was interrupted has thrown this for that reason: an exception that means an
   * interrupt, or one with such a cause. Calls {@link Throwable#getCause}, which users may have
   * overridden, so it must not be called by a loop.
   *
   * @param isStatusSet whether the interrupt status of the thread was set when the call had ended
   */
  static boolean showInterrupt(Throwable thrown, boolean isStatusSet) {
    Throwable each = thrown;
    for (int depth = 0; each != null && depth < MOST_CAUSES; depth++) {
      if (each instanceof CoroutineCancelledException) {
        return false; // For another, who recognises it by its signal.
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
      // A limit of the socket's own, which happens to be an InterruptedIOException.
      case SocketTimeoutException _ -> false;
      case InterruptedException _,
          InterruptedIOException _,
          ClosedByInterruptException _,
          FileLockInterruptionException _ ->
          true;
      // What waits of this library throw in a plain thread, sockets in a virtual one, and a channel
      // that the interrupt has closed when it is used again. All of them leave the status set.
      case CancellationException _, SocketException _, ClosedChannelException _ -> isStatusSet;
      default -> false;
    };
  }
}
