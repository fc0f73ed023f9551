package io.tourbillon.timer.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.concurrent.DefaultEventExecutor;
import io.netty.util.concurrent.EventExecutor;
import io.tourbillon.timer.PolledTimerService;
import io.tourbillon.timer.TimerService;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A polled service in an event loop of Netty, whose tasks run on the loop. */
@Timeout(60)
class PolledOnNettyTest {
  /** Polls in the loop, and comes again when there is something to do. */
  private static final class Pump implements Runnable {
    private final EventExecutor loop;
    private final PolledTimerService timers = TimerService.builder().buildPolled(this::wake);

    Pump(EventExecutor loop) {
      this.loop = loop;
    }

    private void wake() {
      loop.execute(this);
    }

    @Override
    public void run() {
      timers.poll(1000);
      long nanos = timers.nanosToNextEvent();
      if (nanos == 0) {
        loop.execute(this);
      } else if (nanos < Long.MAX_VALUE) {
        // If a wakeup comes first, this is one poll too many.
        var _ = loop.schedule(this, nanos, TimeUnit.NANOSECONDS);
      }
    }
  }

  @Test
  void eventLoop_thatPolls_runsTheTasksOfAllThreads() throws Exception {
    EventExecutor loop = new DefaultEventExecutor();
    Pump pump = new Pump(loop);
    loop.execute(pump);
    List<Boolean> inLoop = new CopyOnWriteArrayList<>();
    for (int round = 0; round < 100; round++) {
      CountDownLatch fired = new CountDownLatch(2);
      pump.timers.schedule(
          round % 3,
          TimeUnit.MILLISECONDS,
          () -> {
            inLoop.add(loop.inEventLoop());
            pump.timers.arm(1, TimeUnit.MILLISECONDS, fired::countDown);
            fired.countDown();
          });
      assertTrue(fired.await(20, TimeUnit.SECONDS), "round " + round);
    }
    assertEquals(List.of(true), inLoop.stream().distinct().toList());
    pump.timers.close();
    assertTrue(loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).await(20, TimeUnit.SECONDS));
  }
}
