package io.tourbillon.bench.soak.fault;

import io.tourbillon.bench.account.Account;
import io.tourbillon.bench.account.Account.End;
import io.tourbillon.bench.account.Accounts;
import io.tourbillon.bench.account.CheckedTimer;
import io.tourbillon.bench.soak.round.Disturbance;
import io.tourbillon.bench.soak.round.Scene;
import io.tourbillon.timer.TimerService;
import io.tourbillon.timer.TimerStats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An executor drops half of its tasks silently, which no executor may. As documented, timers with
 * handles stay pending then and keep their places; those known by their ids had fired when they
 * were taken. All others run, and the close says that not all has ended. On a service of its own:
 * what was dropped never ends.
 */
final class Dropping implements Disturbance {
  private static final long MOST_MICROS = 5_000;
  private static final Duration GRACE = Duration.ofMillis(100);

  @Override
  public void disturb(Scene scene) throws InterruptedException {
    AtomicLong dropped = new AtomicLong();
    SplittableRandom random = scene.random();
    Accounts accounts = new Accounts(scene.lateness());
    Account byId = accounts.open("timers by id");
    Account byHandle = accounts.open("timers by handle");
    TimerService timers =
        TimerService.builder()
            .recordStats()
            .executor(
                task -> {
                  if (ThreadLocalRandom.current().nextBoolean()) {
                    task.run();
                  } else {
                    dropped.incrementAndGet();
                  }
                })
            .build();
    while (scene.goesOn()) {
      for (int number = 0; number < 3; number++) {
        new CheckedTimer(byId).arm(timers, random.nextLong(MOST_MICROS), TimeUnit.MICROSECONDS);
        new CheckedTimer(byHandle)
            .schedule(timers, Duration.ofNanos(1000 * random.nextLong(MOST_MICROS)));
      }
      scene.pause(1);
    }
    awaitAllHandedOver(accounts, dropped);
    List<String> broken = new ArrayList<>();
    Accounts.compare(
        broken, "pending", timers.pending(), byHandle.begun() - byHandle.ended(End.FIRED));
    accounts.handBack(timers.shutdownNow());
    if (timers.close(GRACE) && dropped.get() > 0) {
      broken.add("close says whether all has ended: it said so, and the executor had dropped some");
    }
    TimerStats stats = timers.stats();
    Accounts.compare(broken, "scheduled", stats.scheduled(), accounts.total(Account::begun));
    Accounts.compare(broken, "fired", stats.fired(), byId.begun() + byHandle.ended(End.FIRED));
    if (accounts.total(End.FIRED) + dropped.get() != accounts.total(Account::begun)) {
      broken.add(
          "a timer fires once: "
              + accounts.total(End.FIRED)
              + " ran and "
              + dropped
              + " were dropped, of "
              + accounts.total(Account::begun));
    }
    scene.breaches().addAll("timers of an executor that drops", broken);
    scene.count("tasks that the executor dropped", dropped.get());
  }

  private static void awaitAllHandedOver(Accounts accounts, AtomicLong dropped)
      throws InterruptedException {
    long limitNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (accounts.total(End.FIRED) + dropped.get() < accounts.total(Account::begun)
        && System.nanoTime() - limitNanos < 0) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
  }
}
