package io.tourbillon.timer.durable;

import java.time.Duration;
import java.time.Instant;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Callers that schedule, replace and cancel durable timers, and a handler. They record what was
 * acknowledged and what has fired, a line for each; {@link ChangesRecord} checks it:
 *
 * <ul>
 *   <li>{@code s key}: the schedule was acknowledged
 *   <li>{@code r key}: the replacement was acknowledged, before the first timer was due
 *   <li>{@code a key}: the cancel was asked for
 *   <li>{@code c key}: the cancel was acknowledged before the timer was due, and had found it
 *   <li>{@code n key}: the cancel was acknowledged, and had found no timer
 *   <li>{@code h key}: a future has not ended within its limit
 *   <li>{@code f key write late run}: it has fired as it was written first (0) or as its
 *       replacement (1), so many microseconds late, in a process of this name
 * </ul>
 *
 * <p>What fails is not recorded: it may have been made, or not. Thread-safe.
 */
final class RandomChanges {
  /** Takes lines. Thread-safe. */
  interface Lines {
    /** Takes the words of one line. */
    void write(Object... words);
  }

  /** What is cancelled or replaced is due so late that its firing has seldom begun. */
  private static final long LATE_MILLIS = 5_000;

  private final Lines lines;
  private final String run;
  private final Duration limit;
  private volatile boolean ended;

  /**
   * @param run names the process
   * @param limit for each future
   */
  RandomChanges(Lines lines, String run, Duration limit) {
    this.lines = lines;
    this.run = run;
    this.limit = limit;
  }

  /** The handler. */
  void fire(Firing firing) {
    long lateMicros = Duration.between(firing.due(), Instant.now()).toNanos() / 1000;
    lines.write("f", firing.key(), firing.payload()[0], lateMicros, run);
  }

  /** Makes changes until {@link #end}. The keys begin with the prefix. */
  void make(DurableTimers timers, String prefix, SplittableRandom random)
      throws InterruptedException {
    for (int number = 0; !ended; number++) {
      try {
        change(timers, prefix + number, random);
      } catch (ExecutionException | RejectedExecutionException | TimeoutException notMade) {
        TimeUnit.MILLISECONDS.sleep(10); // The database is away, for example.
      }
    }
  }

  void end() {
    ended = true;
  }

  private void change(DurableTimers timers, String key, SplittableRandom random)
      throws InterruptedException, ExecutionException, TimeoutException {
    Instant late = Instant.now().plusMillis(LATE_MILLIS);
    switch (random.nextInt(8)) {
      case 0, 1 -> {
        schedule(timers, key, late, random);
        cancel(timers, key, late);
      }
      case 2 -> {
        schedule(timers, key, late, random);
        replace(timers, key, late, random);
      }
      default -> schedule(timers, key, soon(random), random);
    }
  }

  private void schedule(DurableTimers timers, String key, Instant due, SplittableRandom random)
      throws InterruptedException, ExecutionException, TimeoutException {
    ended(key, timers.schedule("h", key, due, payload(0, random)));
    lines.write("s", key);
  }

  private void replace(DurableTimers timers, String key, Instant late, SplittableRandom random)
      throws InterruptedException, ExecutionException, TimeoutException {
    ended(key, timers.schedule("h", key, soon(random), payload(1, random)));
    if (Instant.now().isBefore(late)) {
      lines.write("r", key);
    }
  }

  private void cancel(DurableTimers timers, String key, Instant late)
      throws InterruptedException, ExecutionException, TimeoutException {
    lines.write("a", key);
    if (!ended(key, timers.cancel("h", key))) {
      lines.write("n", key);
    } else if (Instant.now().isBefore(late)) {
      lines.write("c", key);
    }
  }

  private <T> T ended(String key, CompletableFuture<T> change)
      throws InterruptedException, ExecutionException, TimeoutException {
    try {
      return change.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException hung) {
      lines.write("h", key);
      throw hung;
    }
  }

  private static Instant soon(SplittableRandom random) {
    return Instant.now().plusMillis(random.nextInt(600));
  }

  private static byte[] payload(int write, SplittableRandom random) {
    byte[] payload = new byte[1 + random.nextInt(100)];
    payload[0] = (byte) write;
    return payload;
  }
}
