package io.tourbillon.stress;

import java.util.concurrent.ThreadLocalRandom;

/**
 * Lets the two threads of a race meet before they take their steps, so that the steps overlap. The
 * threads of jcstress meet once in a stride and drift apart then, by more than a step takes.
 *
 * <p>After they have met, each waits for a random time, none to some microseconds, so that all
 * offsets between the steps occur, also where one step takes much longer. A quarter of the races go
 * without a meeting. A thread whose partner does not come within some microseconds goes on alone.
 * What the threads write here comes before the steps, and orders nothing between them.
 */
public final class Together implements Race {
  /** How often a thread looks for the other one: some microseconds. */
  private static final int LOOKS = 200;

  /** Delays are up to a power of 2 below this one, in looks; all powers are as likely. */
  private static final int MOST_DELAY_BITS = 9;

  private final Race steps;
  private final boolean meets;
  private final int firstDelay;
  private final int secondDelay;
  private volatile boolean firstCame;
  private volatile boolean secondCame;

  /** A race of these steps. */
  public Together(Race steps) {
    this.steps = steps;
    ThreadLocalRandom random = ThreadLocalRandom.current();
    meets = random.nextInt(4) != 0;
    firstDelay = delay(random);
    secondDelay = delay(random);
  }

  private static int delay(ThreadLocalRandom random) {
    return random.nextInt(1 << random.nextInt(MOST_DELAY_BITS));
  }

  @Override
  public int first() {
    firstCame = true;
    for (int look = 0; meets && !secondCame && look < LOOKS; look++) {
      Thread.onSpinWait();
    }
    delay(firstDelay);
    return steps.first();
  }

  @Override
  public int second() {
    secondCame = true;
    for (int look = 0; meets && !firstCame && look < LOOKS; look++) {
      Thread.onSpinWait();
    }
    delay(secondDelay);
    return steps.second();
  }

  private static void delay(int spins) {
    for (int spin = 0; spin < spins; spin++) {
      Thread.onSpinWait();
    }
  }

  @Override
  public int after() {
    return steps.after();
  }
}
