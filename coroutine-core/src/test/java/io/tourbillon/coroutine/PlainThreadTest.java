package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.channel.Channel;
import io.tourbillon.timer.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is true of coroutines that are plain virtual threads of the JDK, and of no others. */
@Tag("plain-thread")
class PlainThreadTest {
  @Test
  void coroutinesOfOneLoop_runAtTheSameTime() throws Exception {
    try (CoroutineScheduler scheduler = TestSchedulers.oneLoop()) {
      CyclicBarrier both = new CyclicBarrier(2);
      Coroutine<Integer> one = scheduler.spawn(() -> both.await(30, TimeUnit.SECONDS));
      Coroutine<Integer> other = scheduler.spawn(() -> both.await(30, TimeUnit.SECONDS));
      assertEquals(1, one.join(PATIENCE) + other.join(PATIENCE));
    }
  }

  @Test
  void blockingCall_holdsNobodyUp() throws Exception {
    try (CoroutineScheduler scheduler = TestSchedulers.oneLoop()) {
      CountDownLatch goOn = new CountDownLatch(1);
      List<Coroutine<?>> blocked = new ArrayList<>();
      for (int number = 0; number < 100; number++) {
        blocked.add(scheduler.spawn(() -> assertTrue(goOn.await(30, TimeUnit.SECONDS))));
      }
      scheduler.spawn(() -> Coroutines.delay(Duration.ofMillis(1))).join(PATIENCE);
      goOn.countDown();
      for (Coroutine<?> each : blocked) {
        each.join(PATIENCE);
      }
    }
  }

  @Test
  void coroutineThatWaitsForACarrier_isCreated_andSaysSinceWhen() throws Exception {
    try (CoroutineScheduler scheduler = TestSchedulers.oneLoop()) {
      AtomicBoolean over = new AtomicBoolean();
      int carriers = Runtime.getRuntime().availableProcessors();
      CountDownLatch computing = new CountDownLatch(carriers);
      List<Coroutine<?>> all = new ArrayList<>();
      Thread.sleep(200); // The scheduler is older than the coroutine.
      long startNanos = System.nanoTime();
      for (int carrier = 0; carrier < carriers; carrier++) {
        all.add(
            scheduler.spawn(
                () -> {
                  computing.countDown();
                  while (!over.get()) {
                    Thread.onSpinWait();
                  }
                }));
      }
      try {
        assertTrue(computing.await(30, TimeUnit.SECONDS));
        Coroutine<?> late = scheduler.spawn(SpawnOptions.named("late"), () -> {});
        all.add(late);
        assertEquals(Coroutine.State.CREATED, late.state());
        CoroutineDump.Entry entry =
            scheduler.dump(all.size()).coroutines().stream()
                .filter(each -> each.name().equals("late"))
                .findAny()
                .orElseThrow();
        assertEquals(Coroutine.State.CREATED, entry.state());
        long sinceNanos = System.nanoTime() - startNanos + 10_000_000; // Hundredths of a second.
        assertTrue(entry.inState().toNanos() <= sinceNanos, entry::toString);
      } finally {
        over.set(true);
      }
      for (Coroutine<?> each : all) {
        each.join(PATIENCE);
      }
    }
  }

  static List<SpawnOptions> optionsThatNeedTurns() {
    return List.of(SpawnOptions.named("a").here(), SpawnOptions.named("a").onLoop("key"));
  }

  @ParameterizedTest
  @MethodSource("optionsThatNeedTurns")
  void optionThatNeedsTurns_isRefusedByName(SpawnOptions options) {
    try (CoroutineScheduler scheduler = TestSchedulers.oneLoop()) {
      UnsupportedOperationException refusal =
          assertThrows(
              UnsupportedOperationException.class, () -> scheduler.spawn(options, () -> {}));
      assertTrue(
          refusal.getMessage().contains(" needs an engine that gives turns, and PLAIN_THREAD"),
          refusal::getMessage);
      assertEquals(0, scheduler.stats().spawned());
    }
  }

