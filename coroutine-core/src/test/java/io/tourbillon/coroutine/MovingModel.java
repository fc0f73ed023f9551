package io.tourbillon.coroutine;

import io.tourbillon.coroutine.channel.Channel;
import io.tourbillon.coroutine.internal.task.CoroutineLoop;
import io.tourbillon.coroutine.internal.task.CurrentLoop;
import io.tourbillon.coroutine.sync.Mutex;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Runs random programs of coroutines on three loops that a {@link ConductedClock} interleaves,
 * while every second or third turn moves a coroutine to another loop. Each coroutine checks what it
 * can see: that it is on the loop to which it belongs, that no wait ends early, and that each value
 * arrives once. The program ends with status 1 at the first seed that fails, and names it.
 */
public final class MovingModel {
  private static final Duration DAY = Duration.ofDays(1);
  private static final int LINES = 3;
  private static final int STEPS = 12;

  private final SplittableRandom random;
  private final ConductedClock clock;
  private final Mutex mutex = new Mutex();
  private @Nullable CoroutineScheduler scheduler;

  /** Changed only by who holds the mutex. */
  private int inside;

  private MovingModel(long seed) {
    random = new SplittableRandom(seed);
    clock = new ConductedClock(seed);
  }

  /**
   * Runs programs.
   *
   * @param arguments the first seed and the number of seeds; then the call that is taken out, if
   *     any
   */
  public static void main(String[] arguments) throws Exception {
    if (arguments.length > 2) {
      Class<?> twin =
          new Mutants(Mutants.Mutant.of(arguments[2])).loadClass(MovingModel.class.getName());
      twin.getMethod("main", String[].class)
          .invoke(null, (Object) new String[] {arguments[0], arguments[1]});
      return;
    }
    long first = Long.parseLong(arguments[0]);
    long moves = 0;
    for (long seed = first; seed < first + Long.parseLong(arguments[1]); seed++) {
      try {
        moves += new MovingModel(seed).run(seed);
      } catch (Throwable failure) {
        System.out.println("seed " + seed + " fails: " + failure);
        failure.printStackTrace();
        System.exit(1);
      }
    }
    System.out.println("moves: " + moves);
    System.exit(0);
  }

  private CoroutineScheduler scheduler() {
    return Objects.requireNonNull(scheduler);
  }

  private long run(long seed) throws Exception {
    System.setProperty("io.tourbillon.coroutine.mix", Long.toString(2 + seed % 2));
    scheduler =
        CoroutineScheduler.builder()
            .engine(TestSchedulers.ENGINE)
            .loops(3)
            .clock(clock)
            .watchdog(Duration.ZERO)
            .build();
    // The only one whose loop would be chosen by chance.
    CompletableFuture<?> ended =
        scheduler.spawn(SpawnOptions.DEFAULT.onLoop(seed), this::runLines).toFuture();
    clock.begin();
    try {
      ended.get(5, TimeUnit.SECONDS);
    } catch (TimeoutException stuck) {
      throw new AssertionError("stuck: " + scheduler().dump(100), stuck);
    }
    require(scheduler().close(Duration.ofSeconds(10)), "it does not close");
    CoroutineStats stats = scheduler().stats();
    long left = stats.created() + stats.ready() + stats.running() + stats.suspended();
    require(left == 0, stats + " counts coroutines that have ended");
    require(inside == 0, "the mutex is held");
    return stats.loops().stream().mapToLong(LoopStats::takenOver).sum();
  }

  private void runLines() {
    List<Coroutine<?>> all = new ArrayList<>();
    for (int line = 0; line < LINES; line++) {
      Channel<Integer> channel = line == 0 ? Channel.rendezvous() : Channel.buffered(line);
      SplittableRandom ofSender = random.split();
      SplittableRandom ofReceiver = random.split();
      all.add(spawn(() -> send(channel, ofSender)));
      all.add(spawn(() -> receive(channel, ofReceiver)));
    }
    all.forEach(Coroutine::join);
  }

  private <T extends @Nullable Object> Coroutine<T> spawn(Callable<T> body) {
    return scheduler().spawn(body);
  }

