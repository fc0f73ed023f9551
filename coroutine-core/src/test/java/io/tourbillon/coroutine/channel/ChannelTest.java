package io.tourbillon.coroutine.channel;

import static io.tourbillon.coroutine.Cancelled.assertCancelled;
import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static io.tourbillon.coroutine.channel.Select.onReceive;
import static io.tourbillon.coroutine.channel.Select.onSend;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.TestSchedulers;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChannelTest {
  private final CoroutineScheduler scheduler = TestSchedulers.builder().loops(2).build();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  private static void awaitSuspension(Coroutine<?> coroutine) {
    TestSchedulers.awaitSuspended(coroutine);
  }

  private <T> Coroutine<T> receiving(Channel<T> channel) {
    Coroutine<T> receiver = scheduler.spawn(() -> channel.receive());
    awaitSuspension(receiver);
    return receiver;
  }

  private <T> Coroutine<?> sending(Channel<T> channel, T value) {
    Coroutine<?> sender = scheduler.spawn(() -> channel.send(value));
    awaitSuspension(sender);
    return sender;
  }

  @Test
  void rendezvous_sendWaitsUntilItIsReceived() throws Exception {
    Channel<String> channel = Channel.rendezvous();
    Coroutine<?> sender = sending(channel, "value");
    assertEquals(0, channel.size());
    assertEquals("value", channel.receive());
    sender.join(PATIENCE);
  }

  @Test
  void rendezvous_receiveWaitsUntilItIsSent() throws Exception {
    Channel<String> channel = Channel.rendezvous();
    Coroutine<String> receiver = receiving(channel);
    channel.send("value");
    assertEquals("value", receiver.join(PATIENCE));
  }

  @Test
  void buffered_sendWaitsOnlyWhenItIsFull() throws Exception {
    Channel<Integer> channel = Channel.buffered(2);
    channel.send(1);
    channel.send(2);
    assertFalse(channel.trySend(3));
    Coroutine<?> sender = sending(channel, 3);
    assertEquals(2, channel.size());
    assertEquals(
        List.of(1, 2, 3), List.of(channel.receive(), channel.receive(), channel.receive()));
    sender.join(PATIENCE);
    assertEquals(Optional.empty(), channel.tryReceive());
  }

  @Test
  void buffered_withoutRoom_isRefused() {
    assertEquals(
        "capacity must be at least 1: 0",
        assertThrows(IllegalArgumentException.class, () -> Channel.buffered(0)).getMessage());
  }

  @Test
  void conflated_keepsTheLatestAndTellsOfTheOthers() {
    List<Integer> undelivered = new ArrayList<>();
    Channel<Integer> channel =
        Channel.<Integer>builder().onUndelivered(undelivered::add).conflated();
    for (int value = 1; value <= 3; value++) {
      channel.send(value);
    }
    assertEquals(List.of(1, 2), undelivered);
    assertEquals(3, channel.receive());
    assertEquals(Optional.empty(), channel.tryReceive());
  }

  @Test
  void unlimited_sendNeverWaits() {
    Channel<Integer> channel = Channel.unlimited();
    for (int value = 0; value < 10_000; value++) {
      channel.send(value);
    }
    assertEquals(10_000, channel.size());
    for (int value = 0; value < 10_000; value++) {
      assertEquals(value, channel.receive());
    }
  }

  @Test
  void waiters_areServedInTheOrderInWhichTheyCame() throws Exception {
    Channel<Integer> channel = Channel.rendezvous();
    List<Coroutine<Integer>> receivers = new ArrayList<>();
    for (int number = 0; number < 5; number++) {
      receivers.add(receiving(channel));
    }
    for (int value = 0; value < 5; value++) {
      channel.send(value);
    }
    for (int number = 0; number < 5; number++) {
      assertEquals(number, receivers.get(number).join(PATIENCE));
    }
  }

  @Test
  void close_letsWhatWasSentBeReceived_sendersThatWaitIncluded() throws Exception {
    Channel<Integer> channel = Channel.buffered(1);
    channel.send(1);
    Coroutine<?> sender = sending(channel, 2);
    assertTrue(channel.closeWith(null));
    assertFalse(channel.closeWith(new IOException("too late")));
    List<Integer> received = new ArrayList<>();
    for (int value : channel) {
      received.add(value);
    }
    assertEquals(List.of(1, 2), received);
    sender.join(PATIENCE);
    assertNull(assertThrows(ChannelClosedException.class, channel::receive).getCause());
    assertThrows(ChannelClosedException.class, () -> channel.send(3));
    assertFalse(channel.trySend(3));
    assertEquals(Optional.empty(), channel.tryReceive());
  }

  @Test
  void close_wakesReceivers() throws Exception {
    Channel<String> channel = Channel.<String>builder().name("news").rendezvous();
    Coroutine<?> receiver =
        scheduler.spawn(
            () ->
                assertEquals(
                    "news is closed",
                    assertThrows(ChannelClosedException.class, channel::receive).getMessage()));
    awaitSuspension(receiver);
    assertEquals("receiving from news", receiver.waitsFor().orElseThrow());
    channel.close();
    receiver.join(PATIENCE);
  }

  /** The trace must not be that of the close, which would have to make a million of them. */
  @Test
  void close_isShownWhereTheOthersWaited() throws Exception {
    Channel<Integer> closed = Channel.rendezvous();
    Channel<Integer> cancelled = Channel.rendezvous();
    List<Coroutine<StackTraceElement[]>> waiting =
        List.of(
            scheduler.spawn(() -> traceOf(closed::receive)),
            scheduler.spawn(() -> traceOf(() -> cancelled.send(1))),
            scheduler.spawn(() -> traceOf(() -> Select.select(onReceive(closed, n -> n)))),
            scheduler.spawn(() -> traceOf(() -> Select.select(onSend(cancelled, 1, () -> 1)))));
    waiting.forEach(ChannelTest::awaitSuspension);
    closed.close();
    cancelled.cancel(null);
    for (Coroutine<StackTraceElement[]> each : waiting) {
      assertTrue(
          Arrays.stream(each.join(PATIENCE))
              .anyMatch(frame -> frame.getMethodName().equals("traceOf")));
    }
  }

  private static StackTraceElement[] traceOf(Action waiting) {
    return assertThrows(ChannelClosedException.class, waiting::run).getStackTrace();
  }

  @Test
  void undelivered_thatFailForTheSameReason_areAllToldOf() {
    IllegalStateException broken = new IllegalStateException("broken");
    List<Integer> undelivered = new ArrayList<>();
    Channel<Integer> channel =
        Channel.<Integer>builder()
            .onUndelivered(
                value -> {
                  undelivered.add(value);
                  throw broken;
                })
            .unlimited();
    channel.send(1);
    channel.send(2);
    assertSame(broken, assertThrows(IllegalStateException.class, () -> channel.cancel(null)));
    assertEquals(List.of(1, 2), undelivered);
  }

  @Test
  void close_withACause_showsItAtTheEnd() {
    Channel<Integer> channel = Channel.unlimited();
    IOException cause = new IOException("broken");
    channel.send(1);
    channel.closeWith(cause);
    List<Integer> received = new ArrayList<>();
    ChannelClosedException end =
        assertThrows(ChannelClosedException.class, () -> channel.forEach(received::add));
    assertSame(cause, end.getCause());
    assertEquals(List.of(1), received);
  }

  @Test
  void cancel_dropsWhatIsLeftAndTellsOfIt() throws Exception {
    List<Integer> undelivered = new ArrayList<>();
    Channel<Integer> channel =
        Channel.<Integer>builder().onUndelivered(undelivered::add).buffered(2);
    channel.send(1);
    channel.send(2);
    Coroutine<?> sender =
        scheduler.spawn(() -> assertThrows(ChannelClosedException.class, () -> channel.send(3)));
    awaitSuspension(sender);
    channel.cancel(new IOException("broken"));
    sender.join(PATIENCE);
    assertEquals(List.of(1, 2), undelivered);
    assertThrows(ChannelClosedException.class, channel::receive);
  }

  @Test
  void cancelledReceiver_takesNothing() throws Exception {
    Channel<String> channel = Channel.rendezvous();
    Coroutine<String> receiver = receiving(channel);
    receiver.cancel();
    assertCancelled(receiver::join);
    assertFalse(channel.trySend("value"));
    Coroutine<String> next = receiving(channel);
    assertTrue(channel.trySend("value"));
    assertEquals("value", next.join(PATIENCE));
  }

  @Test
  void cancelledSender_hasSentNothing() {
    Channel<String> channel = Channel.rendezvous();
    Coroutine<?> sender = sending(channel, "value");
    sender.cancel();
    assertCancelled(sender::join);
    assertEquals(Optional.empty(), channel.tryReceive());
  }

  @Test
  void operations_ofACancelledCoroutine_throwThoughTheyNeedNotWait() {
    Channel<Integer> channel = Channel.unlimited();
    Coroutine<?> coroutine =
        scheduler.spawn(
            () -> {
              Coroutines.current().cancel();
              channel.send(1);
            });
    assertCancelled(coroutine::join);
    assertEquals(0, channel.size());
  }

  @Test
  void limits_areHeededByThreadsAndCoroutines() throws Exception {
    Channel<String> channel = Channel.rendezvous();
    Action[] inTime = {
      () -> assertThrows(TimeoutException.class, () -> channel.receive(Duration.ofMillis(5))),
      () -> assertThrows(TimeoutException.class, () -> channel.send("value", Duration.ofMillis(5))),
      () -> assertThrows(TimeoutException.class, () -> channel.receive(Duration.ZERO)),
      () -> assertThrows(TimeoutException.class, () -> channel.send("value", Duration.ZERO))
    };
    for (Action action : inTime) {
      action.run();
      scheduler.spawn(action::run).join(PATIENCE);
    }
    Channel<String> full = Channel.buffered(1);
    full.send("value", Duration.ZERO);
    assertEquals("value", full.receive(Duration.ZERO));
  }

  private interface Action {
    void run() throws Exception;
  }

  @Test
  void thread_thatIsInterrupted_givesUpAndStaysInterrupted() {
    Channel<String> channel = Channel.<String>builder().name("news").rendezvous();
    Thread.currentThread().interrupt();
    CancellationException thrown = assertThrows(CancellationException.class, channel::receive);
    assertEquals("interrupted while it waited for receiving from news", thrown.getMessage());
    assertTrue(Thread.interrupted());
    assertFalse(channel.trySend("value"));
  }

  @Test
  void threadsAndCoroutines_handOverToEachOther() throws Exception {
    Channel<Integer> toCoroutine = Channel.rendezvous();
    Channel<Integer> toThread = Channel.rendezvous();
    Coroutine<?> doubling =
        scheduler.spawn(
            () -> {
              for (int value : toCoroutine) {
                toThread.send(2 * value);
              }
              toThread.close();
            });
    for (int value = 0; value < 1000; value++) {
      toCoroutine.send(value);
      assertEquals(2 * value, toThread.receive());
    }
    toCoroutine.close();
    assertFalse(toThread.iterator().hasNext());
    doubling.join(PATIENCE);
  }

  @Test
  void nothing_isNoValue() {
    Channel<String> channel = Channel.unlimited();
    assertThrows(NullPointerException.class, () -> channel.send(null));
    assertThrows(NullPointerException.class, () -> channel.trySend(null));
  }

  @Test
  void asCompleted_hasThemInTheOrderOfTheirEnds_whateverThatIs() {
    Channel<String> gate = Channel.rendezvous();
    Coroutine<String> waiting = scheduler.spawn(() -> gate.receive());
    Coroutine<String> failing =
        scheduler.spawn(
            () -> {
              throw new IllegalStateException("broken");
            });
    Source<Coroutine<String>> ended = Channel.asCompleted(List.of(waiting, failing));
    assertSame(failing, ended.receive());
    assertThrows(CompletionException.class, failing::join);
    assertEquals(Optional.empty(), ended.tryReceive());
    gate.send("value");
    assertSame(waiting, ended.receive());
    assertEquals("value", waiting.join());
    assertThrows(ChannelClosedException.class, ended::receive);
  }

  @Test
  void asCompleted_ofThoseThatHaveEnded_orOfNone_doesNotWait() {
    Coroutine<String> done = scheduler.spawn(() -> "value");
    done.join();
    List<Coroutine<String>> all = new ArrayList<>();
    Channel.asCompleted(List.of(done, done)).forEach(all::add);
    assertEquals(List.of(done, done), all);
    assertTrue(Channel.asCompleted(List.of()).isClosed());
  }
}
