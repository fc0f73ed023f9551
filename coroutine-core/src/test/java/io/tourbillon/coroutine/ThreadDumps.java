package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** Dumps all threads while a thousand coroutines suspend and go on. */
final class ThreadDumps {
  static final int COROUTINES = 1000;
  private static final int DUMPS = 2;

  private static final HotSpotDiagnosticMXBean DIAGNOSTICS =
      ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);

  private ThreadDumps() {}

  /**
   * Dumps.
   *
   * @param folder one name, of where to
   */
  public static void main(String[] folder) throws Exception {
    for (ThreadDumpFormat format : ThreadDumpFormat.values()) {
      dumpWhileTheyRun(format, Path.of(folder[0], format.name()));
      System.out.println(format + " is well");
    }
  }

  private static void dumpWhileTheyRun(ThreadDumpFormat format, Path file) throws Exception {
    AtomicBoolean enough = new AtomicBoolean();
    List<Coroutine<?>> all = new ArrayList<>();
    try (CoroutineScheduler scheduler = TestSchedulers.builder().loops(2).build()) {
      Coroutine<?> resting =
          scheduler.spawn(SpawnOptions.named("resting"), ThreadDumps::restALittle);
      for (int number = 0; number < COROUTINES; number++) {
        all.add(
            scheduler.spawn(SpawnOptions.named("walker-" + number), new Walker(number, enough)));
      }
      for (int dump = 0; dump < DUMPS; dump++) {
        String text = dump(format, file);
        for (int number = 0; number < COROUTINES; number++) {
          requireIn(text, "\"walker-" + number + "\"");
        }
        requireIn(text, "coroutine-loop-1");
        requireIn(text, "restALittle");
      }
      enough.set(true);
      resting.cancel();
      for (Coroutine<?> coroutine : all) {
        coroutine.join(PATIENCE);
      }
    }
    if (dump(format, file).contains("\"walker-")) {
      throw new IllegalStateException("some are left");
    }
  }

  private static void restALittle() {
    Coroutines.delay(PATIENCE);
  }

  private static String dump(ThreadDumpFormat format, Path file) throws Exception {
    Files.deleteIfExists(file);
    DIAGNOSTICS.dumpThreads(file.toString(), format);
    return Files.readString(file, StandardCharsets.UTF_8);
  }

  private static void requireIn(String text, String part) {
    if (!text.contains(part)) {
      throw new IllegalStateException("not in the dump: " + part + " in " + text);
    }
  }
}
