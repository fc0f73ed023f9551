package io.tourbillon.coroutine.channel;

import static io.tourbillon.coroutine.channel.Select.onReceiveOrClosed;
import static io.tourbillon.coroutine.channel.Select.onTimeout;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Action;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Suspension;
import io.tourbillon.coroutine.TestSchedulers;
import io.tourbillon.coroutine.sync.Event;
import io.tourbillon.coroutine.sync.Semaphore;
import io.tourbillon.coroutine.testkit.Simulation;
import io.tourbillon.coroutine.testkit.SimulationFailure;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Views of sources: map, filter, merge and the others. */
class ViewTest {
  private final Simulation simulation = new Simulation().engine(TestSchedulers.ENGINE);
  private final List<Object> undelivered = new ArrayList<>();
  private final Channel<Integer> numbers =
      Channel.<Integer>builder().name("numbers").onUndelivered(undelivered::add).buffered(20);
  private final Channel<String> words =
      Channel.<String>builder().name("words").onUndelivered(undelivered::add).buffered(20);

  private Channel<Integer> numbers(int... values) {
    for (int value : values) {
      numbers.send(value);
    }
    numbers.close();
    return numbers;
  }

  private static <T> List<T> listOf(Iterable<T> source) {
    List<T> all = new ArrayList<>();
    source.forEach(all::add);
    return all;
  }

  private static Duration millis(long millis) {
    return Duration.ofMillis(millis);
  }

  /** Sends values, each after a pause in milliseconds, and closes the channel. */
  private Coroutine<?> sending(int... pausesAndValues) {
    return Coroutines.scheduler()
        .spawn(
            () -> {
              for (int index = 0; index < pausesAndValues.length; index += 2) {
                Coroutines.delay(millis(pausesAndValues[index]));
                numbers.send(pausesAndValues[index + 1]);
              }
              numbers.close();
            });
  }

  // Without a wait, in a thread.

  @Test
  void stages_mapAndDrop_inTheReceiver() {
    List<Integer> seen = new ArrayList<>();
    assertEquals(
        List.of("20", "40"),
        listOf(
            numbers(1, 2, 3, 4)
                .onEach(seen::add)
                .filter(number -> number % 2 == 0)
                .map(number -> "" + 10 * number)));
    assertEquals(List.of(1, 2, 3, 4), seen);
    assertEquals(List.of(1, 3), undelivered);
  }

  @Test
  void view_runsNothing_beforeSomebodyReceives() {
    Source<Integer> view =
        numbers(1)
            .map(
                number -> {
                  undelivered.add("ran");
                  return number;
                });
    assertEquals(List.of(), undelivered);
    assertEquals(1, view.size());
    assertEquals(1, view.receive());
  }

  @Test
  void functionThatThrows_failsTheReceiver_andTheViewStaysOpen() {
    Source<Integer> view = numbers(0, 2).map(number -> 10 / number);
    assertThrows(ArithmeticException.class, view::receive);
    assertEquals(5, view.receive());
    assertNull(view.receiveOrNull());
    assertEquals(List.of(0), undelivered);
    numbers.cancel();
    assertEquals(List.of(0), undelivered);
  }

  @Test
  void mappedResult_thatALaterViewDrops_goesToItsConsumer() {
    assertEquals(
        List.of("b"),
        listOf(
            numbers(1, 2)
                .map(number -> number == 1 ? "a" : "b", result -> undelivered.add("made " + result))
                .filter("b"::equals)));
    assertEquals(List.of("made a"), undelivered);
  }

  @Test
  void end_hasTheCauseOfTheSource() {
    numbers.send(1);
    numbers.closeWith(new IOException("broken"));
    Source<Integer> view = numbers.map(number -> number + 1).filter(number -> true);
    assertEquals(2, view.receive());
    ChannelClosedException end = assertThrows(ChannelClosedException.class, view::receiveOrNull);
    assertTrue(end.getCause() instanceof IOException, end::toString);
    assertTrue(view.receiveResult() instanceof Received.Closed<Integer>);
  }

  @Test
  void take_leavesTheRest() {
    Source<Integer> all = numbers(1, 2, 3, 4);
    assertEquals(List.of(1, 2), listOf(all.take(2)));
    assertEquals(List.of(), listOf(all.take(0)));
    assertEquals(List.of(3, 4), listOf(all.take(10)));
    assertEquals(
        "the number to take must not be negative: -1",
        assertThrows(IllegalArgumentException.class, () -> all.take(-1)).getMessage());
  }

