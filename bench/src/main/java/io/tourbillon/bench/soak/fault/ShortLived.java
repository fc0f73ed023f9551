package io.tourbillon.bench.soak.fault;

import io.tourbillon.bench.account.Account;
import io.tourbillon.bench.account.CheckedTimer;
import io.tourbillon.bench.soak.round.CheckedCoroutines;
import io.tourbillon.bench.soak.round.CheckedService;
import io.tourbillon.bench.soak.round.Disturbance;
import io.tourbillon.bench.soak.round.Scene;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.timer.TimerService;
import io.tourbillon.timer.internal.LiveThreads;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * Services and schedulers are made, used for a moment and closed, hundreds a second; some services
 * are dropped without a close, and their threads end when the collector has found that.
 */
final class ShortLived implements Disturbance {
  private static final int TIMERS = 5;
  private static final long MOST_MICROS = 2_000;
  private static final Duration FAR = Duration.ofHours(1);
  private static final Duration GRACE = Duration.ofSeconds(10);
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(15);

  @Override
  public void disturb(Scene scene) throws InterruptedException {
    int threadsBefore = LiveThreads.all().size();
    while (scene.goesOn()) {
      useService(scene);
      useScheduler(scene);
      drop();
      scene.count("services and schedulers made", 3);
    }
    long limitNanos = System.nanoTime() + PATIENCE_NANOS;
    while (LiveThreads.all().size() > threadsBefore && System.nanoTime() - limitNanos < 0) {
      System.gc();
      scene.pause(20);
    }
    int left = LiveThreads.all().size() - threadsBefore;
    if (left > 0) {
      scene
          .breaches()
          .add("a service that was dropped ends its thread", left + " threads are left");
    }
  }

  private static void useService(Scene scene) {
    CheckedService service =
        new CheckedService(
            "timers of a short-lived service",
            scene.lateness(),
            UnaryOperator.identity(),
            UnaryOperator.identity());
    Account account = service.open("timers");
    for (int number = 0; number < TIMERS; number++) {
      long micros = scene.random().nextLong(MOST_MICROS);
      new CheckedTimer(account).arm(service.timers(), micros, TimeUnit.MICROSECONDS);
      new CheckedTimer(account).schedule(service.timers(), FAR);
    }
    service.closeAndJudge(scene.breaches());
  }

  private static void useScheduler(Scene scene) {
    CheckedCoroutines book = new CheckedCoroutines(scene.sleeps(), scene.breaches());
    CoroutineScheduler scheduler =
        CoroutineScheduler.builder()
            .engine(scene.variant().engine())
            .loops(1 + scene.random().nextInt(2))
            .name("soak-short")
            .build();
    scheduler.timers();
    for (int number = 0; number < TIMERS; number++) {
      long nanos = TimeUnit.MICROSECONDS.toNanos(scene.random().nextLong(MOST_MICROS));
      book.leave(book.spawn(scheduler, () -> book.delay(nanos)));
    }
    if (!scheduler.close(GRACE)) {
      scene.breaches().add("every coroutine ends", "a short-lived scheduler was closed");
    }
    book.collectLeft();
    book.judge("coroutines of a short-lived scheduler", scheduler.stats(), scene.breaches());
  }

  /** In a frame of its own, so that nothing refers to the service any more. */
  private static void drop() {
    TimerService dropped = TimerService.create();
    dropped.cancel(dropped.arm(1, TimeUnit.HOURS, Thread::onSpinWait));
  }
}
