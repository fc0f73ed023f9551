package io.tourbillon.adoption;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.util.concurrent.AbstractScheduledService;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.ListenableScheduledFuture;
import com.google.common.util.concurrent.ListeningScheduledExecutorService;
import com.google.common.util.concurrent.MoreExecutors;
import com.google.common.util.concurrent.SettableFuture;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Guava's futures with limits, listening executors and scheduled services. */
class GuavaTest extends AdoptionTest {
  @ParameterizedTest
  @EnumSource
  void withTimeout_fires_andCancelsTheFuture(Subject subject) throws Exception {
    ListeningScheduledExecutorService executor = GuavaRecipe.executor(open(subject));
    SettableFuture<String> call = SettableFuture.create();
    long startNanos = System.nanoTime();
    ListenableFuture<String> limited = Futures.withTimeout(call, Duration.ofMillis(30), executor);
    assertCause(TimeoutException.class, assertThrows(ExecutionException.class, () -> get(limited)));
    assertElapsed(Duration.ofMillis(30), startNanos);
    await(call::isCancelled, () -> "the call must be cancelled: " + call);
  }

  @ParameterizedTest
  @EnumSource
  void withTimeout_isCancelled_byTheValue(Subject subject) throws Exception {
    TimeSource source = open(subject);
    ListeningScheduledExecutorService executor = GuavaRecipe.executor(source);
    for (int i = 0; i < 1000; i++) {
      SettableFuture<Integer> call = SettableFuture.create();
      ListenableFuture<Integer> limited = Futures.withTimeout(call, Duration.ofHours(1), executor);
      call.set(i);
      assertEquals(i, get(limited));
    }
    awaitNonePending(source);
  }

  @ParameterizedTest
  @EnumSource
  void scheduledFuture_tellsItsListener_andItsDelay(Subject subject) throws Exception {
    ListeningScheduledExecutorService executor = GuavaRecipe.executor(open(subject));
    AtomicInteger told = new AtomicInteger();
    ListenableScheduledFuture<String> soon = executor.schedule(() -> "done", Duration.ofMillis(20));
    ListenableScheduledFuture<?> later = executor.schedule(() -> {}, Duration.ofHours(1));
    soon.addListener(told::incrementAndGet, MoreExecutors.directExecutor());
    assertTrue(soon.getDelay(TimeUnit.NANOSECONDS) <= Duration.ofMillis(20).toNanos());
    assertTrue(later.getDelay(TimeUnit.MINUTES) >= 58);
    assertTrue(soon.compareTo(later) < 0 && later.compareTo(soon) > 0);
    assertEquals("done", get(soon));
    await(() -> told.get() == 1, () -> "told: " + told);
    assertTrue(soon.getDelay(TimeUnit.NANOSECONDS) <= 0);
    assertTrue(later.cancel(false));
  }

  @ParameterizedTest
  @EnumSource
  void scheduleAsync_runsTheCallAfterItsDelay(Subject subject) throws Exception {
    ListeningScheduledExecutorService executor = GuavaRecipe.executor(open(subject));
    long startNanos = System.nanoTime();
    ListenableFuture<String> result =
        Futures.scheduleAsync(
            () -> Futures.immediateFuture("done"), Duration.ofMillis(20), executor);
    assertEquals("done", get(result));
    assertElapsed(Duration.ofMillis(20), startNanos);
  }

  @ParameterizedTest
  @EnumSource
  void scheduledService_runsUntilItIsStopped(Subject subject) throws Exception {
    TimeSource source = open(subject);
    Heartbeat heartbeat = new Heartbeat(GuavaRecipe.executor(source));
    heartbeat.startAsync().awaitRunning(PATIENCE);
    await(() -> heartbeat.beats.get() >= 3, () -> "beats: " + heartbeat.beats);
    heartbeat.stopAsync().awaitTerminated(PATIENCE);
    awaitNonePending(source);
    int beats = heartbeat.beats.get();
    Thread.sleep(10);
    assertEquals(beats, heartbeat.beats.get());
  }

  private static final class Heartbeat extends AbstractScheduledService {
    final AtomicInteger beats = new AtomicInteger();
    private final ScheduledExecutorService executor;

    Heartbeat(ScheduledExecutorService executor) {
      this.executor = executor;
    }

    @Override
    protected void runOneIteration() {
      beats.incrementAndGet();
    }

    @Override
    protected Scheduler scheduler() {
      return Scheduler.newFixedDelaySchedule(Duration.ZERO, Duration.ofMillis(1));
    }

    @Override
    protected ScheduledExecutorService executor() {
      return executor;
    }
  }

  @ParameterizedTest
  @EnumSource
  void shutdownNow_returnsWhatHasNotRun(Subject subject) throws Exception {
    ListeningScheduledExecutorService executor = GuavaRecipe.executor(open(subject));
    ListenableScheduledFuture<?> waiting = executor.schedule(() -> {}, Duration.ofHours(1));
    List<Runnable> left = executor.shutdownNow();
    assertEquals(1, left.size());
    assertFalse(waiting.isDone());
    assertTrue(executor.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS));
    assertTrue(executor.isTerminated());
  }

  private static <T> T get(ListenableFuture<T> future) throws Exception {
    return future.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
  }
}
