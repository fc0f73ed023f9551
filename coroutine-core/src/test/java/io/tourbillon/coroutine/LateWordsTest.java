package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.CoroutineScope.Policy;
import io.tourbillon.timer.internal.LateText;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The texts of users' failures are made when they are read, and once for each exception. */
class LateWordsTest {
  private static final Duration LONG = Duration.ofHours(1);

  /** Static, because it must not be serialised with a failure. */
  private static final AtomicInteger ASKED = new AtomicInteger();

  private final CoroutineScheduler scheduler = TestSchedulers.oneLoop();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  /** Has a different message each time. */
  private static final class Fickle extends RuntimeException {
    private static final long serialVersionUID = 1;

    @Override
    public String getMessage() {
      return "words " + ASKED.incrementAndGet();
    }
  }

  private static final class Unspeakable extends RuntimeException {
    private static final long serialVersionUID = 1;

    @Override
    public String getMessage() {
      throw new IllegalStateException("no words");
    }
  }

  /** What siblings learn of a failure, inside and from their futures, and what a joiner learns. */
  private record Told(
      CoroutineCancelledException struck,
      CancellationException cancelled,
      CompletionException joined,
      CompletionException ofTheScope) {}

  private Told fail(RuntimeException failure) throws Exception {
    ASKED.set(0);
    CompletableFuture<CoroutineCancelledException> struck = new CompletableFuture<>();
    CompletableFuture<CompletableFuture<?>> cancelled = new CompletableFuture<>();
    CompletableFuture<Coroutine<?>> failing = new CompletableFuture<>();
    Coroutine<CompletionException> owner =
        scheduler.spawn(
            () -> {
              try (CoroutineScope scope = CoroutineScope.open(Policy.FAIL_FAST)) {
                cancelled.complete(
                    scope
                        .spawn(
                            SpawnOptions.named("sibling"),
                            () -> {
                              try {
                                Coroutines.delay(LONG);
                              } catch (CoroutineCancelledException e) {
                                struck.complete(e);
                                throw e;
                              }
                            })
                        .toFuture());
                failing.complete(
                    scope.spawn(
                        SpawnOptions.named("culprit"),
                        () -> {
                          Coroutines.delay(Duration.ofMillis(1));
                          throw failure;
                        }));
                return assertThrows(CompletionException.class, scope::join);
              }
            });
    CompletionException ofTheScope = Objects.requireNonNull(owner.join(PATIENCE));
    CompletionException joined =
        assertThrows(CompletionException.class, () -> failing.join().join(PATIENCE));
    CompletableFuture<?> view = cancelled.join();
    CancellationException ofTheFuture =
        assertThrows(CancellationException.class, () -> view.get(1, TimeUnit.MINUTES));
    return new Told(struck.get(1, TimeUnit.MINUTES), cause(ofTheFuture), joined, ofTheScope);
  }

  /** The JDK wraps it in another exception, which shows where it was requested. */
  private static CancellationException cause(CancellationException thrown) {
    return thrown.getCause() instanceof CancellationException inner
            && !(inner instanceof CoroutineCancelledException)
        ? inner
        : thrown;
  }

  @Test
  void failure_ofWhichNobodyReads_isNotPutIntoWords() throws Exception {
    Told told = fail(new Fickle());
    assertEquals(0, ASKED.get());
    assertTrue(told.struck.reason().startsWith("its scope has failed: "));
    assertEquals(1, ASKED.get());
  }

