package io.tourbillon.bench.soak.fault;

import io.tourbillon.bench.account.Account;
import io.tourbillon.bench.account.CheckedTimer;
import io.tourbillon.bench.soak.round.CheckedCoroutine;
import io.tourbillon.bench.soak.round.CheckedService;
import io.tourbillon.bench.soak.round.Disturbance;
import io.tourbillon.bench.soak.round.Scene;
import io.tourbillon.bench.soak.round.Stage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** Tasks and coroutines hold the thread on which they run: they compute, or they block it. */
final class Holding implements Disturbance {
  private static final int LEAST_MILLIS = 5;
  private static final int MOST_MILLIS = 120;

  /** How a thread is held. */
  @FunctionalInterface
  interface Hold {
    /** Holds the calling thread. */
    void hold(long nanos);
  }

  private final Hold hold;

  private Holding(Hold hold) {
    this.hold = hold;
  }

  /** By a computation. */
  static Holding bySpinning() {
    return new Holding(Holding::spin);
  }

  /** By a wait that knows nothing of coroutines, and inside a monitor. */
  static Holding byBlocking() {
    return new Holding(Holding::block);
  }

  private static void spin(long nanos) {
    long startNanos = System.nanoTime();
    while (System.nanoTime() - startNanos < nanos) {
      Thread.onSpinWait();
    }
  }

  private static void block(long nanos) {
    Object monitor = new Object();
    synchronized (monitor) {
      try {
        TimeUnit.NANOSECONDS.sleep(nanos);
      } catch (InterruptedException cancelled) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void disturb(Scene scene) throws InterruptedException {
    Stage stage = scene.stage();
    SplittableRandom random = scene.random();
    Map<CheckedService, Account> accounts = new HashMap<>();
    for (CheckedService service : stage.services()) {
      accounts.put(service, service.open("timers that hold their thread"));
    }
    List<CheckedCoroutine> coroutines = new ArrayList<>();
    while (scene.goesOn()) {
      accounts.forEach((service, account) -> arm(service, account, nanos(random)));
      long nanos = nanos(random);
      coroutines.add(
          stage
              .coroutines()
              .spawnThrowing(
                  stage.scheduler(),
                  () -> {
                    stage.coroutines().delay(TimeUnit.MILLISECONDS.toNanos(1));
                    hold.hold(nanos);
                  }));
      // So rarely that a thread which is held works off what it gets: more would be an overload.
      scene.pause(random.nextInt(MOST_MILLIS, 2 * MOST_MILLIS));
    }
    for (Account account : accounts.values()) {
      scene.count("tasks that held a thread", account.begun());
      scene.awaitEnds(account);
    }
    scene.count("coroutines that held a loop", coroutines.size());
    for (CheckedCoroutine coroutine : coroutines) {
      scene.collect(coroutine);
    }
    // The last tasks have begun; each holds its thread for at most this long.
    scene.pause(MOST_MILLIS);
  }

  private void arm(CheckedService service, Account account, long nanos) {
    new CheckedTimer(account) {
      @Override
      protected void fire() {
        hold.hold(nanos);
      }
    }.arm(service.timers(), 1, TimeUnit.MILLISECONDS);
  }

  private static long nanos(SplittableRandom random) {
    return TimeUnit.MILLISECONDS.toNanos(random.nextInt(LEAST_MILLIS, MOST_MILLIS));
  }
}
