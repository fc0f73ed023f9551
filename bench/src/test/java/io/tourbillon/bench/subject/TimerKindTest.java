package io.tourbillon.bench.subject;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each subject does what the benchmarks say it does. Real time: the peers know no other. */
class TimerKindTest {
  private static final int PLACES = 100;
  private static final long FAR_NANOS = TimeUnit.HOURS.toNanos(1);

  @ParameterizedTest
  @EnumSource
  void arm_everyPlace_isPending(TimerKind kind) {
    try (TimerSubject timers = filled(kind)) {
      timers.requirePending(PLACES);
    }
  }

  @ParameterizedTest
  @EnumSource
  void cancel_pendingTimer_endsItOnce(TimerKind kind) {
    try (TimerSubject timers = filled(kind)) {
      assertTrue(timers.cancel(7));
      assertFalse(timers.cancel(7));
      timers.requirePending(PLACES - 1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void arm_afterCancel_isPendingAgain(TimerKind kind) {
    try (TimerSubject timers = filled(kind)) {
      assertTrue(timers.cancel(7));
      timers.arm(7, FAR_NANOS, SubjectTask.newIdle());
      timers.requirePending(PLACES);
      assertTrue(timers.cancel(7));
    }
  }

  @ParameterizedTest
  @EnumSource
  void arm_shortDelay_firesAndIsNotPending(TimerKind kind) throws InterruptedException {
    CountedTask task = new CountedTask();
    CountedTask next = new CountedTask();
    try (TimerSubject timers = kind.open(2, false)) {
      timers.arm(0, TimeUnit.MILLISECONDS.toNanos(5), task);
      task.requireRun();
      // The JDK lets a task be cancelled until its thread is through with it and takes another.
      timers.arm(1, 1, next);
      next.requireRun();
      timers.requirePending(0);
      assertFalse(timers.cancel(0));
    }
  }

  @ParameterizedTest
  @EnumSource
  void pushOut_pendingTimer_firesAfterTheLastDelay(TimerKind kind) throws InterruptedException {
    CountedTask task = new CountedTask();
    try (TimerSubject timers = kind.open(1, false)) {
      timers.arm(0, FAR_NANOS, task);
      assertTrue(timers.pushOut(0, 2 * FAR_NANOS, task));
      timers.requirePending(1);
      long startNanos = System.nanoTime();
      assertTrue(timers.pushOut(0, TimeUnit.MILLISECONDS.toNanos(20), task));
      task.requireRun();
      assertTrue(System.nanoTime() - startNanos >= TimeUnit.MILLISECONDS.toNanos(20));
      timers.requirePending(0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void pushOut_endedTimer_answersFalse(TimerKind kind) {
    try (TimerSubject timers = filled(kind)) {
      assertTrue(timers.cancel(7));
      assertFalse(timers.pushOut(7, FAR_NANOS, SubjectTask.newIdle()));
      timers.requirePending(PLACES - 1);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.MATCH_ALL, names = "(?!OURS).*")
  void open_peerThatIsToRecord_isRefused(TimerKind kind) {
    Exception refusal =
        assertThrows(IllegalArgumentException.class, () -> kind.open(1, true).close());
    assertEquals("recordStats must be false for a peer: true", refusal.getMessage());
  }

  private static TimerSubject filled(TimerKind kind) {
    TimerSubject timers = kind.open(PLACES, false);
    for (int place = 0; place < PLACES; place++) {
      timers.arm(place, FAR_NANOS, SubjectTask.newIdle());
    }
    return timers;
  }

  /** Can be waited for. */
  private static final class CountedTask extends SubjectTask {
    private final CountDownLatch runs = new CountDownLatch(1);

    @Override
    public void run() {
      runs.countDown();
    }

    void requireRun() throws InterruptedException {
      assertTrue(runs.await(30, TimeUnit.SECONDS));
    }
  }
}
