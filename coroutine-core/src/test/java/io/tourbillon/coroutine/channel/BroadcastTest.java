package io.tourbillon.coroutine.channel;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.TestSchedulers;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Broadcasts, latest values, and channels that drop the oldest value. */
class BroadcastTest {
  private final CoroutineScheduler scheduler = TestSchedulers.builder().loops(2).build();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  private static <T> List<T> drain(Source<T> source) {
    List<T> values = new ArrayList<>();
    source.forEach(values::add);
    return values;
  }

  // droppingOldest, receiveOrNull

  @Test
  void droppingOldest_fullBuffer_dropsTheOldestValueAndReportsIt() {
    List<Integer> dropped = new ArrayList<>();
    Channel<Integer> channel =
        Channel.<Integer>builder().onUndelivered(dropped::add).droppingOldest(3);
    for (int value = 0; value < 5; value++) {
      channel.send(value);
    }
    channel.close();
    assertEquals(List.of(2, 3, 4), drain(channel));
    assertEquals(List.of(0, 1), dropped);
    assertThrows(IllegalArgumentException.class, () -> Channel.droppingOldest(0));
  }

  @Test
  void receiveOrNull_channelThatEnds_returnsNull() {
    Channel<String> channel = Channel.buffered(2);
    channel.send("value");
    channel.close();
    assertEquals("value", channel.receiveOrNull());
    assertNull(channel.receiveOrNull());
  }

  @Test
  void receiveOrNull_channelThatEndsWithACause_throws() {
    Channel<String> channel = Channel.buffered(2);
    IOException cause = new IOException("disk");
    channel.closeWith(cause);
    assertSame(
        cause, assertThrows(ChannelClosedException.class, channel::receiveOrNull).getCause());
  }

  @Test
  void receiveOrNull_whileWaiting_endsWithTheChannel() throws Exception {
    Channel<String> channel = Channel.rendezvous();
    Coroutine<String> receiver = scheduler.spawn(() -> channel.receiveOrNull());
    TestSchedulers.awaitSuspended(receiver);
    channel.close();
    assertNull(receiver.join(PATIENCE));
  }

  // Broadcast

