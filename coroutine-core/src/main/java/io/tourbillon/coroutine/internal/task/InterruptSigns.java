package io.tourbillon.coroutine.internal.task;

import io.tourbillon.coroutine.CoroutineCancelledException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileLockInterruptionException;
import java.util.concurrent.CancellationException;

/**
 * How an interrupt shows itself in what a call throws. Code that is interrupted seldom throws an
 * {@link InterruptedException} as it is: pipes, channels, sockets and futures have exceptions of
 * their own, and callers wrap them.
 */
final class InterruptSigns {
  /** Causes that are looked at; a chain may be a circle. */
  private static final int MOST_CAUSES = 16;

  private InterruptSigns() {}

  /**
   * Whether a call that was interrupted has thrown this for that reason: an exception that means an
   * interrupt, or one with such a cause. Calls {@link Throwable#getCause}, which users may have
   * overridden, so it must not be called by a loop.
   *
   * @param isStatusSet whether the interrupt status of the thread was set when the call had ended
   */
  static boolean areIn(Throwable thrown, boolean isStatusSet) {
    Throwable each = thrown;
    for (int depth = 0; each != null && depth < MOST_CAUSES; depth++) {
      if (each instanceof CoroutineCancelledException) {
        return false; // For another, who recognises it by its signal.
      }
      if (isSign(each, isStatusSet)) {
        return true;
      }
      each = Throwables.causeOf(each);
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
