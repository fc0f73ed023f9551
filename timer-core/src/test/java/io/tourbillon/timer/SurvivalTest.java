package io.tourbillon.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.internal.Rethrow;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a service survives: a full heap, a full stack, and loggers and objects that throw. */
class SurvivalTest {
  private static final Duration TEN = Duration.ofMillis(10);

  private final VirtualClock clock = new VirtualClock();
  private final AtomicInteger runs = new AtomicInteger();

  private final TimerService timers = TimerService.builder().clock(clock).build();

  @AfterEach
  void close() {
    timers.close();
  }

  // A full heap.

  @Test
  @Tag("long")
  @Timeout(90)
  void fullHeap_forAWhile_losesNoTimer(@TempDir Path folder) throws Exception {
    survivesAFullHeap("-XX:+UseG1GC", folder);
  }

  @Tag("long")
  @Test
  @Timeout(90)
  void fullHeap_ofTheSerialCollector_losesNoTimer(@TempDir Path folder) throws Exception {
    survivesAFullHeap("-XX:+UseSerialGC", folder);
  }

  private static void survivesAFullHeap(String collector, Path folder) throws Exception {
    List<String> said = ChildJvm.run(folder, FullHeapRun.class, "-Xmx64m", "-Xms64m", collector);
    assertEquals("ok", said.getLast(), said.toString());
  }

  // A full stack.

  @Test
  @Tag("long")
  @Timeout(90)
  void fullStack_inAnyOperation_leavesTheServiceAsItWas(@TempDir Path folder) throws Exception {
    survivesAFullStack("-Xmixed", folder);
  }

  @Tag("long")
  @ParameterizedTest
  @ValueSource(strings = {"-XX:TieredStopAtLevel=1", "-Xint"})
  @Timeout(90)
  void fullStack_inOtherModesOfTheJvm_leavesTheServiceAsItWas(String mode, @TempDir Path folder)
      throws Exception {
    survivesAFullStack(mode, folder);
  }

  private static void survivesAFullStack(String mode, Path folder) throws Exception {
    List<String> said = ChildJvm.run(folder, FullStackRun.class, mode);
    assertEquals("ok", said.getLast(), said.toString());
  }

  // Objects that throw.

  private static final class Unspeakable implements Runnable {
    @Override
    public void run() {
      throw new IllegalStateException("from run");
    }

    @Override
    public String toString() {
      throw new IllegalArgumentException("from toString");
    }
  }

  @Test
  void taskThrows_andItsToStringToo_theFailureOfTheTaskIsReported() {
    try (LogCapture log = new LogCapture()) {
      timers.schedule(TEN, new Unspeakable());
      clock.advance(TEN);
      assertEquals("from run", log.one().getThrown().getMessage());
      assertTrue(log.one().getMessage().contains("Unspeakable@"), log.one().getMessage());
    }
  }

  /** A handler of a logging framework that throws the very exception that it is given. */
  @Test
  void loggerThrowsWhatItIsGiven_otherTimersGoOn() {
    Logger logger = Logger.getLogger("io.tourbillon.timer");
    Handler throwing =
        new Handler() {
          @Override
          public void publish(LogRecord logged) {
            throw Rethrow.unchecked(logged.getThrown());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    logger.addHandler(throwing);
    logger.setUseParentHandlers(false);
    try {
      timers.schedule(
          TEN,
          () -> {
            throw new IllegalStateException("task");
          });
      timers.schedule(TEN, runs::incrementAndGet);
      timers.schedule(Duration.ofMillis(20), runs::incrementAndGet);
      clock.advance(Duration.ofMillis(30));
      assertEquals(2, runs.get());
      assertFalse(timers.isShutdown());
    } finally {
      logger.removeHandler(throwing);
      logger.setUseParentHandlers(true);
    }
  }

  // The start of a JVM.

  @Test
  @Timeout(90)
  void firstTimer_whileNothingRecords_leavesTheFlightRecorderAlone(@TempDir Path folder)
      throws Exception {
    assertEquals(List.of("fired true, recorder false"), ChildJvm.run(folder, FirstTimerRun.class));
  }
}
