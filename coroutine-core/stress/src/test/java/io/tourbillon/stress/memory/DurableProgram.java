package io.tourbillon.stress.memory;

import static io.tourbillon.stress.memory.Patience.awaitUntil;

import io.tourbillon.timer.durable.DurableTimers;
import io.tourbillon.timer.durable.DurableTimersException;
import io.tourbillon.timer.durable.HandlerOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Durable timers in an SQLite file: schedules, cancels, firings that succeed and that fail. What
 * was acknowledged fires, each future ends, and what was refused does not fire.
 */
public final class DurableProgram implements SweptProgram {
  private static final byte[] NONE = {};
  private static final int TIMERS = 6;

  private static final HandlerOptions AT_ONCE =
      HandlerOptions.DEFAULT.withAttempts(2).withPauses(Duration.ofMillis(1), Duration.ofMillis(2));

  private final Set<String> fired = ConcurrentHashMap.newKeySet();
  private final Map<String, CompletableFuture<?>> scheduled = new LinkedHashMap<>();
  private final Map<String, CompletableFuture<Boolean>> cancelled = new LinkedHashMap<>();
  private @Nullable Path folder;
  private @Nullable DurableTimers timers;

  /** There is one kind. */
  @SuppressWarnings("unused") // As all programs have it.
  public DurableProgram(String kind) {}

  @Override
  public void prepare() throws IOException {
    folder = Files.createTempDirectory("tourbillon-memory");
    timers =
        DurableTimers.open(folder.resolve("timers.db"))
            .lease(Duration.ofSeconds(1))
            .handler("h", AT_ONCE, firing -> fired.add(firing.key()))
            .handler(
                "fails",
                AT_ONCE,
                firing -> {
                  fired.add(firing.key());
                  throw new IllegalStateException("expected");
                })
            .build();
  }

  private DurableTimers open() {
    if (timers == null) {
      throw new IllegalStateException("prepare comes first");
    }
    return timers;
  }

  @Override
  public void operate() throws Exception {
    Instant now = Instant.now();
    for (int number = 0; number < TIMERS; number++) {
      String handler = number % 3 == 2 ? "fails" : "h";
      String key = "k" + number;
      try {
        scheduled.put(key, open().schedule(handler, key, now.plusMillis(number), NONE));
      } catch (OutOfMemoryError refused) {
        Thread.onSpinWait();
      }
    }
    for (String key : List.of("far", "near")) {
      try {
        CompletableFuture<Void> far = open().schedule("h", key, now.plusSeconds(3_600), NONE);
        scheduled.put(key, far);
        cancelled.put(key, open().cancel("h", key));
      } catch (OutOfMemoryError refused) {
        Thread.onSpinWait();
      }
    }
    awaitUntil(this::isDone);
  }

  private boolean isDone() {
    return Stream.concat(scheduled.values().stream(), cancelled.values().stream())
            .allMatch(CompletableFuture::isDone)
        && fired.containsAll(dueKeys());
  }

  /** What has been acknowledged and is due. */
  private List<String> dueKeys() {
    return scheduled.entrySet().stream()
        .filter(each -> each.getKey().startsWith("k") && !failed(each.getValue()))
        .map(Map.Entry::getKey)
        .toList();
  }

  private static boolean failed(CompletableFuture<?> future) {
    return future.isDone() && future.isCompletedExceptionally();
  }

  @Override
  public void check() throws Exception {
    awaitUntil(this::isDone);
    try {
      requireEnds();
      for (String key : dueKeys()) {
        require(fired.contains(key), key + " was acknowledged and has not fired");
      }
      for (int number = 0; number < TIMERS; number++) {
        require(
            scheduled.containsKey("k" + number) || !fired.contains("k" + number),
            "k" + number + " was refused and has fired");
      }
      fired.clear();
      open().schedule("h", "again", Instant.now(), NONE).get(10, TimeUnit.SECONDS);
      awaitUntil(() -> fired.contains("again"));
      require(fired.contains("again"), "a new timer does not fire");
    } finally {
      open().close();
      delete();
    }
  }

  private void requireEnds() throws Exception {
    for (var each : scheduled.entrySet()) {
      requireEnd(each.getKey(), each.getValue());
    }
    for (var each : cancelled.entrySet()) {
      CompletableFuture<Boolean> cancel = each.getValue();
      requireEnd("the cancel of " + each.getKey(), cancel);
      require(
          failed(cancel) || failed(scheduled.get(each.getKey())) || cancel.get(),
          "the cancel of " + each.getKey() + " has not found what was acknowledged before");
    }
  }

  private static void requireEnd(String what, CompletableFuture<?> future) throws Exception {
    try {
      Object _ = future.get(1, TimeUnit.MILLISECONDS);
    } catch (TimeoutException open) {
      throw new AssertionError("the future of " + what + " is open");
    } catch (ExecutionException failure) {
      Throwable cause = failure.getCause();
      require(
          cause instanceof DurableTimersException || cause instanceof OutOfMemoryError,
          what + " failed with " + cause);
    }
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }

  private void delete() throws IOException {
    if (folder != null) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}
