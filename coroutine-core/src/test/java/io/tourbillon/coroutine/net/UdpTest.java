package io.tourbillon.coroutine.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.OrderlyEnd;
import io.tourbillon.coroutine.TestSchedulers;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class UdpTest {
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private final CoroutineScheduler scheduler = TestSchedulers.builder().loops(2).build();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  private <T> T run(Callable<T> body) {
    return scheduler.spawn(body).join();
  }

  private static String text(ByteBuffer buffer) {
    return UTF_8.decode(buffer.flip()).toString();
  }

  @Test
  void datagrams_carryTheirSender() {
    String echoed =
        run(
            () -> {
              try (UdpSocket server = UdpSocket.open(ANY_PORT);
                  UdpSocket client = UdpSocket.open(ANY_PORT)) {
                Coroutine<?> echo =
                    scheduler.spawn(
                        () -> {
                          ByteBuffer buffer = ByteBuffer.allocate(100);
                          SocketAddress sender = server.receive(buffer);
                          server.send(buffer.flip(), sender);
                        });
                client.send(ByteBuffer.wrap("hello".getBytes(UTF_8)), server.localAddress());
                ByteBuffer buffer = ByteBuffer.allocate(100);
                assertEquals(server.localAddress(), client.receive(buffer));
                echo.join();
                return text(buffer);
              }
            });
    assertEquals("hello", echoed);
  }

  @Test
  void datagrams_thatAreEmptyOrDoNotFit_areOneEach() {
    String received =
        run(
            () -> {
              try (UdpSocket server = UdpSocket.open(ANY_PORT);
                  UdpSocket client = UdpSocket.open(ANY_PORT)) {
                client.send(ByteBuffer.allocate(0), server.localAddress());
                client.send(ByteBuffer.wrap("abcdef".getBytes(UTF_8)), server.localAddress());
                client.send(ByteBuffer.wrap("g".getBytes(UTF_8)), server.localAddress());
                StringBuilder all = new StringBuilder();
                for (int number = 0; number < 3; number++) {
                  ByteBuffer buffer = ByteBuffer.allocate(3);
                  SocketAddress _ = server.receive(buffer);
                  all.append('[').append(text(buffer)).append(']');
                }
                return all.toString();
              }
            });
    assertEquals("[][abc][g]", received);
  }

  @Test
  void receive_heedsLimitsAndTheClose() {
    Coroutine<Throwable> waiting =
        run(
            () -> {
              UdpSocket socket = UdpSocket.open(ANY_PORT);
              ByteBuffer buffer = ByteBuffer.allocate(1);
              assertThrows(
                  TimeoutException.class,
                  () ->
                      Coroutines.withTimeout(Duration.ofMillis(10), () -> socket.receive(buffer)));
              Coroutine<Throwable> waiter =
                  scheduler.spawn(
                      () -> assertThrows(IOException.class, () -> socket.receive(buffer)));
              while (waiter.waitsFor().isEmpty()) {
                Coroutines.delay(Duration.ofMillis(1));
              }
              assertEquals(
                  "a datagram to " + socket.localAddress(), waiter.waitsFor().orElseThrow());
              socket.close();
              assertFalse(socket.isOpen());
              assertThrows(ClosedChannelException.class, () -> socket.receive(buffer));
              return waiter;
            });
    Throwable closed = waiting.join();
    assertInstanceOf(AsynchronousCloseException.class, closed);
    assertTrue(assertInstanceOf(OrderlyEnd.class, closed).isOrderly());
    assertTrue(closed.getMessage().endsWith(" was closed meanwhile"), closed.getMessage());
  }

  @Test
  void receive_heedsCancellation_andLosesNothing() {
    run(
        () -> {
          try (UdpSocket socket = UdpSocket.open(ANY_PORT)) {
            ByteBuffer buffer = ByteBuffer.allocate(1);
            Coroutine<?> waiter = scheduler.spawn(() -> socket.receive(buffer));
            while (waiter.waitsFor().isEmpty()) {
              Coroutines.delay(Duration.ofMillis(1));
            }
            waiter.cancel("enough");
            CompletionException cancelled =
                assertThrows(CompletionException.class, () -> waiter.join(Duration.ofSeconds(30)));
            assertTrue(cancelled.getMessage().contains("enough"), cancelled.getMessage());
            socket.send(ByteBuffer.wrap(new byte[] {7}), socket.localAddress());
            assertEquals(socket.localAddress(), socket.receive(buffer));
            assertEquals(7, buffer.get(0));
          }
          return null;
        });
  }

  /** The loop has the channel in its selector, and has no chance to select after the close. */
  @Tag("not-plain-thread")
  @Test
  void close_onTheLoopThatHasWaited_takesEffectBeforeItReturns() throws Exception {
    try (CoroutineScheduler one = TestSchedulers.oneLoop()) {
      one.spawn(
              () -> {
                UdpSocket socket = UdpSocket.open(ANY_PORT);
                ByteBuffer buffer = ByteBuffer.allocate(1);
                assertThrows(
                    TimeoutException.class,
                    () ->
                        Coroutines.withTimeout(
                            Duration.ofMillis(20), () -> socket.receive(buffer)));
                socket.close();
                UdpSocket.open(socket.localAddress()).close();
              })
          .join(TestSchedulers.PATIENCE);
    }
  }

  @Test
  void receive_byAThread_isRefused_insteadOfBlocked() throws IOException {
    try (UdpSocket socket = UdpSocket.open(ANY_PORT)) {
      IllegalStateException refusal =
          assertThrows(IllegalStateException.class, () -> socket.receive(ByteBuffer.allocate(1)));
      assertTrue(
          refusal.getMessage().startsWith("UdpSocket.receive must be called inside a coroutine"),
          refusal.getMessage());
    }
  }

  @Test
  void badInput_isNamed() throws IOException {
    try (UdpSocket socket = UdpSocket.open(ANY_PORT)) {
      BindException inUse =
          assertThrows(BindException.class, () -> UdpSocket.open(socket.localAddress()));
      assertTrue(
          inUse
              .getMessage()
              .startsWith("cannot open a UDP socket at " + socket.localAddress() + ": "),
          inUse.getMessage());
      IOException tooLarge =
          run(
              () ->
                  assertThrows(
                      IOException.class,
                      () -> socket.send(ByteBuffer.allocate(70_000), socket.localAddress())));
      assertEquals("Message too long", tooLarge.getMessage());
      UnixDomainSocketAddress unix = UnixDomainSocketAddress.of("socket");
      IllegalArgumentException local =
          assertThrows(IllegalArgumentException.class, () -> UdpSocket.open(unix));
      assertEquals("local must be an Internet address: socket", local.getMessage());
      IllegalArgumentException target =
          run(
              () ->
                  assertThrows(
                      IllegalArgumentException.class,
                      () -> socket.send(ByteBuffer.allocate(1), unix)));
      assertEquals("target must be an Internet address: socket", target.getMessage());
    }
  }
}
