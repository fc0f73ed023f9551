package io.tourbillon.stress.memory;

import static io.tourbillon.stress.memory.Patience.again;
import static io.tourbillon.stress.memory.Patience.awaitUntil;
import static io.tourbillon.stress.memory.Patience.repeat;
import static io.tourbillon.stress.memory.Patience.requireNone;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.Future;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.LoopStats;
import io.tourbillon.coroutine.netty.NettyFutures;
import io.tourbillon.coroutine.netty.NettyLoops;
import io.tourbillon.coroutine.netty.NettyMessages;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Coroutines that talk by channels of Netty, on the loop of these channels. As in {@link
 * SocketsProgram}, a conversation may be cut short, and then the client begins another one. What
 * must hold: every wait ends, a conversation that ends in order has lost nothing, each buffer is
 * released, and no channel is left open.
 */
public final class NettyProgram implements SweptProgram {
  private static final Duration LIMIT = Duration.ofMillis(5);
  private static final long GREETING = 0x1234_5678_9abc_def0L;
  private static final int CAPACITY = 2;

  /** More conversations are not cut short by a few failures. */
  private static final int MOST_CONVERSATIONS = 20;

  private final Engine engine;
  private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final AtomicInteger begun = new AtomicInteger();
  private final AtomicInteger ended = new AtomicInteger();

  /** Counts what its buffers hold. */
  private final UnpooledByteBufAllocator buffers = new UnpooledByteBufAllocator(false);

  private @Nullable NettyLoops loops;
  private @Nullable Channel server;
  private @Nullable Coroutine<?> client;

  public NettyProgram(String kind) {
    engine = Engine.valueOf(kind);
  }

