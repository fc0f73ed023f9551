package io.tourbillon.coroutine.bridge;

import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.channel.Channel;
import io.tourbillon.coroutine.channel.ChannelClosedException;
import io.tourbillon.coroutine.channel.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CancellationException;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Signals of the operating system as values of a channel, while this is open.
 *
 * <pre>{@code
 * try (OsSignals signals = OsSignals.open("TERM", "INT")) {
 *   String name = signals.await();              // the first Ctrl-C or kill
 *   server.stop();
 * }                                             // the next one ends the JVM, as always
 * }</pre>
 *
 * <p>Who opens takes the signals from whoever had them, which for TERM, INT and HUP is the JVM: it
 * is not ended by them then. Closing gives them back, or to whoever had them before that if it is
 * closed, too; it takes them from nobody who has taken them since.
 *
 * <p><b>Limits.</b> Signals are not counted by the system: one that comes while its like is being
 * delivered may be lost. Here sixteen are kept that nobody has received; more are dropped. The
 * module {@code jdk.unsupported} must be there, as it is unless a runtime image was made without
 * it, or the application is a module itself and does not require it; names are those of the system,
 * without SIG. QUIT, KILL, STOP, SEGV and some others can not be had, nor HUP, INT and TERM in a
 * JVM that was started with {@code -Xrs}. Leave USR2 alone on Linux: the JVM suspends threads by
 * it, and who takes it gets one for each sample of the flight recorder, which then has none. USR1
 * is free. Thread-safe.
 *
 * <p><b>Ignored signals.</b> A process inherits the signals that its parent ignores: {@code nohup}
 * ignores HUP, and a shell ignores INT and QUIT for the background jobs of a script. The JVM leaves
 * HUP, INT and TERM ignored if they are ignored when it starts. They can never arrive then, so
 * {@link #open} refuses them, and {@link #openUnlessIgnored} leaves them out. Other signals, such
 * as USR1, can be had even if they were ignored.
 */
public final class OsSignals implements AutoCloseable {
  private static final int MOST_KEPT = 16;

  private static final String FREE_SIGNAL =
      "a signal must be one that the system has and the JVM does not need";

  /** The signals that the JVM leaves to the system when it is started with -Xrs. */
  private static final Set<String> LEFT_ALONE_BY_XRS = Set.of("HUP", "INT", "TERM");

  private final List<Taken> taken = new ArrayList<>();
  private final Channel<String> channel;

  /** Guarded by this, as taken is. */
  private boolean closed;

  /** A signal that is ours. */
  private final class Taken implements SignalHandler {
    private final Signal signal;

    /** Whom to give it back to. Volatile, as signals have threads of their own. */
    private volatile SignalHandler before = SIG_DFL;

    Taken(Signal signal) {
      this.signal = signal;
    }

    /**
     * Returns true if the signal is ours, false if the process ignores it.
     *
     * <p>For an ignored HUP, INT or TERM the JVM answers SIG_IGN and changes nothing, so it gives
     * the same answer again. For any other signal SIG_IGN is only what was replaced, and the next
     * answer is this handler. This is the same on all systems.
     */
    boolean tryTake() {
      before = Signal.handle(signal, this);
      if (!before.equals(SIG_IGN) || !Signal.handle(signal, this).equals(SIG_IGN)) {
        return true;
      }
      // Or the JVM would keep this handler in its table.
      Signal.handle(signal, SIG_IGN);
      return false;
    }

    void giveBack() {
      SignalHandler latest = Signal.handle(signal, before);
      if (!latest.equals(this)) {
        Signal.handle(signal, latest);
      }
    }

    @Override
    public void handle(Signal come) {
      if (isKept(come)) {
        return;
      }
      if (before.equals(SIG_DFL)) {
        Signal.handle(come, SIG_DFL);
        Signal.raise(come);
      } else if (!before.equals(SIG_IGN)) {
        before.handle(come);
      }
    }
  }

  private OsSignals(String... names) {
    channel =
        Channel.<String>builder().name("signals " + String.join(", ", names)).buffered(MOST_KEPT);
  }

  /**
   * Takes signals from now on.
   *
   * @param names as TERM or USR1; at least one
   * @throws IllegalArgumentException if there is none, or the system has no signal of that name, or
   *     it can not be had; none is taken then
   * @throws IllegalStateException if the process ignores one of the signals, which could never
   *     arrive; none is taken then
   */
  public static OsSignals open(String... names) {
    OsSignals opened = take(names);
    List<String> ignored = new ArrayList<>(List.of(names));
    ignored.removeAll(opened.names());
    if (!ignored.isEmpty()) {
      opened.close();
      throw new IllegalStateException(
          "a signal must not be ignored by the process, as by nohup or in the background of a"
              + " script: "
              + String.join(", ", ignored));
    }
    return opened;
  }

  /**
   * Takes those of the signals that the process does not ignore; see {@link #names}. For programs
   * that respect the wish of whoever started them with a signal ignored. If all are ignored, {@link
   * #await} waits until this is closed.
   *
   * @param names as TERM or USR1; at least one
   * @throws IllegalArgumentException if there is none, or the system has no signal of that name, or
   *     it cannot be had; none is taken then
   */
  public static OsSignals openUnlessIgnored(String... names) {
    return take(names);
  }

  private static OsSignals take(String... names) {
    if (names.length == 0) {
      throw new IllegalArgumentException("there must be a signal at least: none was named");
    }
    OsSignals opened = new OsSignals(names);
    boolean done = false;
    try {
      for (String name : names) {
        opened.takeUnlessIgnored(Objects.requireNonNull(name, "name"));
      }
      done = true;
    } finally {
      if (!done) {
        opened.close();
      }
    }
    return opened;
  }

  private synchronized void takeUnlessIgnored(String name) {
    Taken next = new Taken(signal(name));
    try {
      if (next.tryTake()) {
        taken.add(next);
      }
    } catch (IllegalArgumentException refused) {
      String rule =
          LEFT_ALONE_BY_XRS.contains(name)
              ? "HUP, INT and TERM need a JVM that was started without -Xrs"
              : FREE_SIGNAL;
      throw new IllegalArgumentException(rule + ": " + name, refused);
    }
  }

  private static Signal signal(String name) {
    try {
      return new Signal(name);
    } catch (IllegalArgumentException unknown) {
      throw new IllegalArgumentException(FREE_SIGNAL + ": " + name, unknown);
    }
  }

  /** The signals that were taken, by their names, in the order in which they were given. */
  public synchronized List<String> names() {
    return taken.stream().map(each -> each.signal.getName()).toList();
  }

  /**
   * Waits for the next signal.
   *
   * @return its name, as it was given
   * @throws ChannelClosedException if this is closed, and all that came before was received
   * @throws CoroutineCancelledException if the calling coroutine is cancelled
   * @throws CancellationException if the calling thread, no coroutine, is interrupted
   */
  public String await() {
    return channel.receive();
  }

  /** Returns the source of the signals, by their names, for a {@code Select}. */
  public Source<String> source() {
    return channel;
  }

  /**
   * Gives the signals back to whoever had them before. What has come and nobody has received can
   * still be.
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    taken.reversed().forEach(Taken::giveBack);
    channel.close();
  }

  /** Under the lock, so that a signal comes to the channel or to whoever has it after this. */
  private synchronized boolean isKept(Signal come) {
    if (!closed) {
      channel.trySend(come.getName());
    }
    return !closed;
  }
}
