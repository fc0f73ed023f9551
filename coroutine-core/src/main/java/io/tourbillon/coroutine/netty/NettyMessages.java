package io.tourbillon.coroutine.netty;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.Suspension;
import io.tourbillon.coroutine.Waiters;
import io.tourbillon.coroutine.channel.Channel;
import io.tourbillon.coroutine.channel.Sink;
import io.tourbillon.coroutine.channel.Source;
import io.tourbillon.coroutine.internal.loop.EventLoop;
import io.tourbillon.coroutine.internal.loop.Message;
import io.tourbillon.timer.internal.LateCompletionException;
import io.tourbillon.timer.internal.SafeDeque;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The messages that arrive on a channel of {@link NettyLoops}, as a sequence that coroutines read.
 *
 * <pre>{@code
 * try (NettyMessages<ByteBuf> messages = NettyMessages.open(channel, ByteBuf.class, 16)) {
 *   for (ByteBuf message : messages) {                        // until the peer closes
 *     NettyFutures.await(channel.writeAndFlush(message));     // which releases it
 *   }
 * }
 * }</pre>
 *
 * <p><b>Backpressure.</b> The channel reads on demand: {@code autoRead} is turned off, and the
 * channel reads while fewer messages than the capacity wait here. A decoder can make many messages
 * of one read, so at most the capacity plus the messages of one read wait. If nobody receives, the
 * channel reads nothing more, and the peer is slowed down by TCP.
 *
 * <p><b>Ownership.</b> A receiver gets the reference of each message and must release it, or pass
 * it on. Messages that nobody has received are released when this is closed.
 *
 * <p><b>The end.</b> The sequence ends when the channel is closed or the peer has shut its output
 * down: what has arrived can still be received, and then {@link #receive} returns null. By default,
 * Netty closes a channel whose peer has shut its output down, and answers that were not sent are
 * lost. If peers may do that and wait for answers, set {@code ChannelOption.ALLOW_HALF_CLOSURE},
 * for a server by {@code childOption}. A TLS stream that was cut off, without the message of TLS
 * that ends it, ends with null as well; {@code SslHandler} tells it by an {@code
 * SslCloseCompletionEvent} that is no success, which handlers after it can see.
 *
 * <p><b>Exceptions.</b> An exception in the pipeline takes its place among the messages. It is
 * thrown to one receiver, after the messages that came before. It does not end the sequence, as it
 * does not end a channel of Netty: a receiver that goes on gets what came after it. If it does not
 * go on, close this. While an exception waits to be thrown, further ones go on to the next handler,
 * and Netty logs them.
 *
 * <p><b>Without memory</b> for a message or exception that arrives, or if a handler has thrown an
 * {@code OutOfMemoryError}, the sequence ends and the channel is closed: receivers get what came
 * before, and one of them a {@link CompletionException} whose cause is such an error.
 *
 * <p>Thread-safe. Coroutines on the loop of the channel receive without a lock and without another
 * thread; others, and plain threads, ask that loop. Each message goes to one receiver, and
 * receivers are served in arrival order.
 *
 * @param <T> the type of the messages
 */
@SuppressWarnings("exports") // Users of this package require Netty themselves.
public final class NettyMessages<T> implements Iterable<T>, AutoCloseable {
  /** Made in advance, since there is no memory when it is needed. */
  private static final Failure NO_MEMORY =
      new Failure(new OutOfMemoryError("there was no memory for a message that has arrived"));

  private final io.netty.channel.Channel channel;
  private final ChannelLoop loop;
  private final Class<T> type;
  private final int capacity;
  private final Inlet inlet = new Inlet();

  // Confined to the loop: used by the turn of Netty, and by other code on the loop.

  /** Messages, and at most one {@link Failure}, in the order in which they came. */
  private final SafeDeque<Object> waiting = new SafeDeque<>(SafeDeque.USUAL_ROOM);

  private final Waiters<Resumption<@Nullable Object>> receivers = new Waiters<>();
  private @Nullable ChannelHandlerContext context;

  /** Whether the channel was asked to read and has not read yet. */
  private boolean reads;

  private boolean ended;

  /** What the next receiver gets after the end: null, or an error if something is missing. */
  private @Nullable Failure last;

  /** Whether messages that arrive are released at once. */
  private boolean dropsAll;

  private boolean closed;

  /** Whether an exception waits to be thrown. */
  private boolean failureWaits;

  /** An exception among the messages. */
  private record Failure(Throwable cause) {}

  private NettyMessages(
      io.netty.channel.Channel channel, ChannelLoop loop, Class<T> type, int capacity) {
    this.channel = channel;
    this.loop = loop;
    this.type = type;
    this.capacity = capacity;
  }

  /**
   * Opens the sequence: adds a handler at the end of the pipeline, and turns {@code autoRead} off.
   * Call this in the {@code ChannelInitializer} of the channel, after the codecs are added:
   * messages that arrive before are lost.
   *
   * <p>The handler keeps messages of the type, and an exception if none waits to be thrown. Other
   * messages, exceptions and events go on to the next handler.
   *
   * @param channel a channel of {@link NettyLoops} that is registered
   * @param type the type of the messages
   * @param capacity how many messages may wait before the channel stops reading, at least 1
   * @throws IllegalArgumentException if the capacity is less than 1, or the channel is not on a
   *     loop of {@code NettyLoops}
   * @throws IllegalStateException if the channel is not registered
   */
  public static <T> NettyMessages<T> open(
      io.netty.channel.Channel channel, Class<T> type, int capacity) {
    Objects.requireNonNull(type, "type");
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity must be at least 1: " + capacity);
    }
    if (!(channel.eventLoop() instanceof ChannelLoop loop)) {
      throw new IllegalArgumentException(
          "the channel must be on a loop of NettyLoops, and it is on " + channel.eventLoop());
    }
    NettyMessages<T> messages = new NettyMessages<>(channel, loop, type, capacity);
    channel.config().setAutoRead(false);
    channel.pipeline().addLast(messages.inlet);
    return messages;
  }

  /** The last handler of the pipeline. */
  private final class Inlet extends ChannelInboundHandlerAdapter {
    @Override
    public void handlerAdded(ChannelHandlerContext added) {
      context = added;
      if (added.channel().isActive()) {
        readIfRoom();
      } else if (!added.channel().isOpen()) {
        end();
      }
    }

    @Override
    public void channelActive(ChannelHandlerContext active) {
      readIfRoom();
      active.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext from, Object message) {
      if (type.isInstance(message)) {
        arrived(type.cast(message));
      } else {
        from.fireChannelRead(message);
      }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext from) {
      reads = false;
      readIfRoom();
      from.fireChannelReadComplete();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext from, Object event) {
      if (event instanceof ChannelInputShutdownEvent) {
        end();
      }
      from.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext from, Throwable cause) {
      if (closed) {
        return; // Nobody wants to know, and a close can make handlers fail.
      }
      if (cause instanceof OutOfMemoryError && !ended) {
        cutOff(); // Perhaps a handler has lost a message.
      } else if (ended || failureWaits) {
        from.fireExceptionCaught(cause); // Netty logs it.
      } else {
        failed(cause);
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext from) {
      end();
      from.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext removed) {
      end();
    }
  }

  // Called on the loop of the channel.

  private void readIfRoom() {
    readIfRoom(waiting.size());
  }

  private void readIfRoom(int left) {
    if (!reads && !ended && left < capacity && context != null) {
      reads = true;
      try {
        context.read();
      } catch (RuntimeException | Error failure) {
        reads = false;
        throw failure;
      }
    }
  }

  /** Takes in a message or a {@link Failure}. */
  private void arrived(Object arrival) {
    if (dropsAll) {
      ReferenceCountUtil.release(arrival);
    } else if (!giveToReceiver(arrival)) {
      try {
        waiting.add(arrival);
        failureWaits |= arrival instanceof Failure;
      } catch (OutOfMemoryError full) {
        cutOff();
        ReferenceCountUtil.release(arrival);
      }
    }
  }

  private void failed(Throwable cause) {
    try {
      arrived(new Failure(cause));
    } catch (OutOfMemoryError full) {
      cutOff();
    }
  }

  /** Ends the sequence, as something that has arrived is missing. */
  private void cutOff() {
    if (!dropsAll) {
      dropsAll = true;
      last = NO_MEMORY;
      end();
    }
    var _ = channel.close();
  }

  private boolean giveToReceiver(Object arrival) {
    for (var next = receivers.poll(); next != null; next = receivers.poll()) {
      if (next.resume(arrival)) {
        return true;
      }
    }
    return false;
  }

  private void end() {
    ended = true;
    for (var next = receivers.poll(); next != null; next = receivers.poll()) {
      tellEnd(next);
    }
  }

  private void tellEnd(Resumption<@Nullable Object> receiver) {
    if (receiver.resume(last)) {
      last = null;
    }
  }

  /** Takes what came first. Takes nothing if that fails, as the channel is asked to read before. */
  private @Nullable Object take() {
    if (waiting.isEmpty()) {
      return null;
    }
    readIfRoom(waiting.size() - 1);
    return removeFirst();
  }

  private @Nullable Object removeFirst() {
    Object arrival = waiting.poll();
    if (arrival instanceof Failure) {
      failureWaits = false;
    }
    return arrival;
  }

  /** Can be repeated, as all messages to a loop. */
  private void takeOrEnrol(Receiver receiver) {
    Object arrival = waiting.peek();
    if (arrival != null) {
      readIfRoom(waiting.size() - 1);
      if (receiver.resumption.resume(arrival)) {
        Object _ = removeFirst();
      }
    } else if (ended) {
      tellEnd(receiver.resumption);
    } else {
      readIfRoom();
      receiver.place = receivers.add(receiver.resumption);
    }
  }

  private void drop() {
    closed = true;
    dropsAll = true;
    end();
    if (!waiting.isEmpty()) {
      List<Object> left = List.copyOf(waiting);
      Runnable release = () -> left.forEach(ReferenceCountUtil::safeRelease);
      waiting.clear();
      failureWaits = false;
      EventLoop.runTask(release); // An allocator may lock.
    }
  }

  // Called by anybody.

  /** Runs an action on the loop of the channel: at once if the caller is there. */
  private void onLoop(Message action) {
    // Not by Netty, which forgets tasks once it has ended.
    loop.loop().tell(action);
  }

  /** One that waits for a message. */
  private static final class Receiver {
    private final Resumption<@Nullable Object> resumption;

    /** Confined to the loop; null before it waits in line. */
    private Waiters.@Nullable Place<?> place;

    Receiver(Resumption<@Nullable Object> resumption) {
      this.resumption = resumption;
    }

    void leave() {
      if (place != null) {
        place.leave();
      }
    }
  }

  private void enrol(Resumption<@Nullable Object> resumption) {
    Receiver receiver = new Receiver(resumption);
    resumption.onCancel(() -> onLoop(receiver::leave));
    onLoop(() -> takeOrEnrol(receiver));
  }

  /** Returns a message, or null at the end, or throws a failure. */
  private @Nullable T messageOf(@Nullable Object arrival) {
    if (arrival instanceof Failure failure) {
      throw new LateCompletionException(failure.cause);
    }
    return type.cast(arrival);
  }

  /**
   * Receives the next message; suspends a coroutine, and blocks a thread, until there is one.
   *
   * @return the message, which the caller must release; null at the end of the sequence
   * @throws CompletionException if an exception in the pipeline comes next; it is the cause, and
   *     another call goes on after it
   * @throws CoroutineCancelledException if the calling coroutine is cancelled; no message was taken
   * @throws CancellationException if the calling thread is interrupted while it waits; no message
   *     was taken
   */
  public @Nullable T receive() {
    Suspension.checkCancelled();
    Object ready = loop.loop().isHere() ? take() : null;
    return messageOf(ready != null ? ready : Suspension.<@Nullable Object>await(this, this::enrol));
  }

  /**
   * As {@link #receive()}, but waits no longer than the limit.
   *
   * @param limit with zero or less, a caller on the loop of the channel takes a message that waits;
   *     any other gets the {@code TimeoutException}
   * @throws TimeoutException if the limit passed first; no message was taken
   */
  public @Nullable T receive(Duration limit) throws TimeoutException {
    Objects.requireNonNull(limit, "limit");
    Suspension.checkCancelled();
    Object ready = loop.loop().isHere() ? take() : null;
    return messageOf(
        ready != null ? ready : Suspension.<@Nullable Object>await(this, limit, this::enrol));
  }

  /**
   * Returns an iterator that receives messages until the end of the sequence. {@code hasNext} waits
   * for a message and takes it, so call {@code next} after it and release what that returns. For
   * one caller at a time.
   */
  @Override
  public Iterator<T> iterator() {
    return new Iterator<>() {
      private @Nullable T taken;

      @Override
      public boolean hasNext() {
        if (taken == null) {
          taken = receive();
        }
        return taken != null;
      }

      @Override
      public T next() {
        if (!hasNext()) {
          throw new NoSuchElementException("the messages of " + channel + " have ended");
        }
        T message = Objects.requireNonNull(taken);
        taken = null;
        return message;
      }
    };
  }

  /**
   * Returns a source of the messages, for a select or for receivers that share it. A coroutine that
   * belongs to the calling one moves them, as by {@link Channel#produce}. Messages in the source
   * that nobody has received are released when it is cancelled. An exception among the messages
   * ends the source.
   *
   * @param capacity how many messages may wait in the source, besides those here; 0 for none
   * @throws IllegalArgumentException if it is negative
   * @throws IllegalStateException outside a coroutine
   */
  public Source<T> asSource(int capacity) {
    return Channel.<T>builder()
        .name(toString())
        .onUndelivered(ReferenceCountUtil::release)
        .produce(capacity, this::sendAll);
  }

  private void sendAll(Sink<T> out) {
    for (T message = receive(); message != null; message = receive()) {
      boolean sent = false;
      try {
        out.send(message);
        sent = true;
      } finally {
        if (!sent) {
          ReferenceCountUtil.release(message);
        }
      }
    }
  }

  /**
   * Ends the sequence, drops and releases what nobody has received, and closes the channel. Does
   * not wait for the channel: {@code NettyFutures.await(channel.closeFuture())} does. Closing again
   * has no effect.
   */
  @Override
  public void close() {
    try {
      onLoop(this::drop);
    } finally {
      var _ = channel.close();
    }
  }

  @Override
  public String toString() {
    return "messages of " + channel;
  }
}
