package io.tourbillon.spring.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GateTest {
  private final Gate gate = new Gate();
  private final AtomicInteger idle = new AtomicInteger();
  private final AtomicInteger runs = new AtomicInteger();

  private static void awaitWaiting(Thread thread) throws InterruptedException {
    while (thread.getState() != Thread.State.WAITING) {
      Thread.sleep(1);
    }
  }

  @Test
  void close_withoutRuns_callsBackAtOnce() {
    gate.close(idle::incrementAndGet);
    assertThat(idle).hasValue(1);
    assertThat(gate.isClosed()).isTrue();
  }

  @Test
  void close_duringRuns_callsBackOnceWhenTheLastHasEnded() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(2);
    Runnable run =
        gate.around(
            () -> {
              begun.countDown();
              await(goOn);
            });
    Thread first = Thread.ofPlatform().start(run);
    Thread second = Thread.ofPlatform().start(run);
    begun.await();
    gate.close(idle::incrementAndGet);
    assertThat(idle).hasValue(0);
    goOn.countDown();
    first.join();
    second.join();
    assertThat(idle).hasValue(1);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException failure) {
      throw new AssertionError(failure);
    }
  }

  @Test
  void open_beforeTheLastRunEnds_forgetsTheCallback() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(1);
    Thread run =
        Thread.ofPlatform()
            .start(
                gate.around(
                    () -> {
                      begun.countDown();
                      await(goOn);
                    }));
    begun.await();
    gate.close(idle::incrementAndGet);
    gate.open();
    goOn.countDown();
    run.join();
    assertThat(idle).hasValue(0);
  }

  @Test
  void run_atAClosedGate_waits() throws Exception {
    gate.close(() -> {});
    Thread run = Thread.ofPlatform().start(gate.around(runs::incrementAndGet));
    awaitWaiting(run);
    assertThat(runs).hasValue(0);
    gate.open();
    run.join();
    assertThat(runs).hasValue(1);
  }

  @Test
  void run_interruptedWhileItWaits_doesNotBegin() throws Exception {
    gate.close(() -> {});
    Thread run = Thread.ofPlatform().start(gate.around(runs::incrementAndGet));
    awaitWaiting(run);
    run.interrupt();
    run.join();
    gate.open();
    assertThat(runs).hasValue(0);
    gate.close(idle::incrementAndGet);
    assertThat(idle).hasValue(1);
  }

  @Test
  void runInsideARun_ofAGateThatIsClosing_doesNotWait() throws Exception {
    Runnable inner = gate.around(runs::incrementAndGet);
    Thread outer =
        Thread.ofPlatform()
            .start(
                gate.around(
                    () -> {
                      assertThat(gate.isInside()).isTrue();
                      gate.close(idle::incrementAndGet);
                      inner.run();
                      assertThat(gate.isInside()).isTrue();
                    }));
    assertThat(outer.join(Duration.ofSeconds(20))).isTrue();
    assertThat(runs).hasValue(1);
    assertThat(idle).hasValue(1);
    assertThat(gate.isInside()).isFalse();
  }

  @Test
  void taskThatThrows_leavesTheGate() {
    Runnable failing =
        gate.around(
            () -> {
              throw new IllegalStateException("on purpose");
            });
    try {
      failing.run();
    } catch (IllegalStateException failure) {
      assertThat(failure).hasMessage("on purpose");
    }
    gate.close(idle::incrementAndGet);
    assertThat(idle).hasValue(1);
  }
}
