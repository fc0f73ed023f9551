package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A coroutine's thread works like any virtual thread: its state stays with it across suspensions,
 * however many others have run meanwhile.
 */
@Tag("not-continuation") // There, coroutines run on the loop's thread.
class OrdinaryThreadTest {
  private static final ThreadLocal<String> LOCAL = new ThreadLocal<>();
  private static final InheritableThreadLocal<String> INHERITABLE = new InheritableThreadLocal<>();

  private final CoroutineScheduler scheduler = TestSchedulers.oneLoop();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
    INHERITABLE.remove();
  }

  /** Runs the body in three coroutines whose suspensions interleave. */
  private void threeTimes(Action body) throws Exception {
    List<Coroutine<?>> all = new ArrayList<>();
    for (int number = 0; number < 3; number++) {
      all.add(scheduler.spawn(body));
    }
    for (Coroutine<?> coroutine : all) {
      coroutine.join(PATIENCE);
    }
  }

  private static void suspendInAllWays() {
    Coroutines.delay(Duration.ofMillis(2));
    Coroutines.yieldNow();
    CompletableFuture<String> late =
        new CompletableFuture<String>().completeOnTimeout("late", 2, TimeUnit.MILLISECONDS);
    assertEquals("late", Coroutines.await(late));
    assertEquals("value", Coroutines.blocking(() -> "value"));
  }

  @Test
  void threadLocals_acrossSuspensions_areTheCoroutines() throws Exception {
    threeTimes(
        () -> {
          assertNull(LOCAL.get());
          String mine = Coroutines.current().name();
          LOCAL.set(mine);
          suspendInAllWays();
          assertEquals(mine, LOCAL.get());
          LOCAL.remove();
          suspendInAllWays();
          assertNull(LOCAL.get());
        });
  }

  @Test
  void inheritableThreadLocals_areHandedToThreadsThatTheCoroutineStarts() throws Exception {
    threeTimes(
        () -> {
          String mine = Coroutines.current().name();
          INHERITABLE.set(mine);
          suspendInAllWays();
          CompletableFuture<String> seen = new CompletableFuture<>();
          CompletableFuture<String> seenByPlatformThread = new CompletableFuture<>();
          Thread.startVirtualThread(() -> seen.complete(INHERITABLE.get()));
          Thread.ofPlatform().start(() -> seenByPlatformThread.complete(INHERITABLE.get()));
          assertEquals(mine, Coroutines.await(seen));
          assertEquals(mine, Coroutines.await(seenByPlatformThread));
          assertEquals(mine, INHERITABLE.get());
        });
  }

  /**
   * The loop makes a coroutine's thread, so the spawning thread's values are not kept in memory.
   */
  @Test
  void inheritableThreadLocals_ofWhoSpawns_areNotTheCoroutines() throws Exception {
    INHERITABLE.set("of the test");
    assertNull(scheduler.spawn(INHERITABLE::get).join(PATIENCE));
    Coroutine<String> parent =
        scheduler.spawn(
            () -> {
              INHERITABLE.set("of the parent");
              return scheduler.spawn(INHERITABLE::get).join();
            });
    assertNull(parent.join(PATIENCE));
  }

  @Test
  @Tag("virtual-thread")
  void inheritableThreadLocals_ofWhoMakesAThread_areThatThreads() throws Exception {
    INHERITABLE.set("of the test");
    CompletableFuture<String> seen = new CompletableFuture<>();
    scheduler
        .threadFactory()
        .newThread(
            () -> {
              INHERITABLE.set(INHERITABLE.get() + ", and then its own");
              seen.complete(INHERITABLE.get());
            })
        .start();
    assertEquals("of the test, and then its own", seen.get(30, TimeUnit.SECONDS));
    assertEquals("of the test", INHERITABLE.get());
  }

  private static void awaitSuspension(Coroutine<?> coroutine) {
    TestSchedulers.awaitSuspended(coroutine);
  }

  @Test
  void interrupt_beforeASuspension_neitherEndsItNorIsLost() throws Exception {
    threeTimes(
        () -> {
          Thread.currentThread().interrupt();
          long startNanos = System.nanoTime();
          Coroutines.delay(Duration.ofMillis(5));
          assertTrue(System.nanoTime() - startNanos >= 5_000_000);
          assertTrue(Thread.currentThread().isInterrupted());
          suspendInAllWays();
          assertTrue(Thread.currentThread().isInterrupted(), "isInterrupted does not clear it");
          assertTrue(Thread.interrupted());
          assertFalse(Thread.interrupted(), "but interrupted does");
          suspendInAllWays();
          assertFalse(Thread.currentThread().isInterrupted());
        });
  }

  @Test
  void interrupt_duringASuspension_isSeenByTheNextSleep() throws Exception {
    CompletableFuture<Thread> thread = new CompletableFuture<>();
    CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
    Coroutine<Boolean> coroutine =
        scheduler.spawn(
            () -> {
              thread.complete(Thread.currentThread());
              assertTrue(Coroutines.await(interrupted));
              assertTrue(Thread.currentThread().isInterrupted());
              assertThrows(InterruptedException.class, () -> Thread.sleep(PATIENCE));
              return Thread.currentThread().isInterrupted();
            });
    Thread itsThread = thread.get(30, TimeUnit.SECONDS);
    awaitSuspension(coroutine);
    itsThread.interrupt();
    Thread.sleep(30);
    assertFalse(coroutine.state().isEnd());
    interrupted.complete(true);
    assertFalse(coroutine.join(PATIENCE), "it was thrown, and so is cleared");
  }

  @Test
  @Tag("virtual-thread")
  void interrupt_duringASleep_endsItAtOnceAndIsNoCancellation() throws Exception {
    CompletableFuture<Thread> thread = new CompletableFuture<>();
    Coroutine<Boolean> coroutine =
        scheduler.spawn(
            () -> {
              thread.complete(Thread.currentThread());
              assertThrows(InterruptedException.class, () -> Thread.sleep(Duration.ofHours(1)));
              assertFalse(Thread.currentThread().isInterrupted());
              Coroutines.checkCancelled();
              Coroutines.delay(Duration.ofMillis(1));
              Thread.sleep(1);
              return true;
            });
    Thread itsThread = thread.get(30, TimeUnit.SECONDS);
    awaitSuspension(coroutine);
    itsThread.interrupt();
    assertTrue(coroutine.join(PATIENCE));
    assertEquals(State.DONE, coroutine.state());
  }

  @Test
  @Tag("virtual-thread")
  void interrupt_byAnotherCoroutine_endsATimedWait() throws Exception {
    CompletableFuture<Thread> thread = new CompletableFuture<>();
    Object monitor = new Object();
    Coroutine<?> waiting =
        scheduler.spawn(
            () -> {
              thread.complete(Thread.currentThread());
              assertThrows(
                  InterruptedException.class,
                  () -> {
                    synchronized (monitor) {
                      while (true) {
                        monitor.wait(PATIENCE.toMillis());
                      }
                    }
                  });
            });
    Coroutine<?> other = scheduler.spawn(() -> Coroutines.await(thread).interrupt());
    other.join(PATIENCE);
    waiting.join(PATIENCE);
  }
}