  /** The JDK needs more stack for the start of a thread than a loop does to take a message. */
  @Test
  void spawn_deepDown_isCountedIfItIsAccepted() throws Exception {
    try (CoroutineScheduler scheduler = TestSchedulers.oneLoop()) {
      AtomicInteger ran = new AtomicInteger();
      List<Coroutine<?>> accepted = new ArrayList<>();
      for (int round = 0; round < 20; round++) {
        Diver.doDeepDown(() -> accepted.add(scheduler.spawn(() -> ran.incrementAndGet())));
      }
      for (Coroutine<?> each : accepted) {
        each.join(PATIENCE);
      }
      assertEquals(20, accepted.size());
      assertEquals(20, ran.get());
      assertEquals(20, scheduler.stats().spawned());
    }
  }

  @Test
  void policy_isRefusedByName() {
    UnsupportedOperationException refusal =
        assertThrows(
            UnsupportedOperationException.class,
            () -> TestSchedulers.builder().policy(SchedulingPolicy.random(1)).build());
    assertTrue(
        refusal
            .getMessage()
            .startsWith("a SchedulingPolicy other than fifo(), or a seed of a Simulation, needs"),
        refusal::getMessage);
  }

  @Test
  void virtualClock_waitsForEachCoroutineThatRuns() throws Exception {
    VirtualClock clock = new VirtualClock();
    try (CoroutineScheduler scheduler = TestSchedulers.on(clock)) {
      CountDownLatch goOn = new CountDownLatch(1);
      Coroutine<Long> sleeper =
          scheduler.spawn(
              () -> {
                Coroutines.delay(Duration.ofHours(1));
                return clock.nanoTime();
              });
      Coroutine<Long> busy =
          scheduler.spawn(
              () -> {
                assertTrue(goOn.await(30, TimeUnit.SECONDS));
                return clock.nanoTime();
              });
      clock.autoAdvance(true);
      Thread.sleep(20);
      assertEquals(0, clock.nanoTime());
      goOn.countDown();
      assertEquals(0, busy.join(PATIENCE));
      assertEquals(Duration.ofHours(1).toNanos(), sleeper.join(PATIENCE));
    }
  }

  /** An interrupt neither ends a suspension nor makes it spin, and is not lost. */
  @Test
  void interrupt_whileItIsSuspended_isThereAfterwards() throws Exception {
    try (CoroutineScheduler scheduler = TestSchedulers.oneLoop()) {
      Channel<Integer> channel = Channel.rendezvous();
      Thread[] its = new Thread[1];
      CountDownLatch known = new CountDownLatch(1);
      Coroutine<Boolean> coroutine =
          scheduler.spawn(
              () -> {
                its[0] = Thread.currentThread();
                known.countDown();
                int got = channel.receive();
                return got == 7 && Thread.interrupted();
              });
      known.await();
      TestSchedulers.awaitSuspended(coroutine);
      its[0].interrupt();
      Thread.sleep(5);
      assertEquals(Coroutine.State.SUSPENDED, coroutine.state());
      channel.send(7);
      assertTrue(coroutine.join(PATIENCE));
    }
  }

  /** A stray permit of LockSupport makes no suspension return too early. */
  @Test
  void unparkByOthers_endsNoDelay() throws Exception {
    try (CoroutineScheduler scheduler = TestSchedulers.oneLoop()) {
      long tookNanos =
          scheduler
              .spawn(
                  () -> {
                    Thread own = Thread.currentThread();
                    Thread nagger =
                        Thread.ofPlatform()
                            .daemon()
                            .start(
                                () -> {
                                  for (int count = 0; count < 2000; count++) {
                                    LockSupport.unpark(own);
                                    LockSupport.parkNanos(10_000);
                                  }
                                });
                    long startNanos = System.nanoTime();
                    Coroutines.delay(Duration.ofMillis(15));
                    long nanos = System.nanoTime() - startNanos;
                    nagger.join();
                    return nanos;
                  })
              .join(PATIENCE);
      assertTrue(tookNanos >= 15_000_000, () -> tookNanos + " ns");
    }
  }

