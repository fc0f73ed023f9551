package io.tourbillon.coroutine.sync;

import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.Suspension;
import io.tourbillon.coroutine.Waiters;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

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
