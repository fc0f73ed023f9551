package io.tourbillon.coroutine;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** A million coroutines on two loops. Each sleeps once, most of them at the same time. */
final class Million {
  static final int COROUTINES = 1_000_000;

  /** Long enough for all to begin their sleep, even on a slow machine. */
  private static final Duration SLEEP = Duration.ofSeconds(5);

  private static final Duration LIMIT = Duration.ofMinutes(2);

  private Million() {}

  public static void main(String[] none) throws Exception {
    LongAdder ended = new LongAdder();
    LongAdder early = new LongAdder();
    CompletableFuture<Void> closed = new CompletableFuture<>();
    CoroutineScheduler scheduler =
        TestSchedulers.builder().loops(2).watchdog(Duration.ZERO).build();
    Action body =
        () -> {
          long startNanos = System.nanoTime();
          Coroutines.delay(SLEEP);
          if (System.nanoTime() - startNanos < SLEEP.toNanos()) {
            early.increment();
          }
          ended.increment();
        };
    for (int number = 0; number < COROUTINES; number++) {
      scheduler.spawn(body);
    }
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              scheduler.close();
              closed.complete(null);
            });
    closed.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    System.out.println("ended: " + ended + ", early: " + early);
    System.exit(0);
  }
}
