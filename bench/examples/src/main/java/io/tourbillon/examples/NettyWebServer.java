package io.tourbillon.examples;

import static io.tourbillon.coroutine.Coroutines.withTimeout;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.SpawnOptions;
import io.tourbillon.coroutine.bridge.OsSignals;
import io.tourbillon.coroutine.netty.NettyFutures;
import io.tourbillon.coroutine.netty.NettyLoops;
import io.tourbillon.coroutine.netty.NettyMessages;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;

/**
 * An HTTP server on any engine: the codec of Netty, in the same thread as the coroutines that
 * answer. A coroutine serves each connection, so pipelined requests are answered in order. A client
 * that sends requests faster than it reads the responses is slowed down; one that is silent for too
 * long, or does not read, is disconnected. It responds to
 *
 * <ul>
 *   <li>{@code POST /echo} with the body that it receives, up to a megabyte;
 *   <li>{@code GET /sleep?ms=N} after a delay, which occupies no thread;
 *   <li>any other request with a greeting.
 * </ul>
 */
public final class NettyWebServer implements AutoCloseable {
  private static final Duration GRACE = Duration.ofSeconds(5);
  private static final int MOST_BYTES = 1 << 20;

  /** How many requests of a connection may wait for the one that is being answered. */
  private static final int MOST_REQUESTS = 4;

  private final NettyLoops loops;
  private final Duration limit;
  private final Channel listener;

  /** Runs it: {@code NettyWebServer [PORT]}, until Ctrl-C. */
  public static void main(String[] args) throws IOException {
    int port = args.length > 0 ? Integer.parseInt(args[0]) : 8080;
    var at = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    try (NettyLoops loops =
            NettyLoops.builder().scheduler(options -> options.closeGrace(GRACE)).build();
        NettyWebServer server = new NettyWebServer(loops, at, Duration.ofMinutes(1));
        OsSignals signals = OsSignals.openUnlessIgnored("INT", "TERM")) {
      System.out.println("see " + server.uri());
      System.out.println("ends after " + signals.await());
    }
  }

  /**
   * Starts to listen.
   *
   * @param at the address; port 0 is any free port
   * @param limit how long to wait for the next request, for a response, and for the client to read
   *     it
   */
  public NettyWebServer(NettyLoops loops, InetSocketAddress at, Duration limit) {
    this.loops = loops;
    this.limit = limit;
    listener =
        new ServerBootstrap()
            .group(loops.group())
            .channel(NioServerSocketChannel.class)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel connection) {
                    accept(connection);
                  }
                })
            .bind(at)
            .syncUninterruptibly()
            .channel();
  }

  /** The address that it listens on. */
  public URI uri() {
    InetSocketAddress address = (InetSocketAddress) listener.localAddress();
    return URI.create("http://" + address.getHostString() + ":" + address.getPort() + "/");
  }

  /** Called by Netty on the loop of the connection, where the coroutine then runs. */
  private void accept(Channel connection) {
    connection.pipeline().addLast(new HttpServerCodec(), new HttpObjectAggregator(MOST_BYTES));
    NettyMessages<FullHttpRequest> requests =
        NettyMessages.open(connection, FullHttpRequest.class, MOST_REQUESTS);
    loops.spawn(connection, SpawnOptions.named("http"), () -> serve(connection, requests));
  }

  private void serve(Channel connection, NettyMessages<FullHttpRequest> requests) {
    try (requests) {
      boolean more = true;
      while (more) {
        FullHttpRequest request = requests.receive(limit);
        more = request != null && HttpUtil.isKeepAlive(request);
        if (request != null) {
          FullHttpResponse response = responseTo(request);
          HttpUtil.setKeepAlive(response, more);
          withTimeout(limit, () -> NettyFutures.await(connection.writeAndFlush(response)));
        }
      }
    } catch (TimeoutException | CompletionException gone) {
      // The client was too slow, has reset the connection, or sends no HTTP: nobody to tell.
    }
  }

  private FullHttpResponse responseTo(FullHttpRequest request) {
    try {
      if (request.decoderResult().isFailure()) {
        return response(HttpResponseStatus.BAD_REQUEST, text("this is no HTTP\n"));
      }
      return withTimeout(limit, () -> answer(request));
    } catch (TimeoutException late) {
      return response(HttpResponseStatus.SERVICE_UNAVAILABLE, text("it took too long\n"));
    } finally {
      request.release();
    }
  }

  private static FullHttpResponse answer(FullHttpRequest request) {
    QueryStringDecoder query = new QueryStringDecoder(request.uri());
    return switch (query.path()) {
      case "/echo" -> response(HttpResponseStatus.OK, request.content().retain());
      case "/sleep" -> sleep(query.parameters().getOrDefault("ms", List.of("")).getFirst());
      default ->
          response(HttpResponseStatus.OK, text("hello from " + Coroutines.current().name() + "\n"));
    };
  }

  private static FullHttpResponse sleep(String millis) {
    Duration nap;
    try {
      nap = Duration.ofMillis(Integer.parseUnsignedInt(millis));
    } catch (NumberFormatException wrong) {
      return response(
          HttpResponseStatus.BAD_REQUEST,
          text("ms must be a number of milliseconds: " + millis + "\n"));
    }
    Coroutines.delay(nap);
    return response(HttpResponseStatus.OK, text("slept for " + nap + "\n"));
  }

  private static ByteBuf text(String text) {
    return Unpooled.copiedBuffer(text, UTF_8);
  }

  private static FullHttpResponse response(HttpResponseStatus status, ByteBuf body) {
    FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body);
    response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
    return response;
  }

  /** Stops listening. The loops serve the connections until they are closed. */
  @Override
  public void close() {
    listener.close().syncUninterruptibly();
  }
}
