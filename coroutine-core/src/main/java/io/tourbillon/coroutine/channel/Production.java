package io.tourbillon.coroutine.channel;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Suspension;
import io.tourbillon.timer.internal.StackReserve;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A coroutine that fills a channel, and the channel: each ends with the other. The channel is
 * closed when the body has returned, with a cause when it has failed or never begun; the coroutine
 * is cancelled when the channel is. It fails with its body; who is thrown the cause has seen that.
 */
final class Production<T> implements Callable<Boolean> {
  private final Channel.Producer<T> body;
  private final Channel<T> channel;

  /** Written before anyone else has the channel, and by the coroutine itself before the body. */
  private volatile @Nullable Coroutine<?> coroutine;

  private Production(Channel.Builder<T> options, int capacity, Channel.Producer<T> body) {
    this.body = Objects.requireNonNull(body, "body");
    channel = new LockedChannel<>(options, capacity, false, this::stop, this::seen);
  }

  /**
   * Begins.
   *
   * @param spawn starts the coroutine
   */
  static <T> Channel<T> start(
      Channel.Builder<T> options,
      int capacity,
      Channel.Producer<T> body,
      Function<Callable<Boolean>, Coroutine<Boolean>> spawn) {
    if (capacity < 0) {
      throw new IllegalArgumentException("capacity must not be negative: " + capacity);
    }
    Production<T> production = new Production<>(options, capacity, body);
    Runnable ended = production::ended;
    StackReserve.require();
    Coroutine<Boolean> coroutine = spawn.apply(production);
    production.coroutine = coroutine;
    boolean bound = false;
    try {
      Suspension.Registration _ = Suspension.whenEnded(coroutine, ended);
      bound = true;
    } finally {
      if (!bound) {
        coroutine.cancel("its channel could not be made"); // Nobody will receive what it sends.
      }
    }
    return production.channel;
  }

  /** Returns whether the body has. */
  @Override
  public Boolean call() throws Exception {
    coroutine = Coroutines.current();
    try {
      body.run(channel);
      channel.close();
      return true;
    } catch (CoroutineCancelledException cancelled) {
      channel.closeWith(cancelled);
      throw cancelled;
    } catch (Throwable thrown) {
      boolean causeOfEnd = channel.closeWith(thrown);
      if (!causeOfEnd && thrown instanceof ChannelClosedException) {
        return false; // It was told that nobody wants any more.
      }
      throw thrown;
    }
  }

  /** Someone has been thrown what the body has: it is not one of those that nobody sees. */
  private void seen() {
    Coroutine<?> failed = coroutine;
    if (failed != null) {
      Suspension.markSeen(failed);
    }
  }

  private void stop() {
    Coroutine<?> running = coroutine;
    if (running != null) {
      running.cancel("its channel was cancelled");
    }
  }

  /** On the coroutine's loop. Matters only if that has never begun. */
  private void ended() {
    if (!channel.isClosed()) {
      channel.closeWith(new CancellationException("the producer of " + channel + " was cancelled"));
    }
  }
}