  @Test
  void takeWhile_dropsTheFirstThatIsNotWanted() {
    Source<Integer> all = numbers(1, 2, 9, 3);
    assertEquals(List.of(1, 2), listOf(all.takeWhile(number -> number < 5)));
    assertEquals(List.of(9), undelivered);
    assertEquals(List.of(3), listOf(all));
  }

  @Test
  void distinct_dropsRepetitions() {
    assertEquals(List.of(1, 2, 1), listOf(numbers(1, 1, 2, 2, 1).distinctUntilChanged()));
    assertEquals(List.of(1, 2), undelivered);
  }

  @Test
  void zip_endsWithTheShorter_andLosesNothing() {
    words.send("a");
    words.close();
    assertEquals(List.of("1a"), listOf(numbers(1, 2, 3).zip(words, (n, word) -> n + word)));
    assertEquals(List.of(2), undelivered);
    assertEquals(List.of(3), listOf(numbers));
  }

  @Test
  void chunks_haveTheSize_andTheLastIsShorter() {
    assertEquals(
        List.of(List.of(1, 2), List.of(3, 4), List.of(5)),
        listOf(numbers(1, 2, 3, 4, 5).chunked(2)));
    assertThrows(IllegalArgumentException.class, () -> numbers.chunked(0));
    assertThrows(IllegalArgumentException.class, () -> numbers.chunked(2, Duration.ZERO));
  }

  @Test
  void cancelOfAView_cancelsTheSource_andDropsWhatItKeeps() {
    Source<List<Integer>> chunks = numbers.chunked(3);
    numbers.send(1);
    assertTrue(chunks.tryReceive().isEmpty());
    numbers.send(2);
    chunks.cancel();
    assertTrue(numbers.isClosed());
    assertEquals(List.of(2, 1), undelivered);
    assertTrue(chunks.receiveResult() instanceof Received.Closed<List<Integer>>);
  }

  @Test
  void results_tellValueEmptyAndEnd_withoutAnException() {
    assertEquals(new Received.Empty<>(), numbers.tryReceiveResult());
    assertEquals(new Received.Empty<>(), numbers.receiveResult(millis(1)));
    assertEquals(new Sent.Done(), numbers.sendResult(1));
    assertEquals(new Received.Value<>(1), numbers.receiveResult());
    Channel<Integer> full = Channel.buffered(1);
    assertEquals(new Sent.Done(), full.trySendResult(1));
    assertEquals(new Sent.Full(), full.trySendResult(2));
    IOException cause = new IOException("broken");
    full.closeWith(cause);
    assertEquals(new Sent.Closed(cause), full.trySendResult(2));
    assertEquals(new Sent.Closed(cause), full.sendResult(2));
    assertEquals(new Received.Value<>(1), full.receiveResult(millis(1)));
    assertEquals(new Received.Closed<>(cause), full.receiveResult(millis(1)));
    assertEquals(new Received.Closed<>(cause), full.receiveResult());
    assertEquals(new Received.Closed<>(cause), full.tryReceiveResult());
  }

  @Test
  void consume_cancelsTheSource_howeverTheBlockEnds() {
    numbers(1, 2, 3);
    assertThrows(
        ArithmeticException.class,
        () -> numbers.consumeEach(number -> undelivered.add(Math.floorDiv(number, 0))));
    assertEquals(List.of(2, 3), undelivered);
    words.send("a");
    try (Source.Consumption<String> seen = words.consume()) {
      for (String _ : seen) {
        break;
      }
    }
    assertTrue(words.isClosed());
  }

  /** Each value that a receiver takes puts the next one into the channel. */
  private Source<Integer> neverEmpty() {
    numbers.send(1);
    return numbers.onEach(numbers::send);
  }

  @Test
  void limit_passes_whileAViewDropsValueAfterValue() {
    Source<Integer> never = neverEmpty();
    for (Source<?> view :
        List.of(
            never.filter(_ -> false),
            never.distinctUntilChanged().filter(_ -> false),
            never.debounce(millis(1000)),
            never.chunked(Integer.MAX_VALUE, millis(1000)),
            never.filter(_ -> false).zip(never.filter(_ -> false), Integer::sum),
            Source.merge(never.filter(_ -> false)))) {
      Received<?> received =
          assertTimeoutPreemptively(
              Duration.ofSeconds(30), () -> view.receiveResult(millis(20)), view::toString);
      assertInstanceOf(Received.Empty.class, received);
    }
  }

