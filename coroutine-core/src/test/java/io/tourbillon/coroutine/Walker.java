package io.tourbillon.coroutine;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The body of a coroutine that suspends in several ways until it is told to stop, and notices if
 * one of its turns is lost or given twice.
 */
final class Walker implements Action {
  private static final int LEAST_STEPS = 10;

  private final int number;
  private final AtomicBoolean enough;
  private final AtomicInteger inside = new AtomicInteger();
  private int turns;

  Walker(int number, AtomicBoolean enough) {
    this.number = number;
    this.enough = enough;
  }

  @Override
  public void run() throws InterruptedException {
    inside.incrementAndGet();
    int steps = 0;
    for (; steps < LEAST_STEPS || !enough.get(); steps++) {
      step(steps % 3);
    }
    require(turns == steps, "turns and steps: " + turns + ", " + steps);
  }

  private void step(int way) throws InterruptedException {
    require(inside.decrementAndGet() == 0, "two are inside");
    switch (way) {
      case 0 -> Coroutines.yieldNow();
      case 1 -> Coroutines.delay(Duration.ofNanos(1 + 1000L * number));
      default -> Thread.sleep(0, 1 + 900 * number);
    }
    require(inside.incrementAndGet() == 1, "two are inside");
    turns++;
  }

  private void require(boolean condition, String what) {
    if (!condition) {
      throw new IllegalStateException("walker " + number + ": " + what);
    }
  }
}
