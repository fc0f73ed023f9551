package io.tourbillon.coroutine.net;

import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.Suspension;
import io.tourbillon.coroutine.Suspension.Registration;
import io.tourbillon.coroutine.Waiters;
import io.tourbillon.timer.internal.ShortLock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The waits of coroutines until a channel is ready for one operation. Thread-safe.
 *
 * <p>A waiter adds itself and then asks whether the channel is open; who closes the channel wakes
 * the waiters after that. So one of them sees the other.
 */
final class Readiness {
  private final SelectableChannel channel;
  private final int operation;
  private final Object what;
  private final String method;
  private final ShortLock lock = new ShortLock();

  /** Guarded by the lock. */
  private final Waiters<Resumption<@Nullable Void>> waiters = new Waiters<>();

  /**
   * Whether the last caller has yielded instead of a wait. Plain: if two callers meet here, one of
   * them yields once more or once less, and neither does any harm.
   */
  private boolean hasYielded;

  /**
   * Creates a readiness.
   *
   * @param operation one of the constants of {@link java.nio.channels.SelectionKey}
   * @param what describes a wait by its {@code toString}
   * @param method what users call to wait; exceptions for other threads name it
   */
  Readiness(SelectableChannel channel, int operation, Object what, String method) {
    this.channel = channel;
    this.operation = operation;
    this.what = what;
    this.method = method;
  }

  /**
   * Suspends the calling coroutine until the channel is ready, or may be.
   *
   * @throws AsynchronousCloseException if the channel is closed meanwhile
   * @throws IllegalStateException if the caller is no coroutine
   */
  void await() throws IOException {
    awaitBy(this::register);
  }

  /**
   * Suspends the calling coroutine until the channel is ready for this operation or another, or may
   * be.
   *
   * @param other of the same channel
   * @throws AsynchronousCloseException if the channel is closed meanwhile
   */
  void awaitThisOr(Readiness other) throws IOException {
    awaitBy(resumption -> registerWith(other, resumption));
  }

  private void awaitBy(Consumer<Resumption<@Nullable Void>> registration) throws IOException {
    Suspension.checkCanSelect(method);
    hasYielded = !hasYielded && Suspension.yieldBeforeWait();
    if (!hasYielded) {
      try {
        Suspension.<@Nullable Void>await(what, registration);
      } catch (UncheckedIOException failure) {
        throw failure.getCause();
      }
    }
    if (!channel.isOpen()) {
      throw new AsynchronousCloseException();
    }
  }

  /** What ends one of both waits removes the other one as well: the loop, or a cancellation. */
  private void registerWith(Readiness other, Resumption<@Nullable Void> resumption) {
    List<Registration> both = new ArrayList<>(4);
    Runnable removeBoth = () -> both.forEach(Registration::remove);
    Runnable ready =
        () -> {
          removeBoth.run();
          resumption.resume(null);
        };
    boolean registered = false;
    try {
      listen(resumption, ready, both);
      other.listen(resumption, ready, both);
      resumption.onCancel(removeBoth);
      if (!channel.isOpen()) {
        throw new ClosedChannelException();
      }
      registered = true;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } finally {
      if (!registered) {
        removeBoth.run();
      }
    }
  }

  private void listen(
      Resumption<@Nullable Void> resumption, Runnable ready, List<Registration> registrations)
      throws IOException {
    Waiters.Place<Resumption<@Nullable Void>> place = add(resumption);
    registrations.add(() -> leave(place));
    registrations.add(Suspension.whenReady(channel, operation, ready));
  }

  private void register(Resumption<@Nullable Void> resumption) {
    Waiters.Place<Resumption<@Nullable Void>> place = add(resumption);
    boolean registered = false;
    try {
      Registration wait =
          Suspension.whenReady(
              channel,
              operation,
              () -> {
                leave(place);
                resumption.resume(null);
              });
      resumption.onCancel(
          () -> {
            leave(place);
            wait.remove();
          });
      if (!channel.isOpen()) {
        throw new ClosedChannelException();
      }
      registered = true;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } finally {
      if (!registered) {
        leave(place);
      }
    }
  }

  private Waiters.Place<Resumption<@Nullable Void>> add(Resumption<@Nullable Void> resumption) {
    lock.lock();
    try {
      return waiters.add(resumption);
    } finally {
      lock.unlock();
    }
  }

  private void leave(Waiters.Place<?> place) {
    lock.lock();
    try {
      place.leave();
    } finally {
      lock.unlock();
    }
  }

  /** Wakes those that wait, to find that the channel has been closed. Called by any thread. */
  void wakeAll() {
    for (Resumption<@Nullable Void> waiter = poll(); waiter != null; waiter = poll()) {
      waiter.resume(null);
    }
  }

  private @Nullable Resumption<@Nullable Void> poll() {
    lock.lock();
    try {
      return waiters.poll();
    } finally {
      lock.unlock();
    }
  }
}