  @Override
  public void prepare() {
    NettyLoops made =
        NettyLoops.builder()
            .engine(engine)
            .loops(1)
            .scheduler(
                options ->
                    options
                        .watchdog(Duration.ZERO)
                        .exceptionHandler((_, failure) -> failures.add(failure)))
            .build();
    loops = made;
    server =
        new ServerBootstrap()
            .group(made.group())
            .channel(NioServerSocketChannel.class)
            .childOption(ChannelOption.ALLOCATOR, buffers)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    NettyMessages<ByteBuf> messages =
                        NettyMessages.open(channel, ByteBuf.class, CAPACITY);
                    Coroutine<?> _ = made.spawn(channel, () -> serve(channel, messages));
                  }
                })
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .syncUninterruptibly()
            .channel();
  }

  private NettyLoops loops() {
    if (loops == null) {
      throw new IllegalStateException("prepare comes first");
    }
    return loops;
  }

  private Channel server() {
    if (server == null) {
      throw new IllegalStateException("prepare comes first");
    }
    return server;
  }

  @Override
  public void operate() throws Exception {
    Coroutine<?> spawned = again(() -> loops().scheduler().spawn(() -> converse()));
    client = spawned;
    awaitUntil(() -> spawned.state().isEnd());
    Future<?> _ = server().close();
    awaitUntil(() -> begun.get() == ended.get());
  }

  /** Sends back what a client sends, until it closes. */
  private void serve(Channel channel, NettyMessages<ByteBuf> messages) throws Exception {
    begun.incrementAndGet();
    try {
      for (ByteBuf message = again(messages::receive);
          message != null;
          message = again(messages::receive)) {
        Future<?> sent = channel.writeAndFlush(message);
        repeat(() -> NettyFutures.await(sent));
      }
    } catch (CompletionException | OutOfMemoryError cutShort) {
      Thread.onSpinWait(); // The client notices.
    } finally {
      repeat(messages::close);
      ended.incrementAndGet();
    }
  }

  private void converse() throws Exception {
    SocketAddress address = server().localAddress();
    boolean complete = false;
    for (int conversation = 0; !complete && conversation < MOST_CONVERSATIONS; conversation++) {
      AtomicReference<@Nullable NettyMessages<ByteBuf>> messages = new AtomicReference<>();
      try {
        Bootstrap bootstrap = bootstrap(messages);
        var connecting = bootstrap.connect(address);
        Channel channel = connecting.channel();
        try {
          repeat(() -> NettyFutures.await(connecting));
          NettyMessages<ByteBuf> answers = messages.get();
          complete = answers != null && converse(channel, answers);
        } finally {
          NettyMessages<ByteBuf> opened = messages.get();
          if (opened == null) {
            Future<?> _ = channel.close();
          } else {
            repeat(opened::close);
            repeat(() -> NettyFutures.await(channel.closeFuture()));
          }
        }
      } catch (CompletionException | OutOfMemoryError cutShort) {
        Thread.onSpinWait();
      }
    }
    if (!complete) {
      throw new AssertionError("no conversation has come to its end");
    }
  }

  private Bootstrap bootstrap(AtomicReference<@Nullable NettyMessages<ByteBuf>> messages) {
    return new Bootstrap()
        .group(loops().group())
        .channel(NioSocketChannel.class)
        .option(ChannelOption.ALLOCATOR, buffers)
        .handler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel channel) {
                messages.set(NettyMessages.open(channel, ByteBuf.class, CAPACITY));
              }
            });
  }

  /** Returns false if the server has given up. */
  private static boolean converse(Channel channel, NettyMessages<ByteBuf> messages)
      throws Exception {
    return isSilent(messages)
        && exchange(channel, messages::receive)
        && exchange(channel, () -> receiveAside(messages));
  }

  private static boolean exchange(Channel channel, Callable<@Nullable ByteBuf> receiving)
      throws Exception {
    Future<?> sent = channel.writeAndFlush(channel.alloc().buffer().writeLong(GREETING));
    repeat(() -> NettyFutures.await(sent));
    ByteBuf answer = again(receiving);
    if (answer == null) {
      return false;
    }
    if (answer.readableBytes() != Long.BYTES || answer.getLong(0) != GREETING) {
      throw new AssertionError("the answer is " + answer);
    }
    boolean _ = answer.release();
    return true;
  }

  /** Receives by a thread that is on no loop. */
  private static @Nullable ByteBuf receiveAside(NettyMessages<ByteBuf> messages) throws Exception {
    AtomicReference<@Nullable ByteBuf> received = new AtomicReference<>();
    AtomicBoolean done = new AtomicBoolean();
    repeat(
        () ->
            Coroutines.blocking(
                () -> {
                  if (!done.get()) {
                    received.set(again(messages::receive));
                    done.set(true);
                  }
                }));
    return received.get();
  }

  /** Nobody has sent anything: the wait ends by its limit. */
  private static boolean isSilent(NettyMessages<ByteBuf> messages) throws Exception {
    return again(
        () -> {
          try {
            ByteBuf message = messages.receive(LIMIT);
            if (message != null) {
              throw new AssertionError("received " + message);
            }
            return false;
          } catch (TimeoutException expected) {
            return true;
          }
        });
  }

  @Override
  public void check() throws Exception {
    List<String> faults = new ArrayList<>();
    Coroutine<?> talking = client;
    if (talking == null || !talking.state().isEnd()) {
      faults.add("the client has not ended: " + talking);
    }
    awaitUntil(() -> begun.get() == ended.get());
    if (begun.get() != ended.get()) {
      faults.add(ended + " of " + begun + " coroutines of the server have ended");
    }
    if (loops().scheduler().stats().loops().stream().anyMatch(LoopStats::dead)) {
      faults.add("a loop has died");
    }
    if (faults.isEmpty() && !loops().close(Patience.LIMIT)) {
      faults.add("the scheduler does not end");
    }
    if (faults.isEmpty() && !loops().group().isTerminated()) {
      faults.add("Netty does not end");
    }
    // A turn of Netty without memory says so, and goes on.
    failures.stream()
        .filter(failure -> !(failure instanceof OutOfMemoryError))
        .forEach(failure -> faults.add("failed: " + failure));
    long bytesLeft = buffers.metric().usedHeapMemory() + buffers.metric().usedDirectMemory();
    if (faults.isEmpty() && bytesLeft != 0) {
      faults.add("buffers are left: " + bytesLeft + " bytes");
    }
    if (faults.isEmpty()) {
      Descriptors.check(faults);
    }
    requireNone(faults, failures);
  }
}
