package io.tourbillon.timer.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.internal.store.Check;
import io.tourbillon.timer.internal.store.Row;
import io.tourbillon.timer.internal.store.StoreSession;
import io.tourbillon.timer.internal.store.Stores;
import io.tourbillon.timer.internal.store.TimerKey;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Second checks of timers on a connection that hangs until it is broken. */
@Timeout(30)
class RechecksTest {
  private static final Row ROW = new Row(new TimerKey("h", "k"), 0, 0, 1, 0);
  private static final int TIMEOUT_MILLIS = 50;

  private final CountDownLatch checking = new CountDownLatch(1);
  private final CountDownLatch aborted = new CountDownLatch(1);
  private final AtomicInteger opened = new AtomicInteger();
  private final AtomicInteger closed = new AtomicInteger();
  private final Rechecks rechecks =
      new Rechecks(Stores.of(this::hangingSession), TIMEOUT_MILLIS, "node");

  private StoreSession hangingSession() {
    opened.incrementAndGet();
    return (StoreSession)
        Proxy.newProxyInstance(
            RechecksTest.class.getClassLoader(),
            new Class<?>[] {StoreSession.class},
            (_, method, _) -> {
              switch (method.getName()) {
                case "check" -> {
                  checking.countDown();
                  aborted.await();
                  throw new SQLException("broken");
                }
                case "abort" -> aborted.countDown();
                case "close" -> closed.incrementAndGet();
                default -> throw new AssertionError(method);
              }
              return null;
            });
  }

  private CompletableFuture<Check> check() {
    CompletableFuture<Check> done = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                done.complete(rechecks.check(ROW));
              } catch (SQLException | InterruptedException failure) {
                done.completeExceptionally(failure);
              }
            });
    return done;
  }

  private static void assertBroken(CompletableFuture<Check> check) {
    ExecutionException failure =
        assertThrows(ExecutionException.class, () -> check.get(10, TimeUnit.SECONDS));
    assertInstanceOf(SQLException.class, failure.getCause());
  }

  @Test
  void close_whileACheckHangs_breaksItsConnection() throws Exception {
    CompletableFuture<Check> hanging = check();
    assertTrue(checking.await(10, TimeUnit.SECONDS));
    CompletableFuture<Check> next = check();
    assertTrue(rechecks.close(1));
    assertBroken(hanging);
    assertFalse(next.get(10, TimeUnit.SECONDS).leased());
    assertEquals(1, closed.get());
  }

  @Test
  void check_afterTheClose_opensNothing() throws Exception {
    assertTrue(rechecks.close(1));
    assertEquals(new Check(0, 0, false, List.of()), rechecks.check(ROW));
    assertEquals(0, opened.get());
  }

  @Test
  void watch_breaksTheConnectionOfACheckThatHangs() throws Exception {
    CompletableFuture<Check> hanging = check();
    assertTrue(checking.await(10, TimeUnit.SECONDS));
    while (!hanging.isDone()) {
      rechecks.breakIfSilent();
      TimeUnit.MILLISECONDS.sleep(10);
    }
    assertBroken(hanging);
  }
}
