package io.tourbillon.bench;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.SpawnOptions;
import io.tourbillon.coroutine.bridge.OsSignals;
import java.time.Duration;

/**
 * Handles Ctrl-C and kill. The first signal stops the work, which then ends with its summary. The
 * next signal ends the JVM at once, as it would without this class.
 *
 * <p>A coroutine waits for the signal on a loop of its own, because the loops of the work are busy,
 * and one of them may be what hangs. A shutdown hook would be enough for the first signal, but the
 * JVM ignores further signals while a hook runs.
 *
 * <p>Signals that the process ignores stay ignored, as under {@code nohup} and in the background of
 * a script.
 */
public final class Interruption implements AutoCloseable {
  /** Added to a signal's number for the exit code, as shells and the JVM do. */
  private static final int EXIT_CODE_OF_SIGNAL_0 = 128;

  private final Runnable stop;
  private final OsSignals signals;
  private final CoroutineScheduler scheduler =
      CoroutineScheduler.builder().engine(Engine.HANDOFF).loops(1).name("interruption").build();

  /**
   * Zero until a signal has come. Written by the coroutine before it stops the work, read after the
   * work has ended.
   */
  private volatile int exitCode;

  /**
   * Listens for signals until it is closed.
   *
   * @param stop makes the work end soon
   */
  public static Interruption listen(Runnable stop) {
    return new Interruption(stop, takeSignals());
  }

  private static OsSignals takeSignals() {
    try {
      return OsSignals.openUnlessIgnored("INT", "TERM", "HUP");
    } catch (IllegalArgumentException noHup) {
      // Some systems lack the signal HUP, for a terminal that was closed.
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
      default ->
          throw new IllegalArgumentException("the signal must be HUP, INT or TERM: " + signal);
    };
  }

  /**
   * Returns the exit code of the JVM if nothing else fails: zero, or that of the signal that
   * stopped the work.
   */
  public int exitCode() {
    return exitCode;
  }

  /** Gives the signals back. */
  @Override
  public void close() {
    scheduler.close(Duration.ZERO);
    signals.close();
  }
}
