package io.tourbillon.coroutine.sync;

import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.Suspension;
import io.tourbillon.timer.Clock;
import io.tourbillon.timer.internal.ShortLock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The requests that wait for a {@link RateLimiter}, and until when each of them waits.
 *
 * <pre>
 *   tryAcquire ---> ACQUIRED
 *       |     \---> REFUSED
 *       v
 *   RESERVED ----> served, by the first caller that looks after its turn has come: the waiter
 *       |          itself, another caller that arrives, or one that leaves
 *       +--------> gives up; the tokens that it would have taken are there for those behind it
 * </pre>
 *
 * <p>Each waiter sleeps by its own timer until the time that was its turn when it arrived, so a
 * late waiter does not hold up others. If a request gives up, that time is too late for those
 * behind it. Only the first of them is woken to sleep less, and then the next one when that has
 * become the first.
 *
 * <p>A request that is served stays served: if its caller gives up at that moment, it gives the
 * tokens back.
 *
 * <p>A caller that was cancelled leaves only when it runs again. Until then its request is told
 * from a live one by {@link Request#hasGivenUp}, so that it holds up nobody.
 */
final class Reservations {
  /** How an attempt to acquire ends. */
  enum Attempt {
    /** The tokens are taken. */
    ACQUIRED,
    /** The request is in the queue; call {@link Reservations#await}. */
    RESERVED,
    /** The tokens come later than the limit. */
    REFUSED
  }

  private final ShortLock lock = new ShortLock();
  private final String name;
  private final Clock clock;
  private final long originNanos;

  // Guarded by the lock.
  private final TokenBucket bucket;
  private final WaitQueue<Request> requests = new WaitQueue<>(lock);

  /** Tokens that the requests in the queue want. */
  private long wanted;

  Reservations(String name, Clock clock, TokenBucket bucket) {
    this.name = name;
    this.clock = clock;
    this.bucket = bucket;
    originNanos = clock.nanoTime();
  }

  /** One attempt of one caller. Guarded by the lock. */
  final class Request extends WaitQueue.Waiter {
    final int permits;

    /** True while it is in the queue. */
    private boolean queued;

    /** True when its tokens were taken for it. */
    private boolean served;

    /** When it should wake, in elapsed time: not before its turn, but perhaps later. */
    private long wakeNanos;

    /** The value of {@link #wakeNanos} by which it has decided to sleep. */
    private long plannedNanos;

    /** True while the caller sleeps and has not been woken. */
    private boolean asleep;

    /** The clock by which the caller sleeps; that of its scheduler, for a coroutine. */
    private @Nullable Clock sleepClock;

    /** No later than the end of its sleep, by the sleep clock. */
    private long sleepUntilNanos;

    Request(int permits) {
      this.permits = permits;
    }

    private void wake() {
      if (asleep) {
        asleep = false;
        resume();
      }
    }

    /**
     * Returns true if the caller was cancelled or interrupted while it sleeps. A sleep that has
     * reached its end by itself looks the same, so this is known only before that end.
     */
    private boolean hasGivenUp() {
      return asleep
          && isOver()
          && sleepClock != null
          && sleepClock.nanoTime() - sleepUntilNanos < 0;
    }

    @Override
    public String toString() {
      return "acquiring " + permits + " of " + name;
    }
  }

  Request request(int permits) {
    return new Request(permits);
  }

  /** Returns how many tokens could be acquired now. */
  int available() {
    lock.lock();
    try {
      long nowNanos = serve();
      return requests.isEmpty() ? bucket.tokens(nowNanos) : 0;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes the tokens if they are there, or reserves them if they come within the limit. Before a
   * refusal, it looks for requests that have given up, at some nanoseconds for each that waits.
   */
  Attempt tryAcquire(long limitNanos, Request request) {
    lock.lock();
    try {
      Attempt attempt = tryNow(limitNanos, request);
      return attempt == Attempt.REFUSED && removeGivenUp() ? tryNow(limitNanos, request) : attempt;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for a reservation, whose caller sees that its turn has come if nobody else does before.
   */
  void await(Request request) {
    boolean taken = false;
    try {
      for (long nanos = planSleep(request); nanos > 0; nanos = planSleep(request)) {
        Boolean _ =
            Suspension.<Boolean>awaitAtMost(
                request, Duration.ofNanos(nanos), woken -> sleep(request, woken));
      }
      taken = true;
    } finally {
      if (!taken) {
        giveUp(request);
      }
    }
  }

  /** Returns how long the caller should sleep; zero if it has been served. */
  private long planSleep(Request request) {
    lock.lock();
    try {
      request.asleep = false;
      if (!request.served && !request.queued) {
        enqueue(request); // It was taken for one that has given up, and has not.
      }
      long nowNanos = serve();
      if (request.served) {
        return 0;
      }
      if (request.wakeNanos <= nowNanos) {
        // The caller's clock is ahead. It is woken when it is the first, and then knows exactly.
        request.wakeNanos = Math.max(nowNanos + 1, bucket.readyNanos(wanted));
      }
      request.plannedNanos = request.wakeNanos;
      Clock sleepClock = Suspension.clock();
      request.sleepClock = sleepClock;
      request.sleepUntilNanos = sleepClock.nanoTime() + (request.wakeNanos - nowNanos);
      return request.wakeNanos - nowNanos;
    } finally {
      lock.unlock();
    }
  }

  /** Begins to sleep, unless something has changed since the plan. */
  private void sleep(Request request, Resumption<Boolean> woken) {
    lock.lock();
    try {
      if (request.served || !request.queued || request.wakeNanos != request.plannedNanos) {
        woken.resume(true);
      } else {
        request.waitBy(woken);
        request.asleep = true;
      }
    } finally {
      lock.unlock();
    }
  }

  private void giveUp(Request request) {
    lock.lock();
    try {
      request.asleep = false;
      if (request.served) {
        bucket.giveBack(request.permits);
      } else {
        dequeue(request);
      }
      serve();
    } finally {
      lock.unlock();
    }
  }

  // Called under the lock.

  private Attempt tryNow(long limitNanos, Request request) {
    long nowNanos = serve();
    long readyNanos = bucket.readyNanos(wanted + request.permits);
    if (readyNanos <= nowNanos && requests.isEmpty()) {
      bucket.take(request.permits);
      return Attempt.ACQUIRED;
    }
    if (readyNanos - nowNanos <= limitNanos) {
      request.wakeNanos = readyNanos;
      enqueue(request);
      return Attempt.RESERVED;
    }
    return Attempt.REFUSED;
  }

  private void enqueue(Request request) {
    requests.add(request);
    request.queued = true;
    wanted += request.permits;
  }

  private void dequeue(Request request) {
    if (request.queued) {
      requests.remove(request);
      request.queued = false;
      wanted -= request.permits;
    }
  }

  /** Removes all requests that have given up. Returns true if there were any. */
  private boolean removeGivenUp() {
    List<Request> givenUp = new ArrayList<>();
    boolean _ = requests.any(each -> each.hasGivenUp() && !givenUp.add(each));
    givenUp.forEach(this::dequeue);
    return !givenUp.isEmpty();
  }

  /**
   * Takes tokens for the requests whose turn has come. Then wakes the first one of those left, if
   * it means to sleep for too long because others have given up since it arrived. The rest need not
   * know before they are the first.
   *
   * @return the time, in elapsed time
   */
  private long serve() {
    long nowNanos = clock.nanoTime() - originNanos;
    Request first = requests.peek();
    while (first != null && tryServe(first, nowNanos)) {
      first = requests.peek();
    }
    if (first == null) {
      bucket.discardOverflow(nowNanos);
    } else {
      long turnNanos = bucket.readyNanos(first.permits);
      if (turnNanos < first.wakeNanos) {
        first.wakeNanos = turnNanos;
        first.wake();
      }
    }
    return nowNanos;
  }

  /** Serves the first request, or removes it if it has given up. False if it must wait on. */
  private boolean tryServe(Request first, long nowNanos) {
    boolean ready = bucket.readyNanos(first.permits) <= nowNanos;
    boolean gone = first.hasGivenUp();
    if (!ready && !gone) {
      return false;
    }
    dequeue(first);
    if (!gone) {
      bucket.take(first.permits);
      first.served = true;
      first.wake();
    }
    return true;
  }
}
