package io.tourbillon.metrics.server;

import java.lang.System.Logger.Level;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Keeps a server going: closes connections that have taken too long, and puts another server in the
 * place of one whose threads do not answer any more, as when one of them was ended by an {@code
 * OutOfMemoryError}.
 *
 * <p>It survives a full heap itself: as long as the server lives it allocates nothing, and what is
 * thrown while there is no memory for the next server only makes it wait, longer from time to time.
 * It alone starts and stops servers, after the first has been started.
 */
final class Supervisor implements Runnable {
  private static final System.Logger LOGGER = System.getLogger("io.tourbillon.metrics");

  /** How often it looks at connections and at an answer that it waits for. */
  static final long BUSY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** How often it asks a server that is at rest. */
  static final long REST_NANOS = TimeUnit.SECONDS.toNanos(2);

  private static final long FIRST_RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long LAST_RETRY_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** So many bytes must be free before a server is started: about what that takes. */
  private static final int BYTES_TO_START = 1024 * 1024;

  private static final int MAX_STOPS = 10;
  private static final long CLOSE_LIMIT_MILLIS = 10_000;

  private final Callable<JettyServer> restart;
  private final Thread thread;

  /** Written by the supervisor's thread; read by tests, too. */
  private volatile JettyServer server;

  /** Written once, by whoever closes. */
  private volatile boolean closed;

  /** Whether the server has been stopped because it was dead; the thread's own. */
  private boolean stopped;

  /**
   * @param server the first, which has been started
   * @param restart starts another one at the same port
   */
  Supervisor(JettyServer server, Callable<JettyServer> restart) {
    this.server = server;
    this.restart = restart;
    thread = ServerThreads.newThread("supervisor", this);
  }

  void start() {
    thread.start();
  }

  /** The server that serves now. */
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

  /** Nothing that needs memory is done about an error. */
  private static void report(Throwable failure) {
    if (failure instanceof Exception) {
      try {
        LOGGER.log(Level.WARNING, "the metrics server can not be started anew yet", failure);
      } catch (Throwable loggersFault) {
        // Goes on without.
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

  /** Returns how long to wait before the next look. */
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
        "the metrics server at port "
            + next.port()
            + " did not answer any more, as after an OutOfMemoryError, and was started anew");
    return BUSY_NANOS;
  }

  @SuppressWarnings("UnusedVariable")
  private static void requireMemory() {
    byte[] tried = new byte[BYTES_TO_START];
  }

  /** Stops the server, and waits for that, but not for ever. */
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
