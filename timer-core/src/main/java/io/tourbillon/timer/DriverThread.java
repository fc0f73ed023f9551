package io.tourbillon.timer;

import io.tourbillon.timer.internal.DropWatch;
import io.tourbillon.timer.internal.IndependentThread;
import io.tourbillon.timer.internal.LiveThreads;
import io.tourbillon.timer.internal.SafeText;
import io.tourbillon.timer.internal.watchdog.Watchdog;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The thread of the driver, from before there is a driver until its end. The thread comes first
 * because it waits by an alarm of the clock, and the clock makes that for a thread.
 *
 * <p>In each {@link #turn} it fires the first tick that is due, or rests until the next event.
 * {@link Waker} says how it is woken for a timer that is armed meanwhile.
 */
final class DriverThread implements Driver.Host {
  private final Clock clock;
  private final long spinNanos;
  private final Thread thread;

  private final Drop drop = new Drop();

  /** Counted down by the driver before it leaves the clock and ends. */
  private final CountDownLatch ended = new CountDownLatch(1);

  // Written once by the thread that builds the service, before `started`.
  private @Nullable Driver driver;
  private @Nullable ShardGroup all;
  private @Nullable Watchdog<StallReport> watchdog;

  /** Set by the thread that builds the service, before it starts the driver's thread. */
  private volatile boolean started;

  /**
   * @param spinNanos how long the thread spins before an event, by the clock of the system
   * @throws IllegalStateException if the factory does not make a new thread
   */
  DriverThread(ThreadFactory factory, Clock clock, long spinNanos) {
    this.clock = clock;
    this.spinNanos = spinNanos;
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

  @Override
  public Clock.Alarm newAlarm(Events events) {
    return clock.equals(Clock.system())
        ? SystemClock.newAlarm(thread, spinNanos)
        : clock.newAlarm(thread);
  }

  @Override
  public @Nullable Duration watchdogLimit(TimerService.Builder builder) {
    return builder.watchdogLimit();
  }

  @Override
  public void setDriver(Driver driver, ShardGroup all, @Nullable Watchdog<StallReport> watchdog) {
    this.driver = driver;
    this.all = all;
    drop.waker = all.waker();
    this.watchdog = watchdog;
  }

  void start() {
    if (watchdog != null) {
      watchdog.start(IndependentThread.daemon(thread.getName() + "-watchdog", watchdog), thread);
    }
    LiveThreads.add(thread, LiveThreads.Owner.TIMER_SERVICE);
    started = true;
    thread.start();
  }

  /**
   * Ends the thread when the service is no longer reachable, and nothing is pending. Nothing that
   * this thread holds refers to the service.
   */
  void endWithout(Object service) {
    DropWatch.watch(service, drop);
  }

  /**
   * Wakes the driver when the service has been dropped. Whoever watches the service holds this, so
   * it lets go of the driver when that has ended: an executor or a listener may refer to the
   * service, which would never become garbage then, although it was closed.
   */
  private static final class Drop implements Runnable {
    /**
     * Null until the driver is known, and again when it has ended. Written by the thread that
     * builds the service, then by the driver's; read by the watch. A drop that is missed in between
     * is one of a service that has ended.
     */
    private volatile @Nullable Waker waker;

    @Override
    public void run() {
      Waker known = waker;
      if (known != null) {
        known.drop();
      }
    }
  }

  /**
   * Drives the service until it is stopped. Called by the driver's thread; or, if that could not be
   * started, by the builder of a service that is stopped already, to leave the clock.
   */
  void drive() {
    Waker waker = group().waker();
    try {
      while (!waker.isStopped()) {
        turnOrWaitForMemory();
      }
    } catch (Throwable failure) {
      group().driverBroke(failure);
    } finally {
      // Not before: the last task may stall.
      if (watchdog != null) {
        watchdog.stop();
      }
      // The waiting threads may be coroutines on the same clock. They are woken while the clock
      // still counts this thread, and then hold the clock, so that time does not advance in
      // between.
      ended.countDown();
      waker.close();
      drop.waker = null;
      LiveThreads.remove(thread);
    }
  }

  private void turnOrWaitForMemory() {
    Driver own = driver();
    try {
      turn();
    } catch (OutOfMemoryError full) {
      own.outOfMemory(full);
    }
  }

  /** Fires what is due, or waits for the next event. */
  void turn() {
    Driver own = driver();
    Waker waker = group().waker();
    long nowNanos = own.elapsedNanos();
    waker.beginSearch();
    if (own.search(nowNanos)) {
      waker.busy();
      boolean _ = own.fireFound(Driver.UNLIMITED, true);
    } else {
      rest(own, waker);
    }
    own.trimWhenDue();
  }

  private void rest(Driver own, Waker waker) {
    if (waker.isDropped() && endIfUnused()) {
      return;
    }
    long untilNanos = own.restUntilNanos(waker.endSearch(own.foundTick()));
    if (untilNanos == Driver.NEVER) {
      waker.await();
    } else {
      long startNanos = own.elapsedNanos();
      waker.awaitUntil(own.clockNanos(untilNanos));
      own.noticePause(own.elapsedNanos() - Math.max(untilNanos, startNanos));
    }
  }

  /**
   * Ends a service that was dropped without a close, if nothing is pending: then nothing can be
   * armed any more, since a handle does not revive a timer, and all else that arms refers to the
   * service.
   */
  private boolean endIfUnused() {
    ShardGroup shards = group();
    if (shards.pending() > 0) {
      return false;
    }
    List<Runnable> _ = shards.shutdownNow(false);
    shards.tellDropped(thread.getName());
    return true;
  }

  private Driver driver() {
    return Objects.requireNonNull(driver, "set before the start");
  }

  private ShardGroup group() {
    return Objects.requireNonNull(all, "set before the start");
  }

  // Called by any thread.

  @Override
  public boolean isCurrent() {
    return thread.equals(Thread.currentThread());
  }

  @Override
  public boolean isAlive() {
    return thread.isAlive();
  }

  @Override
  public boolean isStarted() {
    return started;
  }

  @Override
  public void interrupt() {
    thread.interrupt();
  }

  @Override
  public StallReport look(long heldNanos) {
    return Stall.of(thread, heldNanos);
  }

  @Override
  public boolean join(long waitNanos) throws InterruptedException {
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
