package io.tourbillon.coroutine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Prints what becomes of the engines if a part of the JDK is absent, a line for each part. {@link
 * AbsentPartsTest} runs it.
 */
public final class AbsentPartsProgram {
  private static final ThreadLocal<String> LOCAL = new ThreadLocal<>();

  private AbsentPartsProgram() {}

  /** The arguments are classes and parts, in turn. */
  public static void main(String[] arguments) throws Exception {
    for (int index = 0; index < arguments.length; index += 2) {
      Object report =
          new RenamedParts(arguments[index], arguments[index + 1])
              .loadClass(AbsentPartsProgram.class.getName())
              .getMethod("report")
              .invoke(null);
      System.out.println(arguments[index] + "|" + arguments[index + 1] + "|" + report);
    }
  }

  /** What there is of each engine, separated by bars. */
  public static String report() throws Exception {
    try (LogCapture log = new LogCapture()) {
      String virtual = obstacle(Engine.VIRTUAL_THREAD);
      String continuation = obstacle(Engine.CONTINUATION);
      String locals = continuation.isEmpty() ? locals() : "";
      Engine chosen;
      try (CoroutineScheduler scheduler = CoroutineScheduler.create()) {
        chosen = scheduler.engine();
        int result = scheduler.spawn(() -> result()).toFuture().get(20, TimeUnit.SECONDS);
        if (result != 42) {
          throw new AssertionError("the coroutine returned " + result);
        }
      }
      return String.join(
          "|", virtual, continuation, locals, chosen.name(), String.join(" // ", log.lines()));
    }
  }

  private static int result() {
    Coroutines.delay(Duration.ofMillis(1));
    return 42;
  }

  private static String obstacle(Engine engine) {
    try (CoroutineScheduler scheduler = CoroutineScheduler.builder().engine(engine).build()) {
      return scheduler.engine() == engine ? "" : "another engine";
    } catch (UnsupportedOperationException refused) {
      return String.valueOf(refused.getMessage());
    }
  }

  /** Whether two continuations of a loop have thread-locals of their own. */
  private static String locals() throws Exception {
    List<Coroutine<String>> both = new ArrayList<>();
    try (CoroutineScheduler scheduler =
        CoroutineScheduler.builder().engine(Engine.CONTINUATION).loops(1).build()) {
      for (String name : List.of("a", "b")) {
        both.add(
            scheduler.spawn(
                () -> {
                  LOCAL.set(name);
                  Coroutines.yieldNow();
                  Coroutines.delay(Duration.ofMillis(2));
                  return LOCAL.get();
                }));
      }
    }
    return both.getFirst().join().equals("a") && both.getLast().join().equals("b")
        ? "own"
        : "shared";
  }
}
