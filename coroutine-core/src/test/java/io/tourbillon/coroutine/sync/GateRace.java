package io.tourbillon.coroutine.sync;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Coroutines of two loops and threads pass a gate that admits a limited number at a time, with
 * timeouts, cancellations and interrupts at any moment. There must never be too many inside, and in
 * the end the gate must admit as many as at first.
 */
final class GateRace {
  private static final int COROUTINES = 12;
  private static final int THREADS = 2;
  private static final int TURNS = 25;

  /** The object of the race: one of our primitives or a twin. */
  interface Gate {
    void enter(int places, Duration limit) throws TimeoutException;

    void leave(int places);

    int free();
  }

  private final CoroutineScheduler scheduler;
  private final Gate gate;
  private final int most;
  private final Duration patience;
  private final Random random;
  private final AtomicInteger inside = new AtomicInteger();
  private final Queue<String> complaints = new ConcurrentLinkedQueue<>();

  private GateRace(CoroutineScheduler scheduler, Gate gate, Duration patience, long seed) {
    this.patience = patience;
    this.scheduler = scheduler;
    this.gate = gate;
    most = gate.free();
    random = new Random(seed);
  }

  /**
   * Runs one round.
   *
   * @param patience how long one of them waits before it complains
   * @return the complaints
   */
  static List<String> round(CoroutineScheduler scheduler, Gate gate, Duration patience, long seed)
      throws Exception {
    return new GateRace(scheduler, gate, patience, seed).run();
  }

  private List<String> run() throws Exception {
    List<Coroutine<?>> coroutines = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int number = 0; number < COROUTINES; number++) {
      Random mine = new Random(random.nextLong());
      coroutines.add(scheduler.spawn(() -> goThrough(mine, true)));
    }
    for (int number = 0; number < THREADS; number++) {
      Random mine = new Random(random.nextLong());
      threads.add(Thread.ofPlatform().start(() -> goThrough(mine, false)));
    }
    for (Coroutine<?> coroutine : coroutines) {
      if (random.nextBoolean()) {
        for (int spin = random.nextInt(2000); spin > 0; spin--) {
          Thread.onSpinWait();
        }
        threads.get(random.nextInt(THREADS)).interrupt();
        coroutine.cancel();
      }
    }
    for (Coroutine<?> coroutine : coroutines) {
      boolean _ = OnTwoLoops.endsByItself(coroutine);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    if (gate.free() != most) {
      complaints.add("free in the end: " + gate.free() + " of " + most);
    }
    return List.copyOf(complaints);
  }

  private void goThrough(Random mine, boolean isCoroutine) {
    for (int turn = 0; turn < TURNS; turn++) {
      int places = 1 + mine.nextInt(most);
      Duration limit = mine.nextInt(3) > 0 ? Duration.ofNanos(mine.nextInt(300_000)) : patience;
      try {
        gate.enter(places, limit);
      } catch (TimeoutException late) {
        if (limit.equals(patience)) {
          complaints.add("nobody lets go");
          return;
        }
        continue;
      } catch (CancellationException interrupted) {
        if (isCoroutine) {
          throw interrupted;
        }
        boolean _ = Thread.interrupted();
        continue;
      }
      try {
        if (inside.addAndGet(places) > most) {
          complaints.add("too many at once");
        }
        if (isCoroutine && mine.nextBoolean()) {
          Coroutines.yieldNow();
        }
        inside.addAndGet(-places);
      } catch (CancellationException cancelled) {
        inside.addAndGet(-places);
        throw cancelled;
      } finally {
        gate.leave(places);
      }
    }
  }
}
