package io.tourbillon.bench.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;

/**
 * What has become of the timers of one kind. Written by any thread; the counts fit together once
 * all of those have ended.
 */
final class Account {
  private final String kind;
  private final Histogram latenessNanos;
  private final LongAdder accepted = new LongAdder();
  private final LongAdder fired = new LongAdder();
  private final LongAdder cancelled = new LongAdder();
  private final LongAdder handedBack = new LongAdder();
  private final LongAdder endedAgain = new LongAdder();
  private final LongAdder early = new LongAdder();
  private final LongAccumulator earliestNanos = new LongAccumulator(Math::max, 0);

  /**
   * Opens an account.
   *
   * @param kind what these timers are, in the plural
   * @param latenessNanos where to record lateness; safe for many threads
   */
  Account(String kind, Histogram latenessNanos) {
    this.kind = kind;
    this.latenessNanos = latenessNanos;
  }

  void accept() {
    accepted.increment();
  }

  /** A timer came to the end that it may have once. */
  void end(CheckedTimer.State state) {
    switch (state) {
      case FIRED -> fired.increment();
      case CANCELLED -> cancelled.increment();
      case HANDED_BACK -> handedBack.increment();
      case OPEN -> throw new IllegalArgumentException("OPEN is no end");
    }
  }

  /** A timer that had ended came to another end. */
  void endAgain() {
    endedAgain.increment();
  }

  /** A task began to run so long after its deadline; before it if the number is negative. */
  void run(long latenessOfRunNanos) {
    if (latenessOfRunNanos < 0) {
      early.increment();
      earliestNanos.accumulate(-latenessOfRunNanos);
    }
    latenessNanos.recordValue(Math.clamp(latenessOfRunNanos, 0, Ledger.MAX_LATENESS_NANOS));
  }

  String kind() {
    return kind;
  }

  long accepted() {
    return accepted.sum();
  }

  long fired() {
    return fired.sum();
  }

  long cancelled() {
    return cancelled.sum();
  }

  long handedBack() {
    return handedBack.sum();
  }

  /** The promises that were broken, each as a sentence; none if all is well. */
  List<String> broken() {
    List<String> broken = new ArrayList<>();
    long ended = fired() + cancelled() + handedBack();
    if (accepted() != ended) {
      broken.add(
          String.format(
              Locale.ROOT,
              "no timer is lost: %,d %s were accepted, but %,d fired + %,d were cancelled"
                  + " + %,d handed back = %,d",
              accepted(),
              kind,
              fired(),
              cancelled(),
              handedBack(),
              ended));
    }
    if (endedAgain.sum() > 0) {
      broken.add(
          String.format(
              Locale.ROOT,
              "a timer ends once: %,d of the %s ended a second time",
              endedAgain.sum(),
              kind));
    }
    if (early.sum() > 0) {
      broken.add(
          String.format(
              Locale.ROOT,
              "never early: %,d of the %s fired before the deadline, by up to %.3f ms",
              early.sum(),
              kind,
              earliestNanos.get() / 1e6));
    }
    return broken;
  }
}
