package io.tourbillon.coroutine.sync;

import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.Suspension;
import io.tourbillon.coroutine.Waiters;
import io.tourbillon.timer.Clock;
import io.tourbillon.timer.internal.ShortLock;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for a {@link RateLimiter}, and until when.
 *
 * <pre>
 *   enter ---> served at once
 *     |
 *     +------> in the row, until its turn ---> served, by whoever looks first: itself, as its wait
 *                     |                        is over, or another who comes, or leaves
 *                     +---> gives up, and what it would have taken is there for those behind it
 * </pre>
 *
 * <p>Each waits by its own timer until the time that was its turn when it came, so no one who is
 * late holds up another. If somebody gives up that is too long for those behind; but only the first
 * of them is woken to wait less, and then the next when that has become the first.
 *
 * <p>What is served is served: if its waiter has gone just then, that gives it back.
 */
final class Reservations {
  private final ShortLock lock = new ShortLock();
  private final String name;
  private final Clock clock;
  private final long originNanos;

  // Guarded by the lock.
  private final TokenBucket bucket;
  private final Waiters<Request> requests = new Waiters<>();

  /** Permits that those in the row want. */
  private long wanted;

  Reservations(String name, Clock clock, TokenBucket bucket) {
    this.name = name;
    this.clock = clock;
    this.bucket = bucket;
    originNanos = clock.nanoTime();
  }

  /** One who has to wait. Guarded by the lock. */
  final class Request {
    final int permits;
    Waiters.@Nullable Place<?> place;

    /** Its permits were taken for it. */
    boolean served;

    /** Until when it should wait; not before its turn, but it may be later. In elapsed time. */
    long wakeNanos;

    /** The same, when it decided to. */
    long plannedNanos;

    /** Null unless it waits. */
    @Nullable Resumption<Boolean> woken;

    Request(int permits) {
      this.permits = permits;
    }

    void wake() {
      if (woken != null) {
        woken.resume(true);
        woken = null;
      }
    }

    @Override
    public String toString() {
      return "acquiring " + permits + " of " + name;
    }
  }

  Request request(int permits) {
    return new Request(permits);
  }

  int available() {
    lock.lock();
    try {
      long nowNanos = serve();
      return requests.peek() == null ? bucket.tokens(nowNanos) : 0;
    } finally {
      lock.unlock();
    }
  }

  /** Takes its permits if they are there; if they will be within the limit, its place. */
  boolean isServedWithin(long limitNanos, Request request) {
    lock.lock();
    try {
      long nowNanos = serve();
      long readyNanos = bucket.readyNanos(wanted + request.permits);
      if (readyNanos <= nowNanos && requests.peek() == null) {
        bucket.take(request.permits);
        return true;
      }
      if (readyNanos - nowNanos <= limitNanos) {
        request.wakeNanos = readyNanos;
        request.place = requests.add(request);
        wanted += request.permits;
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until it is served, which it will see for itself if nobody does before. */
  void await(Request request) {
    boolean taken = false;
    try {
      for (long nanos = leftNanos(request); nanos > 0; nanos = leftNanos(request)) {
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

  /** How long it should wait; zero if it has been served. */
  private long leftNanos(Request request) {
    lock.lock();
    try {
      request.woken = null;
      long nowNanos = serve();
      if (request.served) {
        return 0;
      }
      if (request.wakeNanos <= nowNanos) {
        // Its own clock is ahead. It is told when it is the first, and then knows for sure.
        request.wakeNanos = Math.max(nowNanos + 1, bucket.readyNanos(wanted));
      }
      request.plannedNanos = request.wakeNanos;
      return request.wakeNanos - nowNanos;
    } finally {
      lock.unlock();
    }
  }

  /** Is about to wait, unless something has come up since it decided to. */
  private void sleep(Request request, Resumption<Boolean> woken) {
    lock.lock();
    try {
      if (request.served || request.wakeNanos != request.plannedNanos) {
        woken.resume(true);
      } else {
        request.woken = woken;
      }
    } finally {
      lock.unlock();
    }
  }

  private void giveUp(Request request) {
    lock.lock();
    try {
      serve();
      if (request.served) {
        bucket.giveBack(request.permits);
      } else {
        Objects.requireNonNull(request.place).leave();
        wanted -= request.permits;
      }
      serve();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes permits for those whose turn has come. Then tells the first of those left, if it means to
   * wait for too long as others have given up since it came; the others need not know before they
   * are the first. Under the lock.
   *
   * @return the time, in elapsed time
   */
  private long serve() {
    long nowNanos = clock.nanoTime() - originNanos;
    Request first = requests.peek();
    while (first != null && bucket.readyNanos(first.permits) <= nowNanos) {
      requests.poll();
      wanted -= first.permits;
      bucket.take(first.permits);
      first.served = true;
      first.wake();
      first = requests.peek();
    }
    if (first == null) {
      bucket.runOver(nowNanos);
    } else {
      long turnNanos = bucket.readyNanos(first.permits);
      if (turnNanos < first.wakeNanos) {
        first.wakeNanos = turnNanos;
        first.wake();
      }
    }
    return nowNanos;
  }
}
