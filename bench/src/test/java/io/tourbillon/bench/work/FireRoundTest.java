package io.tourbillon.bench.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.subject.SubjectTask;
import io.tourbillon.bench.subject.TimerKind;
import io.tourbillon.bench.subject.TimerSubject;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FireRoundTest {
  private static final int TIMERS = 500;
  private static final long WINDOW_NANOS = TimeUnit.MILLISECONDS.toNanos(30);

  @ParameterizedTest
  @EnumSource
  void run_twice_reportsEachRound(TimerKind kind) throws InterruptedException {
    FireRound round = new FireRound(TIMERS, WINDOW_NANOS);
    try (TimerSubject service = kind.open(TIMERS, false)) {
      for (int turn = 0; turn < 2; turn++) {
        round.reset();
        round.run(service);
        service.requirePending(0);
        assertTrue(round.cpuNanosPerTimer() >= 0);
        Percentiles lateness = round.lateness();
        assertTrue(lateness.at(0) >= 0);
        assertTrue(lateness.at(0) <= lateness.at(50));
        assertTrue(lateness.at(50) <= lateness.at(100));
      }
    }
  }

  @Test
  void run_withALeadAndBusyTasks_keepsTheThreadBusy_andWaitsAreLateness() throws Exception {
    long leadNanos = TimeUnit.MILLISECONDS.toNanos(20);
    long busyNanos = TimeUnit.MILLISECONDS.toNanos(50);
    FireRound round = new FireRound(4, leadNanos, 1, busyNanos);
    try (TimerSubject service = TimerKind.OURS_IDS.open(4, false)) {
      long startNanos = System.nanoTime();
      round.run(service);
      long tookNanos = System.nanoTime() - startNanos;
      assertTrue(tookNanos >= leadNanos + 3 * busyNanos, () -> tookNanos + " ns");
      // The last of four tasks waits for the three others, less the time that arming took.
      assertTrue(round.lateness().at(100) >= 2 * busyNanos);
    }
  }

  @Test
  void lateness_afterEarlyTimers_areRefused() throws InterruptedException {
    FireRound round = new FireRound(TIMERS, TimeUnit.HOURS.toNanos(1));
    round.run(new RunsAtOnce(1));
    Exception refusal = assertThrows(IllegalStateException.class, round::lateness);
    assertTrue(refusal.getMessage().startsWith("a timer must not be early: by "));
  }

  @Test
  void lateness_afterATimerThatFiredTwice_areRefused() throws InterruptedException {
    FireRound round = new FireRound(1, 1);
    RunsAtOnce service = new RunsAtOnce(2);
    assertThrows(ArrayIndexOutOfBoundsException.class, () -> round.run(service));
    Exception refusal = assertThrows(IllegalStateException.class, round::lateness);
    assertEquals("a timer must fire once: 2 times", refusal.getMessage());
  }

  /** The broken twin of a service: runs each task inside arm, so many times. */
  private record RunsAtOnce(int times) implements TimerSubject {
    @Override
    public void arm(int place, long delayNanos, SubjectTask task) {
      for (int time = 0; time < times; time++) {
        task.run();
      }
    }

    @Override
    public boolean cancel(int place) {
      return false;
    }

    @Override
    public boolean pushOut(int place, long delayNanos, SubjectTask task) {
      return false;
    }

    @Override
    public void forget() {}

    @Override
    public long pending() {
      return 0;
    }

    @Override
    public void close() {}
  }
}
