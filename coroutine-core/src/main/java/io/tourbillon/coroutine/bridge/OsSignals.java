package io.tourbillon.coroutine.bridge;

import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.channel.Channel;
import io.tourbillon.coroutine.channel.ChannelClosedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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
 * JVM that was started with {@code -Xrs}. Where one of these three is ignored from the start, as by
 * {@code nohup} or in the background of a script, it stays so, and nothing comes. Leave USR2 alone
 * on Linux: the JVM suspends threads by it, and who takes it gets one for each sample of the flight
 * recorder, which then has none. USR1 is free. Thread-safe.
 */
public final class OsSignals implements AutoCloseable {
  private static final int MOST_KEPT = 16;

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

    void take() {
      before = Signal.handle(signal, this);
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
   */
  public static OsSignals open(String... names) {
    if (names.length == 0) {
      throw new IllegalArgumentException("there must be a signal at least: none was named");
    }
    OsSignals opened = new OsSignals(names);
    boolean done = false;
    try {
      for (String name : names) {
        opened.take(Objects.requireNonNull(name, "name"));
      }
      done = true;
    } finally {
      if (!done) {
        opened.close();
      }
    }
    return opened;
  }

  private synchronized void take(String name) {
    try {
      Taken next = new Taken(new Signal(name));
      next.take();
      taken.add(next);
    } catch (IllegalArgumentException refused) {
      throw new IllegalArgumentException(
          "a signal must be one that the system has and the JVM does not need: " + name, refused);
    }
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

  /** Where the signals come, by their names; for a {@code Select}. */
  public Channel<String> channel() {
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
