package io.tourbillon.coroutine.netty;

import io.netty.channel.ChannelException;
import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;
import io.netty.channel.nio.NioIoHandle;
import io.tourbillon.coroutine.internal.engine.LoopConfined;
import io.tourbillon.timer.internal.SafeDeque;
import java.io.Serial;
import java.nio.channels.SelectableChannel;

/**
 * Separates the selection of channels from the handling of their events. The loop calls {@link
 * #select}, which collects the events of the channels that are ready; Netty calls {@link #run} in
 * its turn, which handles them. The handler behind it sees handles that only note their events.
 *
 * <p>Works for handles of NIO. Their events are immutable and their readiness lasts until it is
 * used. Completions of io_uring, for example, come in objects that Netty uses again.
 *
 * <p>Loop-confined, except for {@link #wakeup} and {@link #isCompatible}.
 */
@LoopConfined
final class EventCollector implements IoHandler {
  @SuppressWarnings("StaticAssignmentOfThrowable") // There is no memory when it is needed.
  private static final ChannelException NO_MEMORY = new NoMemoryException();

  /** Takes no suppressed exceptions, since many get the same object. */
  private static final class NoMemoryException extends ChannelException {
    @Serial private static final long serialVersionUID = 1;

    NoMemoryException() {
      super("there was no memory to register a channel", null, true);
    }
  }

  private final IoHandler handler;
  private final Runnable onWakeup;
  private final SafeDeque<Event> events = new SafeDeque<>(SafeDeque.USUAL_ROOM);

  /** Whether the handler selects, so that what it calls is not in the turn of Netty. */
  private boolean selects;

  private sealed interface Event {
    void deliver() throws Exception;
  }

  /** A channel is ready. */
  private record Ready(NioIoHandle handle, IoRegistration registration, IoEvent event)
      implements Event {
    @Override
    public void deliver() {
      if (registration.isValid()) {
        handle.handle(registration, event);
      }
    }
  }

  /** A channel was selected, but its key is no longer valid. */
  private record Invalid(NioIoHandle handle) implements Event {
    @Override
    public void deliver() throws Exception {
      handle.close();
    }
  }

  /** What the handler has in place of the handle of a channel. */
  @SuppressWarnings("try") // Netty declares what its close throws.
  private final class Noting implements NioIoHandle {
    private final NioIoHandle handle;

    Noting(NioIoHandle handle) {
      this.handle = handle;
    }

    @Override
    public SelectableChannel selectableChannel() {
      return handle.selectableChannel();
    }

    @Override
    public void handle(IoRegistration registration, IoEvent event) {
      events.add(new Ready(handle, registration, event));
    }

    @Override
    public void registered() {
      handle.registered();
    }

    @Override
    public void unregistered() {
      handle.unregistered();
    }

    @Override
    public void close() throws Exception {
      if (selects) {
        events.add(new Invalid(handle));
      } else {
        handle.close();
      }
    }
  }

  /**
   * Creates a collector.
   *
   * @param handler selects
   * @param onWakeup called by any thread that has a task for Netty
   */
  EventCollector(IoHandler handler, Runnable onWakeup) {
    this.handler = handler;
    this.onWakeup = onWakeup;
  }

  // Called by the loop.

  /** Selects and collects events. Runs no code of users. */
  void select(IoHandlerContext context) {
    selects = true;
    try {
      int _ = handler.run(context);
    } finally {
      selects = false;
    }
  }

  boolean isEmpty() {
    return events.isEmpty();
  }

  /** Lets a selection return. Called by any thread. */
  void interruptSelect() {
    handler.wakeup();
  }

  /** Returns whether the handler is of a type. Called by any thread. */
  boolean isOfType(Class<? extends IoHandler> type) {
    return handler.getClass().equals(type);
  }

  // Called by Netty.

  @Override
  public void initialize() {
    handler.initialize();
  }

  @Override
  public int run(IoHandlerContext context) {
    int handled = 0;
    for (Event next = events.poll(); next != null; next = events.poll()) {
      deliver(next);
      handled++;
    }
    return handled;
  }

  private static void deliver(Event event) {
    try {
      event.deliver();
    } catch (RuntimeException failure) {
      throw failure;
    } catch (Exception failure) {
      throw new IllegalStateException("a channel could not be closed", failure);
    }
  }

  @Override
  public IoRegistration register(IoHandle handle) throws Exception {
    if (handle instanceof NioIoHandle nio) {
      try {
        return handler.register(new Noting(nio));
      } catch (OutOfMemoryError full) {
        throw NO_MEMORY; // Netty fails the promise for an Exception. An Error leaves it open.
      }
    }
    throw new IllegalArgumentException(
        "NettyLoops serve channels of NIO only, such as NioSocketChannel: " + handle);
  }

  @Override
  public boolean isCompatible(Class<? extends IoHandle> handleType) {
    return NioIoHandle.class.isAssignableFrom(handleType) && handler.isCompatible(handleType);
  }

  @Override
  public void wakeup() {
    onWakeup.run();
  }

  @Override
  public void prepareToDestroy() {
    handler.prepareToDestroy();
  }

  /**
   * Closes the channels that were registered after {@link #prepareToDestroy}, which Netty does not
   * repeat without a quiet period, and then the handler.
   */
  @Override
  public void destroy() {
    handler.prepareToDestroy();
    handler.destroy();
    events.clear();
  }
}