  private static void require(boolean condition, String words) {
    if (!condition) {
      throw new AssertionError(words);
    }
  }

  private @Nullable Void send(Channel<Integer> channel, SplittableRandom random) throws Exception {
    for (int number = 0; number < STEPS; number++) {
      step(random);
      channel.send(number);
      checkPlace();
    }
    return null;
  }

  private @Nullable Void receive(Channel<Integer> channel, SplittableRandom random)
      throws Exception {
    for (int number = 0; number < STEPS; number++) {
      step(random);
      int received = channel.receive();
      require(received == number, "received " + received + " instead of " + number);
      checkPlace();
    }
    return null;
  }

  /** The coroutine has the turn of the loop to which it belongs. */
  private static void checkPlace() {
    CoroutineLoop loop = Objects.requireNonNull(CurrentLoop.get(), "on no loop");
    Coroutine<?> self = Objects.requireNonNull(loop.current(), "nobody has the turn");
    require(
        loop.current().loop().equals(loop) && self.state() == Coroutine.State.RUNNING,
        self + " belongs to " + loop.current().loop() + " and runs on " + loop);
  }

  private void step(SplittableRandom random) throws Exception {
    Coroutine<?> self = Coroutines.current();
    switch (random.nextInt(14)) {
      case 0 -> Coroutines.yieldNow();
      case 1 -> delay(random.nextInt(4));
      case 2 -> lock();
      case 3 -> timeOut(random);
      case 4 -> joinChild(random);
      case 5 -> scope(random);
      case 6 -> await(Coroutines::await);
      case 7 -> stay();
      case 8 -> block();
      case 9 -> attach();
      case 10 -> interrupt(random);
      default -> cancelChild(random);
    }
    require(self.equals(Coroutines.current()), "it is another coroutine");
    checkPlace();
  }

  private void delay(int millis) {
    long startNanos = clock.nanoTime();
    Coroutines.delay(Duration.ofMillis(millis));
    long tookNanos = clock.nanoTime() - startNanos;
    require(tookNanos >= 1_000_000L * millis, "a delay of " + millis + " ms took " + tookNanos);
  }

  private void lock() {
    mutex.lock();
    try {
      inside++;
      Coroutines.yieldNow();
      require(inside == 1, "two hold the mutex");
      inside--;
    } finally {
      mutex.unlock();
    }
  }

  private void timeOut(SplittableRandom random) {
    long startNanos = clock.nanoTime();
    int limit = 1 + random.nextInt(3);
    boolean isLong = random.nextBoolean();
    try {
      Coroutines.withTimeout(
          Duration.ofMillis(limit), () -> Coroutines.delay(isLong ? DAY : Duration.ZERO));
      require(!isLong, "a limit was ignored");
    } catch (TimeoutException late) {
      long tookNanos = clock.nanoTime() - startNanos;
      require(isLong || tookNanos >= 1_000_000L * limit, "a limit struck for nothing");
      require(tookNanos >= 1_000_000L * limit, "a limit struck early, after " + tookNanos);
      require(tookNanos < DAY.toNanos(), "a limit struck late, after " + tookNanos);
    }
  }

  private void joinChild(SplittableRandom random) {
    int value = random.nextInt(1000);
    int millis = random.nextInt(3);
    Coroutine<Integer> child =
        spawn(
            () -> {
              Coroutines.yieldNow();
              delay(millis);
              checkPlace();
              return value;
            });
    require(child.join() == value, "another value");
  }

  private void cancelChild(SplittableRandom random) {
    AtomicInteger ends = new AtomicInteger();
    Coroutine<?> child =
        spawn(
            () -> {
              try {
                for (int turns = 0; turns < 3; turns++) {
                  Coroutines.yieldNow();
                }
                Coroutines.delay(DAY);
                return null;
              } finally {
                ends.incrementAndGet();
              }
            });
    for (int turns = random.nextInt(6); turns > 0; turns--) {
      Coroutines.yieldNow();
    }
    long startNanos = clock.nanoTime();
    child.cancel("it is enough");
    requireCancelled(child);
    require(ends.get() <= 1, "it has ended " + ends + " times");
    require(clock.nanoTime() - startNanos < DAY.toNanos(), "the cancellation came too late");
  }

