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
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/**
 * Tasks and coroutines recurse until their stack is full, and so do callers, which then use the
 * services from there: with a little more stack at each step up.
 */
final class Overflowing implements Disturbance {
  private static final int CALLER_STACK_BYTES = 512 * 1024;
  private static final int PERIOD_MILLIS = 20;
  private static final int MOST_CALLS = 200;

  /** Recurses until the stack is full. */
  @SuppressWarnings("InfiniteRecursion") // That is the fault.
  private static long overflow(long depth) {
    return overflow(depth + 1) + 1;
  }

  @Override
  public void disturb(Scene scene) throws InterruptedException {
    Stage stage = scene.stage();
    Map<CheckedService, Account> accounts = new HashMap<>();
    for (CheckedService service : stage.services()) {
      accounts.put(service, service.open("timers around a full stack"));
    }
    List<CheckedCoroutine> coroutines = new ArrayList<>();
    while (scene.goesOn()) {
      accounts.forEach(Overflowing::armOverflowing);
      coroutines.add(
          stage
              .coroutines()
              .spawnThrowing(
                  stage.scheduler(),
                  () -> {
                    stage.coroutines().delay(TimeUnit.MILLISECONDS.toNanos(1));
                    long _ = overflow(0);
                  }));
      Caller caller = new Caller(stage, accounts);
      Thread thread = new Thread(null, caller, "soak-full-stack", CALLER_STACK_BYTES);
      thread.setDaemon(true);
      thread.start();
      thread.join();
      scene.count("calls with a full stack", caller.calls);
      scene.count("calls that had too little of it", caller.overflows);
      coroutines.addAll(caller.spawned);
      scene.pause(PERIOD_MILLIS);
    }
    for (Account account : accounts.values()) {
      scene.awaitEnds(account);
    }
    scene.count("coroutines around a full stack", coroutines.size());
    for (CheckedCoroutine coroutine : coroutines) {
      scene.collect(coroutine);
    }
  }

  private static void armOverflowing(CheckedService service, Account account) {
    new CheckedTimer(account) {
      @Override
      protected void fire() {
        service.willThrow();
        long _ = overflow(0);
      }
    }.arm(service.timers(), 1, TimeUnit.MILLISECONDS);
  }

  /** Calls the services from the end of a stack. */
  private static final class Caller implements Runnable {
    private final Stage stage;
    private final Map<CheckedService, Account> accounts;
    private final Queue<CheckedCoroutine> spawned = new ConcurrentLinkedQueue<>();
    private int calls;
    private int overflows;

    Caller(Stage stage, Map<CheckedService, Account> accounts) {
      this.stage = stage;
      this.accounts = accounts;
    }

    @Override
    public void run() {
      descend();
    }

    /** Calls with the least stack come first; after so many there is enough for anything. */
    @SuppressWarnings("InfiniteRecursion") // It ends where the stack does.
    private void descend() {
      try {
        descend();
      } catch (StackOverflowError bottom) {
        // From here on up.
      }
      if (calls < MOST_CALLS) {
        calls++;
        try {
          call();
        } catch (StackOverflowError tooLittle) {
          overflows++;
        }
      }
    }

    private void call() {
      for (Map.Entry<CheckedService, Account> entry : accounts.entrySet()) {
        CheckedTimer timer = new CheckedTimer(entry.getValue());
        long id = timer.arm(entry.getKey().timers(), 1, TimeUnit.MILLISECONDS);
        if (calls % 2 == 0) {
          timer.cancel(entry.getKey().timers(), id);
        }
      }
      spawned.add(
          stage
              .coroutines()
              .spawn(
                  stage.scheduler(),
                  () -> stage.coroutines().delay(TimeUnit.MILLISECONDS.toNanos(1))));
    }
  }
}
