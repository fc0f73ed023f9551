package io.tourbillon.coroutine.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerFactory;
import io.netty.util.concurrent.AbstractEventExecutorGroup;
import io.netty.util.concurrent.DefaultPromise;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.concurrent.Promise;
import io.tourbillon.coroutine.internal.loop.EventLoop;
import io.tourbillon.coroutine.internal.loop.Poller;
import io.tourbillon.coroutine.internal.task.CurrentLoop;
import io.tourbillon.coroutine.internal.task.SuspendingCoroutine;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The loops of a {@link NettyLoops} as a group of Netty. Thread-safe. */
final class NettyGroup extends AbstractEventExecutorGroup
    implements IoEventLoopGroup, Poller.Factory {
  private final IoHandlerFactory factory;

  /** Complete before anybody but the builder has the group. */
  private final List<NettyPoller> pollers = new CopyOnWriteArrayList<>();

  private final AtomicInteger next = new AtomicInteger();

  /** How many loops have not ended. */
  private final AtomicInteger left = new AtomicInteger();

  /** The end of all loops, for {@link NettyLoops}. */
  private final CompletableFuture<@Nullable Void> over = new CompletableFuture<>();

  private final Promise<@Nullable Void> terminated =
      new DefaultPromise<>(GlobalEventExecutor.INSTANCE);

  NettyGroup(IoHandlerFactory factory) {
    this.factory = factory;
  }

  // Called when the scheduler is built, and when a loop that had ended gets another thread.

  @Override
  public @Nullable Poller newPoller(EventLoop loop, Thread thread) {
    if (pollers.stream().anyMatch(one -> one.channels().loop().equals(loop))) {
      return null; // Netty has ended there.
    }
    NettyPoller poller = new NettyPoller(loop, thread, this, factory, this::ended);
    left.incrementAndGet();
    pollers.add(poller);
    return poller;
  }

  /** Called by a loop on which Netty has ended. */
  private void ended() {
    if (left.decrementAndGet() == 0) {
      terminated.setSuccess(null);
      over.complete(null);
    }
  }

  CompletableFuture<?> over() {
    return over;
  }

  /** Returns whether the caller is a handler or task of Netty on one of the loops. */
  boolean isInTurn() {
    return pollers.stream().anyMatch(one -> one.channels().isInTurn());
  }

  // The group.

  /**
   * Returns the loop of the calling coroutine, so that a channel that it opens is on its own loop,
   * and makes the coroutine stay there. Returns the loops in turn for other callers; for Netty,
   * too, so that the connections of a server are spread over the loops.
   */
  @Override
  public IoEventLoop next() {
    SuspendingCoroutine<?> coroutine = CurrentLoop.coroutine();
    if (coroutine != null) {
      coroutine.loop().anchor(coroutine);
      for (NettyPoller poller : pollers) {
        if (poller.channels().loop().equals(coroutine.loop())) {
          return poller.channels();
        }
      }
    }
    return pollers.get(Math.floorMod(next.getAndIncrement(), pollers.size())).channels();
  }

  @Override
  public Iterator<EventExecutor> iterator() {
    return pollers.stream().<EventExecutor>map(NettyPoller::channels).iterator();
  }

  @Override
  public boolean isCompatible(Class<? extends IoHandle> handleType) {
    return pollers.getFirst().events().isCompatible(handleType);
  }

  @Override
  public boolean isIoType(Class<? extends IoHandler> handlerType) {
    return pollers.getFirst().events().isOfType(handlerType);
  }

  /**
   * {@inheritDoc} If registration runs out of memory, closes the channel, which a {@code Bootstrap}
   * would leave open.
   */
  @Override
  @Deprecated
  public ChannelFuture register(Channel channel) {
    try {
      return next().register(channel);
    } catch (OutOfMemoryError full) {
      channel.unsafe().closeForcibly();
      throw full;
    }
  }

  @Override
  @Deprecated
  public ChannelFuture register(ChannelPromise promise) {
    return next().register(promise);
  }

  @Override
  @Deprecated
  public ChannelFuture register(Channel channel, ChannelPromise promise) {
    return next().register(channel, promise);
  }

  // The end.

  /**
   * Closes all channels and ends Netty on all loops at once. The coroutines go on. There is no
   * quiet period, in which a loop would sleep.
   */
  @Override
  public Future<?> shutdownGracefully(long quietPeriod, long timeout, TimeUnit unit) {
    pollers.forEach(NettyPoller::shutDown);
    return terminated;
  }

  @Override
  @Deprecated
  public void shutdown() {
    pollers.forEach(NettyPoller::shutDown);
  }

  @Override
  public Future<?> terminationFuture() {
    return terminated;
  }

  @Override
  public boolean isShuttingDown() {
    return pollers.stream().allMatch(one -> one.channels().isShuttingDown()) || isTerminated();
  }

  @Override
  public boolean isShutdown() {
    return isTerminated();
  }

  @Override
  public boolean isTerminated() {
    return terminated.isDone();
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    return terminated.await(timeout, unit);
  }
}
