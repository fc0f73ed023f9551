package io.tourbillon.coroutine.sync;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.Suspension;
import io.tourbillon.coroutine.TestSchedulers;
import io.tourbillon.coroutine.Waiters;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Mutex and permits in a {@link GateRace}, beside twins that are broken on purpose. A test that
 * does not catch the twins shows nothing about the originals.
 */
@Timeout(300)
class GateRaceTest {
  private static final int PLACES = 3;

  /** For twins: that one of them is only slow, and no worse, would be a surprise. */
  private static final Duration LITTLE = Duration.ofMillis(200);

  private static final Duration SHORT = Duration.ofMillis(1500);
  private static final Duration LONG = Duration.ofMinutes(1);

  private final CoroutineScheduler scheduler =
      TestSchedulers.builder().loops(2).tick(Duration.ofNanos(100_000)).build();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  private record OfMutex(Mutex mutex) implements GateRace.Gate {
    @Override
    public void enter(int places, Duration limit) throws TimeoutException {
      mutex.lock(limit);
    }

    @Override
    public void leave(int places) {
      mutex.unlock();
    }

    @Override
    public int free() {
      return mutex.isLocked() ? 0 : 1;
    }
  }

  private record OfPermits(Permits permits) implements GateRace.Gate {
    @Override
    public void enter(int places, Duration limit) throws TimeoutException {
      permits.acquire(places, limit);
    }

    @Override
    public void leave(int places) {
      permits.release(places);
    }

    @Override
    public int free() {
      return permits.available();
    }
  }

  /** The twin: counts a request as served whether its waiter takes it or has gone. */
  private static class Lossy implements GateRace.Gate {
    int free = PLACES;
    private final Waiters<Entry> row = new Waiters<>();

    private record Entry(int places, Resumption<Boolean> entered) {}

    @Override
    public void enter(int places, Duration limit) throws TimeoutException {
      Boolean _ =
          Suspension.<Boolean>await("the twin", limit, entered -> register(places, entered));
    }

    private synchronized void register(int places, Resumption<Boolean> entered) {
      Waiters.Place<?> place = row.add(new Entry(places, entered));
      entered.onCancel(() -> leave(place));
      serve();
    }

    private synchronized void leave(Waiters.Place<?> place) {
      place.leave();
      serve();
    }

    private void serve() {
      for (Entry first = row.peek(); first != null && first.places <= free; first = row.peek()) {
        row.poll();
        first.entered.resume(true);
        free -= first.places;
      }
    }

    @Override
    public synchronized void leave(int places) {
      free += places;
      serve();
    }

    @Override
    public synchronized int free() {
      return free;
    }
  }

  /** The twin: looks, and then takes without looking again. */
  private static final class Hasty extends Lossy {
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

  /** However busy the machine is: until it is caught, or far too long. */
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
    race(() -> new OfMutex(new Mutex()), SHORT);
  }

  @Test
  void permits_areConserved() throws Exception {
    race(() -> new OfPermits(new Permits(PLACES)), SHORT);
  }

  @Test
  @Tag("long")
  void mutexAndPermits_forLong() throws Exception {
    race(() -> new OfMutex(new Mutex()), LONG);
    race(() -> new OfPermits(new Permits(PLACES)), LONG);
  }

  @Test
  void twinThatLosesPlaces_isCaught() throws Exception {
    catchTwin(Lossy::new, "free in the end: ");
  }

  @Test
  void twinThatLooksBeforeItTakes_isCaught() throws Exception {
    catchTwin(Hasty::new, "too many at once");
  }
}
