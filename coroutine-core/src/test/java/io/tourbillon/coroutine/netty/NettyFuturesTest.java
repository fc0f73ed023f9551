package io.tourbillon.coroutine.netty;

import static io.tourbillon.coroutine.Cancelled.assertCancelled;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.concurrent.DefaultPromise;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.netty.util.concurrent.Promise;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.TestSchedulers;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NettyFuturesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final CoroutineScheduler scheduler =
      CoroutineScheduler.builder()
          .loops(1)
          .engine(Engine.valueOf(System.getProperty("tests.engine", "HANDOFF")))
          .build();
  private final Promise<String> promise = new DefaultPromise<>(ImmediateEventExecutor.INSTANCE);

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  private Coroutine<String> awaiting() {
    return scheduler.spawn(() -> NettyFutures.await(promise));
  }

  @Test
  void await_success_returnsTheValue() throws Exception {
    Coroutine<String> coroutine = awaiting();
    promise.setSuccess("value");
    assertEquals("value", coroutine.join(PATIENCE));
    assertEquals("value", awaiting().join(PATIENCE));
  }

  @Test
  void await_failure_isWrappedAsByJoin() throws Exception {
    IOException cause = new IOException("broken");
    Coroutine<Throwable> coroutine =
        scheduler.spawn(
            () ->
                assertThrows(CompletionException.class, () -> NettyFutures.await(promise))
                    .getCause());
    promise.setFailure(cause);
    assertSame(cause, coroutine.join(PATIENCE));
  }

  @Test
  void await_ofAFutureThatIsCancelled_isNotTheCoroutinesOwnCancellation() throws Exception {
    Coroutine<Boolean> coroutine =
        scheduler.spawn(
            () ->
                assertCancelled(() -> NettyFutures.await(promise))
                    instanceof CoroutineCancelledException);
    promise.cancel(false);
    assertFalse(coroutine.join(PATIENCE));
  }

  @Test
  void await_byAThread_isRefused() {
    IllegalStateException refusal =
        assertThrows(IllegalStateException.class, () -> NettyFutures.await(promise));
    assertTrue(
        refusal.getMessage().startsWith("NettyFutures.await must be called inside a coroutine"),
        refusal.getMessage());
  }

  @Test
  void await_cancelled_leavesTheFutureAlone() {
    Coroutine<String> coroutine = awaiting();
    TestSchedulers.awaitSuspended(coroutine);
    coroutine.cancel();
    assertCancelled(() -> coroutine.join(PATIENCE));
    assertFalse(promise.isDone());
    promise.setSuccess("nobody listens");
  }
}
