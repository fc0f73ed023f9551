package io.tourbillon.coroutine.netty;

import static io.tourbillon.coroutine.TestSchedulers.ENGINE;
import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.Coroutines;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An HTTP server of Netty whose handlers are coroutines. */
@Timeout(60)
@Tag("not-plain-thread") // It has no such loops.
class NettyHttpTest {
  /** How many answers are being made, and the most there were. */
  private final AtomicInteger current = new AtomicInteger();

  private final AtomicInteger most = new AtomicInteger();

  private final NettyLoops loops =
      NettyLoops.builder()
          .loops(2)
          .engine(ENGINE)
          .scheduler(options -> options.stallHandler(stall -> {}))
          .build();

  private final Channel server = NettyServers.listen(loops, this::initialize);

  @AfterEach
  void close() {
    loops.close(Duration.ZERO);
  }

  private void initialize(Channel channel) {
    channel.pipeline().addLast(new HttpServerCodec(), new HttpObjectAggregator(1 << 20));
    NettyMessages<FullHttpRequest> requests = NettyMessages.open(channel, FullHttpRequest.class, 4);
    loops.spawn(channel, () -> serve(channel, requests));
  }

  private void serve(Channel channel, NettyMessages<FullHttpRequest> requests) throws Exception {
    try (requests) {
      for (FullHttpRequest request : requests) {
        String answer;
        try {
          answer = answer(request.uri(), request.content().toString(UTF_8));
        } finally {
          request.release();
        }
        NettyFutures.await(channel.writeAndFlush(response(answer)));
      }
    }
  }

  /** Waits for as many milliseconds as the path says, and for another coroutine. */
  private String answer(String uri, String body) throws Exception {
    most.accumulateAndGet(current.incrementAndGet(), Math::max);
    Coroutines.delay(Duration.ofMillis(Integer.parseInt(uri.substring(1))));
    current.decrementAndGet();
    Coroutine<String> helper = loops.scheduler().spawn(() -> uri + " " + body);
    return helper.join();
  }

  private static FullHttpResponse response(String text) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.OK, Unpooled.copiedBuffer(text, UTF_8));
    response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes());
    return response;
  }

  private InetSocketAddress address() {
    return (InetSocketAddress) server.localAddress();
  }

  @Test
  void requests_ofAnHttpClient_areAnswered() throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
      for (int number = 0; number < 40; number++) {
        URI uri =
            URI.create(
                "http://" + address().getHostString() + ":" + address().getPort() + "/" + 100);
        answers.add(
            client.sendAsync(
                HttpRequest.newBuilder(uri)
                    .version(HttpClient.Version.HTTP_1_1)
                    .POST(HttpRequest.BodyPublishers.ofString("body " + number))
                    .build(),
                BodyHandlers.ofString()));
      }
      for (int number = 0; number < 40; number++) {
        HttpResponse<String> answer = answers.get(number).get(30, TimeUnit.SECONDS);
        assertEquals(200, answer.statusCode());
        assertEquals("/100 body " + number, answer.body());
      }
      assertTrue(most.get() > 1, "one after the other");
    }
  }

  /** The first takes longest, and a server that handled them at once would answer it last. */
  @Test
  void pipelinedRequests_areAnsweredInOrder() throws Exception {
    try (Socket socket = new Socket(address().getAddress(), address().getPort())) {
      socket.setSoTimeout((int) PATIENCE.toMillis());
      StringBuilder requests = new StringBuilder();
      for (int millis = 9; millis >= 0; millis--) {
        requests.append("GET /").append(millis).append(" HTTP/1.1\r\nHost: test\r\n\r\n");
      }
      socket.getOutputStream().write(requests.toString().getBytes(UTF_8));
      for (int millis = 9; millis >= 0; millis--) {
        assertEquals("/" + millis + " ", readBody(socket));
      }
    }
  }

  private static String readBody(Socket socket) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) socket.getInputStream().read());
    }
    String lower = head.toString().toLowerCase(java.util.Locale.ROOT);
    int at = lower.indexOf("content-length: ") + "content-length: ".length();
    int length = Integer.parseInt(lower.substring(at, lower.indexOf('\r', at)));
    return new String(socket.getInputStream().readNBytes(length), UTF_8);
  }
}
