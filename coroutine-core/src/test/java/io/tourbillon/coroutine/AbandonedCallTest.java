package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine.State;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Blocking calls that outlive the coroutine that made them. */
class AbandonedCallTest {
  private static final int MOST = 2;

  private final BlockingQueue<Throwable> uncaught = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> late = new LinkedBlockingQueue<>();
  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch mayEnd = new CountDownLatch(1);
  private final CoroutineScheduler scheduler =
      TestSchedulers.builder()
          .loops(1)
          .blockingThreads(MOST)
          .exceptionHandler((_, failure) -> uncaught.add(failure))
          .build();

  @AfterEach
  void close() {
    mayEnd.countDown();
    scheduler.close(Duration.ZERO);
  }

  /** Ignores interrupts, as a native call does. */
  private static void awaitStubbornly(CountDownLatch latch) {
    boolean interrupted = false;
    while (true) {
      try {
        latch.await();
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
        return;
      } catch (InterruptedException ignored) {
        interrupted = true;
      }
    }
  }

  private String stubborn() {
    begun.countDown();
    awaitStubbornly(mayEnd);
    return "value";
  }

  private Coroutine<String> calling(Body<String, IOException> body) throws Exception {
    Coroutine<String> coroutine =
        scheduler.spawn(() -> Coroutines.abandonableBlocking(body, late::add));
    assertTrue(begun.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
    TestSchedulers.awaitSuspended(coroutine);
    return coroutine;
  }

  private static void assertEnds(Coroutine<?> coroutine, State how) throws Exception {
    try {
      Object _ = coroutine.join(PATIENCE);
    } catch (CompletionException failure) {
      assertEquals(how, coroutine.state(), failure::toString);
      return;
    }
    assertEquals(how, coroutine.state());
  }

  private @Nullable String nextLate() throws InterruptedException {
    return late.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private void awaitAbandoned(long calls) {
    while (scheduler.stats().abandonedCalls() != calls) {
      Thread.onSpinWait();
    }
  }

  @Test
  void callThatEndsInTime_returnsItsValue() throws Exception {
    mayEnd.countDown();
    assertEquals(
        "value",
        scheduler
            .spawn(() -> Coroutines.abandonableBlocking(this::stubborn, late::add))
            .join(PATIENCE));
    assertNull(late.poll());
    assertEquals(0, scheduler.stats().abandonedCalls());
  }

  @Test
  void cancelledCoroutine_goesOn_andTheLateValueGoesToTheConsumer() throws Exception {
    Coroutine<String> coroutine = calling(this::stubborn);
    coroutine.cancel();
    assertEnds(coroutine, State.CANCELLED);
    assertEquals(1, scheduler.stats().abandonedCalls());
    assertTrue(scheduler.stats().toString().contains("abandoned calls 1"));
    mayEnd.countDown();
    assertEquals("value", nextLate());
    awaitAbandoned(0);
    assertNull(uncaught.poll());
  }

  @Test
  void limit_endsTheWait_whileTheCallGoesOn() throws Exception {
    Coroutine<String> coroutine =
        scheduler.spawn(
            () ->
                Coroutines.withTimeout(
                    Duration.ofMillis(20),
                    () -> Coroutines.abandonableBlocking(this::stubborn, late::add)));
    Throwable cause =
        assertThrows(CompletionException.class, () -> coroutine.join(PATIENCE)).getCause();
    assertInstanceOf(TimeoutException.class, cause);
    mayEnd.countDown();
    // Whether the call had begun within the limit or not.
    awaitAbandoned(0);
  }

  @Test
  void interruptibleCall_endsByItself_andIsNoFailure() throws Exception {
    Coroutine<String> coroutine =
        calling(
            () -> {
              begun.countDown();
              try {
                Thread.sleep(Duration.ofHours(1));
              } catch (InterruptedException interrupted) {
                throw new IOException(interrupted);
              }
              return "slept";
            });
    coroutine.cancel();
    assertEnds(coroutine, State.CANCELLED);
    awaitAbandoned(0);
    assertNull(uncaught.poll());
    assertNull(late.poll());
  }

  @Test
  void lateFailure_goesToTheHandler() throws Exception {
    Coroutine<String> coroutine =
        calling(
            () -> {
              String _ = stubborn();
              throw new IOException("late");
            });
    coroutine.cancel();
    assertEnds(coroutine, State.CANCELLED);
    mayEnd.countDown();
    Throwable failure = uncaught.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertEquals("late", failure == null ? "none" : failure.getMessage());
  }

  @Test
  void failureOfTheConsumer_goesToTheHandler() throws Exception {
    Coroutine<String> coroutine =
        scheduler.spawn(
            () ->
                Coroutines.abandonableBlocking(
                    this::stubborn,
                    value -> {
                      throw new IllegalStateException("cannot close " + value);
                    }));
    assertTrue(begun.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
    coroutine.cancel();
    assertEnds(coroutine, State.CANCELLED);
    mayEnd.countDown();
    Throwable failure = uncaught.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertEquals("cannot close value", failure == null ? "none" : failure.getMessage());
  }

  @Test
  void callThatHasNotBegun_doesNotBegin() throws Exception {
    CountDownLatch bothBegun = new CountDownLatch(MOST);
    Body<String, IOException> counted =
        () -> {
          bothBegun.countDown();
          return stubborn();
        };
    Coroutine<String> first = calling(counted);
    Coroutine<String> second = calling(counted);
    assertTrue(bothBegun.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
    AtomicInteger calls = new AtomicInteger();
    Coroutine<Integer> third =
        scheduler.spawn(
            () -> Coroutines.abandonableBlocking(calls::incrementAndGet, _ -> late.add("third")));
    first.cancel();
    second.cancel();
    assertEnds(first, State.CANCELLED);
    assertEnds(second, State.CANCELLED);
    // Abandoned calls still are two of two, so the third waits, and then never begins.
    assertEquals(MOST, scheduler.stats().abandonedCalls());
    TestSchedulers.awaitSuspended(third);
    third.cancel();
    assertEnds(third, State.CANCELLED);
    mayEnd.countDown();
    assertEquals("value", nextLate());
    assertEquals("value", nextLate());
    awaitAbandoned(0);
    assertEquals(0, calls.get());
  }

  @Test
  void plainCall_isNotAbandoned() throws Exception {
    Coroutine<String> coroutine =
        scheduler.spawn(() -> Coroutines.<String, RuntimeException>blocking(this::stubborn));
    assertTrue(begun.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
    coroutine.cancel();
    assertEquals(0, scheduler.stats().abandonedCalls());
    assertThrows(TimeoutException.class, () -> coroutine.join(Duration.ofMillis(20)));
    mayEnd.countDown();
    assertEquals("value", coroutine.join(PATIENCE));
  }

  /** Each resource is returned or given to the consumer, never both and never neither. */
  @Test
  void resource_isNeverLost_whoeverIsFirst() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    int rounds = 300;
    AtomicInteger made = new AtomicInteger();
    AtomicInteger closed = new AtomicInteger();
    for (int round = 0; round < rounds; round++) {
      int spins = random.nextInt(2000);
      Coroutine<?> coroutine =
          scheduler.spawn(
              () -> {
                int _ =
                    Coroutines.abandonableBlocking(
                        () -> {
                          made.incrementAndGet();
                          return 1;
                        },
                        _ -> closed.incrementAndGet());
                closed.incrementAndGet(); // Used and closed.
              });
      for (int spin = 0; spin < spins; spin++) {
        Thread.onSpinWait();
      }
      coroutine.cancel();
      Coroutine.awaitAll(List.of(coroutine));
    }
    awaitAbandoned(0);
    assertEquals(made.get(), closed.get(), () -> "seed " + seed);
  }
}
