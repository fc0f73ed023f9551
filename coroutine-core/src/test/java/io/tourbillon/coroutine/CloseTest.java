package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine.State;
import io.tourbillon.coroutine.internal.scheduler.Internals;
import io.tourbillon.timer.TimerService;
import io.tourbillon.timer.internal.LiveThreads;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class CloseTest {
  @Test
  void close_waitsForAll() {
    AtomicInteger ended = new AtomicInteger();
    try (CoroutineScheduler scheduler = TestSchedulers.builder().loops(2).build()) {
      for (int number = 0; number < 100; number++) {
        scheduler.spawn(
            () -> {
              Coroutines.delay(Duration.ofMillis(20));
              ended.incrementAndGet();
            });
      }
    }
    assertEquals(100, ended.get());
  }

  @Test
  void close_thenSpawn_isRefused() {
    CoroutineScheduler scheduler = TestSchedulers.oneLoop();
    scheduler.close();
    assertThrows(RejectedExecutionException.class, () -> scheduler.spawn(() -> {}));
    scheduler.close();
    assertTrue(scheduler.close(Duration.ZERO));
  }

  /**
   * A spawn takes a place before it is refused, and a loop that sees the place does not end yet.
   */
  @Test
  void close_whileSpawnsAreRefused_endsEveryLoop() throws Exception {
    long before = LiveThreads.lastNumber();
    for (int round = 0; round < 60; round++) {
      CoroutineScheduler scheduler = TestSchedulers.oneLoop();
      CountDownLatch refused = new CountDownLatch(1);
      Thread caller =
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int further = 0; further < 50; ) {
                      try {
                        Coroutine<?> _ = scheduler.spawn(() -> {});
                      } catch (RejectedExecutionException closed) {
                        refused.countDown();
                        further++;
                      }
                    }
                  });
      scheduler.close();
      assertTrue(refused.await(30, TimeUnit.SECONDS));
      caller.join();
    }
    long limitNanos = System.nanoTime() + PATIENCE.toNanos();
    while (loopsSince(before) > 0 && System.nanoTime() - limitNanos < 0) {
      Thread.sleep(1);
    }
    assertEquals(0, loopsSince(before));
  }

  private static long loopsSince(long number) {
    return LiveThreads.all().stream().filter(entry -> entry.number() > number).count();
  }

  @Test
  void close_withGrace_cancelsWhatIsLeftThen() {
    CoroutineScheduler scheduler = TestSchedulers.oneLoop();
    Coroutine<String> quick = scheduler.spawn(() -> "quick");
    Coroutine<?> slow = scheduler.spawn(() -> Coroutines.delay(Duration.ofHours(1)));
    assertEquals("quick", quick.join());
    assertTrue(scheduler.close(Duration.ofMillis(50)));
    assertEquals(State.CANCELLED, slow.state());
  }

  @Test
  void close_ofOneThatDoesNotEnd_saysSo() {
    CoroutineScheduler scheduler = TestSchedulers.oneLoop();
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch began = new CountDownLatch(1);
    Coroutine<?> stubborn =
        scheduler.spawn(
            SpawnOptions.named("stubborn"),
            () ->
                Coroutines.blocking(
                    () -> {
                      began.countDown();
                      while (release.getCount() > 0) {
                        try {
                          release.await();
                        } catch (InterruptedException e) {
                          // The coroutine ignores interrupts.
                        }
                      }
                      return 1;
                    }));
    try (LogCapture log = new LogCapture()) {
      awaitUninterrupted(began);
      assertFalse(scheduler.close(Duration.ZERO));
      assertEquals(
          List.of(
              "coroutine is closed; coroutines that have not ended: 1"
                  + " (stubborn SUSPENDED on a call on a platform thread)"),
          log.lines());
    }
    release.countDown();
    stubborn.join();
  }

  /** A log that names them all would be useless and take megabytes. */
  @Test
  void close_ofManyThatDoNotEnd_namesSomeAndCountsTheOthers() throws Exception {
    CoroutineScheduler scheduler = TestSchedulers.oneLoop();
    CompletableFuture<String> never = new CompletableFuture<>();
    List<Coroutine<?>> all = new ArrayList<>();
    CountDownLatch begun = new CountDownLatch(25);
    for (int number = 0; number < 25; number++) {
      all.add(
          scheduler.spawn(
              () ->
                  Coroutines.shield(
                      PATIENCE,
                      () -> {
                        begun.countDown();
                        return Coroutines.await(never);
                      })));
    }
    begun.await();
    try (LogCapture log = new LogCapture()) {
      assertFalse(scheduler.close(Duration.ZERO));
      String line = log.lines().getFirst();
      assertEquals(20, line.split("coroutine-\\d+", -1).length - 1, line);
      assertTrue(
          line.startsWith("coroutine is closed; coroutines that have not ended: 25 ("), line);
      assertTrue(line.endsWith(", ...)"), line);
    }
    never.complete("at last");
    for (Coroutine<?> coroutine : all) {
      coroutine.join(PATIENCE);
    }
  }

  /** The log must show why a server does not stop. */
  @Test
  void close_thatWaits_namesInTheLogWhoIsWaitedFor() throws Exception {
    for (boolean withGrace : new boolean[] {false, true}) {
      CoroutineScheduler.Builder builder = TestSchedulers.builder().loops(1);
      Internals.closeReportAfter(builder, Duration.ofMillis(30));
      CoroutineScheduler scheduler = builder.build();
      CompletableFuture<String> answer = new CompletableFuture<>();
      Coroutine<?> endless =
          scheduler.spawn(SpawnOptions.named("endless"), () -> Coroutines.await(answer));
      TestSchedulers.awaitSuspended(endless);
      try (LogCapture log = new LogCapture()) {
        Runnable close = withGrace ? () -> scheduler.close(PATIENCE) : scheduler::close;
        Thread closing = Thread.ofPlatform().daemon().start(close);
        String line = log.firstLine();
        assertTrue(closing.isAlive());
        String expected =
            "coroutine is being closed and has waited for \\d+(\\.\\d+)? s;"
                + " coroutines that have not ended: 1 \\(endless SUSPENDED on ";
        assertTrue(Pattern.compile(expected).matcher(line).lookingAt(), line);
        long startNanos = System.nanoTime();
        while (System.nanoTime() - startNanos < 200_000_000) {
          Thread.onSpinWait();
        }
        answer.complete("at last");
        assertTrue(closing.join(PATIENCE));
        // After 30, 60, 120, 240 ms and so on, which is only a few lines even on a slow machine.
        assertTrue(log.lines().size() <= 12, log.lines().toString());
      }
    }
  }

  @Test
  void close_withACloseGrace_cancelsWhatIsLeftThen() {
    CoroutineScheduler scheduler =
        TestSchedulers.builder().loops(1).closeGrace(Duration.ofMillis(50)).build();
    Coroutine<String> quick = scheduler.spawn(() -> "quick");
    Coroutine<?> endless = scheduler.spawn(() -> Coroutines.await(new CompletableFuture<>()));
    scheduler.close();
    assertEquals("quick", quick.join());
    assertEquals(State.CANCELLED, endless.state());
  }

  @Test
  void close_withACloseGrace_returnsAlthoughOneDoesNotEndAndNamesIt() throws Exception {
    CoroutineScheduler scheduler =
        TestSchedulers.builder().loops(1).closeGrace(Duration.ZERO).build();
    CompletableFuture<String> never = new CompletableFuture<>();
    CountDownLatch begun = new CountDownLatch(1);
    Coroutine<?> shielded =
        scheduler.spawn(
            SpawnOptions.named("shielded"),
            () ->
                Coroutines.shield(
                    PATIENCE,
                    () -> {
                      begun.countDown();
                      return Coroutines.await(never);
                    }));
    begun.await();
    try (LogCapture log = new LogCapture()) {
      scheduler.close();
      String line = log.firstLine();
      assertTrue(
          line.startsWith("coroutine is closed; coroutines that have not ended: 1 (shielded "),
          line);
    }
    never.complete("at last");
    shielded.join(PATIENCE);
  }

  @Test
  void closeGrace_negative_isRefused() {
    CoroutineScheduler.Builder builder = CoroutineScheduler.builder();
    IllegalArgumentException refusal =
        assertThrows(
            IllegalArgumentException.class, () -> builder.closeGrace(Duration.ofNanos(-1)));
    assertEquals("grace must not be negative: PT-0.000000001S", refusal.getMessage());
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void close_byItsOwnCoroutine_isAnError() throws Exception {
    CoroutineScheduler scheduler = TestSchedulers.oneLoop();
    Coroutine<?> coroutine =
        scheduler.spawn(
            () -> {
              assertThrows(IllegalStateException.class, scheduler::close);
              assertThrows(IllegalStateException.class, () -> scheduler.close(Duration.ZERO));
            });
    coroutine.join(PATIENCE);
    scheduler.close();
  }

  @Test
  void close_interrupted_cancelsAllAndKeepsTheInterrupt() {
    CoroutineScheduler scheduler = TestSchedulers.oneLoop();
    Coroutine<?> sleeper = scheduler.spawn(() -> Coroutines.delay(Duration.ofHours(1)));
    Thread.currentThread().interrupt();
    scheduler.close();
    assertTrue(Thread.interrupted());
    assertEquals(State.CANCELLED, sleeper.state());
  }

  @Test
  void close_tellsOfFailuresThatNobodyHasSeen() {
    List<String> seen = new ArrayList<>();
    try (CoroutineScheduler scheduler =
        TestSchedulers.builder()
            .loops(1)
            .exceptionHandler(
                (coroutine, failure) -> {
                  synchronized (seen) {
                    seen.add(coroutine.name() + ": " + failure.getMessage());
                  }
                })
            .build()) {
      scheduler.spawn(
          SpawnOptions.named("lonely"),
          () -> {
            throw new IOException("broken");
          });
      assertThrows(
          RuntimeException.class,
          () ->
              scheduler
                  .spawn(
                      () -> {
                        throw new IOException("seen");
                      })
                  .join());
    }
    awaitSize(seen, 1);
    synchronized (seen) {
      assertEquals(List.of("lonely: broken"), seen);
    }
  }

  private static void awaitSize(List<String> list, int size) {
    long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < deadlineNanos) {
      synchronized (list) {
        if (list.size() >= size) {
          return;
        }
      }
      Thread.onSpinWait();
    }
  }

  @Tag("not-plain-thread")
  @Test
  void timers_runOnALoopAndAreClosedWithTheScheduler() throws Exception {
    CoroutineScheduler scheduler = TestSchedulers.oneLoop();
    TimerService timers = scheduler.timers();
    CompletableFuture<String> thread = new CompletableFuture<>();
    timers.schedule(Duration.ofMillis(1), () -> thread.complete(Thread.currentThread().toString()));
    String name = thread.get(30, TimeUnit.SECONDS);
    assertTrue(name.contains("coroutine-loop-0"), name);
    scheduler.close();
    assertTrue(timers.isShutdown());
    assertTrue(scheduler.timers().isShutdown());
  }

  @Tag("not-plain-thread")
  @Test
  void loops_afterClose_end() throws Exception {
    CoroutineScheduler scheduler = TestSchedulers.builder().loops(1).name("short-lived").build();
    scheduler.spawn(() -> {}).join(PATIENCE);
    Thread loop = Internals.loopThread(scheduler, 0);
    scheduler.close();
    assertTrue(loop.join(PATIENCE));
  }
}
