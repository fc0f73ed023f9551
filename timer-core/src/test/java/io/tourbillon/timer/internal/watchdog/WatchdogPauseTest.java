package io.tourbillon.timer.internal.watchdog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How a watchdog treats a pause of the whole process. The test controls time and sleep. */
@Timeout(30)
class WatchdogPauseTest {
  private static final long BOUND = 100;

  private final AtomicLong time = new AtomicLong();
  private final SynchronousQueue<Long> overruns = new SynchronousQueue<>();
  private final BlockingQueue<Boolean> sleeps = new LinkedBlockingQueue<>();
  private final List<Long> reports = new CopyOnWriteArrayList<>();
  private final Watchdog<Long> watchdog =
      new Watchdog<>(BOUND, held -> held, reports::add, null, time::get, this::sleep);
  private final Thread self = Thread.ofPlatform().daemon().unstarted(watchdog);

  /** The watchdog sleeps until the test tells how much too long the sleep was. */
  private void sleep(long nanos) {
    sleeps.add(true);
    try {
      Long overrun = overruns.poll(20, TimeUnit.SECONDS);
      time.addAndGet(nanos + (overrun == null ? 0 : overrun));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Begins a task, and waits until the watchdog has seen it. */
  private void beginTask() throws InterruptedException {
    watchdog.start(self, Thread.currentThread());
    sleeps.take();
    watchdog.begin();
    sleepFor(0);
  }

  /** Lets the watchdog check once more, and waits until it has. */
  private void sleepFor(long overrun) throws InterruptedException {
    assertTrue(overruns.offer(overrun, 20, TimeUnit.SECONDS));
    sleeps.take();
  }

  @AfterEach
  void stop() throws InterruptedException {
    watchdog.stop();
    boolean _ = overruns.offer(0L, 1, TimeUnit.SECONDS);
    assertTrue(self.join(Duration.ofSeconds(20)));
  }

  @Test
  void pause_whileATaskRuns_isNoStall() throws InterruptedException {
    beginTask();
    sleepFor(900);
    assertEquals(List.of(), reports);
    watchdog.nextTask();
    sleepFor(0);
    assertEquals(List.of(), reports);
  }

  @Test
  void pause_whileATaskStalls_isNotCounted() throws InterruptedException {
    beginTask();
    sleepFor(900);
    sleepFor(0);
    assertEquals(List.of(100L), reports);
  }

  @Test
  void stall_withoutAPause_isReported() throws InterruptedException {
    beginTask();
    sleepFor(0);
    assertEquals(List.of(), reports);
    sleepFor(0);
    assertEquals(List.of(100L), reports);
    sleepFor(0);
    assertEquals(List.of(100L), reports);
  }

  @Test
  void stall_onAMachineWhereAllIsLate_isReportedAllTheSame() throws InterruptedException {
    beginTask();
    for (int round = 0; round < 10; round++) {
      sleepFor(200);
    }
    assertEquals(List.of(100L), reports);
  }
}
