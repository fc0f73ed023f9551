package io.tourbillon.coroutine.netty;

import static io.tourbillon.coroutine.TestSchedulers.ENGINE;
import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static io.tourbillon.coroutine.netty.NettyServers.ANY_PORT;
import static io.tourbillon.coroutine.netty.NettyServers.assertEnds;
import static io.tourbillon.coroutine.netty.NettyServers.await;
import static io.tourbillon.coroutine.netty.NettyServers.connect;
import static io.tourbillon.coroutine.netty.NettyServers.echo;
import static io.tourbillon.coroutine.netty.NettyServers.exchange;
import static io.tourbillon.coroutine.netty.NettyServers.newLoops;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
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
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.LogCapture;
import io.tourbillon.coroutine.SpawnOptions;
import io.tourbillon.coroutine.TestSchedulers;
import io.tourbillon.coroutine.internal.engine.EngineLoop;
import io.tourbillon.coroutine.internal.engine.LoopOfThread;
import io.tourbillon.coroutine.net.TcpConnection;
import io.tourbillon.coroutine.net.TcpListener;
import io.tourbillon.coroutine.net.TlsConnection;
import io.tourbillon.coroutine.net.UdpSocket;
import io.tourbillon.timer.VirtualClock;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

@Timeout(60)
@Tag("not-plain-thread") // It has no such loops.
class NettyLoopsTest {
  private final NettyLoops loops = newLoops(2);

  @AfterEach
  void close() {
    loops.close(Duration.ZERO);
  }

  private <T> T run(Callable<T> body) {
    return loops.scheduler().spawn(body).join();
  }

  private Channel listen(Consumer<Channel> initializer) {
    return NettyServers.listen(loops, initializer);
  }

  private void serveEcho(Channel channel) {
    serveEcho(loops, channel);
  }

