package io.tourbillon.bench.soak.fault;

import io.tourbillon.bench.account.Account;
import io.tourbillon.bench.account.CheckedTimer;
import io.tourbillon.bench.soak.round.CheckedCoroutine;
import io.tourbillon.bench.soak.round.CheckedService;
import io.tourbillon.bench.soak.round.Disturbance;
import io.tourbillon.bench.soak.round.Scene;
import io.tourbillon.bench.soak.round.Stage;
import io.tourbillon.timer.TimerHandle;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Tasks and coroutines throw whatever there is to throw, also what was never meant for them. */
final class Throwing implements Disturbance {
  private static final long MOST_MICROS = 5_000;
  private static final Duration PERIOD = Duration.ofMillis(10);

  /** An exception that fails when somebody wants to know what it says. */
  private static final class Unspeakable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @Override
    public @Nullable String getMessage() {
      throw new IllegalStateException("from getMessage");
    }

    @Override
    public synchronized @Nullable Throwable getCause() {
      throw new IllegalStateException("from getCause");
    }

    @Override
    public String toString() {
      throw new IllegalStateException("from toString");
    }
  }

  private static Throwable failure(SplittableRandom random) {
    return switch (random.nextInt(9)) {
      case 0 -> new IllegalStateException("example");
      case 1 -> new AssertionError("example");
      case 2 -> new IOException("a checked one");
      case 3 -> new StackOverflowError("thrown without one");
      case 4 -> new OutOfMemoryError("thrown with memory to spare");
      case 5 -> new InterruptedException("thrown without an interrupt");
      case 6 -> new CancellationException("thrown without a cancellation");
      case 7 -> new CheckedService.OwnRefusal();
      default -> new Unspeakable();
    };
  }

  @SuppressWarnings("unchecked") // The type is erased: nothing is cast.
  private static <X extends Throwable> RuntimeException sneaky(Throwable failure) throws X {
    throw (X) failure;
  }

  /** A timer whose task throws. A periodic one throws in each run, and goes on. */
  private static final class ThrowingTimer extends CheckedTimer {
    private final CheckedService service;
    private final Throwable failure;
    private final boolean periodic;

    ThrowingTimer(CheckedService service, Account account, Throwable failure, boolean periodic) {
      super(account);
      this.service = service;
      this.failure = failure;
      this.periodic = periodic;
    }

    @Override
    public void run() {
      if (periodic) {
        fire();
      } else {
        super.run();
      }
    }

    @Override
    protected void fire() {
      service.willThrow();
      throw Throwing.<RuntimeException>sneaky(failure);
    }
  }

  @Override
  public void disturb(Scene scene) throws InterruptedException {
    Stage stage = scene.stage();
    SplittableRandom random = scene.random();
    Map<CheckedService, Account> accounts = new HashMap<>();
    Map<ThrowingTimer, TimerHandle> beats = new HashMap<>();
    for (CheckedService service : stage.services()) {
      Account account = service.open("timers that throw");
      accounts.put(service, account);
      ThrowingTimer beat = new ThrowingTimer(service, account, failure(random), true);
      beats.put(beat, beat.scheduleAtFixedRate(service.timers(), PERIOD));
    }
    List<CheckedCoroutine> coroutines = new ArrayList<>();
    while (scene.goesOn()) {
      for (CheckedService service : stage.services()) {
        Account account = accounts.get(service);
        if (account != null) {
          new ThrowingTimer(service, account, failure(random), false)
              .arm(service.timers(), random.nextLong(MOST_MICROS), TimeUnit.MICROSECONDS);
        }
      }
      coroutines.add(spawn(stage, random));
      scene.pause(1);
    }
    for (Map.Entry<ThrowingTimer, TimerHandle> beat : beats.entrySet()) {
      if (beat.getValue().cancelAndWait()) {
        beat.getKey().end(Account.End.CANCELLED);
      }
    }
    for (Account account : accounts.values()) {
      scene.count("tasks that threw", account.begun());
      scene.awaitEnds(account);
    }
    scene.count("coroutines that threw", coroutines.size());
    for (CheckedCoroutine coroutine : coroutines) {
      scene.collect(coroutine);
    }
  }

  private static CheckedCoroutine spawn(Stage stage, SplittableRandom random) {
    Throwable failure = failure(random);
    long delayNanos = random.nextBoolean() ? 0 : TimeUnit.MICROSECONDS.toNanos(MOST_MICROS);
    return stage
        .coroutines()
        .spawnThrowing(
            stage.scheduler(),
            () -> {
              if (delayNanos > 0) {
                stage.coroutines().delay(delayNanos);
              }
              throw Throwing.<Exception>sneaky(failure);
            });
  }
}
