package io.tourbillon.bench.account;

import io.tourbillon.bench.account.Account.End;
import io.tourbillon.timer.TimerStats;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToLongFunction;
import org.HdrHistogram.AtomicHistogram;
import org.HdrHistogram.ValueRecorder;

/**
 * Accounts that are added up and whose lateness is measured together: those of one timer service,
 * or of one scheduler. They are kept without trusting the counts of the service; {@link
 * #disagreements} compares those with ours.
 *
 * <p>Written by any thread. The counts agree once all threads and coroutines of the run have ended.
 */
public class Accounts {
  private final ValueRecorder latenessNanos;
  private final List<Account> accounts = new CopyOnWriteArrayList<>();
  private final AtomicLong strangers = new AtomicLong();

  /**
   * Makes an empty list.
   *
   * @param latenessNanos gets how late each run was
   */
  public Accounts(ValueRecorder latenessNanos) {
    this.latenessNanos = latenessNanos;
  }

  /**
   * Opens an account.
   *
   * @param kind what it counts, in the plural
   */
  public final Account open(String kind) {
    Account account = new Account(kind, latenessNanos);
    accounts.add(account);
    return account;
  }

  /** As {@link #open}, for timers whose lateness is not measured. */
  public final Account openUnmeasured(String kind) {
    Account account = new Account(kind, new AtomicHistogram(Account.MAX_LATENESS_NANOS, 0));
    accounts.add(account);
    return account;
  }

  /** In the order in which they were opened. */
  public final List<Account> accounts() {
    return accounts;
  }

  /** Adds up the ends of all accounts. */
  public final long total(End end) {
    return total(account -> account.ended(end));
  }

  /** Adds up a column of all accounts. */
  public final long total(ToLongFunction<Account> column) {
    return accounts.stream().mapToLong(column).sum();
  }

  /** Enters what the service handed back when it was shut down. */
  public final void handBack(List<Runnable> tasks) {
    for (Runnable task : tasks) {
      if (task instanceof CheckedTimer timer) {
        timer.end(End.HANDED_BACK);
      } else {
        strangers.incrementAndGet();
      }
    }
  }

  /** Adds a sentence for each promise about timers or delays that was broken. */
  public final void addBrokenOfTimers(List<String> broken) {
    accounts.forEach(account -> account.addBrokenOfTimers(broken));
    if (strangers.get() > 0) {
      broken.add(
          String.format(
              Locale.ROOT,
              "the very objects are handed back: %,d tasks were none of ours",
              strangers.get()));
    }
  }

  /** Adds a sentence for each promise about coroutines that was broken. */
  public final void addBrokenOfCoroutines(List<String> broken) {
    accounts.forEach(account -> account.addBrokenOfCoroutines(broken));
  }

  /**
   * Returns a sentence for each count of the service that differs from ours.
   *
   * @param stats those of the service after its close
   * @param rejected timers and tasks that were refused
   * @param exceptions tasks that threw
   */
  public final List<String> disagreements(TimerStats stats, long rejected, long exceptions) {
    List<String> different = new ArrayList<>();
    compare(different, "scheduled", stats.scheduled(), total(Account::begun));
    compare(different, "fired", stats.fired(), total(End.FIRED));
    compare(different, "cancelled", stats.cancelled(), total(End.CANCELLED));
    compare(different, "handed back", stats.handedBack(), total(End.HANDED_BACK));
    compare(different, "pending after shutdown", stats.pending(), 0);
    compare(different, "rejected", stats.rejected(), rejected);
    compare(different, "exceptions", stats.exceptions(), exceptions);
    return different;
  }

  /** Adds a sentence if a count of the library differs from ours. */
  public static void compare(List<String> different, String count, long theirs, long ours) {
    if (theirs != ours) {
      different.add(
          String.format(
              Locale.ROOT, "the stats are true: they say %,d %s, we %,d", theirs, count, ours));
    }
  }
}
