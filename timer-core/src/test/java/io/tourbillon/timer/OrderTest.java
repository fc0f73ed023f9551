package io.tourbillon.timer;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Timers of different ticks fire in the order of their ticks, even if different threads arm them.
 */
class OrderTest {
  private final VirtualClock clock = new VirtualClock();
  private final List<Long> fired = Collections.synchronizedList(new ArrayList<>());

  /** Arms a timer in another thread, which may use any shard. */
  private void armOnAnotherThread(TimerService timers, long millis) throws InterruptedException {
    Thread.ofPlatform()
        .start(() -> timers.arm(millis, MILLISECONDS, () -> fired.add(millis)))
        .join();
  }

  private TimerService timers(boolean withExecutor) {
    TimerService.Builder builder = TimerService.builder().clock(clock);
    Executor direct = Runnable::run;
    return (withExecutor ? builder.executor(direct) : builder).build();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void fire_afterAStall_isInOrderOfTicksAcrossShards(boolean withExecutor)
      throws InterruptedException {
    try (TimerService timers = timers(withExecutor)) {
      for (long millis : new long[] {10, 30, 50, 70}) {
        armOnAnotherThread(timers, millis);
      }
      clock.jump(Duration.ofMillis(100));
      assertEquals(List.of(10L, 30L, 50L, 70L), fired);
    }
  }

  @Test
  void fire_manyTimersAfterAStall_isInOrderOfTicksAcrossShards() throws InterruptedException {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    try (TimerService timers = timers(false)) {
      List<Thread> threads = new ArrayList<>();
      for (int number = 0; number < 4; number++) {
        long own = random.nextLong();
        threads.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      Random delays = new Random(own);
                      for (int i = 0; i < 2000; i++) {
                        long millis = 1L + delays.nextInt(3000);
                        timers.arm(millis, MILLISECONDS, () -> fired.add(millis));
                      }
                    }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      clock.jump(Duration.ofSeconds(5));
      assertEquals(fired.stream().sorted().toList(), fired, "seed " + seed);
      assertEquals(8000, fired.size());
    }
  }

  /**
   * A timer that is armed while the driver catches up fires in its order among the remaining
   * timers.
   */
  @Test
  void fire_timerArmedForThePastDuringCatchUp_comesBeforeLaterTicks() {
    try (TimerService timers = timers(false)) {
      long startNanos = clock.nanoTime();
      timers.arm(
          10,
          MILLISECONDS,
          () -> {
            fired.add(10L);
            timers.armAt(startNanos + 20_000_000, () -> fired.add(20L));
          });
      timers.arm(30, MILLISECONDS, () -> fired.add(30L));
      clock.jump(Duration.ofMillis(100));
      assertEquals(List.of(10L, 20L, 30L), fired);
    }
  }
}
