package io.tourbillon.coroutine.sync;

import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.Selectable;
import io.tourbillon.coroutine.Suspension;
import io.tourbillon.coroutine.Waiters;
import io.tourbillon.coroutine.channel.Channel;
import io.tourbillon.coroutine.channel.Select;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Mutex and semaphore as gates, and broken twins. */
final class Gates {
  private Gates() {}

  record OfMutex(Mutex mutex) implements GateRace.Gate {
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

  record OfSemaphore(Semaphore permits) implements GateRace.Gate {
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
      return permits.availablePermits();
    }
  }

  /** A mutex that is locked by the timed {@code tryLock}. */
  record OfTryLock(Mutex mutex) implements GateRace.Gate {
    @Override
    public void enter(int places, Duration limit) throws TimeoutException {
      require(mutex.tryLock(limit));
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

  /** A semaphore whose permits are acquired by the timed {@code tryAcquire}. */
  record OfTryAcquire(Semaphore permits) implements GateRace.Gate {
    @Override
    public void enter(int places, Duration limit) throws TimeoutException {
      require(permits.tryAcquire(places, limit));
    }

    @Override
    public void leave(int places) {
      permits.release(places);
    }

    @Override
    public int free() {
      return permits.availablePermits();
    }
  }

  /**
   * A gate that is entered by a select, which now and then takes a value instead.
   *
   * @param onEnter offers a number of places
   */
  record OfSelect(
      GateRace.Gate gate, IntFunction<Selectable<?>> onEnter, Channel<Integer> distractions)
      implements GateRace.Gate {
    static OfSelect of(Mutex mutex) {
      return new OfSelect(new OfMutex(mutex), _ -> mutex.onLock(), Channel.conflated());
    }

    static OfSelect of(Semaphore permits) {
      return new OfSelect(new OfSemaphore(permits), permits::onAcquire, Channel.conflated());
    }

    static OfSelect of(Lossy twin) {
      return new OfSelect(twin, twin::entering, Channel.conflated());
    }

    @Override
    public void enter(int places, Duration limit) throws TimeoutException {
      if (places % 2 == 0) {
        boolean _ = distractions.trySend(places);
      }
      String chosen = "value";
      while (chosen.equals("value")) {
        chosen =
            Select.select(
                Select.on(onEnter.apply(places), _ -> "entered"),
                Select.onReceive(distractions, _ -> "value"),
                Select.onTimeout(limit, () -> "late"));
      }
      require(chosen.equals("entered"));
    }

    @Override
    public void leave(int places) {
      boolean _ = distractions.trySend(places);
      gate.leave(places);
    }

    @Override
    public int free() {
      return gate.free();
    }
  }

  private static void require(boolean entered) throws TimeoutException {
    if (!entered) {
      throw new TimeoutException("full");
    }
  }

  /** The twin: counts a request as served, even if its waiter has gone. */
  static class Lossy implements GateRace.Gate {
    private final Waiters<Entry> row = new Waiters<>();
    private int free;

    Lossy(int places) {
      free = places;
    }

    record Entry(int places, Resumption<Boolean> entered) {}

    @Override
    public void enter(int places, Duration limit) throws TimeoutException {
      Boolean _ =
          Suspension.<Boolean>await("the twin", limit, entered -> register(places, entered));
    }

    /** For a select. */
    Selectable<Lossy> entering(int places) {
      return new Selectable<>() {
        @Override
        public @Nullable Lossy tryTake() {
          return null;
        }

        @Override
        public Suspension.Registration enrol(Resumption<@Nullable Lossy> taken) {
          Waiters.Place<?> place = add(new Entry(places, new Entering(taken, Lossy.this)));
          return () -> leave(place);
        }
      };
    }

    private record Entering(Resumption<@Nullable Lossy> taken, Lossy gate)
        implements Resumption<Boolean> {
      @Override
      public boolean resume(Boolean entered) {
        return taken.resume(gate);
      }

      @Override
      public boolean fail(Throwable failure) {
        return taken.fail(failure);
      }

      @Override
      public void onCancel(Runnable cleanUp) {}
    }

    private synchronized Waiters.Place<?> add(Entry entry) {
      Waiters.Place<?> place = row.add(entry);
      serve();
      return place;
    }

    final synchronized void register(int places, Resumption<Boolean> entered) {
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

  /** The same twin with a timed try: it loses a grant that comes at the end of the limit. */
  static final class LossyTry extends Lossy {
    LossyTry(int places) {
      super(places);
    }

    @Override
    public void enter(int places, Duration limit) throws TimeoutException {
      require(
          Suspension.<Boolean>awaitAtMost("the twin", limit, entered -> register(places, entered))
              != null);
    }
  }
}
