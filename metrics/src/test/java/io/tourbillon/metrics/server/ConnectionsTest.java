package io.tourbillon.metrics.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.io.ByteArrayEndPoint;
import org.eclipse.jetty.io.EndPoint;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ConnectionsTest {
  private static final Limits LIMITS =
      new Limits(Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofSeconds(5));

  private long nowNanos = -1_000_000_000L;
  private final Connections connections = new Connections(LIMITS, () -> nowNanos);
  private final List<SocketChannel> channels = new ArrayList<>();
  private final List<EndPoint> endPoints = new ArrayList<>();

  @AfterEach
  void close() throws IOException {
    for (SocketChannel channel : channels) {
      channel.close();
    }
  }

  private void pass(long millis) {
    nowNanos += millis * 1_000_000L;
  }

  /** Admits a connection, which needs no peer for that. */
  private EndPoint open() throws Exception {
    SocketChannel channel = SocketChannel.open();
    channels.add(channel);
    connections.awaitPlace();
    assertTrue(connections.tryAdmit(channel));
    EndPoint endPoint = new ByteArrayEndPoint();
    endPoints.add(endPoint);
    connections.opened(channel, endPoint);
    return endPoint;
  }

  private void openAll() throws Exception {
    for (int number = 0; number < Connections.MAX_CONNECTIONS; number++) {
      open();
      pass(1);
    }
  }

  private List<Integer> closed() {
    List<Integer> closed = new ArrayList<>();
    for (int number = 0; number < endPoints.size(); number++) {
      if (!endPoints.get(number).isOpen()) {
        closed.add(number);
      }
    }
    return closed;
  }

  @Test
  void tryAdmit_allPlacesTaken_isRefused() throws Exception {
    openAll();
    try (SocketChannel oneMore = SocketChannel.open()) {
      assertFalse(connections.tryAdmit(oneMore));
    }
  }

  @Test
  void awaitPlace_allPlacesTaken_oldestIncompleteRequestMakesWay() throws Exception {
    openAll();
    assertTrue(connections.making(endPoints.getFirst()));
    pass(250);
    open();
    open();
    assertEquals(List.of(1, 2), closed());
  }

  @Test
  void awaitPlace_oneHasBeenSentEverything_itMakesWayFirst() throws Exception {
    openAll();
    pass(250);
    connections.ending(endPoints.get(7));
    open();
    assertEquals(List.of(7), closed());
  }

  @Test
  void awaitPlace_allAnswersAreBeingSent_oldestMakesWayAndGivesItsBytesBack() throws Exception {
    AtomicInteger released = new AtomicInteger();
    openAll();
    for (EndPoint endPoint : endPoints) {
      assertTrue(connections.writing(endPoint, new Body(List.of(), released::incrementAndGet)));
    }
    pass(250);
    open();
    assertEquals(List.of(0), closed());
    assertEquals(1, released.get());
    assertTrue(connections.dropOldestWriting());
    assertEquals(List.of(0, 1), closed());
    assertEquals(2, released.get());
  }

  @Test
  void awaitPlace_allAreYoung_waitsUntilOneIsClosed() throws Exception {
    openAll();
    pass(-Connections.MAX_CONNECTIONS);
    Thread acceptor =
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  try {
                    connections.awaitPlace();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
    acceptor.join(100);
    assertTrue(acceptor.isAlive());
    connections.closed(endPoints.get(3));
    acceptor.join(20_000);
    assertFalse(acceptor.isAlive());
    assertEquals(List.of(), closed());
  }

  @Test
  void writing_connectionHasMadeWay_releasesTheBody() throws Exception {
    AtomicInteger released = new AtomicInteger();
    EndPoint endPoint = open();
    connections.closed(endPoint);
    assertFalse(connections.making(endPoint));
    assertFalse(connections.writing(endPoint, new Body(List.of(), released::incrementAndGet)));
    assertEquals(1, released.get());
  }

  @Test
  void sweep_headerLimitIsOver_closesWhatHasNoHeader() throws Exception {
    open();
    assertTrue(connections.making(open()));
    pass(4_999);
    assertTrue(connections.sweep());
    assertEquals(List.of(), closed());
    pass(1);
    assertTrue(connections.sweep());
    assertEquals(List.of(0), closed());
  }

  @Test
  void sweep_lifeLimitIsOver_closesAll() throws Exception {
    assertTrue(connections.writing(open(), Body.uncounted(new byte[0])));
    assertTrue(connections.making(open()));
    pass(29_999);
    assertTrue(connections.sweep());
    pass(1);
    assertFalse(connections.sweep());
    assertEquals(List.of(0, 1), closed());
  }

  @Test
  void sweep_clientKeepsWhatHasBeenSentOpen_closesAfterASecond() throws Exception {
    connections.ending(open());
    pass(999);
    assertTrue(connections.sweep());
    pass(1);
    assertFalse(connections.sweep());
    assertEquals(List.of(0), closed());
  }

  /** As if there had been no memory to report that the channel was closed. */
  @Test
  void place_channelIsClosedAndNobodyHasSaidSo_isFreeAgain() throws Exception {
    openAll();
    pass(-Connections.MAX_CONNECTIONS);
    channels.getFirst().close();
    open();
    assertEquals(List.of(), closed());
  }
}
