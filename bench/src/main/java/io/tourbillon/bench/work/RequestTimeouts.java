package io.tourbillon.bench.work;

import io.tourbillon.bench.subject.SubjectTask;
import io.tourbillon.bench.subject.TimerSubject;

/**
 * Request timeouts: cancels one of the pending timers and arms another in its place, due in 30 to
 * 60 s. None comes due during the work. If there are more than a million, which take long to arm,
 * they are due in 10 to 20 minutes. Each timer gets a new task. The service reads its clock once,
 * in arm.
 *
 * <p>Several threads can do this together, each with a share of the places.
 */
public final class RequestTimeouts implements SteadyWork {
  private static final int DELAY_SECONDS = 30;
  private static final int MANY = 1_000_000;
  private static final int DELAY_SECONDS_OF_MANY = 600;

  private final TimerSubject timers;
  private final int pending;
  private final Order order;
  private final Share whole;
  private final long leastDelayNanos;
  private final int moreDelayMicros;

  /**
   * @param timers with at least {@code pending} places
   */
  public RequestTimeouts(TimerSubject timers, int pending, Order order) {
    this.timers = timers;
    this.pending = pending;
    this.order = order;
    whole = new Share(0, pending, 1);
    int leastDelaySeconds = pending > MANY ? DELAY_SECONDS_OF_MANY : DELAY_SECONDS;
    leastDelayNanos = leastDelaySeconds * 1_000_000_000L;
    moreDelayMicros = leastDelaySeconds * 1_000_000;
  }

  @Override
  public void fill() {
    for (int place = 0; place < pending; place++) {
      timers.arm(place, whole.nextDelayNanos(), SubjectTask.newIdle());
    }
    check();
  }

  @Override
  public void operate() {
    whole.operate();
  }

  /**
   * Returns the operation of one of several threads, on places that no other thread uses.
   *
   * @param thread from 0 to threads - 1
   * @param threads at most as many as there are places
   */
  public Operation share(int thread, int threads) {
    if (threads > pending) {
      throw new IllegalArgumentException(
          "threads must be at most as many as places, " + pending + ": " + threads);
    }
    int firstPlace = firstPlaceOf(thread, threads);
    return new Share(firstPlace, firstPlaceOf(thread + 1, threads) - firstPlace, 1 + 2 * thread);
  }

  private int firstPlaceOf(int thread, int threads) {
    return (int) ((long) pending * thread / threads);
  }

  @Override
  public void settle() {
    timers.settle(pending);
  }

  @Override
  public void check() {
    timers.requirePending(pending);
  }

  /** Cancels all pending timers, as at the end of a peak. */
  public void drain() {
    for (int place = 0; place < pending; place++) {
      if (!timers.cancel(place)) {
        throw SteadyWork.notPending(place);
      }
    }
    timers.requirePending(0);
  }

  @Override
  public void close() {
    timers.close();
  }

  /** A range of places, with the random numbers of one thread. */
  private final class Share implements Operation {
    private final int firstPlace;
    private final Victims victims;
    private final Xorshift random;

    Share(int firstPlace, int places, long seed) {
      this.firstPlace = firstPlace;
      victims = new Victims(order, places, seed);
      random = new Xorshift(seed + 1);
    }

    @Override
    public void operate() {
      int place = firstPlace + victims.next();
      if (!timers.cancel(place)) {
        throw SteadyWork.notPending(place);
      }
      timers.arm(place, nextDelayNanos(), SubjectTask.newIdle());
    }

    long nextDelayNanos() {
      return leastDelayNanos + random.nextBelow(moreDelayMicros) * 1_000L;
    }
  }
}
