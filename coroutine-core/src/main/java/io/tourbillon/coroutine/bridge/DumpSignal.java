package io.tourbillon.coroutine.bridge;

import io.tourbillon.coroutine.CoroutineDump;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.channel.ChannelClosedException;
import io.tourbillon.timer.internal.IndependentThread;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Writes a {@link CoroutineDump} whenever the process gets a signal of the operating system, as the
 * JVM writes a dump of threads for QUIT. For a server that hangs and has no other way in.
 *
 * <pre>{@code
 * DumpSignal.open("USR1", scheduler);         // from now on: kill -USR1 <pid>
 * }</pre>
 *
 * <p>Thread-safe. A daemon thread waits for the signals, so a dump is written even if all loops are
 * blocked. It can stay open until the process ends. The limits of {@link OsSignals} apply: on Linux
 * the JVM leaves USR1 free, and uses USR2 to suspend threads for the flight recorder.
 */
public final class DumpSignal implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("io.tourbillon.coroutine");

  /** How many coroutines of each scheduler a dump names. */
  private static final int MOST = 10_000;

  private final OsSignals signals;
  private final Consumer<? super String> sink;
  private final List<CoroutineScheduler> schedulers;

  private DumpSignal(
      OsSignals signals, Consumer<? super String> sink, List<CoroutineScheduler> schedulers) {
    this.signals = signals;
    this.sink = sink;
    this.schedulers = schedulers;
  }

  /**
   * Writes dumps to the standard error stream.
   *
   * @param signal a name such as USR1
   * @param scheduler whose coroutines are dumped, 10,000 at most
   * @throws IllegalArgumentException if the system has no such signal, or the JVM needs it
   * @throws IllegalStateException if the process ignores the signal, so that it could never arrive
   */
  public static DumpSignal open(String signal, CoroutineScheduler scheduler) {
    return open(signal, List.of(scheduler), DumpSignal::print);
  }

  private static void print(String text) {
    System.err.print(text);
    System.err.flush();
  }

  /**
   * Passes dumps to a consumer, which can write them to a file.
   *
   * @param signal a name such as USR1
   * @param schedulers whose coroutines are dumped, one scheduler after the other, 10,000 of each
   * @param sink gets one text for each signal, in a thread that may block
   * @throws IllegalArgumentException if the system has no such signal, or the JVM needs it
   * @throws IllegalStateException if the process ignores the signal, so that it could never arrive
   */
  public static DumpSignal open(
      String signal,
      Collection<? extends CoroutineScheduler> schedulers,
      Consumer<? super String> sink) {
    Objects.requireNonNull(sink, "sink");
    List<CoroutineScheduler> all = List.copyOf(schedulers);
    DumpSignal opened = new DumpSignal(OsSignals.open(signal), sink, all);
    IndependentThread.daemon("coroutine-dumps", opened::dumpAtEachSignal).start();
    return opened;
  }

  private void dumpAtEachSignal() {
    try {
      while (true) {
        String _ = signals.await();
        try {
          sink.accept(text());
        } catch (RuntimeException failure) {
          LOG.log(Level.ERROR, "a dump could not be written", failure);
        }
      }
    } catch (ChannelClosedException end) {
      // This was closed.
    }
  }

  private String text() {
    StringBuilder text = new StringBuilder();
    for (CoroutineScheduler each : schedulers) {
      text.append(Instant.now().truncatedTo(ChronoUnit.MILLIS))
          .append(' ')
          .append(each)
          .append('\n')
          .append(each.dump(MOST));
    }
    return text.toString();
  }

  /** Restores the handler that the signal had before. */
  @Override
  public void close() {
    signals.close();
  }
}