  @Test
  void receiveThatDoesNotWait_findsAValueBehindOthersThatAreDropped() throws Exception {
    Source<Integer> third = numbers(1, 2, 3).filter(number -> number == 3);
    assertEquals(3, third.receive(Duration.ZERO));
  }

  @Test
  void zipAndMerge_areClosed_whenTheyCanOnlyEnd() {
    Source<Integer> zipped = numbers.zip(words, (number, word) -> number);
    Source<Object> merged = Source.merge(numbers.map(number -> number), words.map(word -> word));
    assertFalse(zipped.isClosed());
    numbers.closeWith(new IOException("lost"));
    assertTrue(zipped.isClosed());
    assertFalse(merged.isClosed());
    assertInstanceOf(Received.Closed.class, merged.tryReceiveResult());
    assertTrue(merged.isClosed());
  }

  // With waits, in virtual time.

  @Test
  void receiverOfAView_waits_andHonoursItsLimit() {
    simulation.run(
        () -> {
          Coroutine<?> sender = sending(5, 1, 5, 2, 5, 3);
          Source<Integer> even = numbers.filter(number -> number % 2 == 0);
          assertEquals(2, even.receive());
          assertEquals(10, Simulation.elapsed().toMillis());
          assertThrows(TimeoutException.class, () -> even.receive(millis(4)));
          assertEquals(14, Simulation.elapsed().toMillis());
          assertNull(even.receiveOrNull());
          sender.join();
        });
  }

  @Test
  void chunk_isCompleteAfterItsTime() {
    simulation.run(
        () -> {
          Coroutine<?> sender = sending(1, 1, 1, 2, 20, 3, 1, 4, 1, 5);
          Source<List<Integer>> chunks = numbers.chunked(3, millis(10));
          assertEquals(List.of(1, 2), chunks.receive());
          assertEquals(11, Simulation.elapsed().toMillis());
          assertEquals(List.of(3, 4, 5), chunks.receive());
          assertNull(chunks.receiveOrNull());
          sender.join();
        });
  }

  @Test
  void debounce_yieldsAfterTheQuietTime_andAtTheEnd() {
    simulation.run(
        () -> {
          Coroutine<?> sender = sending(1, 1, 2, 2, 20, 3, 1, 4);
          Source<Integer> quiet = numbers.debounce(millis(10));
          assertEquals(2, quiet.receive());
          assertEquals(13, Simulation.elapsed().toMillis());
          assertEquals(4, quiet.receive());
          assertEquals(24, Simulation.elapsed().toMillis());
          assertNull(quiet.receiveOrNull());
          assertEquals(List.of(1, 3), undelivered);
          sender.join();
        });
  }

  @Test
  void sample_yieldsTheLatestOfAPeriod() {
    simulation.run(
        () -> {
          Coroutine<?> sender = sending(1, 1, 2, 2, 30, 3, 1, 4);
          Source<Integer> samples = numbers.sample(millis(10));
          assertEquals(2, samples.receive());
          assertEquals(10, Simulation.elapsed().toMillis());
          assertEquals(4, samples.receive());
          assertEquals(34, Simulation.elapsed().toMillis());
          assertNull(samples.receiveOrNull());
          sender.join();
        });
  }

  @Test
  void takeUntil_endsWhenTheEventIsSet() {
    simulation.run(
        () -> {
          Event stop = new Event("stop");
          numbers.send(1);
          Source<Integer> prefix = numbers.takeUntil(stop.onSet());
          assertEquals(1, prefix.receive());
          Coroutine<?> _ =
              Coroutines.scheduler()
                  .spawn(
                      () -> {
                        Coroutines.delay(millis(5));
                        stop.set();
                      });
          assertNull(prefix.receiveOrNull());
          assertEquals(5, Simulation.elapsed().toMillis());
          assertFalse(numbers.isClosed());
        });
  }

  @Test
  void takeUntil_ofALock_givesItBack() {
    simulation.run(
        () -> {
          Semaphore permits = new Semaphore(1);
          permits.acquire();
          Source<Integer> prefix = numbers.takeUntil(permits.onAcquire(1));
          Coroutine<?> _ =
              Coroutines.scheduler()
                  .spawn(
                      () -> {
                        Coroutines.delay(millis(5));
                        permits.release();
                      });
          assertNull(prefix.receiveOrNull());
          assertEquals(1, permits.availablePermits());
          assertTrue(prefix.isClosed());
        });
  }

