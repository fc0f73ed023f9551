package io.tourbillon.coroutine.netty;

import static io.tourbillon.coroutine.Cancelled.assertCancelled;
import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static io.tourbillon.coroutine.netty.NettyServers.ANY_PORT;
import static io.tourbillon.coroutine.netty.NettyServers.assertEnds;
import static io.tourbillon.coroutine.netty.NettyServers.await;
import static io.tourbillon.coroutine.netty.NettyServers.connect;
import static io.tourbillon.coroutine.netty.NettyServers.echo;
import static io.tourbillon.coroutine.netty.NettyServers.newLoops;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.tourbillon.coroutine.Action;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.channel.Source;
import java.io.IOException;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
@Tag("not-plain-thread") // It has no such loops.
class NettyMessagesTest {
  private final NettyLoops loops = newLoops(2);

  @AfterEach
  void close() {
    loops.close(Duration.ZERO);
  }

  private Channel listen(Consumer<Channel> initializer) {
    return NettyServers.listen(loops, initializer);
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
      assertEnds(socket);
    }
    await(() -> seen.stream().allMatch(message -> message.refCnt() == 0));
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

  /** Some arrivals wait, and others find a receiver that waits for them. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void exceptionInThePipeline_keepsItsPlaceAmongTheMessages(boolean receiverWaits)
      throws Exception {
    CompletableFuture<NettyMessages<String>> opened = new CompletableFuture<>();
    Channel channel =
        datagramChannel(made -> opened.complete(NettyMessages.open(made, String.class, 8)));
    try (NettyMessages<String> messages = opened.get(30, TimeUnit.SECONDS)) {
      List<String> received = new CopyOnWriteArrayList<>();
      Action receiveAll = () -> receiveAll(messages, received);
      Runnable arrivals =
          () -> {
            channel.pipeline().fireChannelRead("a");
            channel.pipeline().fireExceptionCaught(new IllegalStateException("first"));
            channel.pipeline().fireChannelRead("b");
            channel.pipeline().fireChannelRead("c");
          };
      Coroutine<?> receiver;
      if (receiverWaits) {
        receiver = loops.spawn(channel, receiveAll);
        await(() -> receiver.waitsFor().isPresent());
        channel.eventLoop().submit(arrivals).sync();
      } else {
        channel.eventLoop().submit(arrivals).sync();
        receiver = loops.spawn(channel, receiveAll);
      }
      await(() -> received.size() == 4);
      channel
          .eventLoop()
          .submit(() -> channel.pipeline().fireExceptionCaught(new IllegalStateException("second")))
          .sync();
      channel.close().sync();
      receiver.join(PATIENCE);
      assertEquals(List.of("a", "! first", "b", "c", "! second"), received);
    }
  }

  /** Exceptions are not slowed down by backpressure, so only one waits. */
  @Test
  void exceptions_besideOneThatWaits_goOnToTheNextHandler() throws Exception {
    CompletableFuture<NettyMessages<String>> opened = new CompletableFuture<>();
    List<String> passed = new CopyOnWriteArrayList<>();
    Channel channel =
        datagramChannel(
            made -> {
              opened.complete(NettyMessages.open(made, String.class, 8));
              made.pipeline()
                  .addLast(
                      new ChannelInboundHandlerAdapter() {
                        @Override
                        public void exceptionCaught(ChannelHandlerContext from, Throwable cause) {
                          passed.add(cause.getMessage());
                        }
                      });
            });
    try (NettyMessages<String> messages = opened.get(30, TimeUnit.SECONDS)) {
      channel
          .eventLoop()
          .submit(
              () -> {
                for (String name : List.of("first", "second", "third")) {
                  channel.pipeline().fireExceptionCaught(new IllegalStateException(name));
                }
                channel.pipeline().fireChannelRead("a");
              })
          .sync();
      assertEquals(List.of("second", "third"), passed);
      channel.close().sync();
      List<String> received = new ArrayList<>();
      receiveAll(messages, received);
      assertEquals(List.of("! first", "a"), received);
    }
  }

  private Channel datagramChannel(Consumer<Channel> initializer) throws InterruptedException {
    return new Bootstrap()
        .group(loops.group())
        .channel(NioDatagramChannel.class)
        .handler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel channel) {
                initializer.accept(channel);
              }
            })
        .bind(ANY_PORT)
        .sync()
        .channel();
  }

  /** Adds all messages until the end, and exceptions with a mark. */
  private static void receiveAll(NettyMessages<String> messages, List<String> received)
      throws TimeoutException {
    boolean ended = false;
    while (!ended) {
      try {
        String message = messages.receive(PATIENCE);
        if (message == null) {
          ended = true;
        } else {
          received.add(message);
        }
      } catch (CompletionException failure) {
        received.add("! " + failure.getCause().getMessage());
      }
    }
  }

  @Test
  void messages_ofAChannelThatIsClosed_haveEnded() throws Exception {
    Channel server = listen(_ -> {});
    NettyMessages<ByteBuf> messages = NettyMessages.open(server, ByteBuf.class, 1);
    server.close().sync();
    assertNull(messages.receive(PATIENCE));
    assertNull(NettyMessages.open(server, ByteBuf.class, 1).receive(PATIENCE));
    messages.close();
    assertNull(messages.receive(PATIENCE));
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
      assertEnds(socket);
    }
    await(() -> seen.stream().allMatch(message -> message.refCnt() == 0));
  }
}
