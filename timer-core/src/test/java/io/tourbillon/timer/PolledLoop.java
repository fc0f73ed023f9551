package io.tourbillon.timer;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * A thread that polls a shared service and rests by an alarm of its clock, so that the service
 * behaves as one with a thread of its own.
 */
final class PolledLoop implements AutoCloseable {
  final PolledTimerService timers;
  private final Clock clock;
  private final int budget;
  private final Clock.Alarm alarm;
  private final Thread thread;
  private final CompletableFuture<Void> failure = new CompletableFuture<>();

  PolledLoop(TimerService.Builder builder, Clock clock, int budget) {
    this.clock = clock;
    this.budget = budget;
    thread = Thread.ofPlatform().daemon().name("loop").unstarted(this::run);
    alarm = clock.newAlarm(thread);
    timers = builder.clock(clock).buildPolled(alarm::wake);
    thread.start();
  }

  private void run() {
    try {
      while (!timers.isShutdown()) {
        timers.poll(budget);
        rest(timers.nanosToNextEvent());
      }
    } catch (Throwable error) {
      failure.completeExceptionally(error);
    } finally {
      alarm.close();
    }
  }

  private void rest(long nanos) {
    if (timers.isShutdown() || nanos == 0) {
      return;
    }
    if (nanos == Long.MAX_VALUE) {
      alarm.await();
    } else {
      alarm.awaitUntil(clock.nanoTime() + nanos);
    }
  }

  @Override
  public void close() {
    timers.close();
    try {
      if (!thread.join(Duration.ofSeconds(20))) {
        throw new AssertionError("the loop goes on");
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    failure.complete(null);
    failure.join();
  }
}
