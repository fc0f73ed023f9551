package io.tourbillon.coroutine;

import io.tourbillon.coroutine.CoroutineScope.Policy;
import io.tourbillon.coroutine.channel.Channel;
import io.tourbillon.coroutine.channel.Source;
import io.tourbillon.coroutine.generator.Generator;
import io.tourbillon.coroutine.internal.scheduler.Internals;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Spawns in each way near the end of a stack, and checks that the spawn either succeeded or had no
 * effect. {@link SpawnOverflowTest} runs it.
 */
final class SpawnOverflowProgram {
  private static final long STACK_BYTES = 256 << 10;
  private static final int LEVELS = 400;
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final CoroutineScheduler scheduler = TestSchedulers.oneLoop();

  private SpawnOverflowProgram() {}

  public static void main(String[] args) throws Exception {
    new SpawnOverflowProgram().spawn();
    new SpawnOverflowProgram().spawnInAScope();
    new SpawnOverflowProgram().produce();
    new SpawnOverflowProgram().generate();
    new SpawnOverflowProgram().spawnAttached();
    System.out.println("ok");
  }

  /** Returns the depth that the calling thread can reach. */
  @SuppressWarnings("InfiniteRecursion")
  private static int room(int depth) {
    try {
      return room(depth + 1);
    } catch (StackOverflowError bottom) {
      return depth;
    }
  }

  private static void sink(int levels, Runnable operation) {
    if (levels == 0) {
      operation.run();
    } else {
      sink(levels - 1, operation);
    }
  }

  /** Runs the operation at each number of frames above the end of the stack. */
  private static void atEachDepth(Runnable operation) throws Exception {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    Thread thread =
        new Thread(
            null,
            () -> {
              try {
                operation.run();
                int room = room(0);
                for (int level = 0; level < LEVELS; level++) {
                  try {
                    sink(room - level, operation);
                  } catch (StackOverflowError noRoom) {
                    // There is more room further up.
                  }
                }
                done.complete(true);
              } catch (Throwable thrown) {
                done.completeExceptionally(thrown);
              }
            },
            "deep",
            STACK_BYTES);
    thread.start();
    require(done.get(LIMIT.toSeconds(), TimeUnit.SECONDS), "an operation has failed");
    thread.join();
  }

  private void requireNothingLeft() {
    long untilNanos = System.nanoTime() + LIMIT.toNanos();
    int left = Internals.live(scheduler);
    while (left > 0 && System.nanoTime() < untilNanos) {
      Thread.onSpinWait();
      left = Internals.live(scheduler);
    }
    require(left == 0, "places that are taken: " + left + ", " + scheduler.dump(10));
    require(scheduler.close(Duration.ZERO), "not all have ended");
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      System.out.println(otherwise);
      System.out.flush();
      Runtime.getRuntime().halt(1);
    }
  }

  private void spawn() throws Exception {
    atEachDepth(
        () -> {
          Coroutine<Integer> _ = scheduler.spawn(() -> 1);
        });
    requireNothingLeft();
  }

  private void spawnInAScope() throws Exception {
    atEachDepth(
        () -> {
          try (CoroutineScope scope = CoroutineScope.open(scheduler, Policy.SUPERVISE)) {
            Coroutine<Integer> _ = scope.spawn(() -> 1);
          }
        });
    requireNothingLeft();
  }

  private void produce() throws Exception {
    atEachDepth(
        () -> {
          Source<Integer> channel = Channel.produce(scheduler, 0, to -> to.send(1));
          channel.cancel(null);
        });
    requireNothingLeft();
  }

  private void generate() throws Exception {
    atEachDepth(
        () -> {
          Generator<Integer> generator =
              Generator.of(
                  scheduler,
                  out -> {
                    out.yield(1);
                    out.yield(2);
                  });
          try {
            Object _ = generator.next();
          } finally {
            generator.close();
          }
        });
    requireNothingLeft();
  }

  private void spawnAttached() throws Exception {
    for (int trial = 0; trial < 4; trial++) {
      Coroutine<?> owner =
          scheduler.spawn(
              () -> {
                int room = room(0);
                for (int level = 0; level < Math.min(room, LEVELS); level++) {
                  try {
                    sink(
                        room - level,
                        () -> {
                          Coroutine<Integer> _ = Coroutines.spawnAttached("helper", () -> 1);
                        });
                  } catch (StackOverflowError noRoom) {
                    // There is more room further up.
                  }
                }
              });
      Coroutine.awaitAll(List.of(owner));
    }
    requireNothingLeft();
  }
}
