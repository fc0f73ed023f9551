package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.Cancelled.assertCancelled;
import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine.State;
import io.tourbillon.coroutine.internal.scheduler.Internals;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BlockingTest {
  private final CoroutineScheduler scheduler = TestSchedulers.oneLoop();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  @Test
  void blocking_runsOnAPlatformThreadAndFreesTheLoop() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    Coroutine<Boolean> blocked =
        scheduler.spawn(
            () ->
                Coroutines.blocking(
                    () -> {
                      release.await();
                      return !Thread.currentThread().isVirtual();
                    }));
    scheduler.spawn(release::countDown).join(PATIENCE);
    assertTrue(blocked.join(PATIENCE));
  }

  @Test
  void blocking_withoutAResult_isWaitedFor() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    Coroutine<?> blocked = scheduler.spawn(() -> Coroutines.blocking(() -> release.await()));
    assertThrows(TimeoutException.class, () -> blocked.join(Duration.ofMillis(1)));
    release.countDown();
    blocked.join(PATIENCE);
  }

  @Test
  void blocking_thatThrows_throwsTheSame() throws Exception {
    Coroutine<?> coroutine =
        scheduler.spawn(
            () ->
                assertThrows(
                    IOException.class,
                    () ->
                        Coroutines.blocking(
                            () -> {
                              throw new IOException("broken");
                            })));
    coroutine.join(PATIENCE);
  }

  @Test
  void blocking_cancelled_isInterruptedAndWaitedFor() throws Exception {
    CountDownLatch began = new CountDownLatch(1);
    AtomicBoolean ended = new AtomicBoolean();
    Coroutine<?> coroutine =
        scheduler.spawn(
            () ->
                Coroutines.blocking(
                    () -> {
                      began.countDown();
                      try {
                        return new CountDownLatch(1).getCount() + waitForEver();
                      } finally {
                        ended.set(true);
                      }
                    }));
    began.await();
    coroutine.cancel();
    assertCancelled(() -> coroutine.join(PATIENCE));
    assertTrue(ended.get());
    assertEquals(State.CANCELLED, coroutine.state());
  }

  private static int waitForEver() throws InterruptedException {
    new CountDownLatch(1).await();
    return 1;
  }

  @Test
  void blocking_thatReturnsAllTheSame_losesNoValue() throws Exception {
    CountDownLatch began = new CountDownLatch(1);
    Coroutine<String> coroutine =
        scheduler.spawn(
            () ->
                Coroutines.blocking(
                    () -> {
                      began.countDown();
                      try {
                        waitForEver();
                      } catch (InterruptedException e) {
                        return "resource";
                      }
                      return "never";
                    }));
    began.await();
    coroutine.cancel();
    assertEquals("resource", coroutine.join(PATIENCE));
  }

  @Test
  void blocking_beyondItsThreads_waitsAndCanBeTakenBack() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    List<Coroutine<?>> busy = new ArrayList<>();
    CountDownLatch began = new CountDownLatch(Internals.MOST_BLOCKING_CALLS);
    for (int number = 0; number < Internals.MOST_BLOCKING_CALLS; number++) {
      busy.add(
          scheduler.spawn(
              () ->
                  Coroutines.blocking(
                      () -> {
                        began.countDown();
                        release.await();
                        return 1;
                      })));
    }
    began.await();
    AtomicBoolean ran = new AtomicBoolean();
    Coroutine<?> oneMore =
        scheduler.spawn(
            () ->
                assertThrows(
                    TimeoutException.class,
                    () ->
                        Coroutines.withTimeout(
                            Duration.ofMillis(5),
                            () ->
                                Coroutines.blocking(
                                    () -> {
                                      ran.set(true);
                                      return 1;
                                    }))));
    oneMore.join(PATIENCE);
    release.countDown();
    for (Coroutine<?> coroutine : busy) {
      coroutine.join(PATIENCE);
    }
    assertFalse(ran.get());
  }

  @Test
  void blockingThreads_ofTheBuilder_boundTheCallsAtATime() throws Exception {
    assertThrows(IllegalArgumentException.class, () -> TestSchedulers.builder().blockingThreads(0));
    try (CoroutineScheduler two = TestSchedulers.builder().blockingThreads(2).build()) {
      AtomicInteger running = new AtomicInteger();
      AtomicInteger most = new AtomicInteger();
      CountDownLatch twoRun = new CountDownLatch(2);
      List<Coroutine<?>> all = new ArrayList<>();
      for (int call = 0; call < 8; call++) {
        all.add(
            two.spawn(
                () ->
                    Coroutines.blocking(
                        () -> {
                          most.accumulateAndGet(running.incrementAndGet(), Math::max);
                          twoRun.countDown();
                          twoRun.await();
                          Thread.sleep(5);
                          return running.decrementAndGet();
                        })));
      }
      for (Coroutine<?> each : all) {
        each.join(PATIENCE);
      }
      assertEquals(2, most.get());
    }
  }
}
