package io.tourbillon.coroutine.internal.scheduler;

import io.tourbillon.timer.TimerService;
import io.tourbillon.timer.internal.DriverThreads;
import io.tourbillon.timer.internal.LiveThreads;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/** Makes the driver of a timer service that is a part of a scheduler, and is closed with it. */
final class PartDriver implements ThreadFactory {
  private @Nullable Thread driver;

  @Override
  public Thread newThread(Runnable body) {
    Thread made = DriverThreads.INSTANCE.newThread(body);
    driver = made;
    LiveThreads.addPart(made, LiveThreads.Owner.TIMER_SERVICE);
    return made;
  }

  /** Builds the service. If that fails, nothing is left. */
  TimerService build(TimerService.Builder options) {
    boolean built = false;
    try {
      TimerService service = options.threadFactory(this).build();
      built = true;
      return service;
    } finally {
      if (!built && driver != null) {
        LiveThreads.remove(driver);
      }
    }
  }
}
