package io.tourbillon.bench.work;

import io.tourbillon.coroutine.CoroutineGroup;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.SchedulingPolicy;
import io.tourbillon.coroutine.SpawnOptions;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/**
 * Coroutines of one loop that are always ready, so that the loop does nothing but give them turns.
 * They do not end by themselves, because starting and ending a coroutine costs more than its turns.
 */
public final class ReadyCoroutines implements AutoCloseable {
  /** So high that it delays no turn, as no turn is as short as a nanosecond. */
  private static final double RATE = 1e9;

  private static final int PRIORITIES = SpawnOptions.HIGHEST - SpawnOptions.LOWEST + 1;

  private final CoroutineScheduler scheduler;

  /** How many turns each coroutine has had. Written by the loop, and read after that has ended. */
  private final long[] turns;

  /**
   * The current round of turns. Written by the thread that waits for it, read by the loop at each
   * turn.
   */
  private volatile Round round;

  /** A number of turns, of any coroutines. */
  private static final class Round {
    final CountDownLatch over = new CountDownLatch(1);

    /** Used by the loop only. */
    private long left;

    Round(long turns) {
      left = turns;
    }

    void takeOne() {
      if (--left == 0) {
        over.countDown();
      }
    }
  }

  /**
   * Starts the coroutines, with all priorities in turn.
   *
   * @param groups the number of groups
   * @param rate whether each coroutine has a rate
   * @param coroutines the number of coroutines
   */
  public ReadyCoroutines(
      Engine engine, SchedulingPolicy policy, int groups, boolean rate, int coroutines) {
    scheduler = CoroutineScheduler.builder().engine(engine).loops(1).policy(policy).build();
    turns = new long[coroutines];
    round = new Round(Long.MAX_VALUE);
    CoroutineGroup[] all = new CoroutineGroup[groups];
    for (int group = 0; group < groups; group++) {
      all[group] = CoroutineGroup.named("group-" + group);
    }
    for (int coroutine = 0; coroutine < coroutines; coroutine++) {
      int number = coroutine;
      SpawnOptions options =
          SpawnOptions.DEFAULT
              .inGroup(all[number % groups])
              .withPriority(SpawnOptions.LOWEST + number % PRIORITIES);
      scheduler.spawn(rate ? options.withRate(RATE) : options, () -> takeTurns(number));
    }
  }

  private void takeTurns(int number) {
    while (true) {
      turns[number]++;
      round.takeOne();
      Coroutines.yieldNow();
    }
  }

  /** Waits until this many more turns have been taken. */
  public void awaitTurns(long more) throws InterruptedException {
    Round begun = new Round(more);
    round = begun;
    begun.over.await();
  }

  /**
   * Ends the coroutines.
   *
   * @throws IllegalStateException if one of them has never had a turn
   */
  @Override
  public void close() {
    scheduler.close(Duration.ZERO);
    for (int number = 0; number < turns.length; number++) {
      if (turns[number] == 0) {
        throw new IllegalStateException("a coroutine must have turns: number " + number);
      }
    }
  }
}
