package io.tourbillon.coroutine.internal.task;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.TestSchedulers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ObjIntConsumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A value, a failure and a cut race for one resumption: exactly one of them wins, and the outcome
 * is the winner's. A broken twin races, too.
 */
@Tag("not-plain-thread") // No turns.
class SettleRaceTest {
  private static final int ROUNDS = 20_000;
  private static final int VALUE = 1;

  private final CoroutineScheduler scheduler = TestSchedulers.oneLoop();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  private enum Winner {
    RESUME,
    FAIL,
    CUT
  }

  /** The object of the race: the resumption or a twin. */
  private interface Raced {
    boolean resume();

    boolean fail();

    boolean cut();

    Winner winner();
  }

  @Test
  void settling_racingACut_hasOneWinnerWhoseOutcomeItIs() throws Exception {
    CoroutineTask<?> owner =
        (CoroutineTask<?>) scheduler.spawn(() -> Coroutines.delay(Duration.ofHours(1)));
    assertEquals(0, wrongOutcomes(() -> new Real(owner), ROUNDS));
  }

  /** The first try catches it, unless other programs keep one of the threads from running. */
  @Test
  void settling_racingACut_brokenTwinIsCaught() throws Exception {
    long endNanos = System.nanoTime() + PATIENCE.toNanos();
    int wrong = 0;
    while (wrong == 0 && System.nanoTime() < endNanos) {
      wrong = wrongOutcomes(PlainWrite::new, ROUNDS);
    }
    assertTrue(wrong > 0);
  }

  /** Counts the rounds in which not exactly one side won, or the outcome is not the winner's. */
  private static int wrongOutcomes(Supplier<Raced> make, int rounds) throws Exception {
    Round[] all = new Round[rounds];
    for (int number = 0; number < rounds; number++) {
      all[number] = new Round(make.get());
    }
    Thread resuming = Thread.ofPlatform().start(() -> forAll(all, Round::resume));
    Thread other = Thread.ofPlatform().start(() -> forAll(all, Round::cutOrFail));
    assertTrue(resuming.join(PATIENCE));
    assertTrue(other.join(PATIENCE));
    int wrong = 0;
    for (Round round : all) {
      wrong += round.isRight() ? 0 : 1;
    }
    return wrong;
  }

  private static void forAll(Round[] all, ObjIntConsumer<Round> step) {
    for (int number = 0; number < all.length; number++) {
      step.accept(all[number], number);
    }
  }

  /** One race of two threads that begin together. */
  private static final class Round {
    private final Raced raced;
    private final AtomicInteger arrived = new AtomicInteger();

    /** Each is written by one of the threads, and read when both have ended. */
    private boolean resumed;

    private boolean failed;
    private boolean cut;

    Round(Raced raced) {
      this.raced = raced;
    }

    void resume(int number) {
      meet();
      resumed = raced.resume();
    }

    void cutOrFail(int number) {
      meet();
      if (number % 2 == 0) {
        cut = raced.cut();
      } else {
        failed = raced.fail();
      }
    }

    private void meet() {
      arrived.incrementAndGet();
      for (int spins = 0; arrived.get() < 2; spins++) {
        // On a single processor, the other thread needs it.
        if (spins % 1000 == 999) {
          LockSupport.parkNanos(1);
        } else {
          Thread.onSpinWait();
        }
      }
    }

    boolean isRight() {
      List<Winner> winners = new ArrayList<>();
      if (resumed) {
        winners.add(Winner.RESUME);
      }
      if (failed) {
        winners.add(Winner.FAIL);
      }
      if (cut) {
        winners.add(Winner.CUT);
      }
      return winners.equals(List.of(raced.winner()));
    }
  }

  private static final class Real implements Raced {
    private final ResumptionTask<Integer> resumption;

    Real(CoroutineTask<?> owner) {
      resumption = new ResumptionTask<>(owner, "a race");
    }

    @Override
    public boolean resume() {
      return resumption.resume(VALUE);
    }

    @Override
    public boolean fail() {
      return resumption.fail(new ArithmeticException());
    }

    @Override
    public boolean cut() {
      return resumption.cut();
    }

    @Override
    public Winner winner() {
      if (resumption.isCut()) {
        return Winner.CUT;
      }
      try {
        assertEquals(VALUE, resumption.value());
        return Winner.RESUME;
      } catch (ArithmeticException failure) {
        return Winner.FAIL;
      }
    }
  }

  /** Like the resumption, but checks and then writes. */
  private static final class PlainWrite implements Raced {
    private volatile Winner winner;

    private boolean settle(Winner settled) {
      if (winner != null) {
        return false;
      }
      winner = settled;
      return true;
    }

    @Override
    public boolean resume() {
      return settle(Winner.RESUME);
    }

    @Override
    public boolean fail() {
      return settle(Winner.FAIL);
    }

    @Override
    public boolean cut() {
      return settle(Winner.CUT);
    }

    @Override
    public Winner winner() {
      return winner;
    }
  }
}
