package io.tourbillon.coroutine.testkit;

import static io.tourbillon.coroutine.TestSchedulers.ENGINE;
import static io.tourbillon.coroutine.channel.Select.onReceive;
import static io.tourbillon.coroutine.channel.Select.onSend;
import static io.tourbillon.coroutine.channel.Select.onTimeout;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScope;
import io.tourbillon.coroutine.CoroutineScope.Policy;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Suspension;
import io.tourbillon.coroutine.channel.Channel;
import io.tourbillon.coroutine.channel.Select;
import io.tourbillon.coroutine.sync.Mutex;
import io.tourbillon.coroutine.sync.Semaphore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The same seed gives the same steps, with everything that waits and gives up. */
@Timeout(120)
@Tag("not-plain-thread") // No turns.
class DeterminismTest {
  private static final int STEPS = 40;
  private static final int WORKERS = 10;

  /** What has happened, in order. */
  private final List<String> trace = new ArrayList<>();

  private final Mutex mutex = new Mutex("mutex");
  private final Semaphore permits = new Semaphore(2);
  private final Channel<String> left = Channel.rendezvous();
  private final Channel<String> right = Channel.buffered(2);

  private static List<String> traceOf(Simulation simulation) {
    DeterminismTest run = new DeterminismTest();
    simulation.engine(ENGINE).run(run::body);
    return run.trace;
  }

  private void note(String what) {
    trace.add(Simulation.elapsed() + " " + Coroutines.current().name() + " " + what);
  }

  private void body() {
    try (CoroutineScope scope = CoroutineScope.open(Policy.SUPERVISE)) {
      List<Coroutine<?>> workers = new ArrayList<>();
      for (int number = 0; number < WORKERS; number++) {
        workers.add(scope.spawn(this::work));
      }
      for (int round = 0; round < 3; round++) {
        Coroutines.delay(Duration.ofMillis(20));
        note("cancels");
        workers.get(Suspension.random().nextInt(WORKERS)).cancel();
      }
      scope.join();
      note("has seen all end");
    }
  }

  private void work() {
    RandomGenerator random = Suspension.random();
    for (int step = 0; step < STEPS; step++) {
      int what = random.nextInt(7);
      note("begins " + what);
      try {
        note("has got " + done(what, Duration.ofMillis(1 + random.nextInt(3))));
      } catch (TimeoutException late) {
        note("gives up");
      }
    }
  }

  private String done(int what, Duration limit) throws TimeoutException {
    return switch (what) {
      case 0 ->
          mutex.withLock(
              () -> {
                Coroutines.delay(limit);
                return "the mutex";
              });
      case 1 -> {
        permits.acquire(1, limit);
        Coroutines.yieldNow();
        permits.release(1);
        yield "a permit";
      }
      case 2 ->
          Select.select(
              onReceive(left, value -> value),
              onReceive(right, value -> value),
              onTimeout(limit, () -> "nothing"));
      case 3 ->
          Select.select(
              onSend(left, "value", () -> "rid of it, left"),
              onSend(right, "value", () -> "rid of it, right"),
              onTimeout(limit, () -> "nobody"));
      case 4 -> Coroutines.withTimeout(limit, () -> right.receive());
      case 5 -> {
        try (CoroutineScope scope = CoroutineScope.open(Policy.FAIL_FAST).timeout(limit)) {
          scope.spawn(() -> note("has got for its parent " + left.receive()));
          scope.join();
          yield "the end of a child";
        } catch (CompletionException over) {
          yield "the end of its time";
        }
      }
      default -> {
        Coroutines.delay(limit);
        yield "some sleep";
      }
    };
  }

  @Test
  void sameSeed_sameTrace_anotherSeed_another() {
    long seed = ThreadLocalRandom.current().nextLong();
    for (long each = seed; each < seed + 5; each++) {
      Simulation simulation = new Simulation().seed(each);
      List<String> first = traceOf(simulation);
      assertTrue(first.size() > 300, () -> "short: " + first);
      assertEquals(first, traceOf(simulation), "seed " + each);
      assertNotEquals(first, traceOf(new Simulation().seed(each + 5)), "seed " + each);
    }
  }

  /** Without a seed the order of turns is not random; this one requests no randomness itself. */
  @Test
  void withoutASeed_theOrderIsThatOfProduction() {
    List<String> order = new ArrayList<>();
    new Simulation()
        .engine(ENGINE)
        .run(
            () -> {
              try (CoroutineScope scope = CoroutineScope.open(Policy.FAIL_FAST)) {
                for (int number = 0; number < 50; number++) {
                  int mine = number;
                  scope.spawn(
                      () -> {
                        order.add("begins " + mine);
                        Coroutines.yieldNow();
                        order.add("ends " + mine);
                      });
                }
                scope.join();
              }
            });
    for (int number = 0; number < 50; number++) {
      assertEquals("begins " + number, order.get(number));
      assertEquals("ends " + number, order.get(50 + number));
    }
  }
}
