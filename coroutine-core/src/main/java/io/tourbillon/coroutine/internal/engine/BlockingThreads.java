package io.tourbillon.coroutine.internal.engine;

import io.tourbillon.timer.Clock;
import io.tourbillon.timer.internal.IndependentThread;
import io.tourbillon.timer.internal.StackReserve;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Platform threads for calls that would block a loop: at most 64, which end when they have nothing
 * to do. A virtual clock is held until a call has come to its end.
 */
public final class BlockingThreads implements AutoCloseable {
  /** How many calls run at a time; others wait. */
  public static final int MOST = 64;

  private static final int IDLE_SECONDS = 10;

  private final Clock clock;
  private final ThreadPoolExecutor pool;

  /** Makes threads on demand, named after the scheduler. */
  public BlockingThreads(String schedulerName, Clock clock) {
    this.clock = clock;
    AtomicInteger made = new AtomicInteger();
    pool =
        new ThreadPoolExecutor(
            MOST,
            MOST,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task ->
                IndependentThread.daemon(
                    schedulerName + "-blocking-" + made.incrementAndGet(), task));
    pool.allowCoreThreadTimeOut(true);
  }

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

  /** Calls that were accepted still come to their end. */
  @Override
  public void close() {
    pool.shutdown();
  }
}
