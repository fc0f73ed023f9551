package io.tourbillon.timer;

import io.tourbillon.timer.internal.IndependentThread;
import io.tourbillon.timer.internal.SafeText;
import io.tourbillon.timer.internal.watchdog.Watchdog;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The thread of the driver, from before there is a driver until its end. The thread comes first
 * because the driver waits by an alarm of the clock, and the clock makes that for a thread.
 */
final class DriverThread {
  private final Clock clock;
  private final Thread thread;

  /** Counted down by the driver before it leaves the clock and ends. */
  private final CountDownLatch ended = new CountDownLatch(1);

  // Written once by the thread that builds the service, before `started`.
  private @Nullable Driver driver;
  private @Nullable Waker waker;
  private @Nullable Watchdog<StallReport> watchdog;

  /** Set by the thread that builds the service, before it starts the driver's thread. */
  private volatile boolean started;

  /**
   * @throws IllegalStateException if the factory does not make a new thread
   */
  DriverThread(ThreadFactory factory, Clock clock) {
    this.clock = clock;
    thread =
        newThread(
            factory,
            new Runnable() {
              @Override
              public void run() {
                // Not if the thread factory starts it: then there is no service.
                if (started) {
                  drive();
                }
              }
            });
  }

  private static Thread newThread(ThreadFactory factory, Runnable body) {
    Thread thread = factory.newThread(body);
    if (thread == null) {
      throw new IllegalStateException(
          "the thread factory must make a thread, not return null: " + SafeText.of(factory));
    }
    if (thread.getState() != Thread.State.NEW) {
      throw new IllegalStateException(
          "the thread factory must make a new thread and not start it: " + SafeText.of(factory));
    }
    return thread;
  }

  Clock.Alarm newAlarm() {
    return clock.newAlarm(thread);
  }

  /** Sets what the thread is to run, before {@link #start}. */
  void setDriver(Driver driver, Waker waker, @Nullable Watchdog<StallReport> watchdog) {
    this.driver = driver;
    this.waker = waker;
    this.watchdog = watchdog;
  }

  void start() {
    if (watchdog != null) {
      watchdog.start(IndependentThread.daemon(thread.getName() + "-watchdog", watchdog), thread);
    }
    started = true;
    thread.start();
  }

  /**
   * Drives the service until it is stopped. Called by the driver's thread; or, if that could not be
   * started, by the builder of a service that is stopped already, to leave the clock.
   */
  void drive() {
    try {
      Objects.requireNonNull(driver).run();
    } finally {
      // Not before: the last task may stall.
      if (watchdog != null) {
        watchdog.stop();
      }
      // The waiting threads may be coroutines on the same clock. They are woken while the clock
      // still counts this thread, and then hold the clock, so that time does not advance in
      // between.
      ended.countDown();
      Objects.requireNonNull(waker).close();
    }
  }

  // Called by any thread.

  boolean isCurrent() {
    return thread.equals(Thread.currentThread());
  }

  boolean isAlive() {
    return thread.isAlive();
  }

  /** Whether there is a driver to wait for. */
  boolean isStarted() {
    return started;
  }

  void interrupt() {
    thread.interrupt();
  }

  /** What the thread is doing. */
  StallReport look(long heldNanos) {
    return Stall.of(thread, heldNanos);
  }

  /** Waits for the end of the thread; false if that takes longer. */
  boolean join(long waitNanos) throws InterruptedException {
    long startNanos = System.nanoTime();
    if (!ended.await(waitNanos, TimeUnit.NANOSECONDS)) {
      // Its factory may have made it fail before the driver began.
      return !thread.isAlive();
    }
    try (Clock.Hold _ = clock.hold()) {
      long leftNanos = waitNanos - (System.nanoTime() - startNanos);
      return thread.join(Duration.ofNanos(leftNanos));
    }
  }
}
