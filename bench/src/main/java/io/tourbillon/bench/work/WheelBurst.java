package io.tourbillon.bench.work;

import io.tourbillon.bench.subject.SubjectTask;
import io.tourbillon.bench.subject.WheelSubject;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * How long the ticks of a bare wheel take when a burst of timers comes near. They are due at random
 * in one block of 65,536 ticks and were armed long before, so that a hierarchical wheel has all of
 * them in one slot. By the paper it has to sort that slot in a single tick.
 *
 * <p>Measured is each tick of that block and of the one before, in which a wheel that looks ahead
 * may begin. The harness reads the clock twice a tick.
 *
 * <p>The longest of many thousand ticks is one in which the operating system had something else to
 * do. So this is done {@value #ROUNDS} times, each time alike and with a new wheel, and of each
 * tick the shortest time counts: what a wheel does in a tick, it does in that tick of each round.
 */
public final class WheelBurst {
  private static final int ROUNDS = 5;
  private static final int BLOCK_TICKS = 1 << 16;
  private static final int FIRST_DEADLINE_TICK = 4 * BLOCK_TICKS;
  private static final int FIRST_MEASURED_TICK = FIRST_DEADLINE_TICK - BLOCK_TICKS;

  private final SubjectTask[] tasks;
  private final long[] tickNanos = new long[2 * BLOCK_TICKS];

  public WheelBurst(int timers) {
    tasks = SubjectTask.idle(timers);
  }

  /**
   * Measures. May be done again and again.
   *
   * @param wheels makes one for each round
   * @return how long the ticks took
   * @throws IllegalStateException if some timer did not expire, expired twice, or in another tick
   *     than that of its deadline
   */
  public Percentiles tickNanos(Supplier<WheelSubject> wheels) {
    Arrays.fill(tickNanos, Long.MAX_VALUE);
    for (int round = 0; round < ROUNDS; round++) {
      run(new CheckedWheel(wheels.get()));
    }
    return Percentiles.of(tickNanos.clone());
  }

  private void run(CheckedWheel wheel) {
    Xorshift random = new Xorshift(1);
    for (SubjectTask task : tasks) {
      wheel.arm(FIRST_DEADLINE_TICK + random.nextBelow(BLOCK_TICKS), task);
    }
    wheel.advance(FIRST_MEASURED_TICK - 1);
    for (int tick = 0; tick < tickNanos.length; tick++) {
      long startNanos = System.nanoTime();
      wheel.advance(FIRST_MEASURED_TICK + tick);
      tickNanos[tick] = Math.min(tickNanos[tick], System.nanoTime() - startNanos);
    }
    wheel.expireAll();
  }
}