  @Test
  void broadcast_everySubscriber_getsEveryValueInOrder() throws Exception {
    Broadcast<Integer> broadcast = Broadcast.buffered(2);
    List<Coroutine<List<Integer>>> readers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Source<Integer> source = broadcast.subscribe();
      readers.add(scheduler.spawn(() -> drain(source)));
    }
    List<Integer> sent = new ArrayList<>();
    for (int value = 0; value < 100; value++) {
      broadcast.send(value);
      sent.add(value);
    }
    broadcast.close();
    for (Coroutine<List<Integer>> reader : readers) {
      assertEquals(sent, reader.join(PATIENCE));
    }
    assertEquals(0, broadcast.subscriberCount());
  }

  @Test
  void broadcast_severalSenders_allSubscribersSeeTheSameOrder() throws Exception {
    Broadcast<Integer> broadcast = Broadcast.buffered(1);
    Source<Integer> first = broadcast.subscribe();
    Source<Integer> second = broadcast.subscribe();
    Coroutine<List<Integer>> one = scheduler.spawn(() -> drain(first));
    Coroutine<List<Integer>> two = scheduler.spawn(() -> drain(second));
    List<Coroutine<?>> senders = new ArrayList<>();
    for (int sender = 0; sender < 4; sender++) {
      int from = sender * 100;
      senders.add(
          scheduler.spawn(
              () -> {
                for (int value = from; value < from + 100; value++) {
                  broadcast.send(value);
                }
              }));
    }
    for (Coroutine<?> sender : senders) {
      sender.join(PATIENCE);
    }
    broadcast.close();
    List<Integer> values = one.join(PATIENCE);
    assertEquals(400, values.size());
    assertEquals(values, two.join(PATIENCE));
  }

  @Test
  void broadcast_slowSubscriber_holdsTheSenderUp() throws Exception {
    Broadcast<Integer> broadcast = Broadcast.buffered(1);
    Source<Integer> slow = broadcast.subscribe();
    Source<Integer> fast = broadcast.subscribe();
    broadcast.send(1);
    Coroutine<?> sender = scheduler.spawn(() -> broadcast.send(2));
    TestSchedulers.awaitSuspended(sender);
    assertEquals(1, fast.receive());
    assertEquals(1, slow.receive());
    sender.join(PATIENCE);
    assertEquals(2, slow.receive());
    assertEquals(2, fast.receive());
  }

  @Test
  void broadcast_droppingOldest_neverWaits() {
    Broadcast<Integer> broadcast = Broadcast.droppingOldest(2);
    Source<Integer> source = broadcast.subscribe();
    for (int value = 0; value < 10; value++) {
      broadcast.send(value);
    }
    broadcast.close();
    assertEquals(List.of(8, 9), drain(source));
  }

  @Test
  void broadcast_subscriberThatLeaves_isForgottenAndFreesTheSender() throws Exception {
    Broadcast<Integer> broadcast = Broadcast.buffered(1);
    Source<Integer> leaving = broadcast.subscribe();
    broadcast.send(1);
    Coroutine<?> sender = scheduler.spawn(() -> broadcast.send(2));
    TestSchedulers.awaitSuspended(sender);
    leaving.cancel();
    sender.join(PATIENCE);
    assertEquals(0, broadcast.subscriberCount());
    broadcast.send(3);
  }

  @Test
  void broadcast_subscribedLater_getsLaterValuesOnly() {
    Broadcast<Integer> broadcast = Broadcast.buffered(4);
    broadcast.send(1);
    Source<Integer> source = broadcast.subscribe();
    broadcast.send(2);
    broadcast.close();
    assertEquals(List.of(2), drain(source));
    assertEquals(List.of(), drain(broadcast.subscribe()));
  }

  @Test
  void broadcast_closedWithACause_tellsAll() {
    Broadcast<Integer> broadcast = Broadcast.buffered(4);
    Source<Integer> source = broadcast.subscribe();
    broadcast.send(1);
    IOException cause = new IOException("feed lost");
    assertTrue(broadcast.closeWith(cause));
    assertFalse(broadcast.closeWith(null));
    assertTrue(broadcast.isClosed());
    assertEquals(1, source.receive());
    for (ChannelClosedException closed :
        List.of(
            assertThrows(ChannelClosedException.class, source::receive),
            assertThrows(ChannelClosedException.class, () -> broadcast.send(2)),
            assertThrows(ChannelClosedException.class, broadcast.subscribe()::receive))) {
      assertSame(cause, closed.getCause());
    }
    assertThrows(IllegalArgumentException.class, () -> Broadcast.buffered(0));
  }

  // LatestValue

  @Test
  void latestValue_subscriber_getsTheCurrentValueFirstAndThenTheLatest() {
    LatestValue<String> value = new LatestValue<>("a");
    Source<String> source = value.subscribe();
    assertEquals("a", source.receive());
    assertEquals(Optional.empty(), source.tryReceive());
    value.set("b");
    value.set("c");
    assertEquals("c", value.get());
    assertEquals("c", source.receive());
    assertEquals("cd", value.update(before -> before + "d"));
    value.close();
    assertEquals(List.of("cd"), drain(source));
    assertEquals(List.of("cd"), drain(value.subscribe()));
    assertThrows(ChannelClosedException.class, () -> value.set("e"));
    assertEquals("LatestValue[cd, closed]", value.toString());
    assertTrue(value.isClosed());
    assertFalse(value.closeWith(null));
    assertEquals(0, value.subscriberCount());
  }

  @Test
  void latestValue_manyWriters_loseNoUpdateAndSubscribersSeeTheLastOne() throws Exception {
    LatestValue<Integer> value = new LatestValue<>(0);
    Source<Integer> source = value.subscribe();
    Coroutine<Integer> reader =
        scheduler.spawn(
            () -> {
              int last = -1;
              for (int seen : source) {
                assertTrue(seen > last, "went back");
                last = seen;
              }
              return last;
            });
    List<Coroutine<?>> writers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      writers.add(
          scheduler.spawn(
              () -> {
                for (int n = 0; n < 1_000; n++) {
                  value.update(before -> before + 1);
                }
              }));
    }
    for (Coroutine<?> writer : writers) {
      writer.join(PATIENCE);
    }
    value.close();
    assertEquals(4_000, reader.join(PATIENCE));
  }

  @Test
  void latestValue_subscriberThatLeaves_getsNothingMore() {
    LatestValue<String> value = new LatestValue<>("a");
    Source<String> source = value.subscribe();
    source.cancel();
    value.set("b");
    assertThrows(ChannelClosedException.class, source::receive);
  }

  @Test
  void undeliveredValues_goToTheConsumer_onceForEachSubscriber() {
    List<Integer> undelivered = new ArrayList<>();
    Broadcast<Integer> broadcast = Broadcast.droppingOldest(1, undelivered::add);
    Source<Integer> first = broadcast.subscribe();
    Source<Integer> second = broadcast.subscribe();
    broadcast.send(1);
    assertEquals(1, first.receive());
    broadcast.send(2);
    assertEquals(List.of(1), undelivered);
    first.cancel();
    assertEquals(List.of(1, 2), undelivered);
    assertEquals(2, second.receive());
    Broadcast<Integer> waiting = Broadcast.buffered(3, undelivered::add);
    Source<Integer> third = waiting.subscribe();
    waiting.send(3);
    third.cancel();
    assertEquals(List.of(1, 2, 3), undelivered);
  }
}
