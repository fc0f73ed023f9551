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
 * Receives signals of the operating system, while it is open.
 *
 * <pre>{@code
 * try (OsSignals signals = OsSignals.open("TERM", "INT")) {
 *   String name = signals.await();              // the first Ctrl-C or kill
 *   server.stop();
 * }                                             // the next one ends the JVM, as always
 * }</pre>
 *
 * <p>Thread-safe. To open replaces the handlers of the signals. For TERM, INT and HUP, that is the
 * handler of the JVM, which these signals do not end then. To close restores the handlers that were
 * there before, unless another one has replaced this one since.
 *
 * <p><b>Limits.</b> The system does not count signals: one that comes while another of its kind is
 * being delivered may be lost. Sixteen signals are kept until they are received; more are dropped.
 * The module {@code jdk.unsupported} is needed. It is there, unless a runtime image was made
 * without it, or the application is a module that does not require it. Names are those of the
 * system, without SIG. QUIT, KILL, STOP, SEGV and some others cannot be received, nor HUP, INT and
 * TERM in a JVM that was started with {@code -Xrs}. Do not use USR2 on Linux: the JVM suspends
 * threads by it, so each sample of the flight recorder would arrive here, and the recorder would
 * get none. USR1 is free.
 *
 * <p><b>Ignored signals.</b> A process inherits the signals that its parent ignores: {@code nohup}
 * ignores HUP, and a shell ignores INT and QUIT for the background jobs of a script. The JVM leaves
 * HUP, INT and TERM ignored if they are ignored when it starts. They can never arrive then, so
 * {@link #open} refuses them, and {@link #openUnlessIgnored} leaves them out. Other signals, such
 * as USR1, can be received even if they were ignored.
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

  /** A signal whose handler is this object. */
  private final class Taken implements SignalHandler {
    private final Signal signal;

    /** The handler to restore. Volatile, as signals run in threads of their own. */
    private volatile SignalHandler before = SIG_DFL;

    Taken(Signal signal) {
      this.signal = signal;
    }

    /**
     * Installs this handler. Returns false if the process ignores the signal.
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

    void restore() {
      SignalHandler latest = Signal.handle(signal, before);
      if (!latest.equals(this)) {
        Signal.handle(signal, latest);
      }
    }

    @Override
    public void handle(Signal come) {
      if (tryKeep(come)) {
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
   * Receives signals from now on.
   *
   * @param names such as TERM or USR1; at least one
   * @throws IllegalArgumentException if there is none, the system has no signal of that name, or
   *     the JVM needs it; no handler has changed
   * @throws IllegalStateException if the process ignores one of the signals, so that it could never
   *     arrive; no handler has changed
   * @throws UnsupportedOperationException if the module {@code jdk.unsupported} is absent
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
   * Receives those of the signals that the process does not ignore; see {@link #names}. For
   * programs that respect that they were started with a signal ignored. If all are ignored, {@link
   * #await} waits until this is closed.
   *
   * @param names such as TERM or USR1; at least one
   * @throws IllegalArgumentException if there is none, the system has no signal of that name, or
   *     the JVM needs it; no handler has changed
   * @throws UnsupportedOperationException if the module {@code jdk.unsupported} is absent
   */
  public static OsSignals openUnlessIgnored(String... names) {
    return take(names);
  }

  private static OsSignals take(String... names) {
    requireSignals();
    if (names.length == 0) {
      throw new IllegalArgumentException("signals must be at least 1: 0");
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

  private static void requireSignals() {
    if (ModuleLayer.boot().findModule("jdk.unsupported").isEmpty()) {
      throw new UnsupportedOperationException(
          "signals need the module jdk.unsupported, which this runtime does not have: make its"
              + " image with that module");
    }
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

  /** Returns the names of the signals that are received, in the order in which they were given. */
  public synchronized List<String> names() {
    return taken.stream().map(each -> each.signal.getName()).toList();
  }

  /**
   * Waits for the next signal.
   *
   * @return its name, as it was given
   * @throws ChannelClosedException if this is closed, and all signals that came before were
   *     received
   * @throws CoroutineCancelledException if the calling coroutine is cancelled
   * @throws CancellationException if the calling thread is interrupted while it waits
   */
  public String await() {
    return channel.receive();
  }

  /** Returns the source of the signals, by their names, for a {@code Select}. */
  public Source<String> source() {
    return channel;
  }

  /**
   * Restores the handlers that the signals had before. Signals that have come can still be
   * received.
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    taken.reversed().forEach(Taken::restore);
    channel.close();
  }

  /** Under the lock, so that a signal goes to the channel, or to the handler after this one. */
  private synchronized boolean tryKeep(Signal come) {
    if (!closed) {
      channel.trySend(come.getName());
    }
    return !closed;
  }
}
