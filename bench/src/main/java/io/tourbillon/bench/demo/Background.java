package io.tourbillon.bench.demo;

import io.tourbillon.bench.account.Account;
import io.tourbillon.bench.account.CheckedTimer;
import io.tourbillon.timer.TimerService;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.IntPredicate;

/**
 * A great many pending timers, armed by the path that allocates nothing. Their delays are spread
 * over ten minutes, so some come due while the demo runs; the task of each then arms another in its
 * place. Meanwhile a thread cancels timers at random and arms others in their places.
 */
final class Background implements AutoCloseable {
  /** Timers armed between two reports of progress. */
  private static final int STRIDE = 4_096;

  private static final long MIN_DELAY_NANOS = Duration.ofSeconds(1).toNanos();
  private static final long MAX_DELAY_NANOS = Duration.ofMinutes(10).toNanos();
  private static final Duration GRACE = Duration.ofSeconds(10);

  /** The time between two rounds, each of which replaces one timer in ten thousand. */
  private static final long ROUND_MILLIS = 10;

  private static final int ROUND_SHARE = 10_000;
  private static final int MAX_ROUND = 1_000;

  private final TimerService timers;
  private final Account account;

  /**
   * The timer in each place. It is replaced by whoever has ended it, the driver or the churn. All
   * are there before the first is armed, so that the service's memory can be separated from theirs.
   */
  private final AtomicReferenceArray<PlacedTimer> places;

  private final CountDownLatch stopping = new CountDownLatch(1);
  private final Thread churn = Thread.ofPlatform().name("demo-churn").unstarted(this::churn);
  private int armed;

  Background(TimerService timers, Account account, int count) {
    this.timers = timers;
    this.account = account;
    places = new AtomicReferenceArray<>(count);
    for (int place = 0; place < count; place++) {
      places.setPlain(place, new PlacedTimer(place));
    }
  }

  /**
   * Arms them.
   *
   * @param goOn gets the number of armed timers now and then, and returns false to stop
   */
  void arm(IntPredicate goOn) {
    while (armed < places.length() && (armed % STRIDE != 0 || goOn.test(armed))) {
      places.getPlain(armed).arm();
      armed++;
    }
  }

  /** How many were armed at the start. */
  int armed() {
    return armed;
  }

  void startChurn() {
    if (armed > 0) {
      churn.start();
    }
  }

  private void churn() {
    int round = Math.min(MAX_ROUND, Math.ceilDiv(armed, ROUND_SHARE));
    try {
      while (!stopping.await(ROUND_MILLIS, TimeUnit.MILLISECONDS)) {
        for (int turn = 0; turn < round; turn++) {
          places.get(ThreadLocalRandom.current().nextInt(armed)).cancelAndReplace();
        }
      }
    } catch (RejectedExecutionException shutDown) {
      // Without timers there is nothing more to do.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Stops the churn and waits for its thread.
   *
   * @throws IllegalStateException if it does not end
   */
  @Override
  public void close() {
    stopping.countDown();
    if (churn.getState() != Thread.State.NEW) {
      Endings.join(churn, GRACE);
    }
  }

  /** A timer in its place. */
  private final class PlacedTimer extends CheckedTimer {
    private final int place;

    /**
     * Written by the thread that arms the timer, read by the churn. The churn may still read 0,
     * which names no timer, if the timer was armed just now.
     */
    private volatile long id;

    PlacedTimer(int place) {
      super(account);
      this.place = place;
    }

    void arm() {
      long delayNanos = ThreadLocalRandom.current().nextLong(MIN_DELAY_NANOS, MAX_DELAY_NANOS);
      id = armAt(timers, System.nanoTime() + delayNanos);
    }

    /** A timer that cannot be cancelled is firing, and replaces itself. */
    void cancelAndReplace() {
      if (cancel(timers, id)) {
        replace();
      }
    }

    @Override
    protected void fire() {
      try {
        replace();
      } catch (RejectedExecutionException shutDown) {
        // It was the last in this place.
      }
    }

    private void replace() {
      PlacedTimer next = new PlacedTimer(place);
      places.set(place, next);
      next.arm();
    }
  }
}
