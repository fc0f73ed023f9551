package io.tourbillon.coroutine.testkit;

import static io.tourbillon.coroutine.TestSchedulers.ENGINE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.SpawnOptions;
import io.tourbillon.coroutine.testkit.SimulationFailure.Reason;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Code that waits by the real clock while time is virtual, on the engine that notices it. */
@Tag("virtual-thread")
@Timeout(120)
@Tag("not-plain-thread") // No turns.
class RealTimeInSimulationTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final Simulation simulation = new Simulation().engine(ENGINE);

  private static void sleepAgainAndAgain() throws InterruptedException {
    while (true) {
      Thread.sleep(Duration.ofHours(1));
    }
  }

  private static void assertSays(String who, SimulationFailure failure) {
    assertEquals(Reason.REAL_TIME_WAIT, failure.reason());
    assertTrue(
        String.valueOf(failure.getMessage()).startsWith(who + " waits in real time, "),
        failure::getMessage);
  }

  @Test
  void sleepOfTheBody_isAFailureThatShowsWhere_andEndsAtOnce() {
    long startNanos = System.nanoTime();
    SimulationFailure failure =
        assertThrows(
            SimulationFailure.class,
            () -> simulation.run(RealTimeInSimulationTest::sleepAgainAndAgain));
    assertTrue(System.nanoTime() - startNanos < MINUTE.toNanos());
    assertSays("body", failure);
    assertTrue(
        Arrays.stream(failure.getStackTrace())
            .anyMatch(call -> call.getMethodName().equals("sleepAgainAndAgain")));
  }

  @Test
  void sleepOfAChild_endsTheBodyToo() {
    SimulationFailure failure =
        assertThrows(
            SimulationFailure.class,
            () ->
                simulation.run(
                    () -> {
                      Coroutine<?> sleeper =
                          Coroutines.scheduler()
                              .spawn(
                                  SpawnOptions.named("sleeper"),
                                  RealTimeInSimulationTest::sleepAgainAndAgain);
                      sleeper.join();
                    }));
    assertSays("sleeper", failure);
  }

  @Test
  void timedPoll_isAFailure() {
    SimulationFailure failure =
        assertThrows(
            SimulationFailure.class,
            () -> simulation.call(() -> new LinkedBlockingQueue<String>().poll(1, TimeUnit.HOURS)));
    assertSays("body", failure);
  }

  @Test
  void waitsThatGoByTheClockOfTheRun_areFine() throws Exception {
    Object monitor = new Object();
    simulation.run(
        () -> {
          // Repeated, because either wait may end spuriously.
          while (Simulation.elapsed().compareTo(MINUTE) < 0) {
            LockSupport.parkNanos(MINUTE.toNanos());
          }
          while (Simulation.elapsed().compareTo(MINUTE.multipliedBy(2)) < 0) {
            synchronized (monitor) {
              monitor.wait(MINUTE.toMillis());
            }
          }
        });
  }
}
