package io.tourbillon.coroutine.sync;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.TestSchedulers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Mutex and semaphore in a {@link GateRace}, with broken twins. A test that does not catch the
 * twins proves nothing about the originals.
 */
@Timeout(300)
class GateRaceTest {
  private static final int PLACES = 3;

  /** For twins: a waiter of a broken twin that exceeds it is hardly ever just slow. */
  private static final Duration LITTLE = Duration.ofMillis(200);

  private static final Duration SHORT = Duration.ofMillis(500);
  private static final Duration LONG = Duration.ofMinutes(1);

  private final CoroutineScheduler scheduler =
      TestSchedulers.builder().loops(2).tick(Duration.ofNanos(100_000)).build();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  /** The twin: checks, and then takes without checking again. */
  private static final class Hasty extends Gates.Lossy {
    Hasty() {
      super(PLACES);
    }

    @Override
    public void enter(int places, Duration limit) throws TimeoutException {
      if (free() >= places) {
        Thread.onSpinWait();
        leave(-places);
      } else if (!limit.isZero()) {
        throw new TimeoutException("full");
      }
    }
  }

  private void race(Supplier<GateRace.Gate> gates, Duration duration) throws Exception {
    long endNanos = System.nanoTime() + duration.toNanos();
    while (System.nanoTime() < endNanos) {
      long seed = System.nanoTime();
      assertEquals(
          List.of(), GateRace.round(scheduler, gates.get(), PATIENCE, seed), () -> "seed " + seed);
    }
  }

  /**
   * Repeats the race until the twin is caught, with a limit that is enough for any busy machine.
   */
  private void catchTwin(Supplier<GateRace.Gate> twins, String fault) throws Exception {
    long endNanos = System.nanoTime() + LONG.toNanos();
    boolean caught = false;
    while (!caught && System.nanoTime() < endNanos) {
      List<String> complaints = GateRace.round(scheduler, twins.get(), LITTLE, System.nanoTime());
      caught = complaints.stream().anyMatch(complaint -> complaint.startsWith(fault));
    }
    assertTrue(caught, "the twin was not caught");
  }

  @Test
  void mutex_letsOneIn_andIsFreeInTheEnd() throws Exception {
    race(() -> new Gates.OfMutex(new Mutex()), SHORT);
  }

  @Test
  void semaphore_conservesPermits() throws Exception {
    race(() -> new Gates.OfSemaphore(new Semaphore(PLACES)), SHORT);
  }

  @Test
  void timedTryLock_letsOneIn_andIsFreeInTheEnd() throws Exception {
    race(() -> new Gates.OfTryLock(new Mutex()), SHORT);
  }

  @Test
  void timedTryAcquire_conservesPermits() throws Exception {
    race(() -> new Gates.OfTryAcquire(new Semaphore(PLACES)), SHORT);
  }

  @Test
  void selectOfAMutexOrASemaphore_conservesBoth() throws Exception {
    race(() -> Gates.OfSelect.of(new Mutex()), SHORT);
    race(() -> Gates.OfSelect.of(new Semaphore(PLACES)), SHORT);
  }

  @Test
  void twinThatGrantsToASelectThatHasChosen_isCaught() throws Exception {
    catchTwin(() -> Gates.OfSelect.of(new Gates.Lossy(PLACES)), "free in the end: ");
  }

  @Test
  void twinWhoseTimedTryLosesPlaces_isCaught() throws Exception {
    catchTwin(() -> new Gates.LossyTry(PLACES), "free in the end: ");
  }

  @Test
  @Tag("long")
  void mutexAndSemaphore_forLong() throws Exception {
    race(() -> new Gates.OfMutex(new Mutex()), LONG);
    race(() -> new Gates.OfSemaphore(new Semaphore(PLACES)), LONG);
    race(() -> new Gates.OfTryLock(new Mutex()), LONG);
    race(() -> new Gates.OfTryAcquire(new Semaphore(PLACES)), LONG);
  }

  @Test
  void twinThatLosesPlaces_isCaught() throws Exception {
    catchTwin(() -> new Gates.Lossy(PLACES), "free in the end: ");
  }

  @Test
  void twinThatLooksBeforeItTakes_isCaught() throws Exception {
    catchTwin(Hasty::new, "too many at once");
  }
}
