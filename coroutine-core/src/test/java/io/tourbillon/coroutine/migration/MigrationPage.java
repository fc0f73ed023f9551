package io.tourbillon.coroutine.migration;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Action;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.TestSchedulers;
import io.tourbillon.timer.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * What the pages have in common: one loop with virtual time, which leaps to the next event when all
 * coroutines wait. So tests can check exactly how long a job takes, and an hour passes at once.
 *
 * <p>The Javadoc of each test shows a job in another system; its body is the same job here. {@code
 * MIGRATION.md} has a row for each test, which {@link MigrationTableTest} checks.
 */
abstract class MigrationPage {
  final VirtualClock clock = new VirtualClock();

  /** Failures that nobody has seen. */
  final List<Throwable> unseen = Collections.synchronizedList(new ArrayList<>());

  final CoroutineScheduler scheduler =
      TestSchedulers.builder()
          .loops(1)
          .clock(clock)
          .exceptionHandler((coroutine, failure) -> unseen.add(failure))
          .build();

  /** Written by the coroutine that runs the job, and read after it was joined. */
  private long tookMillis;

  /** What has happened, in order. */
  final List<String> seen = Collections.synchronizedList(new ArrayList<>());

  @BeforeEach
  void letTimePass() {
    clock.autoAdvance(true);
  }

  @AfterEach
  void close() {
    assertTrue(scheduler.close(Duration.ZERO));
  }

  /**
   * Like {@code asyncio.run}, {@code runBlocking} or {@code trio.run}: runs a job and waits for it.
   */
  final <T> T run(Callable<T> job) throws TimeoutException {
    return scheduler
        .spawn(
            () -> {
              try {
                return job.call();
              } finally {
                tookMillis = millis();
              }
            })
        .join(PATIENCE);
  }

  final void run(Action job) throws TimeoutException {
    Object _ =
        run(
            () -> {
              job.run();
              return "done";
            });
  }

  /**
   * Returns how long the job took. {@link #millis} may be later, as time does not wait for the
   * test.
   */
  final long took() {
    return tookMillis;
  }

  /** Returns how much time has passed. For coroutines. */
  final long millis() {
    return TimeUnit.NANOSECONDS.toMillis(clock.nanoTime());
  }

  /** Notes something with the time. */
  final void note(Object what) {
    seen.add(what + " at " + millis());
  }

  static Duration ms(int millis) {
    return Duration.ofMillis(millis);
  }

  static void sleep(int millis) {
    Coroutines.delay(ms(millis));
  }

  /** A job that takes this long, and then returns a value. */
  static <T> Callable<T> after(int millis, T value) {
    return () -> {
      sleep(millis);
      return value;
    };
  }

  /** A job that takes this long, and then fails. */
  static <T> Callable<T> failingAfter(int millis, Exception failure) {
    return () -> {
      sleep(millis);
      throw failure;
    };
  }

  /**
   * Like {@code cancelAndJoin} or {@code kill}: cancels a coroutine and waits until it has ended.
   */
  static void end(Coroutine<?> coroutine) {
    coroutine.cancel("not needed any more");
    Coroutine.awaitAll(List.of(coroutine));
  }
}
