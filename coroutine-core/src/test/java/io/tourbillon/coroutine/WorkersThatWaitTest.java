package io.tourbillon.coroutine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.channel.Channel;
import io.tourbillon.coroutine.sync.Mutex;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Waits of threads, including the workers of a pool that may not have more of them. */
class WorkersThatWaitTest {
  private final ForkJoinPool pool =
      new ForkJoinPool(
          1,
          ForkJoinPool.defaultForkJoinWorkerThreadFactory,
          null,
          false,
          1,
          1,
          1,
          null,
          1,
          TimeUnit.SECONDS);

  @AfterEach
  void close() {
    pool.shutdownNow();
  }

  @Test
  void receive_byAWorkerThatIsNotReplaced_waits() throws Exception {
    Channel<Integer> channel = Channel.unlimited();
    Future<Integer> received = pool.submit(() -> channel.receive());
    Thread.sleep(50); // Usually much later than the beginning of the wait.
    assertTrue(channel.trySend(42));
    assertEquals(42, received.get(10, TimeUnit.SECONDS));
    assertEquals(Optional.empty(), channel.tryReceive());
  }

  @Test
  void lock_byAWorkerThatIsNotReplaced_isGivenBack() throws Exception {
    Mutex mutex = new Mutex();
    mutex.lock();
    Future<?> worker =
        pool.submit(
            () -> {
              mutex.lock();
              mutex.unlock();
            });
    Thread.sleep(50);
    mutex.unlock();
    worker.get(10, TimeUnit.SECONDS);
    assertTrue(mutex.tryLock());
  }

  private static void registerInVain(
      AtomicReference<Resumption<Integer>> kept, Resumption<Integer> resumption) {
    kept.set(resumption);
    throw new UnsupportedOperationException("the registration fails");
  }

  private static void assertTakesNothing(AtomicReference<Resumption<Integer>> kept) {
    assertFalse(kept.get().resume(1));
    assertTrue(kept.get().isOver());
  }

  @Test
  void registrationThatThrows_takesNothingLater() throws Exception {
    AtomicReference<Resumption<Integer>> kept = new AtomicReference<>();
    assertThrows(
        UnsupportedOperationException.class,
        () -> Suspension.<Integer>await("a callback", r -> registerInVain(kept, r)));
    assertTakesNothing(kept);
    assertThrows(
        UnsupportedOperationException.class,
        () -> Suspension.<Integer>await("a callback", Duration.ZERO, r -> registerInVain(kept, r)));
    assertTakesNothing(kept);
    CoroutineScheduler scheduler = TestSchedulers.oneLoop();
    CompletableFuture<Void> checked =
        scheduler
            .spawn(
                () -> {
                  for (Duration limit : new Duration[] {Duration.ZERO, Duration.ofHours(1)}) {
                    assertThrows(
                        UnsupportedOperationException.class,
                        () ->
                            Suspension.<Integer>await(
                                "a callback", limit, r -> registerInVain(kept, r)));
                    assertTakesNothing(kept);
                  }
                })
            .toFuture();
    checked.get(10, TimeUnit.SECONDS);
    scheduler.close();
  }
}
