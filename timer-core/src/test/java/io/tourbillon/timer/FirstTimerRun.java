package io.tourbillon.timer;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import jdk.jfr.FlightRecorder;

/** Fires the first timer of a JVM, and prints whether that has initialised the flight recorder. */
final class FirstTimerRun {
  private FirstTimerRun() {}

  public static void main(String[] args) throws Exception {
    try (TimerService timers = TimerService.create()) {
      CountDownLatch fired = new CountDownLatch(3);
      timers.arm(10, TimeUnit.MILLISECONDS, fired::countDown);
      timers.schedule(10, TimeUnit.MILLISECONDS, fired::countDown);
      timers.asScheduledExecutor().execute(fired::countDown);
      boolean all = fired.await(20, TimeUnit.SECONDS);
      System.out.println("fired " + all + ", recorder " + FlightRecorder.isInitialized());
    }
  }
}
