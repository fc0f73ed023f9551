package io.tourbillon.bench.orders;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What customers know of their orders: the requests that they have sent, and the answers that have
 * come. It stays when the program is killed. Thread-safe.
 */
final class OrderBook {
  /**
   * How long after the acknowledgement of its payment an order may still begin to expire: by then a
   * firing that had begun before has reached its handler, on the busiest machine.
   */
  private static final long GRACE_MICROS = 500_000;

  /** Guarded by the book. */
  private static final class Order {
    final long dueMicros;
    boolean accepted;

    /** Whether a payment was sent, and no answer has come. */
    boolean payingUnanswered;

    /** When the payment was acknowledged; zero if it was not. */
    long paidMicros;

    int expiries;
    long firstExpiryMicros;
    long lastExpiryMicros;

    Order(long dueMicros) {
      this.dueMicros = dueMicros;
    }

    boolean isPaid() {
      return paidMicros > 0;
    }

    boolean mustExpire() {
      return accepted && !isPaid() && !payingUnanswered;
    }

    boolean isLost() {
      return mustExpire() && expiries == 0;
    }

    boolean wasEarly() {
      return expiries > 0 && firstExpiryMicros < dueMicros;
    }

    boolean expiredAfterPayment() {
      return isPaid() && expiries > 0 && lastExpiryMicros > paidMicros + GRACE_MICROS;
    }
  }

  private final Map<Long, Order> orders = new HashMap<>();
  private @Nullable String failure;

  synchronized void ordered(long id, long dueMicros) {
    orders.put(id, new Order(dueMicros));
  }

  /** Notes that a payment is sent. Returns false if the order is not known to be open. */
  synchronized boolean tryPay(long id) {
    Order order = order(id);
    if (!order.accepted || order.expiries > 0 || order.isPaid()) {
      return false;
    }
    order.payingUnanswered = true;
    return true;
  }

  /**
   * Notes an answer of the program.
   *
   * @throws IllegalArgumentException if it is none
   */
  synchronized void answered(String line) {
    String[] words = line.split(" ", -1);
    switch (words[0]) {
      case "accepted" -> order(Long.parseLong(words[1])).accepted = true;
      case "paid" -> {
        Order order = order(Long.parseLong(words[1]));
        order.payingUnanswered = false;
        order.paidMicros = Long.parseLong(words[2]);
      }
      case "late" -> order(Long.parseLong(words[1])).payingUnanswered = false;
      case "expired" ->
          expired(
              order(Long.parseLong(words[1])), Long.parseLong(words[3]), Long.parseLong(words[2]));
      case "failed" -> failure = line;
      default -> throw new IllegalArgumentException("an answer must be known: " + line);
    }
  }

  private void expired(Order order, long nowMicros, long dueMicros) {
    if (dueMicros != order.dueMicros) {
      failure = "an order expired for another time than it was due";
    }
    if (order.expiries == 0) {
      order.firstExpiryMicros = nowMicros;
    }
    order.lastExpiryMicros = nowMicros;
    order.expiries++;
  }

  private Order order(long id) {
    Order order = orders.get(id);
    if (order == null) {
      throw new IllegalArgumentException("an answer must be about an order: " + id);
    }
    return order;
  }

  private synchronized long count(Predicate<Order> which) {
    return orders.values().stream().filter(which).count();
  }

  long accepted() {
    return count(order -> order.accepted);
  }

  long paid() {
    return count(Order::isPaid);
  }

  long expired() {
    return count(order -> order.expiries > 0);
  }

  /** Orders that were accepted and have neither been paid nor expired. */
  long open() {
    return count(order -> order.accepted && !order.isPaid() && order.expiries == 0);
  }

  /** Requests whose answer has not come. */
  long unanswered() {
    return count(order -> !order.accepted || order.payingUnanswered);
  }

  long mustExpire() {
    return count(Order::mustExpire);
  }

  long lost() {
    return count(Order::isLost);
  }

  long early() {
    return count(Order::wasEarly);
  }

  long expiredAfterPayment() {
    return count(Order::expiredAfterPayment);
  }

  long repeated() {
    return count(order -> order.expiries > 1);
  }

  /** What the program has reported as a failure, or null. */
  synchronized @Nullable String failure() {
    return failure;
  }

  /** When the first order expired after a moment; zero if none has. */
  synchronized long firstExpiryAfter(long micros) {
    return orders.values().stream()
        .filter(order -> order.expiries > 0)
        .mapToLong(order -> order.firstExpiryMicros)
        .filter(at -> at > micros)
        .min()
        .orElse(0);
  }

  /** How late the orders of a kind expired, in microseconds, sorted. */
  synchronized long[] latenessMicros(Times which) {
    return orders.values().stream()
        .filter(order -> order.expiries > 0)
        .filter(order -> which.test(order.dueMicros, order.firstExpiryMicros))
        .mapToLong(order -> order.firstExpiryMicros - order.dueMicros)
        .sorted()
        .toArray();
  }

  /** Chooses orders by when they were due and when they expired, in microseconds since 1970. */
  interface Times {
    boolean test(long dueMicros, long expiredMicros);
  }
}
