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
 * Has the process write a {@link CoroutineDump} whenever it gets a signal of the operating system,
 * as the JVM writes one of threads for QUIT: for a server that hangs, and has no other way in.
 *
 * <pre>{@code
 * DumpSignal.open("USR1", scheduler);         // from now on: kill -USR1 <pid>
 * }</pre>
 *
 * <p>A daemon thread waits for the signals, so a dump comes though all loops are held up; this may
 * be left open until the process ends. What is said of {@link OsSignals} holds here: a JVM on Linux
 * leaves USR1 free, while it suspends threads by USR2 for the flight recorder. Thread-safe.
 */
public final class DumpSignal implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("io.tourbillon.coroutine");

  /** So many coroutines of each scheduler are named. */
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
   * @param signal as USR1
   * @param scheduler whose coroutines to dump, 10,000 at the most
   * @throws IllegalArgumentException if the system has no such signal, or it can not be had
   * @throws IllegalStateException if the process ignores the signal, which could never arrive
   */
  public static DumpSignal open(String signal, CoroutineScheduler scheduler) {
    return open(signal, List.of(scheduler), DumpSignal::print);
  }

  private static void print(String text) {
    System.err.print(text);
    System.err.flush();
  }

  /**
   * Hands dumps to somebody else, who may write them to a file.
   *
   * @param schedulers whose coroutines to dump, one scheduler after the other, 10,000 of each
   * @param sink takes one text for each signal, in a thread that may block
   * @throws IllegalArgumentException if the system has no such signal, or it can not be had
   * @throws IllegalStateException if the process ignores the signal, which could never arrive
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
      // It was closed.
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

  /** Gives the signal back to whoever had it before. */
  @Override
  public void close() {
    signals.close();
  }
}
