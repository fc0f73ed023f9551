package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import io.tourbillon.coroutine.internal.scheduler.Internals;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;

/** Dumps all threads while a thousand coroutines are suspended, and then lets them continue. */
final class ThreadDumps {
  private static final int COROUTINES = 1000;
  private static final int LOOPS = 2;
  private static final int DUMPS = 2;

  private static final HotSpotDiagnosticMXBean DIAGNOSTICS =
      ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);

  private ThreadDumps() {}

  /**
   * Writes the dumps.
   *
   * @param folder the folder to write to, as the only element
   */
  public static void main(String[] folder) throws Exception {
    for (ThreadDumpFormat format : ThreadDumpFormat.values()) {
      Path file = Path.of(folder[0], format.name());
      dumpWhileTheyRest(format, file);
      if (dump(format, file).contains("\"sleeper-")) {
        throw new IllegalStateException("some are left");
      }
      System.out.println(format + " is well");
    }
  }

  private static void dumpWhileTheyRest(ThreadDumpFormat format, Path file)
      throws IOException, TimeoutException {
    CompletableFuture<String> signal = new CompletableFuture<>();
    List<Coroutine<?>> all = new ArrayList<>();
    CoroutineScheduler scheduler = TestSchedulers.builder().loops(LOOPS).build();
    try {
      for (int number = 0; number < COROUTINES; number++) {
        int way = number % 3;
        all.add(scheduler.spawn(SpawnOptions.named("sleeper-" + number), () -> rest(way, signal)));
      }
      for (Coroutine<?> coroutine : all) {
        TestSchedulers.awaitSuspended(coroutine);
      }
      for (int number = 0; number < LOOPS; number++) {
        Thread loop = Internals.loopThread(scheduler, number);
        while (loop.getState() == Thread.State.RUNNABLE) {
          Thread.onSpinWait();
        }
      }
      for (int dump = 0; dump < DUMPS; dump++) {
        String text = dump(format, file);
        for (Coroutine<?> coroutine : all) {
          requireIn(text, "\"" + coroutine.name() + "\"");
        }
        requireIn(text, "coroutine-loop-1");
        requireIn(text, "ThreadDumps.rest(");
      }
      signal.complete("go on");
      for (int number = 0; number < COROUTINES; number++) {
        if (number % 3 != 0) {
          all.get(number).cancel();
        }
        endOf(all.get(number));
      }
    } finally {
      scheduler.close(Duration.ZERO);
    }
  }

  private static void rest(int way, CompletableFuture<String> signal) throws InterruptedException {
    switch (way) {
      case 0 -> Coroutines.await(signal);
      case 1 -> Coroutines.delay(PATIENCE);
      default -> Thread.sleep(PATIENCE);
    }
  }

  private static void endOf(Coroutine<?> coroutine) throws TimeoutException {
    try {
      coroutine.join(PATIENCE);
    } catch (CompletionException cancelled) {
      // The coroutine has ended.
    }
  }

  private static String dump(ThreadDumpFormat format, Path file) throws IOException {
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
