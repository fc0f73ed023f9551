package io.tourbillon.timer.internal.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A database that accepts connections and says nothing holds nobody up for ever. */
@Timeout(30)
class LimitedOpenerTest {
  private static final int LIMIT_MILLIS = 50;

  private final CountDownLatch answer = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);
  private final LimitedOpener opener = new LimitedOpener(1, LIMIT_MILLIS);

  private AutoCloseable hang() {
    try {
      answer.await();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
    return closed::countDown;
  }

  private static String messageOf(SQLException failure) {
    return String.valueOf(failure.getMessage());
  }

  @Test
  void opening_thatHangs_fails_andIsClosedWhenItComes() throws Exception {
    SQLException late = assertThrows(SQLException.class, () -> opener.open(this::hang));
    assertEquals("no connection within 50 ms", messageOf(late));
    SQLException second = assertThrows(SQLException.class, () -> opener.open(this::hang));
    assertEquals("1 connections hang while they are opened", messageOf(second));
    answer.countDown();
    assertTrue(closed.await(10, TimeUnit.SECONDS));
  }

  @Test
  void opening_thatFails_tellsTheCodeOfTheDatabase() {
    SQLException cause = new SQLException("damaged", null, 26);
    SQLException failure =
        assertThrows(
            SQLException.class,
            () ->
                opener.open(
                    () -> {
                      throw cause;
                    }));
    assertEquals(26, failure.getErrorCode());
    assertSame(cause, failure.getCause());
  }

  @Test
  void interrupt_ofOneWhoCanNotBeInterrupted_isAFailure_andStaysSet() {
    Thread.currentThread().interrupt();
    assertThrows(SQLException.class, () -> opener.openOrFail(this::hang));
    assertTrue(Thread.interrupted());
    answer.countDown();
  }
}