  private static void serveEcho(NettyLoops loops, Channel channel) {
    NettyMessages<ByteBuf> messages = NettyMessages.open(channel, ByteBuf.class, 4);
    loops.spawn(channel, () -> echo(channel, messages));
  }

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
    Channel server = NettyServers.listen(own, channel -> serveEcho(own, channel));
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
      Channel server =
          NettyServers.listen(own, channel -> NettyMessages.open(channel, ByteBuf.class, 1));
      List<Socket> sockets = new ArrayList<>();
      for (int number = 0; number < 20; number++) {
        sockets.add(connect(server));
      }
      own.close(); // Some connections are accepted by one loop, and the other one has ended.
      for (Socket socket : sockets) {
        assertEnds(socket);
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
                .ioHandlerFactory(executor -> new Watched(executor, broken, new AtomicInteger()))
                .build()) {
      Channel server = NettyServers.listen(own, channel -> serveEcho(own, channel));
      try (Socket socket = connect(server)) {
        assertEquals("a", exchange(socket, "a"));
        broken.set(true);
        socket.getOutputStream().write('b');
        assertEnds(socket);
      }
      assertTrue(own.group().terminationFuture().await(30, TimeUnit.SECONDS));
      assertTrue(log.firstLine().contains("has died"), log.lines()::toString);
      assertThrows(RejectedExecutionException.class, () -> own.group().next().execute(() -> {}));
    }
  }

  /** A handler of NIO that can be broken, and counts how often it selects. */
  private static final class Watched implements IoHandler {
    private final IoHandler nio;
    private final AtomicBoolean broken;
    private final AtomicInteger selections;

    Watched(ThreadAwareExecutor executor, AtomicBoolean broken, AtomicInteger selections) {
      nio = NioIoHandler.newFactory().newHandler(executor);
      this.broken = broken;
      this.selections = selections;
    }

    @Override
    public int run(IoHandlerContext context) {
      selections.incrementAndGet();
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

  /** The wait begins before the channel is registered, when Netty does not check for deadlocks. */
  @Test
  void blockingWaitForANewChannel_endsInAStatedWay() throws Exception {
    Channel server = listen(_ -> {});
    Coroutine<?> opener =
        loops
            .scheduler()
            .spawn(
                () -> {
                  EventLoop own = loops.group().next();
                  for (EventLoopGroup group : List.of(loops.group(), own)) {
                    assertSyncEnds(() -> serverOn(group).bind(ANY_PORT));
                    assertSyncEnds(() -> clientOn(group).connect(server.localAddress()));
                    ChannelFuture registered = clientOn(group).register();
                    NettyFutures.await(registered);
                    assertSame(own, registered.channel().eventLoop());
                    NettyFutures.await(registered.channel().close());
                  }
                });
    opener.join(PATIENCE);
  }

  private static ServerBootstrap serverOn(EventLoopGroup group) {
    return new ServerBootstrap()
        .group(group)
        .channel(NioServerSocketChannel.class)
        .childHandler(new ChannelInboundHandlerAdapter());
  }

  private static Bootstrap clientOn(EventLoopGroup group) {
    return new Bootstrap()
        .group(group)
        .channel(NioSocketChannel.class)
        .handler(new ChannelInboundHandlerAdapter());
  }

  private static void assertSyncEnds(Supplier<ChannelFuture> open) throws InterruptedException {
    ChannelFuture opened = open.get();
    if (ENGINE == Engine.VIRTUAL_THREAD) {
      assertTrue(opened.sync().isSuccess());
    } else {
      assertThrows(BlockingOperationException.class, opened::sync);
      NettyFutures.await(opened);
    }
    assertTrue(opened.channel().isActive());
    NettyFutures.await(opened.channel().close());
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
    EventLoop loop = run(() -> loops.group().next());
    ReentrantLock lock = new ReentrantLock();
    Coroutine<?> coroutine;
    Future<?> task;
    lock.lock();
    try {
      SpawnOptions there = SpawnOptions.DEFAULT.onLoop(((ChannelLoop) loop).loop());
      coroutine = loops.scheduler().spawn(there, () -> pass(lock));
      await(() -> lock.getQueueLength() == 1);
      task = loop.submit(() -> pass(lock));
      if (ENGINE == Engine.VIRTUAL_THREAD) {
        await(() -> lock.getQueueLength() == 2);
      }
    } finally {
      lock.unlock();
    }
    coroutine.join(PATIENCE);
    task.get(30, TimeUnit.SECONDS);
  }

  private static void pass(ReentrantLock lock) {
    lock.lock();
    try {
      assertTrue(lock.isHeldByCurrentThread());
    } finally {
      lock.unlock();
    }
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
      Channel server =
          NettyServers.listen(fine, channel -> NettyMessages.open(channel, ByteBuf.class, 1));
      try (Socket _ = connect(server)) {
        long delay =
            quartile(
                fine,
                () -> {
                  Coroutines.delay(Duration.ofNanos(200_000));
                  return null;
                });
        assertTrue(delay >= 200_000 && delay < 900_000, () -> delay + " ns");
        long timer =
            quartile(
                fine,
                () ->
                    NettyFutures.await(
                        fine.group().next().schedule(() -> 1, 200, TimeUnit.MICROSECONDS)));
        assertTrue(timer >= 200_000 && timer < 900_000, () -> timer + " ns");
      }
    } finally {
      fine.close(Duration.ZERO);
    }
  }

  /** A machine that is busy makes many late, and a loop that rounds makes all late. */
  private static long quartile(NettyLoops loops, Callable<?> timed) {
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
              return took.stream().sorted().skip(50).findFirst().orElseThrow();
            })
        .join();
  }

  /** A loop whose coroutine always computes, and lets others have turns. */
  @Test
  void busyLoop_servesItsChannelsAndTimersInTime() throws Exception {
    NettyLoops one = newLoops(1);
    try {
      Channel server =
          NettyServers.listen(
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
    AtomicInteger selections = new AtomicInteger();
    NettyLoops own =
        NettyLoops.builder()
            .loops(1)
            .engine(ENGINE)
            .ioHandlerFactory(executor -> new Watched(executor, new AtomicBoolean(), selections))
            .build();
    try {
      Channel server = NettyServers.listen(own, channel -> serveEcho(own, channel));
      var _ = server.eventLoop().schedule(() -> {}, 1, TimeUnit.HOURS);
      try (Socket socket = connect(server)) {
        assertEquals("a", exchange(socket, "a"));
        Thread.sleep(20);
        int before = selections.get();
        Thread.sleep(200);
        int made = selections.get() - before;
        assertTrue(made < 20, () -> made + " selections in 200 ms");
      }
    } finally {
      own.close(Duration.ZERO);
    }
  }

  /** A window in which the process needs little time of a processor, while no loop has work. */
  private static void awaitRest() throws InterruptedException {
    var system =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    await(
        () -> {
          long before = system.getProcessCpuTime();
          LockSupport.parkNanos(200_000_000);
          return system.getProcessCpuTime() - before < 50_000_000;
        });
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
    awaitRest();
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
        Channel theirs = NettyServers.listen(another, _ -> {});
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
    assertRefused("TcpListener.open", () -> TcpListener.open(ANY_PORT));
    assertRefused("UdpSocket.open", () -> UdpSocket.open(ANY_PORT));
    SocketAddress server = listen(_ -> {}).localAddress();
    assertRefused("TcpConnection.connect", () -> TcpConnection.connect(server));
  }

  /** They would work as long as they need not wait. */
  @Test
  void socketsThatWereOpenedElsewhere_areRefused() throws Exception {
    ByteBuffer buffer = ByteBuffer.allocate(1);
    try (CoroutineScheduler others = TestSchedulers.oneLoop();
        TcpListener listener = TcpListener.open(ANY_PORT);
        UdpSocket udp = UdpSocket.open(ANY_PORT);
        TcpConnection tcp = others.spawn(() -> connected(listener)).join(PATIENCE);
        TlsConnection tls = TlsConnection.client(tcp, SSLContext.getDefault(), "localhost", 443)) {
      assertRefused("TcpListener.accept", listener::accept);
      assertRefused("UdpSocket.send", () -> udp.send(buffer, udp.localAddress()));
      assertRefused("UdpSocket.receive", () -> udp.receive(buffer));
      assertRefused("Connection.write", () -> tcp.write(buffer));
      assertRefused("Connection.read", () -> tcp.read(buffer));
      assertRefused("TlsConnection.handshake", tls::handshake);
    }
  }

  private static TcpConnection connected(TcpListener listener) throws IOException {
    TcpConnection connection = TcpConnection.connect(listener.localAddress());
    connection.keepOpen();
    return connection;
  }

  private void assertRefused(String method, Executable call) {
    UnsupportedOperationException refusal =
        run(() -> assertThrows(UnsupportedOperationException.class, call));
    String message = refusal.getMessage();
    assertTrue(
        message.startsWith(method + " needs a loop that rests in a selector of its own"), message);
    assertTrue(
        message.endsWith("use a channel of Netty, or a coroutine of another CoroutineScheduler"),
        message);
  }
}
