package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.tourbillon.coroutine.internal.scheduler.Internals;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a suspension allocates. On HANDOFF there is no single thread to measure. */
@Tag("not-handoff")
@Tag("not-plain-thread") // The threads of its loops are measured.
class AllocationTest {
  private static final int COROUTINES = 200;
  private static final int TIMES = 100;
  private static final int WARM_UP_ROUNDS = 3;

  /** At most the size of the smallest object. Spawning costs the same in both runs. */
  private static final double SLACK_BYTES = 16;

  private static volatile byte @Nullable [] escaped;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** Returns the bytes that the loop allocates for each suspension. */
  private double bytesOf(Runnable suspension) throws TimeoutException {
    return bytesOf(TestSchedulers.builder(), suspension);
  }

  private double bytesOf(CoroutineScheduler.Builder options, Runnable suspension)
      throws TimeoutException {
    try (CoroutineScheduler scheduler = options.loops(1).build()) {
      Thread loop = Internals.loopThread(scheduler, 0);
      for (int round = 0; round < WARM_UP_ROUNDS; round++) {
        run(scheduler, suspension);
      }
      long before = threads.getThreadAllocatedBytes(loop.threadId());
      run(scheduler, suspension);
      long bytes = threads.getThreadAllocatedBytes(loop.threadId()) - before;
      return (double) bytes / COROUTINES / TIMES;
    }
  }

  private static void run(CoroutineScheduler scheduler, Runnable suspension)
      throws TimeoutException {
    List<Coroutine<?>> all = new ArrayList<>();
    for (int number = 0; number < COROUTINES; number++) {
      all.add(
          scheduler.spawn(
              () -> {
                for (int time = 0; time < TIMES; time++) {
                  suspension.run();
                }
              }));
    }
    for (Coroutine<?> coroutine : all) {
      coroutine.join(PATIENCE);
    }
  }

  @Test
  void delay_withATimeUnit_allocatesNoMoreThanAYield() throws Exception {
    double yieldBytes = bytesOf(Coroutines::yieldNow);
    double delayBytes = bytesOf(() -> Coroutines.delay(1, TimeUnit.MILLISECONDS));
    assertTrue(delayBytes < yieldBytes + SLACK_BYTES, () -> delayBytes + " against " + yieldBytes);
  }

  /** A decorator and a listener cost something at the spawn, and nothing at a suspension. */
  @Test
  void yield_withADecoratorAndAListener_allocatesNoMoreThanWithout() throws Exception {
    double plainBytes = bytesOf(Coroutines::yieldNow);
    double decoratedBytes =
        bytesOf(
            TestSchedulers.builder()
                .decorator((_, body) -> around(body))
                .listener(new CoroutineListener() {}),
            Coroutines::yieldNow);
    assertTrue(
        decoratedBytes < plainBytes + SLACK_BYTES, () -> decoratedBytes + " against " + plainBytes);
  }

  private static Action around(Action body) {
    AtomicInteger depth = new AtomicInteger(1);
    return () -> {
      body.run();
      depth.decrementAndGet();
    };
  }

  /** Shows that the measurement detects an object. */
  @Test
  void delay_besideAnAllocation_allocatesThat() throws Exception {
    double yieldBytes = bytesOf(Coroutines::yieldNow);
    double bothBytes =
        bytesOf(
            () -> {
              escaped = new byte[64];
              Coroutines.delay(1, TimeUnit.MILLISECONDS);
            });
    assertTrue(bothBytes > yieldBytes + SLACK_BYTES, () -> bothBytes + " against " + yieldBytes);
    assertEquals(64, Objects.requireNonNull(escaped).length);
  }
}
