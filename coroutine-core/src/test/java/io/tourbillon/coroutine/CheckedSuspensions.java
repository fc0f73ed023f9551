package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Suspends in all ways, while it holds monitors or locks and while it does not, in a JVM that
 * checks for such places. Prints the answers.
 */
final class CheckedSuspensions {
  private static final Object MONITOR = new Object();
  private static final ReentrantLock LOCK = new ReentrantLock();

  private CheckedSuspensions() {}

  public static void main(String[] none) throws Exception {
    try (CoroutineScheduler scheduler = TestSchedulers.oneLoop()) {
      say(scheduler, "free", CheckedSuspensions::suspendInAllWays);
      say(
          scheduler,
          "synchronized",
          () -> {
            synchronized (MONITOR) {
              Coroutines.delay(Duration.ofMillis(1));
            }
          });
      say(scheduler, "yield", CheckedSuspensions::yieldInside);
      say(
          scheduler,
          "caller",
          () -> {
            synchronized (MONITOR) {
              callee(3);
            }
          });
      say(
          scheduler,
          "lock",
          () -> {
            LOCK.lock();
            try {
              Coroutines.await(new CompletableFuture<>());
            } finally {
              LOCK.unlock();
            }
          });
      say(
          scheduler,
          "released",
          () -> {
            LOCK.lock();
            try {
              Coroutines.checkCancelled();
            } finally {
              LOCK.unlock();
            }
            synchronized (MONITOR) {
              Coroutines.checkCancelled();
            }
            suspendInAllWays();
          });
      say(scheduler, "owned by another", () -> suspendWhileAnotherThreadOwns(MONITOR));
      say(scheduler, "many", () -> manyAtOnce(scheduler));
    }
  }

  /** Runs the body in a coroutine, which must be able to suspend afterwards in any case. */
  private static void say(CoroutineScheduler scheduler, String what, Action body) throws Exception {
    Coroutine<String> coroutine =
        scheduler.spawn(
            () -> {
              String answer = "well";
              try {
                body.run();
              } catch (IllegalStateException refused) {
                answer = refused.getMessage();
              }
              suspendInAllWays();
              return answer;
            });
    System.out.println(what + ": " + coroutine.join(PATIENCE));
  }

  private static synchronized void yieldInside() {
    Coroutines.yieldNow();
  }

  private static void callee(int depth) throws Exception {
    if (depth == 0) {
      Coroutines.withTimeout(PATIENCE, () -> Coroutines.suspend(resumption -> {}));
    } else {
      callee(depth - 1);
    }
  }

  private static void suspendInAllWays() throws Exception {
    Coroutines.yieldNow();
    Coroutines.delay(Duration.ofMillis(1));
    Coroutines.blocking(() -> 1);
    Coroutines.await(
        new CompletableFuture<Integer>().completeOnTimeout(1, 1, TimeUnit.MILLISECONDS));
    Coroutines.withTimeout(
        PATIENCE,
        () -> {
          Coroutines.delay(Duration.ofMillis(1));
          return 1;
        });
    Coroutines.<Integer, RuntimeException>acquireWithin(
        PATIENCE,
        () -> {
          Coroutines.delay(Duration.ofMillis(1));
          return 1;
        },
        value -> {});
  }

  private static void suspendWhileAnotherThreadOwns(Object monitor) throws Exception {
    CompletableFuture<Void> owned = new CompletableFuture<>();
    CompletableFuture<Void> release = new CompletableFuture<>();
    Thread owner =
        Thread.ofPlatform()
            .start(
                () -> {
                  synchronized (monitor) {
                    owned.complete(null);
                    release.join();
                  }
                });
    Coroutines.await(owned);
    suspendInAllWays();
    release.complete(null);
    owner.join();
  }

  private static void manyAtOnce(CoroutineScheduler scheduler) throws Exception {
    AtomicInteger done = new AtomicInteger();
    int many = 50;
    Coroutine<?>[] all = new Coroutine<?>[many];
    for (int number = 0; number < many; number++) {
      all[number] =
          scheduler.spawn(
              () -> {
                suspendInAllWays();
                synchronized (MONITOR) {
                  done.incrementAndGet();
                }
                suspendInAllWays();
              });
    }
    for (Coroutine<?> coroutine : all) {
      coroutine.join();
    }
    if (done.get() != many) {
      throw new IllegalStateException("done: " + done);
    }
  }
}
