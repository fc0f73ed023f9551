package io.tourbillon.bench.soak.round;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Coroutines that one thread spawns, cancels at random and collects. */
final class CoroutineSet implements Churn.Step {
  private static final int SLEEPERS = 100;
  private static final int FAMILIES = 8;
  private static final int MOST_STEPS = 6;
  private static final long MOST_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

  private final CoroutineScheduler scheduler;
  private final CheckedCoroutines book;
  private final SplittableRandom random;
  private final Life life;
  private final @Nullable CheckedCoroutine[] coroutines;

  /** The body of each. */
  @FunctionalInterface
  private interface Life {
    void live(SplittableRandom random) throws Exception;
  }

  private CoroutineSet(
      CoroutineScheduler scheduler,
      CheckedCoroutines book,
      SplittableRandom random,
      int size,
      Life life) {
    this.scheduler = scheduler;
    this.book = book;
    this.random = random;
    this.life = life;
    coroutines = new CheckedCoroutine[size];
  }

  /** Coroutines that sleep, yield and run into timeouts. */
  static CoroutineSet sleepers(
      CoroutineScheduler scheduler, CheckedCoroutines book, SplittableRandom random) {
    return new CoroutineSet(scheduler, book, random, SLEEPERS, own -> sleep(book, own));
  }

  /** Coroutines that open scopes with children. */
  static CoroutineSet families(
      CoroutineScheduler scheduler,
      CheckedCoroutines book,
      Families families,
      SplittableRandom random) {
    return new CoroutineSet(scheduler, book, random, FAMILIES, families::live);
  }

  /**
   * Does something with one of the coroutines.
   *
   * @throws java.util.concurrent.RejectedExecutionException as the scheduler does
   */
  @Override
  public void step() {
    int slot = random.nextInt(coroutines.length);
    CheckedCoroutine coroutine = coroutines[slot];
    if (coroutine == null || coroutine.isEnded()) {
      spawn(slot, coroutine);
    } else if (random.nextInt(8) == 0) {
      coroutine.cancel();
    }
  }

  private void spawn(int slot, @Nullable CheckedCoroutine ended) {
    if (ended != null) {
      // Entered once only, also if the spawn fails.
      coroutines[slot] = null;
      book.collect(ended);
    }
    long seed = random.nextLong();
    coroutines[slot] = book.spawn(scheduler, () -> life.live(new SplittableRandom(seed)));
  }

  private static void sleep(CheckedCoroutines book, SplittableRandom own) {
    int steps = 1 + own.nextInt(MOST_STEPS);
    for (int step = 0; step < steps; step++) {
      long nanos = own.nextLong(MOST_NANOS);
      switch (own.nextInt(5)) {
        case 0 -> book.timeOut(nanos);
        case 1 -> book.delayWithinLimit(nanos);
        case 2 -> Coroutines.yieldNow();
        default -> book.delay(nanos);
      }
    }
  }

  /** Each coroutine ends by itself within a fraction of a second. */
  @Override
  public Optional<String> overdue() {
    List<String> alive = new ArrayList<>();
    for (CheckedCoroutine each : coroutines) {
      if (each != null && !each.isEnded()) {
        alive.add(each.toString());
      }
    }
    return alive.isEmpty()
        ? Optional.empty()
        : Optional.of(alive.size() + " coroutines have not ended, such as " + alive.getFirst());
  }

  @Override
  public void leaveAll() {
    for (CheckedCoroutine each : coroutines) {
      if (each != null) {
        book.leave(each);
      }
    }
  }
}
