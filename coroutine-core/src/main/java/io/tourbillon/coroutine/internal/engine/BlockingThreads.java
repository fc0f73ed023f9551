package io.tourbillon.coroutine.internal.engine;

import io.tourbillon.timer.Clock;
import io.tourbillon.timer.internal.IndependentThread;
import io.tourbillon.timer.internal.StackReserve;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Platform threads for calls that would block a loop. An idle one ends. A virtual clock stands
 * still until a call has ended.
 */
public final class BlockingThreads implements AutoCloseable {
  /** The default number of calls that run at a time. */
  public static final int DEFAULT_MOST = 64;

  private static final int IDLE_SECONDS = 10;

  private final Clock clock;
  private final ThreadPoolExecutor pool;

  /**
   * Creates a pool that starts threads on demand, named after the scheduler.
   *
   * @param most how many calls run at a time; others wait
   */
  public BlockingThreads(String schedulerName, int most, Clock clock) {
    this.clock = clock;
    AtomicInteger made = new AtomicInteger();
    pool =
        new ThreadPoolExecutor(
            most,
            most,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task ->
                IndependentThread.daemon(
                    schedulerName + "-blocking-" + made.incrementAndGet(), task));
    pool.allowCoreThreadTimeOut(true);
  }

  /** Runs a call on a thread of the pool, or queues it if all are busy. */
  public void execute(Runnable call) {
    StackReserve.require();
    Clock.Hold hold = clock.hold();
    boolean accepted = false;
    try {
      pool.execute(
          () -> {
            try {
              call.run();
            } finally {
              hold.close();
            }
          });
      accepted = true;
    } finally {
      if (!accepted) {
        hold.close();
      }
    }
  }

  /** Refuses new calls. Calls that were accepted still run to their end. */
  @Override
  public void close() {
    pool.shutdown();
  }
}
