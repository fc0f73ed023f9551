package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.Cancelled.assertCancelled;
import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SuspendTest {
  private final CoroutineScheduler scheduler = TestSchedulers.builder().loops(2).build();
  private final CompletableFuture<Resumption<String>> handle = new CompletableFuture<>();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  private Coroutine<String> suspended() {
    return scheduler.spawn(() -> Coroutines.<String>suspend(handle::complete));
  }

  private static void awaitSuspension(Coroutine<?> coroutine) {
    TestSchedulers.awaitSuspended(coroutine);
  }

  @Test
  void resume_fromAThread_bringsTheValueOnce() throws Exception {
    Coroutine<String> coroutine = suspended();
    awaitSuspension(coroutine);
    assertTrue(handle.join().resume("first"));
    assertFalse(handle.join().resume("second"));
    assertFalse(handle.join().fail(new IOException()));
    assertEquals("first", coroutine.join(PATIENCE));
  }

  @Test
  void resume_insideTheRegistration_doesNotSuspend() throws Exception {
    Coroutine<String> coroutine =
        scheduler.spawn(() -> Coroutines.suspend(resumption -> resumption.resume("at once")));
    assertEquals("at once", coroutine.join(PATIENCE));
  }

  @Test
  void resume_withNull_isAValue() throws Exception {
    Coroutine<String> coroutine = suspended();
    handle.get(30, TimeUnit.SECONDS).resume(null);
    assertNull(coroutine.join(PATIENCE));
  }

  @Test
  void fail_withAnUncheckedException_throwsItAsItIs() throws Exception {
    IllegalArgumentException failure = new IllegalArgumentException("broken");
    Coroutine<?> coroutine =
        scheduler.spawn(
            () ->
                assertSame(
                    failure,
                    assertThrows(
                        IllegalArgumentException.class,
                        () -> Coroutines.<String>suspend(handle::complete))));
    handle.get(30, TimeUnit.SECONDS).fail(failure);
    coroutine.join(PATIENCE);
  }

  @Test
  void fail_withACheckedException_wrapsIt() throws Exception {
    IOException failure = new IOException("broken");
    Coroutine<?> coroutine =
        scheduler.spawn(
            () ->
                assertSame(
                    failure,
                    assertThrows(
                            CompletionException.class,
                            () -> Coroutines.<String>suspend(handle::complete))
                        .getCause()));
    handle.get(30, TimeUnit.SECONDS).fail(failure);
    coroutine.join(PATIENCE);
  }

  @Test
  void registration_thatThrows_isThrownAndNothingIsLeft() throws Exception {
    AtomicBoolean taken = new AtomicBoolean(true);
    Coroutine<?> coroutine =
        scheduler.spawn(
            () -> {
              List<Resumption<String>> leaked = new ArrayList<>();
              assertThrows(
                  UnsupportedOperationException.class,
                  () ->
                      Coroutines.<String>suspend(
                          resumption -> {
                            leaked.add(resumption);
                            throw new UnsupportedOperationException();
                          }));
              taken.set(leaked.getFirst().resume("too late"));
            });
    coroutine.join(PATIENCE);
    assertFalse(taken.get());
  }

  /** Returns a suspended coroutine, which counts its clean-ups. */
  private Coroutine<String> suspended(AtomicInteger cleaned) {
    Coroutine<String> coroutine =
        scheduler.spawn(
            () ->
                Coroutines.suspend(
                    resumption -> {
                      resumption.onCancel(cleaned::incrementAndGet);
                      handle.complete(resumption);
                    }));
    awaitSuspension(coroutine);
    return coroutine;
  }

  @Test
  void onCancel_afterACancel_isRunAndTheResumptionTakesNothing() throws Exception {
    AtomicInteger cleaned = new AtomicInteger();
    Coroutine<String> coroutine = suspended(cleaned);
    coroutine.cancel();
    assertCancelled(() -> coroutine.join(PATIENCE));
    assertEquals(1, cleaned.get());
    assertFalse(handle.join().resume("too late"));
  }

  @Test
  void onCancel_afterAResume_isNotRun() throws Exception {
    AtomicInteger cleaned = new AtomicInteger();
    Coroutine<String> coroutine = suspended(cleaned);
    handle.join().resume("value");
    assertEquals("value", coroutine.join(PATIENCE));
    assertEquals(0, cleaned.get());
  }

  /** A source that keeps callbacks for a long time does not keep coroutines in memory. */
  @Test
  void resumption_thatIsOver_holdsNoCoroutine() throws Exception {
    Coroutine<String> coroutine = suspended();
    awaitSuspension(coroutine);
    Resumption<String> kept = handle.join();
    kept.resume("value");
    coroutine.join(PATIENCE);
    WeakReference<Coroutine<?>> ended = new WeakReference<>(coroutine);
    coroutine = null;
    long endNanos = System.nanoTime() + PATIENCE.toNanos();
    while (ended.get() != null) {
      assertTrue(System.nanoTime() < endNanos, "a coroutine that has ended is still held");
      System.gc();
    }
    assertFalse(kept.resume("late"));
  }

  /** The stack of the thread that completed the stage does not show where it was awaited. */
  @Test
  void await_ofAStageThatFails_showsWhereItWasAwaited() throws Exception {
    CompletableFuture<String> stage = new CompletableFuture<>();
    Coroutine<CompletionException> coroutine =
        scheduler.spawn(
            () ->
                assertThrows(
                    CompletionException.class, () -> Coroutines.await(stage.thenApply(v -> v))));
    awaitSuspension(coroutine);
    stage.completeExceptionally(new IOException("broken"));
    CompletionException thrown = coroutine.join(PATIENCE);
    assertEquals("java.io.IOException: broken", thrown.getMessage());
    assertTrue(
        Arrays.stream(thrown.getStackTrace())
            .anyMatch(frame -> frame.getClassName().equals(SuspendTest.class.getName())),
        () -> Arrays.toString(thrown.getStackTrace()));
  }

  @Test
  void await_ofAStage_failsAsJoinDoes() throws Exception {
    IOException cause = new IOException("broken");
    Coroutine<?> coroutine =
        scheduler.spawn(
            () -> {
              assertEquals("done", Coroutines.await(CompletableFuture.completedFuture("done")));
              assertSame(
                  cause,
                  assertThrows(
                          CompletionException.class,
                          () -> Coroutines.await(CompletableFuture.failedFuture(cause)))
                      .getCause());
              CompletableFuture<String> dependent =
                  CompletableFuture.<String>failedFuture(cause).thenApply(value -> value);
              assertSame(
                  cause,
                  assertThrows(CompletionException.class, () -> Coroutines.await(dependent))
                      .getCause());
              CompletableFuture<String> cancelled = new CompletableFuture<>();
              cancelled.cancel(false);
              CancellationException notMine = assertCancelled(() -> Coroutines.await(cancelled));
              assertFalse(notMine instanceof CoroutineCancelledException);
            });
    coroutine.join(PATIENCE);
  }
}
