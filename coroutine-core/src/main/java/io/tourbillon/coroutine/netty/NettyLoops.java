package io.tourbillon.coroutine.netty;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.nio.NioIoHandler;
import io.tourbillon.coroutine.Action;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.SpawnOptions;
import io.tourbillon.coroutine.internal.loop.Uninterruptibly;
import io.tourbillon.coroutine.internal.scheduler.SchedulerKernel;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A scheduler of coroutines whose loops are also event loops of Netty: channels, codecs, TLS and
 * HTTP of Netty run in the same threads as the coroutines that use them. The package documentation
 * has an example, and says how the two share a thread.
 *
 * <p>Give {@link #group} to the {@code Bootstrap} or {@code ServerBootstrap}, start a coroutine for
 * a channel by {@link #spawn(Channel, Action)}, read by {@link NettyMessages}, and write by {@code
 * NettyFutures.await(channel.writeAndFlush(message))}, which suspends the coroutine until the
 * message is in the socket, so that a slow peer slows the coroutine down.
 *
 * <p>Coroutines of these loops cannot use the sockets of {@code io.tourbillon.coroutine.net}, which
 * refuse them at the first call with an {@link UnsupportedOperationException}: the loops rest in
 * the selector of Netty. Use a channel of Netty, or a {@link CoroutineScheduler} of its own for the
 * coroutines with those sockets.
 *
 * <p>Serves the channels of NIO: {@code NioSocketChannel}, {@code NioServerSocketChannel}, {@code
 * NioDatagramChannel}, {@code NioDomainSocketChannel} and the like. Netty fails the registration of
 * a channel of another transport.
 *
 * <p>Thread-safe.
 */
@SuppressWarnings("exports") // Users of this package require Netty themselves.
public final class NettyLoops implements AutoCloseable {
  /** How long to wait for the loops after the last coroutine has ended. */
  private static final Duration CLEAN_UP = Duration.ofSeconds(5);

  private final CoroutineScheduler scheduler;
  private final NettyGroup group;

  private NettyLoops(Builder options) {
    group = new NettyGroup(options.factory);
    scheduler = SchedulerKernel.build(options.scheduler, group);
  }

  /** Returns new loops with the default options, one for each processor. */
  public static NettyLoops create() {
    return builder().build();
  }

  /** Returns a builder with the default options. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Options of loops; each method returns this builder. Not thread-safe. A builder may build any
   * number of loops.
   */
  public static final class Builder {
    private final CoroutineScheduler.Builder scheduler = CoroutineScheduler.builder().name("netty");
    private IoHandlerFactory factory = NioIoHandler.newFactory();

    private Builder() {}

    /** As {@link CoroutineScheduler.Builder#loops}. */
    public Builder loops(int loops) {
      scheduler.loops(loops);
      return this;
    }

    /** As {@link CoroutineScheduler.Builder#engine}. */
    public Builder engine(Engine engine) {
      scheduler.engine(engine);
      return this;
    }

    /** As {@link CoroutineScheduler.Builder#name}. The default is {@code netty}. */
    public Builder name(String name) {
      scheduler.name(name);
      return this;
    }

    /**
     * Sets any other options of the scheduler. {@link #build} refuses a clock that is not the
     * system's, since sockets know no other time.
     *
     * @param options called at once
     */
    public Builder scheduler(Consumer<? super CoroutineScheduler.Builder> options) {
      options.accept(scheduler);
      return this;
    }

    /**
     * Sets the factory of the {@code IoHandler} in which the loops select. The default is {@link
     * NioIoHandler#newFactory()}. It must make handlers for the channels of NIO, as the other
     * factories of that class do.
     */
    public Builder ioHandlerFactory(IoHandlerFactory factory) {
      this.factory = Objects.requireNonNull(factory, "factory");
      return this;
    }

    /**
     * Starts the loops.
     *
     * @throws io.netty.channel.ChannelException if a selector cannot be opened, as when too many
     *     files are open; nothing is left open
     * @throws UnsupportedOperationException if this JVM cannot run the engine that was set, or the
     *     clock is not the system's
     */
    public NettyLoops build() {
      return new NettyLoops(this);
    }
  }

  /** Returns the scheduler. Closing it ends Netty as well, but does not wait for that. */
  public CoroutineScheduler scheduler() {
    return scheduler;
  }

  /**
   * Returns the loops as a group for {@code Bootstrap} and {@code ServerBootstrap}. A channel that
   * a coroutine of these loops opens is on the loop of that coroutine, which then stays on it.
   * Other channels are spread over the loops, among them the connections that a server accepts.
   *
   * <p>Shutting the group down closes its channels and ends Netty on all loops, without a quiet
   * period; the coroutines go on. Do not shut a single loop of the group down: with a quiet period
   * Netty sleeps, and the coroutines of the loop with it.
   */
  public IoEventLoopGroup group() {
    return group;
  }

  /**
   * Starts a coroutine on the loop of a channel, where it stays for life. It begins even if it is
   * cancelled before, so that its body can close what it was given. It does not end with the
   * channel: {@link NettyMessages} tell it.
   *
   * @throws IllegalArgumentException if the channel is not on one of these loops
   * @throws IllegalStateException if the channel is not registered yet, or its loop has died
   * @throws RejectedExecutionException if the scheduler is closed
   */
  public Coroutine<@Nullable Void> spawn(Channel channel, Action body) {
    return spawn(channel, SpawnOptions.DEFAULT, body);
  }

  /** As {@link #spawn(Channel, Action)}, with options; the channel chooses the loop. */
  public Coroutine<@Nullable Void> spawn(Channel channel, SpawnOptions options, Action body) {
    return scheduler.spawn(onLoopOf(channel, options), body);
  }

  /** As {@link #spawn(Channel, Action)}, with a result. */
  public <T extends @Nullable Object> Coroutine<T> spawn(Channel channel, Callable<T> body) {
    return spawn(channel, SpawnOptions.DEFAULT, body);
  }

  /** As {@link #spawn(Channel, Action)}, with options and a result. */
  public <T extends @Nullable Object> Coroutine<T> spawn(
      Channel channel, SpawnOptions options, Callable<T> body) {
    return scheduler.spawn(onLoopOf(channel, options), body);
  }

  private SpawnOptions onLoopOf(Channel channel, SpawnOptions options) {
    EventLoop loop = channel.eventLoop();
    if (loop instanceof ChannelLoop own && group.equals(own.parent())) {
      return options.onLoop(own.loop()).evenIfCancelled();
    }
    throw new IllegalArgumentException(
        "the channel must be on a loop of these NettyLoops, and it is on " + loop + ": " + channel);
  }

  /**
   * Closes the scheduler as {@link CoroutineScheduler#close()} does: refuses new coroutines and
   * waits for those that have not ended. Then closes all channels, and waits for some seconds until
   * the loops have ended. A server accepts connections until then, and its handlers cannot spawn
   * coroutines for them, so close its channel first.
   *
   * <p>A coroutine that waits for the next message of an idle client has not ended, so clients that
   * keep their connections can delay this without a limit. Set one when the loops are built, by
   * {@code scheduler(b -> b.closeGrace(Duration.ofSeconds(5)))}, after which coroutines are
   * cancelled, or call {@link #close(Duration)}.
   *
   * @throws IllegalStateException if a coroutine or a handler of these loops calls this
   */
  @Override
  public void close() {
    requireOutside();
    scheduler.close();
    awaitEnd();
  }

  /**
   * Closes as {@link #close()} does, with a grace for the coroutines as in {@link
   * CoroutineScheduler#close(Duration)}. If coroutines do not end even when they are cancelled,
   * their loops go on, with their channels.
   *
   * @return true if all coroutines have ended
   * @throws IllegalArgumentException if the grace is negative
   * @throws IllegalStateException if a coroutine or a handler of these loops calls this
   */
  public boolean close(Duration grace) {
    requireOutside();
    boolean ended = scheduler.close(grace);
    if (ended) {
      awaitEnd();
    }
    return ended;
  }

  private void requireOutside() {
    if (group.isInTurn()) {
      throw new IllegalStateException(
          "NettyLoops must not be closed by a handler or task on one of their loops: "
              + Thread.currentThread());
    }
  }

  /** Waits for the loops, unless coroutines are left, which hold them. */
  private void awaitEnd() {
    if (scheduler.dump(0).total() == 0) {
      boolean _ = Uninterruptibly.isDoneWithin(group.over(), CLEAN_UP);
    }
  }

  @Override
  public String toString() {
    return "NettyLoops of " + scheduler;
  }
}
