package io.tourbillon.bench.work;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * How often each thread of this process has gone to sleep so far, which is how often it has woken
 * up: Linux's voluntary context switches, by Linux's number of the thread. Other platforms do not
 * report them.
 */
record Wakeups(Map<String, Long> byThread) {
  private static final Path TASKS = Path.of("/proc/self/task");
  private static final String SWITCHES = "voluntary_ctxt_switches:";

  /** Whether this platform reports them. */
  static boolean areKnown() {
    return Files.isDirectory(TASKS);
  }

  /** Reads the counts of all current threads. Empty if this platform does not report them. */
  static Wakeups read() throws IOException {
    Map<String, Long> byThread = new HashMap<>();
    if (!areKnown()) {
      return new Wakeups(byThread);
    }
    try (DirectoryStream<Path> tasks = Files.newDirectoryStream(TASKS)) {
      for (Path task : tasks) {
        byThread.put(task.getFileName().toString(), switchesOf(task.resolve("status")));
      }
    }
    return new Wakeups(byThread);
  }

  private static long switchesOf(Path status) throws IOException {
    try {
      for (String line : Files.readAllLines(status)) {
        if (line.startsWith(SWITCHES)) {
          return Long.parseLong(line.substring(SWITCHES.length()).strip());
        }
      }
      throw new IOException(status + " must have a line that begins with " + SWITCHES);
    } catch (NoSuchFileException ended) {
      return 0;
    }
  }

  /** The threads that were counted. */
  Set<String> threads() {
    return byThread.keySet();
  }

  /** How often threads other than these have woken up since an earlier count. */
  long since(Wakeups earlier, Set<String> others) {
    return byThread.entrySet().stream()
        .filter(count -> !others.contains(count.getKey()))
        .mapToLong(count -> count.getValue() - earlier.byThread.getOrDefault(count.getKey(), 0L))
        .sum();
  }
}
