package io.tourbillon.timer;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Prints the bytes of the live heap that a service takes which has no timer yet, and that one takes
 * which has had one.
 */
final class IdleMemoryRun {
  private static final int SERVICES = 200;

  private IdleMemoryRun() {}

  public static void main(String[] args) throws Exception {
    for (int i = 0; i < SERVICES; i++) {
      try (TimerService first = TimerService.create()) {
        use(first); // What services share is not counted.
      }
    }
    List<TimerService> services = new ArrayList<>(SERVICES);
    long beforeBytes = liveBytes();
    for (int i = 0; i < SERVICES; i++) {
      services.add(TimerService.create());
    }
    System.out.println((liveBytes() - beforeBytes) / SERVICES);
    services.forEach(IdleMemoryRun::use);
    System.out.println((liveBytes() - beforeBytes) / SERVICES);
    services.forEach(TimerService::close);
  }

  private static void use(TimerService timers) {
    timers.cancel(timers.arm(1, TimeUnit.HOURS, () -> {}));
  }

  private static long liveBytes() throws InterruptedException {
    for (int i = 0; i < 3; i++) {
      System.gc();
      Thread.sleep(20);
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
