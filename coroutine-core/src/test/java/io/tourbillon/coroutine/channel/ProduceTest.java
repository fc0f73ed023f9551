package io.tourbillon.coroutine.channel;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineDump;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Dumps;
import io.tourbillon.coroutine.TestSchedulers;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ProduceTest {
  private final BlockingQueue<Throwable> unseen = new LinkedBlockingQueue<>();
  private final CoroutineScheduler scheduler =
      TestSchedulers.builder()
          .loops(1)
          .exceptionHandler((coroutine, failure) -> unseen.add(failure))
          .build();
  private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  private String nextSeen() throws InterruptedException {
    return seen.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private void count(Sink<Integer> out) {
    try {
      for (int n = 1; ; n++) {
        out.send(n);
      }
    } finally {
      seen.add("finally");
    }
  }

  private void awaitQuiet() {
    Dumps.awaitNone(scheduler);
  }

  /**
   * The loop's own thread must not queue for a channel's lock: there it would be behind a coroutine
   * that cannot continue without the loop.
   */
  @Test
  @Tag("virtual-thread")
  void produce_whoseBodyNeverBegins_endsThoughOthersQueueForTheLock() throws Exception {
    CompletableFuture<Source<Integer>> made = new CompletableFuture<>();
    CompletableFuture<Coroutine<Integer>> queued = new CompletableFuture<>();
    CountDownLatch locked = new CountDownLatch(1);
    scheduler.spawn(
        () -> {
          queued.complete(scheduler.spawn(() -> made.join().size()));
          made.complete(Channel.produce(1, out -> {}));
          while (locked.getCount() > 0) {
            Thread.onSpinWait();
          }
        });
    LockedChannel<Integer> channel = (LockedChannel<Integer>) made.get();
    channel.lock.lock();
    try {
      locked.countDown();
      while (channel.lock.getQueueLength() < 2) {
        Thread.onSpinWait();
      }
    } finally {
      channel.lock.unlock();
    }
    assertEquals(0, queued.get().join(PATIENCE));
    assertThrows(ChannelClosedException.class, channel::receive);
  }

  @Test
  void produce_closesTheChannelAtTheEndOfTheBody() {
    for (int capacity : new int[] {0, 1, 5}) {
      Source<Integer> channel =
          Channel.produce(
              scheduler,
              capacity,
              out -> {
                for (int n = 1; n <= 3; n++) {
                  out.send(n);
                }
              });
      List<Integer> received = new ArrayList<>();
      channel.forEach(received::add);
      assertEquals(List.of(1, 2, 3), received);
      assertNull(assertThrows(ChannelClosedException.class, channel::receive).getCause());
    }
  }

  @Test
  void produce_isAheadByItsCapacityAtMost() {
    Source<Integer> channel = Channel.produce(scheduler, 3, this::count);
    while (!scheduler.dump(1).coroutines().toString().contains("sending to")) {
      Thread.onSpinWait();
    }
    assertEquals(3, channel.size());
    channel.cancel(null);
  }

  @Test
  void failure_isTheCauseThatReceiversSee_andNobodyElse() {
    IOException failure = new IOException("broken");
    Source<Integer> channel =
        Channel.produce(
            scheduler,
            0,
            out -> {
              out.send(1);
              throw failure;
            });
    assertEquals(1, channel.receive());
    assertSame(failure, assertThrows(ChannelClosedException.class, channel::receive).getCause());
    awaitQuiet();
    scheduler.close();
    assertEquals(0, unseen.size());
  }

  @Test
  void cancel_ofTheChannel_cancelsTheProducer_whateverItWaitsFor() throws Exception {
    Source<Integer> sending = Channel.produce(scheduler, 0, this::count);
    assertEquals(1, sending.receive());
    sending.cancel(null);
    assertEquals("finally", nextSeen());
    Source<Integer> sleeping =
        Channel.produce(
            scheduler,
            0,
            out -> {
              try {
                out.send(1);
                Coroutines.delay(Duration.ofDays(1));
              } finally {
                seen.add("woken");
              }
            });
    assertEquals(1, sleeping.receive());
    sleeping.cancel(null);
    assertEquals("woken", nextSeen());
  }

  @Test
  void producer_thatFailsAfterTheChannelWasCancelled_isReported() throws Exception {
    IOException failure = new IOException("broken");
    Source<Integer> channel =
        Channel.produce(
            scheduler,
            0,
            out -> {
              try {
                out.send(1);
              } catch (ChannelClosedException | CancellationException closed) {
                throw failure;
              }
            });
    while (!scheduler.dump(1).coroutines().toString().contains("sending to")) {
      Thread.onSpinWait();
    }
    channel.cancel(null);
    awaitQuiet();
    scheduler.close();
    assertSame(failure, unseen.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS));
  }

  @Test
  void producer_endsWithItsOwner() throws Exception {
    Source<Integer> channel =
        scheduler
            .spawn(
                () -> {
                  Source<Integer> mine = Channel.produce(0, this::count);
                  assertEquals(1, mine.receive());
                  return mine;
                })
            .join(PATIENCE);
    assertEquals("finally", nextSeen());
    assertInstanceOf(
        CancellationException.class,
        assertThrows(ChannelClosedException.class, () -> channel.receive(PATIENCE)).getCause());
  }

  @Test
  void cancel_givesTheUndeliveredToWhoIsTold_andTheProducerKeepsWhatItHas() throws Exception {
    Source<Integer> channel =
        Channel.<Integer>builder()
            .name("numbers")
            .onUndelivered(value -> seen.add("undelivered " + value))
            .produce(scheduler, 2, this::count);
    assertEquals(1, channel.receive());
    // 2 and 3 are in the buffer, and 4 is being sent.
    CoroutineDump dump = scheduler.dump(1);
    while (!dump.coroutines().toString().contains("sending to numbers")) {
      dump = scheduler.dump(1);
    }
    assertEquals("numbers", dump.coroutines().getFirst().name());
    channel.cancel(null);
    assertEquals(
        List.of("finally", "undelivered 2", "undelivered 3"),
        List.of(nextSeen(), nextSeen(), nextSeen()).stream().sorted().toList());
    awaitQuiet();
    assertEquals(0, seen.size());
  }

  @Test
  void producer_thatNeverBegins_closesItsChannel() {
    Coroutine<Source<Integer>> owner =
        scheduler.spawn(() -> Channel.produce(0, out -> out.send(1)));
    Source<Integer> channel = owner.join();
    assertInstanceOf(
        CancellationException.class,
        assertThrows(ChannelClosedException.class, channel::receive).getCause());
  }

  @Test
  void capacity_belowZero_isRefused() {
    assertEquals(
        "capacity must not be negative: -1",
        assertThrows(
                IllegalArgumentException.class,
                () -> Channel.<Integer>produce(scheduler, -1, this::count))
            .getMessage());
    assertThrows(IllegalStateException.class, () -> Channel.<Integer>produce(0, this::count));
  }
}
