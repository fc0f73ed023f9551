package io.tourbillon.bench.waiting;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * How often threads of this process have gone to sleep so far, which is how often they were awake:
 * Linux's voluntary context switches. A thread that has ended since is not counted any more.
 *
 * @param process of all threads
 * @param thread of the threads with a given name
 */
record Wakeups(long process, long thread) {
  private static final Path TASKS = Path.of("/proc/self/task");
  private static final String SWITCHES = "voluntary_ctxt_switches:";
  private static final String NAME = "Name:";

  /** Whether this platform tells. */
  static boolean areKnown() {
    return Files.isReadable(TASKS.resolveSibling("status"));
  }

  /** Counts up to now. */
  static Wakeups read(String threadName) throws IOException {
    long process = 0;
    long thread = 0;
    try (DirectoryStream<Path> tasks = Files.newDirectoryStream(TASKS)) {
      for (Path task : tasks) {
        Status status = Status.read(task.resolve("status"));
        process += status.switches;
        thread += status.name.equals(threadName) ? status.switches : 0;
      }
    }
    return new Wakeups(process, thread);
  }

  Wakeups since(Wakeups before) {
    return new Wakeups(process - before.process, thread - before.thread);
  }

  /** What is of interest in a status file. */
  private record Status(String name, long switches) {
    static Status read(Path file) throws IOException {
      String name = "";
      long switches = 0;
      try {
        for (String line : Files.readAllLines(file)) {
          if (line.startsWith(NAME)) {
            name = line.substring(NAME.length()).strip();
          } else if (line.startsWith(SWITCHES)) {
            switches = Long.parseLong(line.substring(SWITCHES.length()).strip());
          }
        }
      } catch (NoSuchFileException ended) {
        return new Status("", 0);
      }
      return new Status(name, switches);
    }
  }
}
