package io.tourbillon.bench.orders;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A run of the demo of durable timers. */
public final class OrdersDemo {
  /** The shortest run in which some orders are open at the kill and some come after it. */
  public static final int LEAST_SECONDS = 4;

  private static final int ORDERS_A_TURN = 5;
  private static final long TURN_MICROS = 5_000;
  private static final long LEAST_DUE_MICROS = 1_200_000;
  private static final int DUE_SPREAD_MICROS = 2_300_000;

  /** Orders are paid a second before they expire at the latest. */
  private static final long PAID_BEFORE_MICROS = 1_000_000;

  private static final double SHARE_PAID = 0.6;
  private static final long OUTAGE_MILLIS = 1_000;
  private static final long PATIENCE_MICROS = 60_000_000;

  private final int seconds;
  private final PrintWriter out;
  private final Random random = new Random();
  private final OrderBook book = new OrderBook();
  private final PriorityQueue<Payment> payments =
      new PriorityQueue<>(Comparator.comparingLong(Payment::atMicros));
  private long lastId;

  /** Set by the thread that stops, read by the thread that runs. */
  private volatile boolean stopped;

  private record Payment(long id, long atMicros) {}

  /**
   * Prepares a run.
   *
   * @param seconds how long customers order, half of that before the kill
   * @param out where to print what happens, and the account
   */
  public OrdersDemo(int seconds, PrintWriter out) {
    this.seconds = seconds;
    this.out = out;
  }

  /** Makes the run end soon, with an account of what has happened by then. */
  public void stop() {
    stopped = true;
  }

  /**
   * Runs the demo and prints the account.
   *
   * @return whether every promise was kept
   */
  public boolean run() throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("tourbillon-orders");
    try {
      return run(folder.resolve("orders.db"));
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        List<Path> innermostFirst = files.sorted(Comparator.reverseOrder()).toList();
        for (Path file : innermostFirst) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  private boolean run(Path file) throws IOException, InterruptedException {
    OrdersAccount account = new OrdersAccount(book, out);
    Shop first = new Shop(file, book);
    long startMicros = OrdersProgram.nowMicros();
    long halfMicros = TimeUnit.SECONDS.toMicros(seconds) / 2;
    say("process %d keeps the timers of orders in an SQLite file", first.pid());
    try {
      serve(first, startMicros + halfMicros);
      if (stopped) {
        return account.printStopped();
      }
    } finally {
      first.kill();
    }
    long killedMicros = OrdersProgram.nowMicros();
    account.killed(first.pid(), killedMicros - startMicros);
    TimeUnit.MILLISECONDS.sleep(OUTAGE_MILLIS);
    Shop second = new Shop(file, book);
    try {
      long readyMicros = OrdersProgram.nowMicros();
      account.reopened(second.pid(), killedMicros, readyMicros);
      serve(second, readyMicros + halfMicros);
      awaitEnd(second);
      return account.print(stopped, second.close());
    } finally {
      second.kill();
    }
  }

  private void say(String form, Object... figures) {
    out.printf(Locale.ROOT, form + "%n", figures);
    out.flush();
  }

  /** Customers order and pay until a moment. */
  private void serve(Shop shop, long untilMicros) throws IOException, InterruptedException {
    long nowMicros = OrdersProgram.nowMicros();
    while (nowMicros < untilMicros && !stopped) {
      for (int order = 0; order < ORDERS_A_TURN; order++) {
        order(shop, nowMicros);
      }
      pay(shop, nowMicros);
      shop.send();
      TimeUnit.MICROSECONDS.sleep(TURN_MICROS);
      nowMicros = OrdersProgram.nowMicros();
    }
  }

  private void order(Shop shop, long nowMicros) throws IOException {
    long id = ++lastId;
    long dueMicros = nowMicros + LEAST_DUE_MICROS + random.nextInt(DUE_SPREAD_MICROS);
    book.ordered(id, dueMicros);
    shop.order(id, dueMicros);
    if (random.nextDouble() < SHARE_PAID) {
      long lastMicros = dueMicros - PAID_BEFORE_MICROS;
      payments.add(new Payment(id, random.nextLong(nowMicros, lastMicros)));
    }
  }

  /** Payments that were planned for the outage do not come. */
  private void pay(Shop shop, long nowMicros) throws IOException {
    Payment next = payments.peek();
    while (next != null && next.atMicros <= nowMicros) {
      payments.remove();
      if (nowMicros - next.atMicros < PAID_BEFORE_MICROS / 4 && book.tryPay(next.id)) {
        shop.pay(next.id);
      }
      next = payments.peek();
    }
  }

  /** Waits until all orders that must expire have done so, for at most a minute. */
  private void awaitEnd(Shop shop) throws InterruptedException {
    long endMicros = OrdersProgram.nowMicros() + PATIENCE_MICROS;
    while (!stopped && shop.isAlive() && book.lost() > 0 && OrdersProgram.nowMicros() < endMicros) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }
}
