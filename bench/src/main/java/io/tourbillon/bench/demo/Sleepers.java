package io.tourbillon.bench.demo;

import io.tourbillon.coroutine.Action;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.CoroutineScheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;

/**
 * A great many coroutines that sleep for random times, over and over, on the loops that run the
 * server's sessions. For one thread; the coroutines run on their loops.
 */
final class Sleepers implements AutoCloseable {
  /** Sleepers spawned between two reports of progress. */
  private static final int STRIDE = 4_096;

  /** Sleepers cancelled at once: enough to keep the loops busy while this thread waits. */
  private static final int END_STRIDE = 65_536;

  private static final long LOOK_MILLIS = 10;

  /** Of a million, thirty wake up in a millisecond. */
  private static final Duration MIN_DELAY = Duration.ofSeconds(1);

  private static final Duration MAX_DELAY = Duration.ofMinutes(1);

  /** How long to warm up for each sleeper, and for how long at most. */
  private static final long WARM_UP_NANOS_EACH = 2_000;

  private static final long MOST_WARM_UP_NANOS = Duration.ofSeconds(2).toNanos();
  private static final Duration WARM_UP_ROUND = Duration.ofMillis(50);
  private static final int WARM_UP_COUNT = 1_000;

  /** It takes some seconds to end a million. */
  private static final Duration GRACE = Duration.ofSeconds(15);

  private final CoroutineScheduler scheduler;
  private final Ledger ledger;
  private final int count;
  private final long minDelayNanos;
  private final long maxDelayNanos;
  private final List<Coroutine<?>> coroutines;

  /** Those that have had their first turn. Written by the loops. */
  private final LongAdder begun = new LongAdder();

  Sleepers(CoroutineScheduler scheduler, Ledger ledger, int count) {
    this(scheduler, ledger, count, MIN_DELAY, MAX_DELAY);
  }

  private Sleepers(
      CoroutineScheduler scheduler,
      Ledger ledger,
      int count,
      Duration minDelay,
      Duration maxDelay) {
    this.scheduler = scheduler;
    this.ledger = ledger;
    this.count = count;
    minDelayNanos = minDelay.toNanos();
    maxDelayNanos = maxDelay.toNanos();
    coroutines = new ArrayList<>(count);
  }

  /**
   * Lets a few sleep, wake up and end, again and again, for two seconds at most, in a ledger that
   * nobody reads. Without it the stacks of all sleepers would be those of interpreted code, which
   * are twice as large and take ten times as long to unwind.
   */
  void warmUp(BooleanSupplier goOn) throws InterruptedException {
    long startNanos = System.nanoTime();
    long limitNanos = Math.min(MOST_WARM_UP_NANOS, count * WARM_UP_NANOS_EACH);
    while (System.nanoTime() - startNanos < limitNanos && goOn.getAsBoolean()) {
      try (Sleepers few =
          new Sleepers(
              scheduler,
              new Ledger(),
              WARM_UP_COUNT,
              WARM_UP_ROUND.dividedBy(50),
              WARM_UP_ROUND.dividedBy(10))) {
        few.spawn(begun -> goOn.getAsBoolean());
        Thread.sleep(WARM_UP_ROUND);
      }
    }
  }

  /**
   * Spawns them and waits until each has begun to sleep.
   *
   * @param goOn gets the number of those begun now and then, and returns false to stop
   */
  void spawn(IntPredicate goOn) throws InterruptedException {
    // One object for all of them: what tells them apart is on their stacks.
    Action body = this::sleepOverAndOver;
    while (coroutines.size() < count
        && (coroutines.size() % STRIDE != 0 || goOn.test(begun.intValue()))) {
      coroutines.add(scheduler.spawn(body));
      ledger.sleepers.begin();
    }
    while (begun.intValue() < coroutines.size() && goOn.test(begun.intValue())) {
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }
  }

  /** How many were spawned. */
  int spawned() {
    return coroutines.size();
  }

  private void sleepOverAndOver() {
    begun.increment();
    try {
      while (true) {
        ledger.sleeps.delay(ThreadLocalRandom.current().nextLong(minDelayNanos, maxDelayNanos));
      }
    } catch (CoroutineCancelledException end) {
      // Rethrown, it would be kept with the coroutine, a million times, and nobody asks for it.
    }
  }

  /**
   * Cancels them, waits for their ends and enters those in the ledger. A part at a time, so that
   * sleepers which have ended do not pile up beside those which have not.
   *
   * @throws IllegalStateException if one does not end in time
   */
  @Override
  public void close() {
    long deadlineNanos = System.nanoTime() + GRACE.toNanos();
    while (!coroutines.isEmpty()) {
      List<Coroutine<?>> last =
          coroutines.subList(Math.max(0, coroutines.size() - END_STRIDE), coroutines.size());
      Endings.cancel(last, "the demo is ending", deadlineNanos);
      last.forEach(ledger.sleepers::end);
      last.clear();
    }
  }
}
