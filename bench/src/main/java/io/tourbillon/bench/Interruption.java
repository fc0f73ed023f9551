package io.tourbillon.bench;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C, and whatever else ends the JVM from outside: stops what runs, and holds the JVM up until
 * the summary is out. The JVM then ends with its own code for the signal, such as 130.
 */
public final class Interruption implements AutoCloseable {
  /** A summary comes within a second or so; if it does not, the JVM does not wait for ever. */
  private static final long GRACE_SECONDS = 20;

  private final Runnable stop;
  private final CountDownLatch done = new CountDownLatch(1);
  private final Thread hook = Thread.ofPlatform().name("interruption").unstarted(this::ending);

  /** Written before {@link #done} is counted down, and read by the hook after that. */
  private int exitCode;

  /**
   * Listens until it is closed.
   *
   * @param stop makes what runs end soon
   */
  public static Interruption listen(Runnable stop) {
    Interruption interruption = new Interruption(stop);
    Runtime.getRuntime().addShutdownHook(interruption.hook);
    return interruption;
  }

  private Interruption(Runnable stop) {
    this.stop = stop;
  }

  /**
   * Has the JVM end with this code and not the signal's, so that a failure does not look like one.
   */
  public void insistOn(int failure) {
    exitCode = failure;
  }

  private void ending() {
    stop.run();
    try {
      if (!done.await(GRACE_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("It did not end within " + GRACE_SECONDS + " s of being told to.");
      } else if (exitCode != 0) {
        // There is no other way to choose the code once a signal has come.
        Runtime.getRuntime().halt(exitCode);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The summary is out. */
  @Override
  public void close() {
    done.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException shuttingDown) {
      // Then the hook is running, and about to end.
    }
  }
}