  private void scope(SplittableRandom random) {
    long startNanos = clock.nanoTime();
    boolean isLong = random.nextBoolean();
    try {
      int sum =
          CoroutineScope.run(
              CoroutineScope.Policy.FAIL_FAST,
              Duration.ofMillis(5),
              scope -> {
                Coroutine<Integer> one =
                    scope.spawn(
                        () -> {
                          Coroutines.delay(isLong ? DAY : Duration.ofMillis(1));
                          return 1;
                        });
                Coroutine<Integer> two =
                    scope.spawn(
                        () -> {
                          Coroutines.yieldNow();
                          return 2;
                        });
                Coroutines.yieldNow();
                return one.join() + two.join();
              });
      require(!isLong && sum == 3, "a limit of a scope was ignored");
    } catch (TimeoutException late) {
      long tookNanos = clock.nanoTime() - startNanos;
      require(tookNanos >= 5_000_000, "a limit of a scope struck early, after " + tookNanos);
      require(tookNanos < DAY.toNanos(), "a limit of a scope struck late");
    }
  }

  private void await(Function<CompletableFuture<Integer>, Integer> wait) {
    CompletableFuture<Integer> future = new CompletableFuture<>();
    Coroutine<?> other =
        spawn(
            () -> {
              Coroutines.yieldNow();
              return future.complete(7);
            });
    require(wait.apply(future) == 7, "another value");
    other.join();
  }

  /** A call of the JDK that blocks, where it frees the loop. */
  private void block() {
    await(
        TestSchedulers.ENGINE == Engine.VIRTUAL_THREAD
            ? CompletableFuture::join
            : Coroutines::await);
  }

  /** A coroutine that is attached to another one ends when that one has. */
  private void attach() {
    long startNanos = clock.nanoTime();
    Coroutine<Coroutine<?>> owner =
        spawn(
            () -> {
              Coroutine<?> attached =
                  Coroutines.spawnAttached(
                      "attached",
                      () -> {
                        Coroutines.yieldNow();
                        Coroutines.delay(DAY);
                        return "slept for a day";
                      });
              Coroutines.yieldNow();
              checkPlace();
              Coroutines.yieldNow();
              return attached;
            });
    requireCancelled(owner.join());
    require(clock.nanoTime() - startNanos < DAY.toNanos(), "the owner's end came too late");
  }

  /** A cancellation interrupts a blocking call of the JDK, where such a call frees the loop. */
  private void interrupt(SplittableRandom random) {
    if (TestSchedulers.ENGINE != Engine.VIRTUAL_THREAD) {
      return;
    }
    Coroutine<?> child =
        spawn(
            () -> {
              Coroutines.yieldNow();
              new CountDownLatch(1).await();
              return "nobody has counted down";
            });
    for (int turns = random.nextInt(6); turns > 0; turns--) {
      Coroutines.yieldNow();
    }
    long startNanos = clock.nanoTime();
    child.cancel("it is enough");
    requireCancelled(child);
    require(clock.nanoTime() - startNanos < DAY.toNanos(), "the interrupt came too late");
    require(!Thread.currentThread().isInterrupted(), "another one was interrupted");
  }

  private static void requireCancelled(Coroutine<?> coroutine) {
    try {
      Object ended = coroutine.join();
      throw new AssertionError("a cancelled coroutine has ended with " + ended);
    } catch (CompletionException cancelled) {
      require(cancelled.getCause() instanceof CancellationException, "failed: " + cancelled);
    }
  }

  /** A coroutine that has spawned one with {@code here()} shares its loop for life. */
  private void stay() {
    CoroutineLoop loop = CurrentLoop.get();
    Coroutine<?> child =
        scheduler()
            .spawn(
                SpawnOptions.DEFAULT.here(),
                () -> {
                  for (int turn = 0; turn < 3; turn++) {
                    require(Objects.equals(loop, CurrentLoop.get()), "it has left its loop");
                    Coroutines.yieldNow();
                  }
                });
    child.join();
    require(Objects.equals(loop, CurrentLoop.get()), "its spawner has left its loop");
  }
}
