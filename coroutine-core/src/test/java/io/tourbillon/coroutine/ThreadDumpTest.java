package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Those who look at threads from outside, while a thousand coroutines suspend and go on: they hold
 * up threads just where these leave and take their carriers, and submit some of them once more.
 */
@Tag("virtual-thread")
class ThreadDumpTest {
  private static final int ROUNDS = 3;

  /**
   * With a debugger's agent, as a dump of JDK 25 crashes the JVM without one when any virtual
   * threads, stock ones too, suspend and go on meanwhile (JDK-8364343).
   */
  @Test
  void dumps_ofAThousandThatRun_showThemAndLoseNone(@TempDir Path folder) throws Exception {
    String expected =
        Arrays.stream(ThreadDumpFormat.values())
            .map(format -> format + " is well" + System.lineSeparator())
            .collect(Collectors.joining());
    assertEquals(
        expected,
        new FreshJvm(ThreadDumps.class)
            .with(
                "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,quiet=y,address=localhost:0")
            .run(folder.toString()));
  }

  /** As profilers and the watchdog do. */
  @Test
  void stacksOfAll_readWhileTheyRun_loseNone() throws Exception {
    AtomicBoolean enough = new AtomicBoolean();
    List<Coroutine<?>> all = new ArrayList<>();
    try (CoroutineScheduler scheduler = TestSchedulers.builder().loops(2).build()) {
      for (int number = 0; number < ThreadDumps.COROUTINES; number++) {
        all.add(scheduler.spawn(new Walker(number, enough)));
      }
      int calls = 0;
      for (int round = 0; round < ROUNDS; round++) {
        for (Coroutine<?> coroutine : all) {
          Thread thread = ((CoroutineTask<?>) coroutine).thread();
          calls += thread == null ? 0 : thread.getStackTrace().length;
        }
      }
      enough.set(true);
      for (Coroutine<?> coroutine : all) {
        coroutine.join(PATIENCE);
      }
      assertTrue(calls > ThreadDumps.COROUTINES, "calls seen: " + calls);
    }
  }
}
