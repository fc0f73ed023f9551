package io.tourbillon.coroutine;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Two coroutines of a loop set the same thread-locals in turn. Prints whether each saw its own
 * values, and whether the loop saw neither. {@link ThreadLocalsTest} runs it.
 */
final class ThreadLocalsProgram {
  private static final ThreadLocal<String> LOCAL = new ThreadLocal<>();
  private static final InheritableThreadLocal<String> INHERITABLE = new InheritableThreadLocal<>();

  private ThreadLocalsProgram() {}

  public static void main(String[] args) throws Exception {
    INHERITABLE.set("main");
    boolean areOwn = true;
    try (CoroutineScheduler scheduler =
        CoroutineScheduler.builder().engine(TestSchedulers.ENGINE).loops(1).build()) {
      List<Coroutine<Boolean>> requests =
          List.of(
              scheduler.spawn(() -> seesItsOwn("a")),
              scheduler.spawn(() -> seesItsOwn("b")),
              scheduler.spawn(() -> seesItsOwn("c")));
      for (Coroutine<Boolean> request : requests) {
        areOwn &= request.join();
      }
      areOwn &= scheduler.spawn(() -> seesItsOwn("later")).join();
      CompletableFuture<Boolean> onTheLoop = new CompletableFuture<>();
      scheduler.timers().schedule(Duration.ofMillis(1), () -> onTheLoop.complete(isNothingSet()));
      areOwn &= onTheLoop.join();
    }
    System.out.println(areOwn ? "own" : "shared");
  }

  private static boolean isNothingSet() {
    return LOCAL.get() == null && INHERITABLE.get() == null;
  }

  private static boolean seesItsOwn(String name) {
    boolean isOwn = isNothingSet();
    for (int turn = 0; turn < 10; turn++) {
      LOCAL.set(name + turn);
      INHERITABLE.set(name + turn);
      Coroutines.yieldNow();
      isOwn &= (name + turn).equals(LOCAL.get()) && (name + turn).equals(INHERITABLE.get());
    }
    return isOwn;
  }
}
