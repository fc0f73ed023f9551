package io.tourbillon.coroutine.netty;

import static io.tourbillon.coroutine.Cancelled.assertCancelled;
import static io.tourbillon.coroutine.TestSchedulers.ENGINE;
import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalServerChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.BlockingOperationException;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.ThreadAwareExecutor;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.LogCapture;
import io.tourbillon.coroutine.LoopStats;
import io.tourbillon.coroutine.SpawnOptions;
import io.tourbillon.coroutine.channel.Source;
import io.tourbillon.coroutine.internal.engine.EngineLoop;
import io.tourbillon.coroutine.internal.engine.LoopOfThread;
import io.tourbillon.coroutine.net.TcpListener;
import io.tourbillon.timer.VirtualClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class NettyLoopsTest {
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  // Kept because java.util.logging holds loggers weakly.
  private static final Logger NETTY_LOG = Logger.getLogger("io.netty");

  private final NettyLoops loops = newLoops(2);

  @BeforeAll
  static void silence() {
    NETTY_LOG.setLevel(Level.OFF); // Netty logs what a handler throws, with its stack.
  }

  @AfterAll
  static void speak() {
    NETTY_LOG.setLevel(null);
  }

  private static NettyLoops newLoops(int count) {
    return NettyLoops.builder()
        .loops(count)
        .engine(ENGINE)
        .name("netty-test")
        .scheduler(options -> options.stallHandler(stall -> {}))
        .build();
  }

  @AfterEach
  void close() {
    loops.close(Duration.ZERO);
  }

  private <T> T run(Callable<T> body) {
    return loops.scheduler().spawn(body).join();
  }

  /** Serves connections by what the initializer does with their channels. */
  static Channel listen(NettyLoops loops, Consumer<Channel> initializer) {
    return new ServerBootstrap()
        .group(loops.group())
        .channel(NioServerSocketChannel.class)
        .childHandler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel channel) {
                initializer.accept(channel);
              }
            })
        .bind(ANY_PORT)
        .syncUninterruptibly()
        .channel();
  }

  private Channel listen(Consumer<Channel> initializer) {
    return listen(loops, initializer);
  }

  private static void echo(Channel channel, NettyMessages<ByteBuf> messages) {
    try (messages) {
      for (ByteBuf message : messages) {
        NettyFutures.await(channel.writeAndFlush(message));
      }
    }
  }

  private void serveEcho(Channel channel) {
    NettyMessages<ByteBuf> messages = NettyMessages.open(channel, ByteBuf.class, 4);
    loops.spawn(channel, () -> echo(channel, messages));
  }

  private static Socket connect(Channel server) throws IOException {
    InetSocketAddress address = (InetSocketAddress) server.localAddress();
    Socket socket = new Socket(address.getAddress(), address.getPort());
    socket.setSoTimeout((int) PATIENCE.toMillis());
    socket.setTcpNoDelay(true);
    return socket;
  }

  private static String exchange(Socket socket, String message) throws IOException {
    socket.getOutputStream().write(message.getBytes(UTF_8));
    return new String(socket.getInputStream().readNBytes(message.length()), UTF_8);
  }

  static void await(BooleanSupplier condition) throws InterruptedException {
    long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadlineNanos, "not in time");
      Thread.sleep(1);
    }
  }

  // Messages.

  @Test
  void echo_ofManyClients_comesBack() throws Exception {
    Channel server = listen(this::serveEcho);
    List<Thread> clients = new ArrayList<>();
    AtomicInteger answered = new AtomicInteger();
    for (int client = 0; client < 10; client++) {
      String name = "client " + client;
      clients.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    try (Socket socket = connect(server)) {
                      for (int number = 0; number < 50; number++) {
                        String message = name + ", message " + number;
                        assertEquals(message, exchange(socket, message));
                        answered.incrementAndGet();
                      }
                    } catch (IOException failure) {
                      throw new AssertionError(failure);
                    }
                  }));
    }
    for (Thread client : clients) {
      assertTrue(client.join(PATIENCE));
    }
    assertEquals(500, answered.get());
  }

  @Test
  void close_endsEverything() throws Exception {
    NettyLoops own = newLoops(2);
    Channel server =
        listen(
            own,
            channel -> {
              NettyMessages<ByteBuf> messages = NettyMessages.open(channel, ByteBuf.class, 4);
              own.spawn(channel, () -> echo(channel, messages));
            });
    try (Socket socket = connect(server)) {
      assertEquals("hello", exchange(socket, "hello"));
      assertTrue(own.close(Duration.ZERO));
      assertEquals(-1, socket.getInputStream().read());
    }
    assertTrue(own.group().isTerminated());
    assertFalse(server.isOpen());
  }

  @Test
  void close_leavesNoThreadAndNoDescriptor() throws Exception {
    newLoops(2).close(Duration.ZERO); // Loads classes, which have open files.
    long before = descriptors();
    for (int round = 0; round < 3; round++) {
      NettyLoops own = NettyLoops.builder().loops(2).engine(ENGINE).name("fleeting").build();
      Channel server = listen(own, channel -> NettyMessages.open(channel, ByteBuf.class, 1));
      List<Socket> sockets = new ArrayList<>();
      for (int number = 0; number < 20; number++) {
        sockets.add(connect(server));
      }
      own.close(); // Some connections are accepted by one loop, and the other one has ended.
      for (Socket socket : sockets) {
        assertThrowsOrEnds(socket);
        socket.close();
      }
    }
    await(() -> descriptors() <= before);
    await(
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("fleeting")));
  }

  private static long descriptors() {
    String[] open = new java.io.File("/proc/self/fd").list();
    return open == null ? 0 : open.length;
  }

  @Test
  void build_thatCannotOpenAllSelectors_leavesNothingOpen() throws Exception {
    newLoops(2).close(Duration.ZERO);
    long before = descriptors();
    AtomicInteger opened = new AtomicInteger();
    IoHandlerFactory nio = NioIoHandler.newFactory();
    NettyLoops.Builder builder =
        NettyLoops.builder()
            .loops(2)
            .engine(ENGINE)
            .ioHandlerFactory(
                executor -> {
                  if (opened.incrementAndGet() == 2) {
                    throw new ChannelException("too many open files");
                  }
                  return nio.newHandler(executor);
                });
    assertThrows(ChannelException.class, builder::build);
    await(() -> descriptors() <= before);
  }

  /** The handler fails in a way that Netty does not foresee. */
  @Test
  void loopThatDies_closesItsChannels() throws Exception {
    AtomicBoolean broken = new AtomicBoolean();
    try (LogCapture log = new LogCapture();
        NettyLoops own =
            NettyLoops.builder()
                .loops(1)
                .engine(ENGINE)
                .ioHandlerFactory(executor -> new Breaking(executor, broken))
                .build()) {
      Channel server =
          listen(
              own,
              channel -> {
                NettyMessages<ByteBuf> messages = NettyMessages.open(channel, ByteBuf.class, 4);
                own.spawn(channel, () -> echo(channel, messages));
              });
      try (Socket socket = connect(server)) {
        assertEquals("a", exchange(socket, "a"));
        broken.set(true);
        socket.getOutputStream().write('b');
        assertThrowsOrEnds(socket);
      }
      assertTrue(own.group().terminationFuture().await(30, TimeUnit.SECONDS));
      assertTrue(log.firstLine().contains("has died"), log.lines()::toString);
      assertThrows(RejectedExecutionException.class, () -> own.group().next().execute(() -> {}));
    }
  }

  /** A handler of NIO that can be broken. */
  private static final class Breaking implements IoHandler {
    private final IoHandler nio;
    private final AtomicBoolean broken;

    Breaking(ThreadAwareExecutor executor, AtomicBoolean broken) {
      nio = NioIoHandler.newFactory().newHandler(executor);
      this.broken = broken;
    }

    @Override
    public int run(IoHandlerContext context) {
      int handled = nio.run(context);
      if (broken.get()) {
        throw new AssertionError("broken");
      }
      return handled;
    }

    @Override
    public void prepareToDestroy() {
      nio.prepareToDestroy();
    }

    @Override
    public void destroy() {
      nio.destroy();
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
      return nio.register(handle);
    }

    @Override
    public void wakeup() {
      nio.wakeup();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
      return nio.isCompatible(handleType);
    }
  }

  @Test
  void close_byAHandler_isRefused() throws Exception {
    CompletableFuture<Throwable> refused = new CompletableFuture<>();
    loops
        .group()
        .execute(() -> refused.complete(assertThrows(IllegalStateException.class, loops::close)));
    assertTrue(
        refused.get(30, TimeUnit.SECONDS).getMessage().contains("must not be closed by"),
        () -> refused.join().getMessage());
  }

  @Test
  void messages_toAPeerThatShutsItsOutputDown_canStillBeSent() throws Exception {
    Channel server =
        new ServerBootstrap()
            .group(loops.group())
            .channel(NioServerSocketChannel.class)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    NettyMessages<ByteBuf> messages = NettyMessages.open(channel, ByteBuf.class, 1);
                    loops.spawn(
                        channel,
                        () -> {
                          try (messages) {
                            int bytes = 0;
                            for (ByteBuf message : messages) {
                              bytes += message.readableBytes();
                              message.release();
                            }
                            NettyFutures.await(channel.writeAndFlush(text(bytes + " bytes")));
                          }
                        });
                  }
                })
            .bind(ANY_PORT)
            .sync()
            .channel();
    try (Socket socket = connect(server)) {
      socket.getOutputStream().write(new byte[100_000]);
      socket.shutdownOutput();
      assertEquals("100000 bytes", new String(socket.getInputStream().readAllBytes(), UTF_8));
    }
  }

  private static ByteBuf text(String text) {
    return Unpooled.copiedBuffer(text, UTF_8);
  }

  /** More than all buffers of the system hold; the coroutine reads nothing before all is stuck. */
  @Test
  void peer_thatSendsMuch_isSlowedDown() throws Exception {
    int total = 64 << 20;
    CountDownLatch stuck = new CountDownLatch(1);
    AtomicInteger arrived = new AtomicInteger();
    CompletableFuture<Long> received = new CompletableFuture<>();
    Channel server =
        listen(
            channel -> {
              channel.pipeline().addLast(new Counting(arrived));
              NettyMessages<ByteBuf> messages = NettyMessages.open(channel, ByteBuf.class, 4);
              loops.spawn(
                  channel,
                  () -> {
                    try (messages) {
                      Coroutines.blocking(() -> stuck.await(30, TimeUnit.SECONDS));
                      long bytes = 0;
                      for (ByteBuf message : messages) {
                        bytes += message.readableBytes();
                        message.release();
                      }
                      received.complete(bytes);
                    }
                  });
            });
    InetSocketAddress address = (InetSocketAddress) server.localAddress();
    try (SocketChannel peer = SocketChannel.open(address)) {
      peer.configureBlocking(false);
      long sent = sendUntilStuck(peer, total);
      assertTrue(sent < total / 2, () -> "sent " + sent);
      int kept = arrived.get();
      assertTrue(kept <= 4 + 16, () -> kept + " messages wait"); // Netty reads 16 times at most.
      stuck.countDown();
      peer.configureBlocking(true);
      ByteBuffer rest = ByteBuffer.allocate((int) (total - sent));
      while (rest.hasRemaining()) {
        peer.write(rest);
      }
      peer.shutdownOutput();
      assertEquals(total, received.get(30, TimeUnit.SECONDS));
    }
  }

  private static long sendUntilStuck(SocketChannel peer, int total)
      throws IOException, InterruptedException {
    ByteBuffer chunk = ByteBuffer.allocate(1 << 16);
    long sent = 0;
    int refusals = 0;
    while (refusals < 100 && sent < total) {
      int written = peer.write(chunk.clear());
      sent += written;
      refusals = written == 0 ? refusals + 1 : 0;
      if (written == 0) {
        Thread.sleep(1);
      }
    }
    return sent;
  }

  /** Counts messages. */
  private static final class Counting extends ChannelInboundHandlerAdapter {
    private final AtomicInteger arrived;

    Counting(AtomicInteger arrived) {
      this.arrived = arrived;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      arrived.incrementAndGet();
      context.fireChannelRead(message);
    }
  }

  /** Keeps all messages, to find those that nobody has released. */
  private static final class Remembering extends ChannelInboundHandlerAdapter {
    private final Set<ByteBuf> seen;

    Remembering(Set<ByteBuf> seen) {
      this.seen = seen;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      // Another object for each, as Netty uses its own again.
      ByteBuf copy = Unpooled.copiedBuffer((ByteBuf) message);
      ((ByteBuf) message).release();
      seen.add(copy);
      context.fireChannelRead(copy);
    }
  }

  /**
   * Some messages are received, others wait when the coroutine is cancelled, and some come later.
   */
  @Test
  void messagesThatNobodyReceives_areReleased() throws Exception {
    Set<ByteBuf> seen =
        Collections.newSetFromMap(Collections.synchronizedMap(new IdentityHashMap<>()));
    CompletableFuture<Coroutine<?>> served = new CompletableFuture<>();
    Channel server =
        listen(
            channel -> {
              channel.pipeline().addLast(new Remembering(seen));
              NettyMessages<ByteBuf> messages = NettyMessages.open(channel, ByteBuf.class, 4);
              served.complete(
                  loops.spawn(
                      channel,
                      () -> {
                        try (messages) {
                          Objects.requireNonNull(messages.receive()).release();
                          Coroutines.delay(PATIENCE);
                        }
                      }));
            });
    try (Socket socket = connect(server)) {
      for (int number = 0; number < 10; number++) {
        int sent = number;
        socket.getOutputStream().write(sent);
        await(() -> seen.size() > Math.min(sent, 4));
      }
      Coroutine<?> coroutine = served.get(30, TimeUnit.SECONDS);
      coroutine.cancel();
      assertCancelled(() -> coroutine.join(PATIENCE));
      assertThrowsOrEnds(socket);
    }
    await(() -> seen.stream().allMatch(message -> message.refCnt() == 0));
  }

  /** The peer has sent what nobody has read, so the system may reset the connection. */
  private static void assertThrowsOrEnds(Socket socket) {
    try {
      assertEquals(-1, socket.getInputStream().read());
    } catch (IOException reset) {
      assertTrue(reset.getMessage().contains("reset"), reset::getMessage);
    }
  }

  @Test
  void coroutineThatIsCancelledBeforeItBegins_closesItsChannel() throws Exception {
    Channel server =
        listen(
            channel -> {
              NettyMessages<ByteBuf> messages = NettyMessages.open(channel, ByteBuf.class, 4);
              loops.spawn(channel, () -> echo(channel, messages)).cancel();
            });
    try (Socket socket = connect(server)) {
      assertEquals(-1, socket.getInputStream().read());
    }
  }

  @Test
  void exceptionInThePipeline_isThrownAfterTheMessagesBefore() throws Exception {
    CompletableFuture<List<Object>> received = new CompletableFuture<>();
    Channel server =
        listen(
            channel -> {
              channel
                  .pipeline()
                  .addLast(
                      new ChannelInboundHandlerAdapter() {
                        @Override
                        public void channelRead(ChannelHandlerContext context, Object message) {
                          context.fireChannelRead(message);
                          throw new AssertionError("broken");
                        }
                      });
              NettyMessages<ByteBuf> messages = NettyMessages.open(channel, ByteBuf.class, 4);
              loops.spawn(
                  channel,
                  () -> {
                    try (messages) {
                      List<Object> all = new ArrayList<>();
                      ByteBuf first = Objects.requireNonNull(messages.receive());
                      all.add(first.toString(UTF_8));
                      first.release();
                      all.add(
                          assertThrows(CompletionException.class, messages::receive)
                              .getCause()
                              .getMessage());
                      received.complete(all);
                    }
                  });
            });
    try (Socket socket = connect(server)) {
      socket.getOutputStream().write('a');
      assertEquals(List.of("a", "broken"), received.get(30, TimeUnit.SECONDS));
    }
  }

  /** A thread, and a coroutine that may be on the other loop, ask the loop of the channel. */
  @Test
  void receiversElsewhere_getMessagesToo() throws Exception {
    CompletableFuture<NettyMessages<ByteBuf>> opened = new CompletableFuture<>();
    Channel server =
        listen(channel -> opened.complete(NettyMessages.open(channel, ByteBuf.class, 4)));
    try (Socket socket = connect(server);
        NettyMessages<ByteBuf> messages = opened.get(30, TimeUnit.SECONDS)) {
      assertThrows(TimeoutException.class, () -> messages.receive(Duration.ofMillis(5)));
      Coroutine<?> givesUp = loops.scheduler().spawn(() -> messages.receive());
      await(() -> givesUp.waitsFor().isPresent());
      givesUp.cancel();
      assertCancelled(() -> givesUp.join(PATIENCE));
      for (int number = 0; number < 20; number++) {
        socket.getOutputStream().write(number);
        ByteBuf message =
            number % 2 == 0
                ? messages.receive(PATIENCE)
                : loops.scheduler().spawn(() -> messages.receive()).join(PATIENCE);
        assertEquals(number, Objects.requireNonNull(message).readByte());
        message.release();
      }
      socket.shutdownOutput();
      assertNull(messages.receive(PATIENCE));
    }
  }

  @Test
  void source_hasTheMessages_andReleasesWhatIsLeft() throws Exception {
    Set<ByteBuf> seen =
        Collections.newSetFromMap(Collections.synchronizedMap(new IdentityHashMap<>()));
    CompletableFuture<Integer> sum = new CompletableFuture<>();
    Channel server =
        listen(
            channel -> {
              channel.pipeline().addLast(new Remembering(seen));
              NettyMessages<ByteBuf> messages = NettyMessages.open(channel, ByteBuf.class, 2);
              loops.spawn(
                  channel,
                  () -> {
                    try (messages) {
                      Source<ByteBuf> source = messages.asSource(2);
                      ByteBuf first = source.receive();
                      sum.complete((int) first.readByte());
                      first.release();
                      while (source.size() < 2) {
                        Coroutines.delay(Duration.ofMillis(1));
                      }
                      source.cancel();
                    }
                  });
            });
    try (Socket socket = connect(server)) {
      for (int number = 1; number < 4; number++) {
        int sent = number;
        socket.getOutputStream().write(sent);
        await(() -> seen.size() >= sent);
      }
      assertEquals(1, sum.get(30, TimeUnit.SECONDS));
      assertThrowsOrEnds(socket);
    }
    await(() -> seen.stream().allMatch(message -> message.refCnt() == 0));
  }

  // The loop.

  @Test
  void inEventLoop_isTrueInTheTurnOfNettyOnly() throws Exception {
    EventLoop loop = loops.group().next();
    assertInstanceOf(ManualIoEventLoop.class, loop);
    assertTrue(loop.submit(() -> loop.inEventLoop()).get(30, TimeUnit.SECONDS));
    assertFalse(loop.inEventLoop());
    assertFalse(
        run(
            () -> {
              EventLoop own = loops.group().next();
              assertSame(own, loops.group().next());
              return own.inEventLoop();
            }));
  }

  /**
   * No thread is switched: the turn of Netty, and the coroutine that it resumes, share a thread.
   */
  @Test
  void coroutinesAndNetty_shareAThread() {
    run(
        () -> {
          EventLoop own = loops.group().next();
          Future<@Nullable EngineLoop> there = own.submit(LoopOfThread::get);
          assertSame(LoopOfThread.get(), NettyFutures.await(there));
          if (ENGINE == Engine.CONTINUATION) {
            assertSame(
                Thread.currentThread(),
                NettyFutures.await(own.submit(() -> Thread.currentThread())));
          }
          return null;
        });
  }

  @Test
  void blockingWaitForAFutureOfTheLoop_endsInAStatedWay() {
    run(
        () -> {
          EventLoop own = loops.group().next();
          Promise<String> promise = own.newPromise();
          loops.scheduler().spawn(SpawnOptions.DEFAULT.here(), () -> promise.setSuccess("done"));
          if (ENGINE == Engine.VIRTUAL_THREAD) {
            assertEquals("done", promise.sync().getNow());
          } else {
            assertThrows(BlockingOperationException.class, promise::sync);
            assertThrows(BlockingOperationException.class, () -> own.invokeAll(List.of(() -> 1)));
          }
          return NettyFutures.await(promise);
        });
  }

  @Test
  void waitsInAHandler_areRefused() throws Exception {
    EventLoop loop = loops.group().next();
    Promise<String> promise = loop.newPromise();
    loop.submit(
            () -> {
              assertThrows(BlockingOperationException.class, promise::sync);
              assertThrows(
                  IllegalStateException.class, () -> Coroutines.delay(Duration.ofMillis(1)));
              return "";
            })
        .get(30, TimeUnit.SECONDS);
  }

  /**
   * A coroutine waits in line for a lock, and a task of Netty on the same loop waits behind it. If
   * that task held the thread of the loop, the coroutine could not run when it is its turn.
   */
  @Test
  void taskOfNetty_mayWaitForALock_behindACoroutine() throws Exception {
    ReentrantLock lock = new ReentrantLock();
    lock.lock();
    Coroutine<Integer> coroutine;
    Future<Integer> task;
    try {
      EventLoop loop = run(() -> loops.group().next());
      coroutine =
          loops
              .scheduler()
              .spawn(
                  SpawnOptions.DEFAULT.onLoop(((ChannelLoop) loop).loop()),
                  () -> {
                    lock.lock();
                    lock.unlock();
                    return 1;
                  });
      await(() -> lock.getQueueLength() == 1);
      task =
          loop.submit(
              () -> {
                lock.lock();
                lock.unlock();
                return 2;
              });
      if (ENGINE == Engine.VIRTUAL_THREAD) {
        await(() -> lock.getQueueLength() == 2);
      }
    } finally {
      lock.unlock();
    }
    assertEquals(1, coroutine.join(PATIENCE));
    assertEquals(2, task.get(30, TimeUnit.SECONDS));
  }

  @Test
  void failuresOfTasks_leaveTheLoopAlive() throws Exception {
    EventLoop loop = loops.group().next();
    loop.execute(
        () -> {
          throw new IllegalStateException("of a test");
        });
    loop.execute(
        () -> {
          throw new AssertionError("of a test");
        });
    assertEquals(1, loop.submit(() -> 1).get(30, TimeUnit.SECONDS));
    assertEquals(2, run(() -> 2));
  }

  @Test
  void connections_areSpreadOverTheLoops_andThoseOfACoroutineAreOnItsOwn() throws Exception {
    Set<EventLoop> used = ConcurrentHashMap.newKeySet();
    Channel server =
        listen(
            channel -> {
              used.add(channel.eventLoop());
              serveEcho(channel);
            });
    run(
        () -> {
          for (int number = 0; number < 4; number++) {
            ChannelFuture connected =
                new Bootstrap()
                    .group(loops.group())
                    .channel(NioSocketChannel.class)
                    .handler(
                        new ChannelInitializer<>() {
                          @Override
                          protected void initChannel(Channel channel) {
                            NettyMessages.open(channel, ByteBuf.class, 1);
                          }
                        })
                    .connect(server.localAddress());
            NettyFutures.await(connected);
            assertSame(loops.group().next(), connected.channel().eventLoop());
            NettyFutures.await(connected.channel().close());
          }
          return null;
        });
    await(() -> used.size() == 2);
  }

  /** The loop rests in a selector with channels that are idle. */
  @Test
  void wakeUpsByOtherThreads_areNotLost() throws Exception {
    Channel server = listen(this::serveEcho);
    try (Socket idle = connect(server)) {
      assertEquals("a", exchange(idle, "a"));
      EventLoop loop = server.eventLoop();
      for (int number = 0; number < 2000; number++) {
        int sent = number;
        if (number % 2 == 0) {
          assertEquals(sent, loops.scheduler().spawn(() -> sent).join(PATIENCE));
        } else {
          assertEquals(sent, loop.submit(() -> sent).get(30, TimeUnit.SECONDS));
        }
      }
    }
  }

  @Test
  void delays_besideIdleChannels_areExact() throws Exception {
    NettyLoops fine =
        NettyLoops.builder()
            .engine(ENGINE)
            .scheduler(options -> options.loops(1).tick(Duration.ofNanos(100_000)))
            .build();
    try {
      Channel server = listen(fine, channel -> NettyMessages.open(channel, ByteBuf.class, 1));
      try (Socket _ = connect(server)) {
        long delay =
            median(
                fine,
                () -> {
                  Coroutines.delay(Duration.ofNanos(200_000));
                  return null;
                });
        assertTrue(delay >= 200_000 && delay < 900_000, () -> "median " + delay + " ns");
        long timer =
            median(
                fine,
                () ->
                    NettyFutures.await(
                        fine.group().next().schedule(() -> 1, 200, TimeUnit.MICROSECONDS)));
        assertTrue(timer >= 200_000 && timer < 900_000, () -> "median " + timer + " ns");
      }
    } finally {
      fine.close(Duration.ZERO);
    }
  }

  private static long median(NettyLoops loops, Callable<?> timed) {
    return loops
        .scheduler()
        .spawn(
            () -> {
              List<Long> took = new ArrayList<>();
              for (int number = 0; number < 201; number++) {
                long startNanos = System.nanoTime();
                timed.call();
                took.add(System.nanoTime() - startNanos);
              }
              return took.stream().sorted().skip(100).findFirst().orElseThrow();
            })
        .join();
  }

  /** A loop whose coroutine always computes, and lets others have turns. */
  @Test
  void busyLoop_servesItsChannelsAndTimersInTime() throws Exception {
    NettyLoops one = newLoops(1);
    try {
      Channel server =
          listen(
              one,
              channel -> {
                NettyMessages<ByteBuf> messages = NettyMessages.open(channel, ByteBuf.class, 4);
                one.spawn(channel, () -> echo(channel, messages));
              });
      AtomicBoolean stop = new AtomicBoolean();
      Coroutine<?> busy =
          one.scheduler()
              .spawn(
                  () -> {
                    while (!stop.get()) {
                      long startNanos = System.nanoTime();
                      while (System.nanoTime() - startNanos < 100_000) {
                        Thread.onSpinWait();
                      }
                      Coroutines.yieldNow();
                    }
                  });
      try (Socket socket = connect(server)) {
        long startNanos = System.nanoTime();
        for (int number = 0; number < 50; number++) {
          assertEquals("a", exchange(socket, "a"));
        }
        for (int number = 0; number < 20; number++) {
          assertEquals(
              1,
              one.group()
                  .next()
                  .schedule(() -> 1, 1, TimeUnit.MILLISECONDS)
                  .get(30, TimeUnit.SECONDS));
        }
        Duration took = Duration.ofNanos(System.nanoTime() - startNanos);
        assertTrue(took.toSeconds() < 20, took::toString);
      }
      stop.set(true);
      busy.join(PATIENCE);
    } finally {
      one.close(Duration.ZERO);
    }
  }

  @Test
  void idleLoop_withChannelsAndATimer_rests() throws Exception {
    Channel server = listen(this::serveEcho);
    server.eventLoop().schedule(() -> {}, 1, TimeUnit.HOURS);
    try (Socket socket = connect(server)) {
      assertEquals("a", exchange(socket, "a"));
      assertRests();
    }
  }

  private void assertRests() throws InterruptedException {
    Thread.sleep(20);
    long before = busyNanos();
    Thread.sleep(300);
    long busy = busyNanos() - before;
    assertTrue(busy < 150_000_000, () -> "busy for " + busy + " ns of 300 ms");
  }

  private long busyNanos() {
    return loops.scheduler().stats().loops().stream().mapToLong(LoopStats::busyNanos).sum();
  }

  @Test
  void shutDownOfTheGroup_leavesTheCoroutines() throws Exception {
    Channel server = listen(this::serveEcho);
    Coroutine<Integer> waiting =
        loops
            .scheduler()
            .spawn(
                () -> {
                  NettyFutures.await(server.closeFuture());
                  return 1;
                });
    assertTrue(loops.group().shutdownGracefully().await(30, TimeUnit.SECONDS));
    assertEquals(1, waiting.join(PATIENCE));
    assertFalse(server.isOpen());
    run(
        () -> {
          Coroutines.delay(Duration.ofMillis(2));
          return null;
        });
    assertRests();
  }

  // Refusals.

  @Test
  void channelsElsewhere_areRefused() throws Exception {
    var others = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    try {
      Channel channel =
          new Bootstrap()
              .group(others)
              .channel(NioDatagramChannel.class)
              .handler(new ChannelInboundHandlerAdapter())
              .bind(ANY_PORT)
              .sync()
              .channel();
      assertThrows(IllegalArgumentException.class, () -> loops.spawn(channel, () -> {}));
      assertThrows(
          IllegalArgumentException.class, () -> NettyMessages.open(channel, ByteBuf.class, 1));
      NettyLoops another = newLoops(1);
      try (another) {
        Channel theirs = listen(another, _ -> {});
        assertThrows(IllegalArgumentException.class, () -> loops.spawn(theirs, () -> {}));
        assertThrows(
            IllegalArgumentException.class, () -> NettyMessages.open(theirs, ByteBuf.class, 0));
      }
    } finally {
      others.shutdownGracefully(0, 0, TimeUnit.SECONDS).sync();
    }
  }

  @Test
  void otherTransports_andOtherClocks_areRefused() throws Exception {
    Future<?> bound =
        new ServerBootstrap()
            .group(loops.group())
            .channel(LocalServerChannel.class)
            .childHandler(new ChannelInboundHandlerAdapter())
            .bind(new LocalAddress(NettyLoopsTest.class));
    assertTrue(bound.await(30, TimeUnit.SECONDS));
    assertInstanceOf(IllegalStateException.class, bound.cause());
    NettyLoops.Builder builder =
        NettyLoops.builder().engine(ENGINE).scheduler(options -> options.clock(new VirtualClock()));
    assertThrows(UnsupportedOperationException.class, builder::build);
  }

  @Test
  void socketsOfThisLibrary_areRefused() {
    UnsupportedOperationException refusal =
        run(
            () -> {
              try (TcpListener listener = TcpListener.open(ANY_PORT)) {
                return assertThrows(UnsupportedOperationException.class, listener::accept);
              }
            });
    assertTrue(
        refusal.getMessage().endsWith("rests in the selector of Netty"), refusal::getMessage);
  }
}
