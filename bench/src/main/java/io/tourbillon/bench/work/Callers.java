package io.tourbillon.bench.work;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** Callers that wait: virtual threads, each of which does one thing after another. */
final class Callers {
  private Callers() {}

  /**
   * Does numbered things, each once, and waits for all callers.
   *
   * @param thing does the thing of a number; false if there is no such thing and nothing more to do
   * @throws IllegalStateException if one fails; the others are not begun then
   */
  static void run(int callers, IntPredicate thing) throws InterruptedException {
    AtomicInteger next = new AtomicInteger();
    AtomicReference<@Nullable Throwable> failed = new AtomicReference<>();
    List<Thread> threads = new ArrayList<>();
    for (int caller = 0; caller < callers; caller++) {
      threads.add(
          Thread.startVirtualThread(
              () -> {
                try {
                  boolean more = true;
                  while (more && failed.get() == null) {
                    more = thing.test(next.getAndIncrement());
                  }
                } catch (RuntimeException | Error failure) {
                  failed.compareAndSet(null, failure);
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    Throwable failure = failed.get();
    if (failure != null) {
      throw new IllegalStateException("a caller must not fail: " + failure, failure);
    }
  }
}
