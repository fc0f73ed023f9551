package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import io.tourbillon.coroutine.internal.scheduler.Internals;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tools that read the threads of coroutines from outside. */
@Tag("virtual-thread")
class ThreadDumpTest {
  private static final int COROUTINES = 1000;

  /** The number of calls to see in the stacks that are read. */
  private static final int CALLS = 20 * COROUTINES;

  /**
   * Dumps while they rest, in a separate JVM: JDK 25 can crash when it dumps virtual threads, even
   * stock ones, that suspend or continue meanwhile (JDK-8364343).
   */
  @Test
  void dumps_ofAThousandThatRest_showThemAndLoseNone(@TempDir Path folder) throws Exception {
    String expected =
        Arrays.stream(ThreadDumpFormat.values())
            .map(format -> format + " is well" + System.lineSeparator())
            .collect(Collectors.joining());
    assertEquals(expected, new FreshJvm(ThreadDumps.class).run(folder.toString()));
  }

  /**
   * Like profilers and the watchdog, which stop threads just where they leave and take their
   * carriers, and submit some of them again.
   */
  @Test
  void stacksOfAll_readWhileTheyRun_loseNone() throws Exception {
    AtomicBoolean enough = new AtomicBoolean();
    List<Coroutine<?>> all = new ArrayList<>();
    try (CoroutineScheduler scheduler = TestSchedulers.builder().loops(2).build()) {
      for (int number = 0; number < COROUTINES; number++) {
        all.add(scheduler.spawn(new Walker(number, enough)));
      }
      int calls = 0;
      long endNanos = System.nanoTime() + PATIENCE.toNanos();
      while (calls < CALLS && System.nanoTime() < endNanos) {
        for (Coroutine<?> coroutine : all) {
          Thread thread = Internals.thread(coroutine);
          calls += thread == null ? 0 : thread.getStackTrace().length;
        }
      }
      enough.set(true);
      for (Coroutine<?> coroutine : all) {
        coroutine.join(PATIENCE);
      }
      assertTrue(calls >= CALLS, "calls seen: " + calls);
    }
  }
}
