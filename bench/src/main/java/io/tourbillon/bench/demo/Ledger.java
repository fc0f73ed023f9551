package io.tourbillon.bench.demo;

import io.tourbillon.timer.TimerStats;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToLongFunction;
import org.HdrHistogram.AtomicHistogram;
import org.HdrHistogram.Histogram;

/**
 * Checks the promise of the service: every accepted timer ends in exactly one of fired, cancelled
 * or handed back, and none fires early. Holds an {@link Account} for each kind of timer. The delays
 * of coroutines, which are timers of their loops, have a ledger of their own.
 *
 * <p>Accounts are opened by one thread before the timers, and judged by it after all other threads
 * have ended.
 */
final class Ledger {
  /** What is later still counts as that late. */
  static final long MAX_LATENESS_NANOS = TimeUnit.HOURS.toNanos(1);

  private static final int DIGITS = 3;

  private final Histogram latenessNanos = new AtomicHistogram(MAX_LATENESS_NANOS, DIGITS);
  private final List<Account> accounts = new ArrayList<>();
  private final LongAdder strangers = new LongAdder();

  /** Opens the account of a kind of timers, named in the plural. */
  Account open(String kind) {
    Account account = new Account(kind, latenessNanos);
    accounts.add(account);
    return account;
  }

  List<Account> accounts() {
    return accounts;
  }

  /**
   * Begins to measure lateness. A full collection comes before and a shutdown after: what is late
   * through those tells nothing about the service.
   */
  void measureLateness() {
    latenessNanos.reset();
  }

  /** How long after its requested deadline each task began to run, of those measured so far. */
  Histogram latenessNanos() {
    return latenessNanos.copy();
  }

  /** Enters what the service handed back when it was shut down. */
  void handBack(List<Runnable> tasks) {
    for (Runnable task : tasks) {
      if (task instanceof CheckedTimer timer) {
        timer.end(CheckedTimer.State.HANDED_BACK);
      } else {
        strangers.increment();
      }
    }
  }

  /** The sum of one column over all kinds. */
  long total(ToLongFunction<Account> column) {
    return accounts.stream().mapToLong(column).sum();
  }

  /** The promises that were broken, each as a sentence; none if all is well. */
  List<String> broken() {
    List<String> broken = new ArrayList<>();
    for (Account account : accounts) {
      broken.addAll(account.broken());
    }
    if (strangers.sum() > 0) {
      broken.add(
          String.format(
              Locale.ROOT,
              "the very objects are handed back: %,d tasks were none of ours",
              strangers.sum()));
    }
    return broken;
  }

  /** Where the service's own counts differ from ours, each as a sentence; none if all is well. */
  List<String> disagreements(TimerStats stats) {
    List<String> different = new ArrayList<>();
    compare(different, "scheduled", stats.scheduled(), total(Account::accepted));
    compare(different, "fired", stats.fired(), total(Account::fired));
    compare(different, "cancelled", stats.cancelled(), total(Account::cancelled));
    compare(different, "handed back", stats.handedBack(), total(Account::handedBack));
    compare(different, "pending after shutdown", stats.pending(), 0);
    compare(different, "rejected", stats.rejected(), 0);
    compare(different, "exceptions", stats.exceptions(), 0);
    return different;
  }

  private static void compare(List<String> different, String count, long theirs, long ours) {
    if (theirs != ours) {
      different.add(
          String.format(
              Locale.ROOT, "the stats are true: they say %,d %s, we %,d", theirs, count, ours));
    }
  }
}
