package io.tourbillon.bench.orders;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

/** What a broken program would do is found in the book. */
class OrderBookTest {
  private static final long DUE = 10_000_000;

  private final OrderBook book = new OrderBook();
  private final StringWriter out = new StringWriter();

  private void answered(String... lines) {
    for (String line : lines) {
      book.answered(line);
    }
  }

  private boolean isKept() {
    return new OrdersAccount(book, new PrintWriter(out)).print(false, true);
  }

  private void assertBroken(String breach) {
    assertFalse(isKept());
    assertTrue(out.toString().contains("BROKEN    " + breach), out::toString);
    assertFalse(out.toString().contains("promise"), out::toString);
  }

  @Test
  void account_ofOrdersThatEnd_isKept() {
    book.ordered(1, DUE);
    book.ordered(2, DUE);
    answered("accepted 1", "accepted 2", "expired 1 10000000 10000000");
    assertTrue(book.tryPay(2));
    answered("paid 2 9000000");
    assertTrue(isKept());
    assertTrue(
        out.toString().contains("kept: each of 1 orders that were not paid expired, none early"),
        out::toString);
  }

  @Test
  void account_acceptedAndNeverExpired_isALoss() {
    book.ordered(1, DUE);
    answered("accepted 1");
    assertBroken("no order is lost: 1 never expired");
  }

  @Test
  void account_expiredTooSoon_isEarly() {
    book.ordered(1, DUE);
    answered("accepted 1", "expired 1 10000000 9999999");
    assertBroken("never early: 1 expired before they were due");
  }

  @Test
  void account_expiredAfterItsPaymentWasAcknowledged_isABreach() {
    book.ordered(1, DUE);
    answered("accepted 1", "paid 1 9000000", "expired 1 10000000 10000001");
    assertBroken("a paid order is safe: 1 of them expired");
  }

  @Test
  void account_expiryThatHadBegunBeforeThePayment_isNone() {
    book.ordered(1, DUE);
    answered("accepted 1", "expired 1 10000000 10000001", "paid 1 10000002");
    assertTrue(isKept());
  }

  /** The kill came between the request and its answer: both ends are right. */
  @Test
  void account_paymentWithoutAnAnswer_mayExpireOrNot() {
    book.ordered(1, DUE);
    book.ordered(2, DUE);
    answered("accepted 1", "accepted 2");
    assertTrue(book.tryPay(1));
    assertTrue(book.tryPay(2));
    answered("expired 2 10000000 10000001");
    assertEquals(2, book.unanswered());
    assertTrue(isKept());
  }

  @Test
  void account_paymentThatCameTooLate_mustExpire() {
    book.ordered(1, DUE);
    answered("accepted 1");
    assertTrue(book.tryPay(1));
    answered("late 1");
    assertBroken("no order is lost: 1 never expired");
  }

  @Test
  void account_expiredTwice_isCountedAndKept() {
    book.ordered(1, DUE);
    answered("accepted 1", "expired 1 10000000 10000001", "expired 1 10000000 12000000");
    assertEquals(1, book.repeated());
    assertTrue(isKept());
  }

  @Test
  void account_ofAnotherDueTime_isAFailure() {
    book.ordered(1, DUE);
    answered("accepted 1", "expired 1 9000000 10000001");
    assertBroken("no request may fail: an order expired for another time than it was due");
  }

  @Test
  void account_requestThatFailed_isAFailure() {
    book.ordered(1, DUE);
    answered("failed the disk is full");
    assertBroken("no request may fail: failed the disk is full");
  }

  @Test
  void tryPay_ofAnOrderThatIsNotOpen_isFalse() {
    book.ordered(1, DUE);
    assertFalse(book.tryPay(1), "not accepted");
    answered("accepted 1", "expired 1 10000000 10000001");
    assertFalse(book.tryPay(1), "expired");
  }

  @Test
  void answered_ofAnUnknownOrderOrWord_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> book.answered("accepted 1"));
    assertThrows(IllegalArgumentException.class, () -> book.answered("nonsense 1"));
  }

  @Test
  void latenessMicros_ofAKind_isSorted() {
    for (long id = 1; id <= 3; id++) {
      book.ordered(id, DUE + id);
      answered("accepted " + id);
    }
    answered("expired 1 10000001 10000009", "expired 2 10000002 10000004");
    assertArrayEquals(new long[] {2, 8}, book.latenessMicros((due, expired) -> true));
    assertArrayEquals(new long[] {8}, book.latenessMicros((due, expired) -> due == DUE + 1));
  }
}
