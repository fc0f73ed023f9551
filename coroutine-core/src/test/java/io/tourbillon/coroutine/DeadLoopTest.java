package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.Holding.holdUntil;
import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine.State;
import io.tourbillon.coroutine.internal.scheduler.Internals;
import io.tourbillon.timer.Clock;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What happens to coroutines when their loop fails, here because its clock throws. */
@Tag("not-plain-thread") // No turns.
class DeadLoopTest {
  private final ArithmeticException defect = new ArithmeticException("broken clock");

  private volatile boolean broken;

  private final Clock clock =
      new Clock() {
        @Override
        public long nanoTime() {
          if (broken) {
            throw defect;
          }
          return System.nanoTime();
        }

        @Override
        public Alarm newAlarm(Thread thread) {
          return Clock.system().newAlarm(thread);
        }
      };

  @Test
  void loop_thatDies_isReportedAndLeavesNobodyWaiting() throws Exception {
    try (LogCapture log = new LogCapture()) {
      CoroutineScheduler scheduler = TestSchedulers.builder().loops(1).clock(clock).build();
      Coroutine<?> sleeper = scheduler.spawn(() -> Coroutines.delay(Duration.ofHours(1)));
      TestSchedulers.awaitSuspended(sleeper);
      broken = true;
      Internals.wake(scheduler, 0);
      Throwable cause =
          assertThrows(CompletionException.class, () -> sleeper.join(PATIENCE)).getCause();
      assertEquals("coroutine-loop-0 has died", cause.getMessage());
      assertSame(defect, cause.getCause());
      assertEquals(State.FAILED, sleeper.state());
      assertTrue(
          log.firstLine().startsWith("coroutine-loop-0 has died, and its coroutines fail: "),
          log.lines()::toString);
      IllegalStateException refused =
          assertThrows(IllegalStateException.class, () -> scheduler.spawn(() -> {}));
      assertEquals("no loop is alive any more: coroutine", refused.getMessage());
      // A loop that dies counts a failure after it has notified those who wait for it.
      assertTrue(holdUntil(() -> scheduler.stats().failed() > 0));
      CoroutineStats stats = scheduler.stats();
      assertEquals(1, stats.spawned());
      assertEquals(1, stats.failed());
      assertEquals(0, stats.created() + stats.ready() + stats.running() + stats.suspended());
      assertTrue(scheduler.close(Duration.ZERO));
    }
  }
}