  @Test
  void take_cancelledWithACause_endsWithIt() {
    Source<Integer> prefix = numbers.take(5);
    IOException cause = new IOException("gone");
    prefix.cancel(cause);
    assertEquals(new Received.Closed<>(cause), prefix.receiveResult());
  }

  @Test
  void buffer_cancelledBeforeItsCoroutineBegins_cancelsTheSource() {
    simulation.run(
        () -> {
          numbers.buffer(2).cancel();
          for (int pause = 0; pause < 1000 && !numbers.isClosed(); pause++) {
            Coroutines.yieldNow();
            Thread.onSpinWait();
          }
        });
    for (int pause = 0; pause < 2000 && !numbers.isClosed(); pause++) {
      assertDoesNotThrow(() -> Thread.sleep(5));
    }
    assertTrue(numbers.isClosed());
  }

  /** The limit ends the wait also of a coroutine whose thread has its interrupt status set. */
  @Test
  void receiveWithALimit_ofAnInterruptedCoroutine_ends() {
    simulation.run(
        () -> {
          Thread.currentThread().interrupt();
          try {
            assertEquals(
                new Received.Empty<Integer>(),
                numbers.map(number -> number).receiveResult(millis(5)));
          } finally {
            Thread.interrupted();
          }
        });
  }

  @Test
  void view_isACaseOfASelect() {
    simulation.run(
        () -> {
          Coroutine<?> sender = sending(5, 1, 5, 2);
          Source<Integer> even = numbers.filter(number -> number % 2 == 0);
          Function<Integer, String> value = number -> "value " + number;
          assertEquals("late", next(even, value, 7));
          assertEquals("value 2", next(even, value, 50));
          assertEquals("closed", next(even, value, 50));
          assertEquals(10, Simulation.elapsed().toMillis());
          sender.join();
        });
  }

  private static <T> String next(Source<T> source, Function<T, String> value, long limit) {
    return Select.select(
        onReceiveOrClosed(source, value, () -> "closed"), onTimeout(millis(limit), () -> "late"));
  }

  @Test
  void secondReceiverOfAViewThatKeepsSomething_isRefused() {
    simulation.run(
        () -> {
          Source<List<Integer>> chunks = numbers.chunked(2);
          Coroutine<List<Integer>> first = Coroutines.scheduler().spawn(() -> chunks.receive());
          Simulation.settle();
          assertEquals(
              "a view must have one receiver at a time: chunks of numbers",
              assertThrows(IllegalStateException.class, chunks::receive).getMessage());
          numbers(1, 2);
          assertEquals(List.of(1, 2), first.join());
        });
  }

  @Test
  void merge_yieldsWhatComes_andEndsWithTheLast() {
    simulation.run(
        () -> {
          Channel<Integer> others = Channel.buffered(5);
          Coroutine<?> sender = sending(5, 1, 10, 2);
          Source<Integer> both = Source.merge(numbers, others.map(number -> -number));
          others.send(7);
          assertEquals(-7, both.receive());
          assertEquals(1, both.receive());
          others.close();
          assertEquals(2, both.receive());
          assertNull(both.receiveOrNull());
          sender.join();
        });
  }

  @Test
  void merge_ofFullSources_starvesNone() {
    Channel<Integer> ones = Channel.unlimited();
    Channel<Integer> twos = Channel.unlimited();
    for (int turn = 0; turn < 200; turn++) {
      ones.send(1);
      twos.send(2);
    }
    Source<Integer> both = Source.merge(ones, twos);
    int sum = 0;
    for (int turn = 0; turn < 200; turn++) {
      sum += both.receive();
    }
    assertTrue(sum > 220 && sum < 380, "sum " + sum);
  }

  @Test
  void merge_failsWithAnyOfItsSources() {
    words.closeWith(new IOException("broken"));
    Source<String> both = Source.merge(words, Channel.<String>unlimited());
    assertThrows(ChannelClosedException.class, both::receive);
    assertThrows(IllegalArgumentException.class, () -> Source.merge(List.of()));
  }