  /** The limit moves while the coroutine waits: later, then to a time that is over. */
  @Test
  void limit_thatOthersMove_isHeeded() throws Exception {
    try (CoroutineScheduler scheduler = TestSchedulers.oneLoop()) {
      for (int round = 0; round < 20; round++) {
        CountDownLatch known = new CountDownLatch(1);
        Deadline[] limit = new Deadline[1];
        Coroutine<?> waiter =
            scheduler.spawn(
                () ->
                    Coroutines.withDeadline(
                        Duration.ofMinutes(1),
                        deadline -> {
                          limit[0] = deadline;
                          assertTrue(deadline.reschedule(Duration.ofHours(1)));
                          known.countDown();
                          Coroutines.delay(Duration.ofHours(2));
                          return null;
                        }));
        assertTrue(known.await(30, TimeUnit.SECONDS));
        Thread.sleep(ThreadLocalRandom.current().nextInt(8));
        assertFalse(waiter.state().isEnd());
        assertTrue(limit[0].reschedule(Duration.ofNanos(1)));
        Throwable thrown = assertThrows(RuntimeException.class, () -> waiter.join(PATIENCE));
        assertEquals(TimeoutException.class, thrown.getCause().getClass());
      }
    }
  }

  /** A stage is code of users, and the coroutine on which it depends has ended. */
  @Test
  void stageOfAnEndedCoroutine_mayBlock_andHoldsNobodyUp() throws Exception {
    CoroutineScheduler scheduler = TestSchedulers.oneLoop();
    CountDownLatch begin = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Coroutine<Integer> coroutine =
        scheduler.spawn(
            () -> {
              begin.await();
              return 7;
            });
    CompletableFuture<Integer> late =
        coroutine
            .toFuture()
            .thenApply(
                value -> {
                  try {
                    goOn.await();
                  } catch (InterruptedException unexpected) {
                    throw new AssertionError(unexpected);
                  }
                  return value + (Suspension.caller() instanceof Coroutine<?> ? 100 : 1);
                });
    begin.countDown();
    assertEquals(7, coroutine.join(PATIENCE));
    assertEquals(Coroutine.State.DONE, coroutine.state());
    assertTrue(scheduler.close(PATIENCE), "the stage holds the close up");
    goOn.countDown();
    assertEquals(8, late.get(30, TimeUnit.SECONDS));
  }

  @Test
  void rate_isHeeded() throws Exception {
    try (CoroutineScheduler scheduler = TestSchedulers.oneLoop()) {
      long startNanos = System.nanoTime();
      scheduler
          .spawn(
              SpawnOptions.named("slow").withRate(100),
              () -> {
                for (int count = 0; count < 5; count++) {
                  Coroutines.yieldNow();
                }
              })
          .join(PATIENCE);
      long tookNanos = System.nanoTime() - startNanos;
      assertTrue(tookNanos >= 50_000_000, () -> tookNanos + " ns");
    }
  }

  /** What outlasts a close that has given up finds timers, and leaves none behind. */
  @Test
  void cleanUp_afterACloseThatGaveUp_canStillSleep() throws Exception {
    CoroutineScheduler scheduler = TestSchedulers.oneLoop();
    CountDownLatch known = new CountDownLatch(1);
    AtomicBoolean gaveUp = new AtomicBoolean();
    Coroutine<?> stubborn =
        scheduler.spawn(
            () ->
                Coroutines.shield(
                    PATIENCE,
                    () -> {
                      known.countDown();
                      while (!gaveUp.get()) {
                        Coroutines.delay(Duration.ofMillis(50));
                      }
                      Coroutines.delay(Duration.ofMillis(1));
                      return null;
                    }));
    known.await();
    try (LogCapture _ = new LogCapture()) {
      assertFalse(scheduler.close(Duration.ZERO));
    }
    gaveUp.set(true);
    stubborn.joinOutcome();
    assertEquals(Coroutine.State.DONE, stubborn.state());
  }

  @Test
  void close_endsTheThreadsThatItStarted() throws Exception {
    CoroutineScheduler scheduler = TestSchedulers.builder().name("ending").build();
    AtomicInteger ended = new AtomicInteger();
    for (int number = 0; number < 1000; number++) {
      scheduler.spawn(
          () -> {
            Coroutines.delay(Duration.ofMillis(2));
            ended.incrementAndGet();
          });
    }
    scheduler.close();
    assertEquals(1000, ended.get());
    assertEquals(0, scheduler.stats().suspended());
    assertEquals(0, scheduler.stats().running());
    assertEquals(1000, scheduler.stats().finished());
  }
}
