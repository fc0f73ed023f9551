package io.tourbillon.bench.work;

import io.tourbillon.bench.subject.SubjectTask;
import io.tourbillon.bench.subject.WheelSubject;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * How long the ticks of a bare wheel take when a burst of timers comes near. The timers are due at
 * random ticks of one block of 65,536 ticks. They were armed long before, so a hierarchical wheel
 * has all of them in one slot. According to the paper it must distribute that slot in a single
 * tick.
 *
 * <p>Measures each tick of that block and of the block before, in which a wheel that looks ahead
 * may begin. The harness reads the clock twice for each tick.
 *
 * <p>The longest of many thousand ticks is one in which the operating system was busy with
 * something else. So the same work is done {@value #ROUNDS} times, each time with a new wheel, and
 * the shortest time of each tick counts: what the wheel itself does in a tick, it does in that tick
 * of every round.
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
   * Measures the ticks. May be called repeatedly.
   *
   * @param wheels makes a wheel for each round
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
