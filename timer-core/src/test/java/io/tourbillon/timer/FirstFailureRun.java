package io.tourbillon.timer;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Fails the first task of a JVM some time after the service was made. {@link FirstUseTest} runs it
 * in a separate JVM.
 */
final class FirstFailureRun implements Runnable {
  private static final long LIMIT_NANOS = 20_000_000_000L;

  private final CountDownLatch ran = new CountDownLatch(1);

  private FirstFailureRun() {}

  public static void main(String[] args) throws InterruptedException {
    try (TimerService timers = TimerService.create()) {
      long startNanos = System.nanoTime();
      while (isWarmingUp() && System.nanoTime() - startNanos < LIMIT_NANOS) {
        Thread.sleep(10);
      }
      System.out.println(FirstUseRun.BUILT);
      FirstFailureRun failing = new FirstFailureRun();
      timers.schedule(1, TimeUnit.MILLISECONDS, failing);
      boolean _ = failing.ran.await(20, TimeUnit.SECONDS);
    }
    System.out.println(FirstUseRun.USED);
  }

  private static boolean isWarmingUp() {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().equals("tourbillon-logging"));
  }

  @Override
  public void run() {
    ran.countDown();
    throw new IllegalStateException("the first failure");
  }
}
