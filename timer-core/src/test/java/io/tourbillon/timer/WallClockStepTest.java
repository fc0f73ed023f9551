package io.tourbillon.timer;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** On the system's clock, the driver wakes up by itself to notice that the wall clock was set. */
@RealTime
@Timeout(120)
class WallClockStepTest {
  @Test
  void stepForward_whileTheDriverRests_isNoticed() throws InterruptedException {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    try (TimerService timers = TimerService.builder().wallClock(now::get).build()) {
      for (int round = 0; round < 3; round++) {
        CountDownLatch fired = new CountDownLatch(1);
        Instant time = now.get().plus(Duration.ofHours(1));
        timers.scheduleAt(time, fired::countDown);
        now.set(time);
        assertTrue(fired.await(30, TimeUnit.SECONDS), "round " + round);
      }
    }
  }

  @Test
  void systemClock_firesOnTime() throws InterruptedException {
    CountDownLatch fired = new CountDownLatch(1);
    AtomicReference<Instant> firedAt = new AtomicReference<>(Instant.MIN);
    Instant time = Instant.now().plusMillis(50);
    try (TimerService timers = TimerService.create()) {
      timers.scheduleAt(
          time,
          () -> {
            firedAt.set(Instant.now());
            fired.countDown();
          });
      assertTrue(fired.await(30, TimeUnit.SECONDS));
    }
    assertTrue(!firedAt.get().isBefore(time), () -> firedAt + " is before " + time);
  }
}
