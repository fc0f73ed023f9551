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
 * A coroutine that fills a channel. Each ends with the other: the channel is closed when the body
 * has returned, and closed with a cause when the body has failed or never begun; the coroutine is
 * cancelled when the channel is. The coroutine fails with its body; a receiver that is thrown the
 * cause counts as having seen that failure.
 */
final class Production<T> implements Callable<Boolean> {
  private final Channel.Producer<T> body;
  private final Channel<T> channel;

  /** Written before anybody else has the channel, and by the coroutine before the body. */
  private volatile @Nullable Coroutine<?> coroutine;

  /** Whether the body has begun. Written by the coroutine, and read after its end. */
  private volatile boolean begun;

  private Production(Channel.Builder<T> options, int capacity, Channel.Producer<T> body) {
    this.body = Objects.requireNonNull(body, "body");
    channel = new LockedChannel<>(options, capacity, false, this::cancelCoroutine, this::markSeen);
  }

  /**
   * Starts the coroutine.
   *
   * @param spawn spawns it
   */
  static <T> Source<T> start(
      Channel.Builder<T> options,
      int capacity,
      Channel.Producer<T> body,
      Function<Callable<Boolean>, Coroutine<Boolean>> spawn) {
    if (capacity < 0) {
      throw new IllegalArgumentException("capacity must not be negative: " + capacity);
    }
    Production<T> production = new Production<>(options, capacity, body);
    Runnable closeAtEnd = production::closeAtEnd;
    StackReserve.require();
    Coroutine<Boolean> coroutine = spawn.apply(production);
    production.coroutine = coroutine;
    boolean bound = false;
    try {
      Suspension.Registration _ = Suspension.whenEnded(coroutine, closeAtEnd);
      bound = true;
    } finally {
      if (!bound) {
        coroutine.cancel("its channel could not be made"); // Nobody will receive what it sends.
      }
    }
    return production.channel;
  }

  /** Returns true if the body has returned. */
  @Override
  public Boolean call() throws Exception {
    coroutine = Coroutines.current();
    begun = true;
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
        return false; // The normal way to learn that nobody receives any more.
      }
      throw thrown;
    }
  }

  /** A caller was thrown the failure of the body, so it is not an unseen one. */
  private void markSeen() {
    Coroutine<?> failed = coroutine;
    if (failed != null) {
      Suspension.markSeen(failed);
    }
  }

  private void cancelCoroutine() {
    Coroutine<?> running = coroutine;
    if (running != null) {
      running.cancel("its channel was cancelled");
    }
  }

  /** Runs on the loop when the coroutine has ended. Has an effect only if that never began. */
  private void closeAtEnd() {
    if (!begun && body instanceof Buffering<T> buffering) {
      buffering.neverBegins();
    }
    if (!channel.isClosed()) {
      channel.closeWith(new CancellationException("the producer of " + channel + " was cancelled"));
    }
  }
}
