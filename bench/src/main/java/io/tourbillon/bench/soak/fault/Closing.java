package io.tourbillon.bench.soak.fault;

import io.tourbillon.bench.account.Account;
import io.tourbillon.bench.account.CheckedTimer;
import io.tourbillon.bench.soak.round.CheckedCoroutines;
import io.tourbillon.bench.soak.round.CheckedService;
import io.tourbillon.bench.soak.round.Disturbance;
import io.tourbillon.bench.soak.round.Scene;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.timer.TimerHandle;
import io.tourbillon.timer.TimerService;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Services and schedulers are closed at random moments, by two threads, while others use them. */
final class Closing implements Disturbance {
  private static final int USERS = 2;
  private static final int CLOSERS = 2;
  private static final int MOST_MILLIS = 25;
  private static final long MOST_DELAY_MICROS = 10_000;
  private static final Duration FAR = Duration.ofHours(1);
  private static final Duration GRACE = Duration.ofSeconds(10);

  @Override
  public void disturb(Scene scene) throws InterruptedException {
    ExecutorService pool =
        Executors.newFixedThreadPool(
            2, Thread.ofPlatform().daemon().name("soak-closing-pool-", 1).factory());
    try {
      for (boolean onPool = false; scene.goesOn(); onPool = !onPool) {
        closeService(scene, onPool ? options -> options.executor(pool) : UnaryOperator.identity());
        closeScheduler(scene);
      }
    } finally {
      pool.shutdown();
    }
  }

  // Timers.

  private static void closeService(Scene scene, UnaryOperator<TimerService.Builder> options)
      throws InterruptedException {
    CheckedService service =
        new CheckedService(
            "timers of a service that is closed in use",
            scene.lateness(),
            options,
            UnaryOperator.identity());
    List<Thread> users =
        Stream.generate(() -> scene.random().split())
            .limit(USERS)
            .map(
                random ->
                    start(
                        "soak-arming",
                        () -> armUntilRefused(service, service.open("timers"), random)))
            .toList();
    scene.pause(scene.random().nextInt(MOST_MILLIS));
    List<Thread> closers =
        Stream.generate(() -> start("soak-closer", () -> service.close(scene.breaches())))
            .limit(CLOSERS)
            .toList();
    join(scene, closers);
    join(scene, users);
    service.closeAndJudge(scene.breaches());
    scene.count("services closed", 1);
    scene.count("their timers", service.accepted());
  }

  /** The only way in which arming may fail is the refusal. */
  private static void armUntilRefused(
      CheckedService service, Account account, SplittableRandom random) {
    try {
      while (true) {
        CheckedTimer timer = new CheckedTimer(account);
        if (random.nextBoolean()) {
          long micros = random.nextLong(MOST_DELAY_MICROS);
          long id = timer.arm(service.timers(), micros, TimeUnit.MICROSECONDS);
          if (random.nextInt(4) == 0) {
            timer.cancel(service.timers(), id);
          }
        } else {
          TimerHandle handle = timer.schedule(service.timers(), FAR);
          if (random.nextBoolean()) {
            timer.reschedule(handle, Duration.ofNanos(random.nextLong(1000 * MOST_DELAY_MICROS)));
          }
        }
        if (random.nextInt(8) == 0) {
          Thread.onSpinWait();
        }
      }
    } catch (RejectedExecutionException closed) {
      // The end.
    }
  }

  // Coroutines.

  private static void closeScheduler(Scene scene) throws InterruptedException {
    CheckedCoroutines book = new CheckedCoroutines(scene.sleeps(), scene.breaches());
    CoroutineScheduler scheduler =
        CoroutineScheduler.builder()
            .engine(scene.variant().engine())
            .loops(1 + scene.random().nextInt(2))
            .name("soak-closed")
            .build();
    List<Thread> users =
        Stream.generate(() -> scene.random().split())
            .limit(USERS)
            .map(random -> start("soak-spawning", () -> spawnUntilRefused(scheduler, book, random)))
            .toList();
    scene.pause(scene.random().nextInt(MOST_MILLIS));
    book.willClose();
    Duration grace = Duration.ofMillis(scene.random().nextInt(MOST_MILLIS));
    List<Thread> closers =
        Stream.generate(() -> start("soak-closer", () -> scheduler.close(grace)))
            .limit(CLOSERS)
            .toList();
    join(scene, closers);
    join(scene, users);
    if (!scheduler.close(GRACE)) {
      scene.breaches().add("every coroutine ends", "a scheduler was closed, and some have not");
    }
    book.collectLeft();
    book.judge(
        "coroutines of a scheduler that is closed in use", scheduler.stats(), scene.breaches());
    scene.count("schedulers closed", 1);
    scene.count("their coroutines", book.spawned());
  }

  private static void spawnUntilRefused(
      CoroutineScheduler scheduler, CheckedCoroutines book, SplittableRandom random) {
    try {
      while (true) {
        long nanos =
            random.nextInt(4) == 0
                ? FAR.toNanos()
                : TimeUnit.MICROSECONDS.toNanos(random.nextLong(MOST_DELAY_MICROS));
        book.leave(book.spawn(scheduler, () -> book.delay(nanos)));
        if (random.nextInt(50) == 0) {
          TimeUnit.MICROSECONDS.sleep(100);
        }
      }
    } catch (RejectedExecutionException closed) {
      // The end.
    } catch (InterruptedException never) {
      Thread.currentThread().interrupt();
    }
  }

  // Threads.

  private static Thread start(String name, Runnable work) {
    return Thread.ofPlatform().daemon().name(name).start(work);
  }

  private static void join(Scene scene, List<Thread> threads) throws InterruptedException {
    for (Thread thread : threads) {
      if (!thread.join(GRACE)) {
        scene
            .breaches()
            .add("no call blocks", thread.getName() + " does: " + List.of(thread.getStackTrace()));
      }
    }
  }
}