  @Test
  void failure_thatSpeaksDifferentlyEachTime_isToldInTheSameWords() throws Exception {
    Told told = fail(new Fickle());
    String culprit = Fickle.class.getName();
    String cancelled =
        "sibling was cancelled by " + told.struck.source() + ": its scope has failed: ";
    assertEquals("its scope has failed: " + culprit + ": words 1", told.struck.reason());
    assertEquals(cancelled + culprit + ": words 1", told.struck.getMessage());
    assertEquals(
        CoroutineCancelledException.class.getName() + ": " + told.struck.getMessage(),
        told.struck.toString());
    assertEquals(cancelled + culprit + ": words 2", told.cancelled.getMessage());
    assertEquals(
        "java.util.concurrent.CancellationException: " + told.cancelled.getMessage(),
        told.cancelled.toString());
    assertEquals(culprit + ": words 3", told.joined.getMessage());
    assertEquals(
        "java.util.concurrent.CompletionException: " + culprit + ": words 3",
        told.joined.toString());
    assertEquals(culprit + ": words 4", told.ofTheScope.getMessage());
    assertEquals(4, ASKED.get());
  }

  @Test
  void failure_thatThrowsWhenItIsToSpeak_isNamed() throws Exception {
    Told told = fail(new Unspeakable());
    String name = Unspeakable.class.getName() + "@";
    assertTrue(told.struck.getMessage().contains(name), told.struck::getMessage);
    assertTrue(told.cancelled.getMessage().contains(name), told.cancelled::getMessage);
    assertTrue(told.joined.getMessage().startsWith(name), told.joined::getMessage);
  }

  @Test
  void exceptions_thatAreWritten_areReadWithTheirWords() throws Exception {
    Told told = fail(new Fickle());
    Told read =
        new Told(copy(told.struck), copy(told.cancelled), copy(told.joined), copy(told.ofTheScope));
    assertEquals(4, ASKED.get());
    assertEquals(told.struck.reason(), read.struck.reason());
    assertEquals(told.struck.source(), read.struck.source());
    assertEquals(told.struck.getMessage(), read.struck.getMessage());
    assertEquals(told.cancelled.getMessage(), read.cancelled.getMessage());
    assertInstanceOf(CoroutineCancelledException.class, read.cancelled.getCause());
    assertEquals(told.joined.getMessage(), read.joined.getMessage());
    assertInstanceOf(Fickle.class, read.joined.getCause());
    assertEquals(told.ofTheScope.toString(), read.ofTheScope.toString());
    assertEquals(4, ASKED.get());
  }

  @SuppressWarnings({"unchecked", "BanSerializableRead"}) // Reads what was just written.
  private static <T extends Throwable> T copy(T thrown) throws Exception {
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    try (ObjectOutputStream to = new ObjectOutputStream(written)) {
      to.writeObject(thrown);
    }
    try (ObjectInputStream from =
        new ObjectInputStream(new ByteArrayInputStream(written.toByteArray()))) {
      return (T) from.readObject();
    }
  }

  @Test
  void lateText_askedForByTwoAtTheSameTime_isTheSameForBoth() throws Exception {
    CyclicBarrier both = new CyclicBarrier(2);
    AtomicInteger made = new AtomicInteger();
    LateText text =
        new LateText(
            () -> {
              try {
                both.await(30, TimeUnit.SECONDS);
              } catch (Exception e) {
                throw new AssertionError(e);
              }
              return "text " + made.incrementAndGet();
            });
    CompletableFuture<String> another =
        CompletableFuture.supplyAsync(text::get, Thread::startVirtualThread);
    String mine = text.get();
    assertEquals(mine, another.get(30, TimeUnit.SECONDS));
    assertEquals(2, made.get());
    assertEquals(mine, text.get());
    assertEquals(2, made.get());
  }

  /** Like those of the JDK, which others compare them with, or search logs for. */
  @Test
  void exceptions_printAsTheTypesThatUsersKnow() throws Exception {
    Coroutine<?> failing =
        scheduler.spawn(
            () -> {
              throw new IOException("broken\nin two");
            });
    CompletionException joined =
        assertThrows(CompletionException.class, () -> failing.join(PATIENCE));
    assertEquals(new CompletionException(joined.getCause()).toString(), joined.toString());
    assertFalse(joined.toString().contains("tourbillon"));
    ExecutionException got =
        assertThrows(ExecutionException.class, () -> failing.toFuture().get(1, TimeUnit.MINUTES));
    assertEquals("java.io.IOException: broken\nin two", got.getMessage());
  }
}
