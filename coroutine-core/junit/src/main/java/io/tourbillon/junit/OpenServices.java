package io.tourbillon.junit;

import io.tourbillon.timer.internal.LiveThreads;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.opentest4j.TestAbortedException;

/**
 * The services and schedulers that a test or a test class has built and not closed, with whatever
 * clock. Knows them by their threads, and looks for them when JUnit closes it: after everything
 * else that belongs to the test, fields with {@code @AutoClose} among them.
 *
 * <p>Each is told once: by the test that has built it, or else by its class. So one test that
 * forgets to close a service does not fail those after it.
 *
 * <p>If tests may run in parallel, a test answers only for what its own methods have built in the
 * threads in which JUnit called them, since another test may have built the rest.
 */
final class OpenServices implements AutoCloseable {
  /** How long threads have for their last steps after a shutdown, in real time. */
  private static final long GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private static final long LOOK_MILLIS = 2;

  /** The numbers of entries that a test has answered for. Grows by one for each leak only. */
  private static final Set<Long> TOLD = ConcurrentHashMap.newKeySet();

  private final ExtensionContext context;
  private final long before = LiveThreads.lastNumber();
  private final boolean leaksAreAllowed;
  private final boolean parallel;
  private final List<String> sharedPrefixes;
  private final Queue<Window> windows = new ConcurrentLinkedQueue<>();

  /** A call of a method of the test: the thread, and the entries that came meanwhile. */
  private record Window(long threadId, long after, long last) {
    boolean contains(LiveThreads.Entry entry) {
      return entry.creatorId() == threadId && entry.number() > after && entry.number() <= last;
    }
  }

  /** A method of the test that runs. */
  @FunctionalInterface
  interface Call<T extends @Nullable Object, X extends Throwable> {
    T proceed() throws X;
  }

  /**
   * @throws org.junit.jupiter.api.extension.ExtensionConfigurationException if leaks are allowed
   *     without a reason
   */
  OpenServices(ExtensionContext context) {
    LiveThreads.recordSites();
    this.context = context;
    leaksAreAllowed = Annotations.leaksAreAllowed(context);
    parallel =
        context
            .getConfigurationParameter("junit.jupiter.execution.parallel.enabled")
            .map(Boolean::parseBoolean)
            .orElse(false);
    sharedPrefixes =
        context
            .getConfigurationParameter(TourbillonExtension.SHARED_PARAMETER)
            .map(list -> Arrays.stream(list.split(",")).map(String::strip).toList())
            .orElse(List.of());
  }

  /** Calls a method of the test in this thread. The test answers for what is built meanwhile. */
  <T extends @Nullable Object, X extends Throwable> T during(Call<T, X> call) throws X {
    long after = LiveThreads.lastNumber();
    try {
      return call.proceed();
    } finally {
      windows.add(new Window(Thread.currentThread().threadId(), after, LiveThreads.lastNumber()));
    }
  }

  @Override
  public void close() {
    List<LiveThreads.Entry> open = openAfterGrace();
    for (LiveThreads.Entry each : open) {
      boolean _ = TOLD.add(each.number());
    }
    boolean aborted =
        context.getExecutionException().filter(TestAbortedException.class::isInstance).isPresent();
    if (!open.isEmpty() && !aborted && !leaksAreAllowed) {
      throw new LeakError(message(open));
    }
  }

  private List<LiveThreads.Entry> openAfterGrace() {
    long startNanos = System.nanoTime();
    List<LiveThreads.Entry> open = open();
    while (!open.isEmpty() && System.nanoTime() - startNanos < GRACE_NANOS && canSleep()) {
      open = open();
    }
    return open;
  }

  private static boolean canSleep() {
    try {
      Thread.sleep(LOOK_MILLIS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private List<LiveThreads.Entry> open() {
    List<LiveThreads.Entry> open = new ArrayList<>();
    for (LiveThreads.Entry each : LiveThreads.all()) {
      if (each.number() > before && isOfTheTest(each) && !TOLD.contains(each.number())) {
        open.add(each);
      }
    }
    return open;
  }

  private boolean isOfTheTest(LiveThreads.Entry entry) {
    return !isShared(entry)
        && (!parallel || windows.stream().anyMatch(window -> window.contains(entry)));
  }

  private boolean isShared(LiveThreads.Entry entry) {
    StackTraceElement site = entry.createdAt();
    return site != null && sharedPrefixes.stream().anyMatch(site.getClassName()::startsWith);
  }

  private String message(List<LiveThreads.Entry> open) {
    Map<String, List<LiveThreads.Entry>> bySite =
        open.stream()
            .collect(
                Collectors.groupingBy(OpenServices::site, LinkedHashMap::new, Collectors.toList()));
    StringBuilder text = new StringBuilder();
    text.append(context.getTestMethod().isPresent() ? "the test" : "the test class");
    text.append(" has built these and not closed them:");
    bySite.forEach(
        (site, entries) ->
            text.append('\n')
                .append(site)
                .append(", with the ")
                .append(entries.size() == 1 ? "thread " : "threads ")
                .append(
                    entries.stream()
                        .map(entry -> entry.thread().getName())
                        .collect(Collectors.joining(", "))));
    text.append("\nclose them, for example by @AutoClose on a field, ").append(LeakError.ADVICE);
    text.append("; the parameter ").append(TourbillonExtension.SHARED_PARAMETER);
    text.append(" excepts those that all tests share");
    return text.toString();
  }

  private static String site(LiveThreads.Entry entry) {
    return entry.owner()
        + Optional.ofNullable(entry.createdAt()).map(site -> ", built at " + site).orElse("");
  }
}
