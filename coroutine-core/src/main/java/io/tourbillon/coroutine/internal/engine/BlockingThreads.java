package io.tourbillon.coroutine.internal.engine;

import io.tourbillon.timer.Clock;
import io.tourbillon.timer.internal.IndependentThread;
import io.tourbillon.timer.internal.StackReserve;
import java.io.Serial;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

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
  private final AtomicInteger abandoned = new AtomicInteger();

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

  /**
   * Runs a call on a thread of the pool, or queues it if all are busy.
   *
   * @return lets a virtual clock go on before the call has ended; may be closed more than once
   */
  public Clock.Hold execute(Runnable call) {
    StackReserve.require();
    Clock.Hold hold = new HoldUntilClosed(clock.hold());
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
      return hold;
    } finally {
      if (!accepted) {
        hold.close();
      }
    }
  }

  /** Closes the hold once: at the end of the call, or earlier if its coroutine leaves it. */
  private static final class HoldUntilClosed extends AtomicReference<Clock.@Nullable Hold>
      implements Clock.Hold {
    @Serial private static final long serialVersionUID = 1;

    HoldUntilClosed(Clock.Hold hold) {
      super(hold);
    }

    @Override
    public void close() {
      Clock.Hold mine = getAndSet(null);
      if (mine != null) {
        mine.close();
      }
    }
  }

  /** Counts a call whose coroutine does not wait for it any more, until it ends. */
  public void addAbandoned(int change) {
    abandoned.addAndGet(change);
  }

  /** Returns how many calls run whose coroutines do not wait for them any more. */
  public int abandoned() {
    return abandoned.get();
  }

  /** Refuses new calls. Calls that were accepted still run to their end. */
  @Override
  public void close() {
    pool.shutdown();
  }
}
