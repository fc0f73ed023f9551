package io.tourbillon.coroutine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tourbillon.coroutine.internal.scheduler.Internals;
import io.tourbillon.timer.VirtualClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SpawnOptionsTest {
  @Test
  void priority_isItsOwn_orElseThatOfItsGroup() {
    try (CoroutineScheduler scheduler = TestSchedulers.on(new VirtualClock())) {
      SpawnOptions ofTheGroup =
          SpawnOptions.DEFAULT.inGroup(CoroutineGroup.named("important").withPriority(5));
      assertEquals(0, priority(scheduler, SpawnOptions.DEFAULT));
      assertEquals(5, priority(scheduler, ofTheGroup));
      assertEquals(-5, priority(scheduler, ofTheGroup.withPriority(-5)));
    }
  }

  private static int priority(CoroutineScheduler scheduler, SpawnOptions options) {
    return Internals.priority(scheduler.spawn(options, () -> {}));
  }

  @Test
  void badOptions_areRefused() {
    assertEquals(
        "priority must be from -10 to 10: 11",
        assertThrows(IllegalArgumentException.class, () -> SpawnOptions.DEFAULT.withPriority(11))
            .getMessage());
    assertEquals(
        "resumesPerSecond must be positive: NaN",
        assertThrows(
                IllegalArgumentException.class, () -> SpawnOptions.DEFAULT.withRate(Double.NaN))
            .getMessage());
    assertEquals(
        "step must be positive: PT0S",
        assertThrows(IllegalArgumentException.class, () -> SchedulingPolicy.priority(Duration.ZERO))
            .getMessage());
  }
}
