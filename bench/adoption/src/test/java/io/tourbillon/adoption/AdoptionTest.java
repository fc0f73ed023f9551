package io.tourbillon.adoption;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.adoption.TimeSource.Own;
import io.tourbillon.adoption.TimeSource.Tourbillon;
import io.tourbillon.timer.TimerService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/**
 * What the tests of all libraries have in common. Each case runs with the library's own timer and
 * with ours, and must come to the same result. After a case, no timer is pending and no thread is
 * left that the case has started.
 */
@Timeout(60)
abstract class AdoptionTest {
  /** How long a test waits for something that must happen. Only failing tests wait as long. */
  static final Duration PATIENCE = Duration.ofSeconds(20);

  /**
   * Threads that a process starts once, and does not end: of JUnit, of the JDK, and those that
   * libraries share among all their users.
   */
  private static final List<String> SHARED_THREADS =
      List.of(
          "junit",
          "surefire",
          "process reaper",
          "ForkJoinPool",
          "CompletableFutureDelayScheduler",
          "VirtualThread",
          "Read-Poller",
          "Write-Poller",
          "MasterPoller",
          "tourbillon-drop-watch",
          "RxCachedWorkerPoolEvictor",
          "Common-Cleaner",
          "Attach Listener",
          "JFR",
          "DefaultDispatcher-worker",
          "kotlinx.coroutines.DefaultExecutor",
          "globalEventExecutor",
          "FailsafeDelayScheduler",
          "grpc-shared-destroyer",
          "Generate Seed");

  private final Set<Thread> threadsBefore = new HashSet<>();
  private final List<TimeSource> sources = new ArrayList<>();

  @BeforeEach
  final void noteThreads() {
    threadsBefore.addAll(Thread.getAllStackTraces().keySet());
  }

  /** Starts the timers of a subject. They are checked and closed after the test. */
  final TimeSource open(Subject subject) {
    TimeSource source = TimeSource.of(subject);
    sources.add(source);
    return source;
  }

  /** Starts a service of the test's choice. It is checked and closed after the test. */
  final TimeSource open(TimerService timers) {
    TimeSource source = new Tourbillon(timers, timers);
    sources.add(source);
    return source;
  }

  @AfterEach
  final void nothingIsLeft() throws InterruptedException {
    try {
      for (TimeSource source : sources) {
        awaitNonePending(source);
      }
    } finally {
      sources.forEach(TimeSource::close);
    }
    await(() -> startedThreads().isEmpty(), () -> "these threads are left: " + startedThreads());
  }

  private Set<Thread> startedThreads() {
    Set<Thread> started = new HashSet<>(Thread.getAllStackTraces().keySet());
    started.removeAll(threadsBefore);
    started.removeIf(
        thread ->
            !thread.isAlive() || SHARED_THREADS.stream().anyMatch(thread.getName()::startsWith));
    return started;
  }

  static void awaitNonePending(TimeSource source) throws InterruptedException {
    await(() -> source.pending() == 0, () -> "timers are pending: " + pendingOf(source));
  }

  private static String pendingOf(TimeSource source) {
    return switch (source) {
      case Own own -> own.executor().getQueue().toString();
      case Tourbillon(TimerService timers, _) -> timers.dump().toString();
    };
  }

  /** Waits for a condition, and fails after the patience of the tests. */
  static void await(BooleanSupplier condition, Supplier<String> otherwise)
      throws InterruptedException {
    long startNanos = System.nanoTime();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - startNanos < PATIENCE.toNanos(), otherwise);
      Thread.sleep(1);
    }
  }

  /** Requires that the time since a start lies between the delay and the patience of the tests. */
  static void assertElapsed(Duration delay, long startNanos) {
    Duration elapsed = Duration.ofNanos(System.nanoTime() - startNanos);
    assertTrue(elapsed.compareTo(delay) >= 0, () -> "early: after " + elapsed + " of " + delay);
    assertTrue(elapsed.compareTo(PATIENCE) < 0, () -> "late: after " + elapsed + " of " + delay);
  }

  /** Requires that a cause of this type is in the chain of a failure, and returns it. */
  static <X extends Throwable> X assertCause(Class<X> type, Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (type.isInstance(cause)) {
        return type.cast(cause);
      }
    }
    throw new AssertionError("there must be a " + type.getName() + " among the causes", failure);
  }
}