  @Test
  void buffer_runsAhead_andItsCancelCancelsTheSource() {
    simulation.run(
        () -> {
          Source<Integer> ahead =
              numbers.onEach(number -> undelivered.add("seen " + number)).buffer(2);
          for (int number = 1; number <= 5; number++) {
            numbers.send(number);
          }
          Simulation.settle();
          // Two in the buffer and one in the hand.
          assertEquals(List.of("seen 1", "seen 2", "seen 3"), undelivered);
          assertEquals(1, ahead.receive());
          Simulation.settle();
          undelivered.clear();
          ahead.cancel();
          Simulation.settle();
          assertTrue(numbers.isClosed());
          assertEquals(
              List.of(2, 3, 4, 5), undelivered.stream().map(Integer.class::cast).sorted().toList());
        });
  }

  @Test
  void buffer_endsAsItsSourceDoes() {
    simulation.run(
        () -> {
          numbers.send(1);
          numbers.closeWith(new IOException("broken"));
          Source<Integer> ahead = numbers.buffer(0);
          assertEquals(1, ahead.receive());
          Throwable end = assertThrows(ChannelClosedException.class, ahead::receive);
          assertTrue(end.getCause() instanceof IOException, end::toString);
        });
  }

  // Nothing is lost to a receiver that gives up, in any order.

  /** Receives by impatient coroutines, some of which are cancelled; returns what they got. */
  private static <T> List<T> byImpatientReceivers(Source<T> source, Action send) throws Exception {
    List<T> received = new ArrayList<>();
    Coroutine<?> sender = Coroutines.scheduler().spawn(send);
    boolean[] ended = {false};
    while (!ended[0]) {
      Coroutine<?> receiver =
          Coroutines.scheduler()
              .spawn(
                  () -> {
                    while (!ended[0]) {
                      switch (source.receiveResult(millis(1 + Suspension.random().nextInt(3)))) {
                        case Received.Value<T>(T value) -> received.add(value);
                        case Received.Closed<T> _ -> ended[0] = true;
                        case Received.Empty<T> _ -> {}
                      }
                    }
                  });
      Coroutines.delay(Duration.ofNanos(Suspension.random().nextInt(5_000_000)));
      receiver.cancel();
      Coroutine.awaitAll(List.of(receiver));
    }
    sender.join();
    return received;
  }

  private static void sendTo(Channel<Integer> channel) {
    for (int number = 1; number <= 8; number++) {
      Coroutines.delay(millis(Suspension.random().nextInt(3)));
      channel.send(number);
    }
    channel.close();
  }

  @Tag("not-plain-thread")
  @Test
  void chunksAndZip_conserveAllValues_whoeverGivesUp() {
    simulation.explore(
        300,
        () -> {
          Channel<Integer> left = Channel.rendezvous();
          Channel<Integer> right = Channel.buffered(1);
          Source<List<List<Integer>>> pairs =
              left.zip(right, (one, other) -> List.of(one, other)).chunked(3, millis(4));
          Coroutine<?> also = Coroutines.scheduler().spawn(() -> sendTo(right));
          List<List<List<Integer>>> chunks = byImpatientReceivers(pairs, () -> sendTo(left));
          also.join();
          List<List<Integer>> expected = new ArrayList<>();
          for (int number = 1; number <= 8; number++) {
            expected.add(List.of(number, number));
          }
          assertEquals(expected, chunks.stream().flatMap(List::stream).toList());
        });
  }

  /** The twin keeps the left value in a variable of the receiver. */
  @Tag("not-plain-thread")
  @Test
  void twinThatKeepsAValueInTheReceiver_isCaught() {
    SimulationFailure failure =
        assertThrows(
            SimulationFailure.class,
            () ->
                simulation.explore(
                    300,
                    () -> {
                      Channel<Integer> left = Channel.buffered(1);
                      Channel<Integer> right = Channel.buffered(1);
                      List<Integer> sums = new ArrayList<>();
                      Coroutine<?> also = Coroutines.scheduler().spawn(() -> sendTo(right));
                      Coroutine<?> first = Coroutines.scheduler().spawn(() -> sendTo(left));
                      Coroutine<?> receiver =
                          Coroutines.scheduler()
                              .spawn(
                                  () -> {
                                    while (true) {
                                      int one = left.receive();
                                      sums.add(one + right.receive());
                                    }
                                  });
                      Coroutines.delay(Duration.ofNanos(Suspension.random().nextInt(8_000_000)));
                      receiver.cancel();
                      Coroutine.awaitAll(List.of(receiver));
                      left.zip(right, Integer::sum).forEach(sums::add);
                      also.join();
                      first.join();
                      assertEquals(8, sums.size(), "sums");
                    }));
    assertTrue(String.valueOf(failure.getMessage()).contains("sums"), failure::getMessage);
  }
}
