package io.tourbillon.bench.soak.round;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The platform threads that there are, so that those which a fault has left behind can be named.
 * Threads that the JDK starts when it needs them, and ends when it likes, do not count.
 */
final class ThreadCensus {
  /** How long threads may take to end, on a busy machine. */
  static final Duration PATIENCE = Duration.ofSeconds(15);

  private static final long LOOK_MILLIS = 20;

  private static final Pattern OF_THE_JDK =
      Pattern.compile(
          "ForkJoinPool.*|CompletableFutureDelayScheduler|VirtualThread-.*|.*-Poller.*|"
              + "process reaper.*|Common-Cleaner|Cleaner-\\d+|Attach Listener|Signal .*|"
              + "Reference Handler|Finalizer|Notification Thread|Service Thread|Monitor .*|"
              + "C[12] CompilerThread.*|GC .*|G1 .*|JFR .*|.* Compiler .*");

  private final Set<Thread> before = threads();

  private static Set<Thread> threads() {
    return Thread.getAllStackTraces().keySet();
  }

  /** Returns the names of threads that were not there before, and do not end with some patience. */
  List<String> newThreads(Duration patience) throws InterruptedException {
    long endNanos = System.nanoTime() + patience.toNanos();
    List<String> names = names();
    while (!names.isEmpty() && System.nanoTime() - endNanos < 0) {
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      names = names();
    }
    return names;
  }

  private List<String> names() {
    Collection<Thread> now = threads();
    return now.stream()
        .filter(thread -> !before.contains(thread))
        .map(Thread::getName)
        .filter(name -> !OF_THE_JDK.matcher(name).matches())
        .sorted()
        .collect(Collectors.toList());
  }
}
