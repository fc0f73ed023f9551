package io.tourbillon.bench.orders;

import java.io.PrintWriter;
import java.util.Locale;

/** Judges a book of orders, and prints what came of them. */
final class OrdersAccount {
  private final OrderBook book;
  private final PrintWriter out;
  private long killedMicros;
  private long reopenedMicros;

  OrdersAccount(OrderBook book, PrintWriter out) {
    this.book = book;
    this.out = out;
  }

  /** Tells of the kill. */
  void killed(long pid, long afterMicros) {
    line(
        "killed",
        "process %d after %.1f s, with SIGKILL: %,d orders open, %,d requests unanswered",
        pid,
        afterMicros / 1e6,
        book.open(),
        book.unanswered());
  }

  /** Tells of the next process. */
  void reopened(long pid, long killedAtMicros, long nowMicros) {
    killedMicros = killedAtMicros;
    reopenedMicros = nowMicros;
    line("back", "process %d, %.1f s after the kill", pid, (nowMicros - killedAtMicros) / 1e6);
  }

  /** Prints that it was stopped before the kill. */
  boolean printStopped() {
    line("stopped", "before the kill; %,d orders were open", book.open());
    return printBreaches(false, true);
  }

  /**
   * Prints the account.
   *
   * @param stopped whether some orders could not end
   * @param endedWell whether the last process has ended by itself, without a failure
   * @return whether every promise was kept
   */
  boolean print(boolean stopped, boolean endedWell) {
    line(
        "orders",
        "%,d accepted: %,d paid in time, %,d expired",
        book.accepted(),
        book.paid(),
        book.expired());
    long firstMicros = book.firstExpiryAfter(reopenedMicros);
    if (firstMicros > 0) {
      line(
          "again",
          "the first order expired %.2f s after the new process was ready",
          (firstMicros - reopenedMicros) / 1e6);
    }
    printLateness("late", "before the kill", (due, expired) -> expired < killedMicros);
    printLateness(
        "outage",
        "due before the return",
        (due, expired) -> expired >= killedMicros && due < reopenedMicros);
    printLateness("after", "due after the return", (due, expired) -> due >= reopenedMicros);
    line(
        "repeated",
        "%,d expired again, because the kill came before their end was durable",
        book.repeated());
    return printBreaches(!stopped, endedWell);
  }

  private void printLateness(String title, String which, OrderBook.Times times) {
    long[] micros = book.latenessMicros(times);
    if (micros.length > 0) {
      line(
          title,
          "ms: p50 %.1f, p99 %.1f, max %.1f; of %,d %s",
          at(micros, 0.5),
          at(micros, 0.99),
          at(micros, 1),
          micros.length,
          which);
    }
  }

  private static double at(long[] sorted, double share) {
    return sorted[Math.max(0, (int) Math.ceil(sorted.length * share) - 1)] / 1e3;
  }

  private boolean printBreaches(boolean all, boolean endedWell) {
    boolean kept = endedWell;
    if (!endedWell) {
      line("BROKEN", "the last process must end by itself: it did not");
    }
    String failure = book.failure();
    if (failure != null) {
      line("BROKEN", "no request may fail: %s", failure);
      kept = false;
    }
    if (all) {
      kept &= none(book.lost(), "no order is lost: %,d never expired");
    }
    kept &= none(book.early(), "never early: %,d expired before they were due");
    kept &= none(book.expiredAfterPayment(), "a paid order is safe: %,d of them expired");
    if (kept && all) {
      line(
          "promise",
          "kept: each of %,d orders that were not paid expired, none early, and none of %,d that"
              + " were paid",
          book.mustExpire(),
          book.paid());
    }
    return kept;
  }

  private boolean none(long breaches, String rule) {
    if (breaches > 0) {
      line("BROKEN", rule, breaches);
    }
    return breaches == 0;
  }

  private void line(String title, String form, Object... figures) {
    out.printf(Locale.ROOT, "%-9s " + form + "%n", prepend(title, figures));
    out.flush();
  }

  private static Object[] prepend(String title, Object[] figures) {
    Object[] all = new Object[figures.length + 1];
    all[0] = title;
    System.arraycopy(figures, 0, all, 1, figures.length);
    return all;
  }
}
