package io.tourbillon.coroutine.netty;

import static io.tourbillon.coroutine.TestSchedulers.ENGINE;
import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Loops of Netty on the engine of this test run, and the two ends of connections. */
final class NettyServers {
  /** Netty logs what handlers throw, with stacks. Kept, since loggers are held weakly. */
  private static final Logger NETTY_LOG = Logger.getLogger("io.netty");

  static {
    NETTY_LOG.setLevel(Level.OFF);
  }

  static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private NettyServers() {}

  static NettyLoops newLoops(int count) {
    return NettyLoops.builder()
        .loops(count)
        .engine(ENGINE)
        .name("netty-test")
        .scheduler(options -> options.stallHandler(stall -> {}))
        .build();
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

  static void echo(Channel channel, NettyMessages<ByteBuf> messages) {
    try (messages) {
      for (ByteBuf message : messages) {
        NettyFutures.await(channel.writeAndFlush(message));
      }
    }
  }

  static Socket connect(Channel server) throws IOException {
    InetSocketAddress address = (InetSocketAddress) server.localAddress();
    Socket socket = new Socket(address.getAddress(), address.getPort());
    socket.setSoTimeout((int) PATIENCE.toMillis());
    socket.setTcpNoDelay(true);
    return socket;
  }

  static String exchange(Socket socket, String message) throws IOException {
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

  /** The peer has sent what nobody has read, so the system may reset the connection. */
  static void assertEnds(Socket socket) {
    try {
      assertEquals(-1, socket.getInputStream().read());
    } catch (IOException reset) {
      assertTrue(reset.getMessage().contains("reset"), reset::getMessage);
    }
  }
}
