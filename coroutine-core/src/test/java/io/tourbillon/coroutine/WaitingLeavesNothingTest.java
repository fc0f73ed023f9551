package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static io.tourbillon.coroutine.channel.Select.onAwait;
import static io.tourbillon.coroutine.channel.Select.onJoin;
import static io.tourbillon.coroutine.channel.Select.onReceive;
import static io.tourbillon.coroutine.channel.Select.onTimeout;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.concurrent.DefaultPromise;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.tourbillon.coroutine.channel.Channel;
import io.tourbillon.coroutine.channel.Select;
import io.tourbillon.coroutine.generator.Generator;
import io.tourbillon.coroutine.netty.NettyFutures;
import io.tourbillon.coroutine.sync.Barrier;
import io.tourbillon.coroutine.sync.BarrierBrokenException;
import io.tourbillon.coroutine.sync.Event;
import io.tourbillon.coroutine.sync.Mutex;
import io.tourbillon.coroutine.sync.MutexCondition;
import io.tourbillon.coroutine.sync.RateLimiter;
import io.tourbillon.coroutine.sync.Semaphore;
import io.tourbillon.coroutine.sync.WaitGroup;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** Repeated waits in vain for a long-lived object leave nothing behind. */
@Tag("long")
class WaitingLeavesNothingTest {
  private static final int ATTEMPTS = 3_000;

  /** A leak of one object for each attempt would be at least 16 bytes for each. */
  private static final long MOST_BYTES = ATTEMPTS * 8;

  private static final Duration LIMIT = Duration.ofNanos(1);

  private final CoroutineScheduler scheduler =
      TestSchedulers.builder()
          .loops(1)
          .tick(Duration.ofNanos(100_000))
          .watchdog(Duration.ZERO)
          .build();

  private final CompletableFuture<String> never = new CompletableFuture<>();
  private final Coroutine<String> longLived =
      scheduler.spawn(() -> Coroutines.await(new CompletableFuture<String>()));

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  /** A wait that is given up. */
  record Wait(String name, Action attempt) {}

  private static Wait cut(String name, Action endless) {
    return new Wait(
        name,
        () -> {
          try {
            Coroutines.withTimeout(LIMIT, endless::run);
          } catch (TimeoutException late) {
            return;
          }
          throw new AssertionError(name + " has not waited");
        });
  }

  private Stream<Wait> waits() {
    Channel<String> empty = Channel.rendezvous();
    Mutex held = new Mutex();
    scheduler.spawn(
        () -> {
          held.lock();
          Coroutines.delay(Duration.ofHours(1));
        });
    Semaphore none = new Semaphore(1);
    assertTrue(none.tryAcquire());
    Event unset = new Event();
    WaitGroup busy = new WaitGroup();
    busy.add(1);
    Mutex free = new Mutex();
    MutexCondition unmet = free.newCondition();
    RateLimiter slow = RateLimiter.builder(1, Duration.ofHours(10)).build();
    assertTrue(slow.tryAcquire());
    Generator<String> endless = Generator.of(scheduler, out -> out.yield(Coroutines.await(never)));
    CompletionStage<String> minimal = never.minimalCompletionStage();
    CompletableFuture<String> future = longLived.toFuture();
    DefaultPromise<String> promise = new DefaultPromise<>(ImmediateEventExecutor.INSTANCE);
    return Stream.of(
        new Wait(
            "join, with a limit",
            () -> assertThrows(TimeoutException.class, () -> longLived.join(LIMIT))),
        cut("join", longLived::join),
        cut("await of a future", () -> Coroutines.await(never)),
        cut("await of a minimal stage", () -> Coroutines.await(minimal)),
        cut("await of a coroutine's future", () -> Coroutines.await(future)),
        cut("awaitAll", () -> Coroutine.awaitAll(List.of(longLived))),
        new Wait(
            "awaitAny",
            () -> Coroutine.awaitAny(List.of(longLived, scheduler.spawn(() -> "short")))),
        cut("awaitAny in vain", () -> Coroutine.awaitAny(List.of(longLived, longLived))),
        new Wait(
            "select of a join",
            () -> Select.select(onJoin(longLived, value -> value), onTimeout(LIMIT, () -> "late"))),
        new Wait(
            "select of a stage",
            () -> Select.select(onAwait(never, value -> value), onTimeout(LIMIT, () -> "late"))),
        new Wait(
            "select of channels",
            () -> Select.select(onReceive(empty, value -> value), onTimeout(LIMIT, () -> "late"))),
        cut("receive", empty::receive),
        cut("send", () -> Channel.<String>rendezvous().send("")),
        cut("lock", held::lock),
        cut("acquire", none::acquire),
        cut("event", unset::await),
        cut("group", busy::await),
        cut(
            "condition",
            () -> {
              free.lock();
              try {
                unmet.await();
              } finally {
                free.unlock();
              }
            }),
        cut("rate", slow::acquire),
        cut("generator", endless::next),
        cut("netty", () -> NettyFutures.await(promise)),
        cut("callback", () -> Coroutines.suspend(resumption -> {})),
        cut("delay", () -> Coroutines.delay(Duration.ofHours(1))),
        new Wait(
            "acquisition",
            () ->
                assertThrows(
                    TimeoutException.class,
                    () ->
                        Coroutines.acquireWithin(
                            LIMIT,
                            () -> {
                              Coroutines.yieldNow();
                              Coroutines.yieldNow();
                              Coroutines.delay(Duration.ofNanos(30_000));
                              return "";
                            },
                            value -> {}))),
        new Wait(
            "barrier",
            () -> {
              Barrier barrier = new Barrier(2);
              assertThrows(TimeoutException.class, () -> barrier.await(LIMIT));
              assertThrows(BarrierBrokenException.class, barrier::await);
            }),
        new Wait("whenEnded", () -> Suspension.whenEnded(longLived, () -> {}).remove()),
        new Wait("as completed", () -> Channel.asCompleted(List.of(longLived)).cancel(null)),
        new Wait("blocking", () -> Coroutines.blocking(() -> "")));
  }

  @TestFactory
  @Tag("virtual-thread")
  Stream<DynamicTest> waiting_inVain_leavesNothing() {
    return attempts();
  }

  @TestFactory
  @Tag("not-virtual-thread")
  Stream<DynamicTest> waiting_inVainOnOtherEngines_leavesNothing() {
    return attempts();
  }

  private Stream<DynamicTest> attempts() {
    return waits()
        .map(
            each ->
                DynamicTest.dynamicTest(
                    each.name,
                    () -> {
                      attempt(each, ATTEMPTS / 10);
                      // A queue that has grown once is not a leak: a leak shows in each series.
                      long left = Long.MAX_VALUE;
                      for (int series = 0; series < 3 && left >= MOST_BYTES; series++) {
                        long before = LiveHeap.bytes();
                        attempt(each, ATTEMPTS);
                        left = LiveHeap.bytes() - before;
                      }
                      assertTrue(left < MOST_BYTES, left + " bytes");
                    }));
  }

  private long residents() {
    return scheduler.stats().loops().getFirst().coroutines();
  }

  private void attempt(Wait wait, int times) throws Exception {
    long before = residents();
    scheduler
        .spawn(
            () -> {
              for (int attempt = 0; attempt < times; attempt++) {
                wait.attempt.run();
              }
            })
        .join(PATIENCE);
    // The abandoned work continues for a while; a generator stays.
    for (int pause = 0; pause < 1000 && residents() > before; pause++) {
      Thread.sleep(1);
    }
  }
}
