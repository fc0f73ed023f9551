package io.tourbillon.bench;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.SpawnOptions;
import io.tourbillon.coroutine.bridge.OsSignals;
import java.time.Duration;

/**
 * Ctrl-C, and a kill: the first stops what runs, which then ends by itself, with its summary; the
 * next ends the JVM at once, as it would without this.
 *
 * <p>It is a coroutine that waits for a signal, on a loop of its own: those of what runs are busy,
 * and may be the very thing that hangs. A shutdown hook would do for the first signal, but the JVM
 * has no ear for the next while it runs.
 *
 * <p>Signals that the process ignores stay ignored, as under {@code nohup} and in the background of
 * a script.
 */
public final class Interruption implements AutoCloseable {
  /** What a shell and the JVM itself make of a signal's number. */
  private static final int EXIT_CODE_OF_SIGNAL_0 = 128;

  private final Runnable stop;
  private final OsSignals signals;
  private final CoroutineScheduler scheduler =
      CoroutineScheduler.builder().engine(Engine.HANDOFF).loops(1).name("interruption").build();

  /**
   * Zero until there is a signal. Written by the coroutine before it stops what runs, read by
   * whoever ends after that.
   */
  private volatile int exitCode;

  /**
   * Listens until it is closed.
   *
   * @param stop makes what runs end soon
   */
  public static Interruption listen(Runnable stop) {
    return new Interruption(stop, takeSignals());
  }

  private static OsSignals takeSignals() {
    try {
      return OsSignals.openUnlessIgnored("INT", "TERM", "HUP");
    } catch (IllegalArgumentException noHup) {
      // Not every system says so when a terminal is closed.
      return OsSignals.openUnlessIgnored("INT", "TERM");
    }
  }

  private Interruption(Runnable stop, OsSignals signals) {
    this.stop = stop;
    this.signals = signals;
    scheduler.spawn(SpawnOptions.named("interruption"), this::awaitSignal);
  }

  private void awaitSignal() {
    exitCode = EXIT_CODE_OF_SIGNAL_0 + numberOf(signals.await());
    signals.close();
    stop.run();
  }

  private static int numberOf(String signal) {
    return switch (signal) {
      case "HUP" -> 1;
      case "INT" -> 2;
      case "TERM" -> 15;
      default -> throw new IllegalArgumentException("nobody listens to signal " + signal);
    };
  }

  /**
   * With which code to end the JVM when all is well: zero, or that of the signal which has stopped
   * what ran.
   */
  public int exitCode() {
    return exitCode;
  }

  /** Listens no more. */
  @Override
  public void close() {
    scheduler.close(Duration.ZERO);
    signals.close();
  }
}
