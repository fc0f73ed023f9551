package io.tourbillon.metrics.server;

import java.lang.System.Logger.Level;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Keeps a server alive. Closes connections that have taken too long, and replaces a server whose
 * threads do not respond any more, for example because an {@code OutOfMemoryError} has ended one of
 * them.
 *
 * <p>The supervisor itself survives a full heap. While the server lives, it allocates nothing. If
 * there is no memory for the next server, it only waits, longer each time. After the first server
 * has been started, only the supervisor starts and stops servers.
 */
final class Supervisor implements Runnable {
  private static final System.Logger LOGGER = System.getLogger("io.tourbillon.metrics");

  /**
   * Interval of the checks while there are connections, or while a response of the threads is
   * outstanding.
   */
  static final long BUSY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** Interval of the checks while the server is at rest, and between questions to its threads. */
  static final long REST_NANOS = TimeUnit.SECONDS.toNanos(2);

  private static final long FIRST_RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long LAST_RETRY_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** Bytes that must be free before a server is started: about what the start takes. */
  private static final int BYTES_TO_START = 1024 * 1024;

  private static final int MAX_STOPS = 10;
  private static final long CLOSE_LIMIT_MILLIS = 10_000;

  private final Callable<JettyServer> restart;
  private final Thread thread;

  /** Written by the thread of the supervisor; also read by tests. */
  private volatile JettyServer server;

  /** Set by {@link #close}, and never cleared. */
  private volatile boolean closed;

  /**
   * Whether the current server was dead and has been stopped. Only the thread of the supervisor
   * uses it.
   */
  private boolean stopped;

  /**
   * @param server the first server, which has been started
   * @param restart starts another server on the same port
   */
  Supervisor(JettyServer server, Callable<JettyServer> restart) {
    this.server = server;
    this.restart = restart;
    thread = ServerThreads.newThread("supervisor", this);
  }

  void start() {
    thread.start();
  }

  /** Returns the current server. */
  JettyServer server() {
    return server;
  }

  @Override
  public void run() {
    long retryNanos = FIRST_RETRY_NANOS;
    while (!closed) {
      long waitNanos;
      try {
        waitNanos = look();
        retryNanos = FIRST_RETRY_NANOS;
      } catch (Throwable failure) {
        if (retryNanos == FIRST_RETRY_NANOS) {
          report(failure);
        }
        waitNanos = retryNanos;
        retryNanos = Math.min(2 * retryNanos, LAST_RETRY_NANOS);
      }
      Thread.interrupted();
      LockSupport.parkNanos(this, waitNanos);
    }
    stop();
  }

  /** Logs an exception. Ignores an error, since logging needs memory. */
  private static void report(Throwable failure) {
    if (failure instanceof Exception) {
      try {
        LOGGER.log(Level.WARNING, "the metrics server cannot be restarted yet", failure);
      } catch (Throwable loggersFault) {
        // The supervisor continues without the message.
      }
    }
  }

  private void stop() {
    for (int tries = 0; tries < MAX_STOPS; tries++) {
      try {
        server.stop();
        return;
      } catch (Throwable noMemory) {
        LockSupport.parkNanos(FIRST_RETRY_NANOS);
      }
    }
  }

  /** Checks the server, and replaces it if it is dead. Returns how long to wait, in nanoseconds. */
  private long look() throws Exception {
    JettyServer current = server;
    if (!stopped) {
      boolean busy = current.sweep();
      if (current.checkPulse()) {
        return busy || current.isAwaited() ? BUSY_NANOS : REST_NANOS;
      }
    }
    requireMemory();
    if (!stopped) {
      current.stop();
      stopped = true;
    }
    JettyServer next = restart.call();
    server = next;
    stopped = false;
    LOGGER.log(
        Level.WARNING,
        "the metrics server on port "
            + next.port()
            + " did not respond any more, as after an OutOfMemoryError, and was restarted");
    return BUSY_NANOS;
  }

  @SuppressWarnings("UnusedVariable")
  private static void requireMemory() {
    byte[] tried = new byte[BYTES_TO_START];
  }

  /** Stops the server. Waits for that, but only for a limited time. */
  void close() {
    closed = true;
    LockSupport.unpark(thread);
    try {
      thread.join(CLOSE_LIMIT_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
