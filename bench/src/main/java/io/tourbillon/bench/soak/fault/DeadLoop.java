package io.tourbillon.bench.soak.fault;

import io.tourbillon.bench.soak.round.CheckedCoroutine;
import io.tourbillon.bench.soak.round.CheckedCoroutines;
import io.tourbillon.bench.soak.round.Disturbance;
import io.tourbillon.bench.soak.round.Scene;
import io.tourbillon.bench.soak.round.Variant;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.LoopStats;
import io.tourbillon.timer.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The thread of one of two loops dies, because its clock throws there. Its coroutines fail, those
 * of the other loop go on, and so does whoever spawns. On schedulers of their own, one after the
 * other.
 */
final class DeadLoop implements Disturbance {
  private static final int LOOPS = 2;
  private static final int COROUTINES = 200;
  private static final long BYTES_OF_A_THREAD = 4096;
  private static final long MOST_MICROS = 20_000;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final Duration GRACE = Duration.ofSeconds(10);

  /** The clock of the system, but for one thread. */
  private static final class LethalClock implements Clock {
    private final List<Thread> threads = new CopyOnWriteArrayList<>();

    /** Null until one is to die; written by the fault, read by loops. */
    private volatile @Nullable Thread victim;

    @Override
    public long nanoTime() {
      Thread doomed = victim;
      if (doomed != null && doomed.equals(Thread.currentThread())) {
        throw new IllegalStateException("the clock of this loop is broken");
      }
      return System.nanoTime();
    }

    @Override
    public Alarm newAlarm(Thread thread) {
      threads.add(thread);
      return Clock.system().newAlarm(thread);
    }
  }

  @Override
  public void disturb(Scene scene) throws InterruptedException {
    while (scene.goesOn()) {
      killOne(scene);
    }
  }

  private static void killOne(Scene scene) throws InterruptedException {
    LethalClock clock = new LethalClock();
    CheckedCoroutines book = new CheckedCoroutines(scene.sleeps(), scene.breaches());
    Engine engine = engine(scene.variant());
    CoroutineScheduler scheduler =
        CoroutineScheduler.builder()
            .engine(engine)
            .loops(LOOPS)
            .clock(clock)
            .name("soak-mortal")
            .exceptionHandler((coroutine, failure) -> {})
            .build();
    List<CheckedCoroutine> alive = new ArrayList<>();
    for (int number = 0; number < COROUTINES; number++) {
      SplittableRandom random = scene.random().split();
      alive.add(book.spawnOnMortal(scheduler, () -> live(book, random)));
    }
    clock.victim = clock.threads.get(scene.random().nextInt(LOOPS));
    awaitDeath(scene, scheduler);
    // The other loop takes what is spawned now.
    for (int number = 0; number < COROUTINES; number++) {
      SplittableRandom random = scene.random().split();
      alive.add(book.spawnOnMortal(scheduler, () -> live(book, random)));
    }
    long limitNanos = System.nanoTime() + PATIENCE_NANOS;
    while (!alive.stream().allMatch(CheckedCoroutine::isEnded)
        && System.nanoTime() - limitNanos < 0) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
    if (!scheduler.close(GRACE)) {
      scene.breaches().add("every coroutine ends", "one loop had died, and some have not");
    }
    alive.forEach(book::collect);
    book.judge("coroutines beside a dead loop", scheduler.stats(), scene.breaches());
    if (engine != Engine.CONTINUATION) {
      // The JDK keeps each virtual thread that has not ended, and nobody can end these.
      scene.permitLeft(BYTES_OF_A_THREAD * book.failed());
    }
    scene.count("loops that died", 1);
    scene.count("coroutines that failed with them", book.failed());
  }

  /** Coroutines of PLAIN_THREAD outlive the thread of their loop, so HANDOFF stands in. */
  private static Engine engine(Variant variant) {
    return variant.engine() == Engine.PLAIN_THREAD ? Engine.HANDOFF : variant.engine();
  }

  private static void live(CheckedCoroutines book, SplittableRandom random) {
    for (int step = 0; step < 5; step++) {
      book.delay(TimeUnit.MICROSECONDS.toNanos(random.nextLong(MOST_MICROS)));
    }
  }

  private static void awaitDeath(Scene scene, CoroutineScheduler scheduler)
      throws InterruptedException {
    long limitNanos = System.nanoTime() + PATIENCE_NANOS;
    while (scheduler.stats().loops().stream().noneMatch(LoopStats::dead)) {
      if (System.nanoTime() - limitNanos > 0) {
        scene.breaches().add("the death of a loop is seen", scheduler.stats());
        return;
      }
      TimeUnit.MILLISECONDS.sleep(1);
    }
  }
}
