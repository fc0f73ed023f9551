package io.tourbillon.coroutine.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Bodies with and without a result, in each form that a caller may write. The test is that this
 * compiles: methods that take either kind must not make a form ambiguous. Only a reference to an
 * overloaded method is ambiguous, as for {@link java.util.concurrent.ExecutorService#submit}.
 */
class BodiesTest {
  private final Mutex mutex = new Mutex();
  private final Semaphore semaphore = new Semaphore(2);
  private final List<String> calls = new ArrayList<>();

  private String value() {
    calls.add("value");
    return "value";
  }

  private void action() {
    calls.add("action");
  }

  private String valueOrFail(boolean fail) throws IOException {
    if (fail) {
      throw new IOException("broken");
    }
    return value();
  }

  private void failingAction() throws IOException {
    throw new IOException("broken");
  }

  @Test
  void mutex_takesEachForm() throws IOException {
    String result = mutex.withLock(() -> value());
    String ofReference = mutex.withLock(this::value);
    String ofBlock =
        mutex.withLock(
            () -> {
              action();
              return value();
            });
    String nested = mutex.withLock(() -> semaphore.withPermit(this::value));
    String checked = mutex.withLock(() -> valueOrFail(false));
    assertEquals(
        List.of("value", "value", "value", "value", "value"),
        List.of(result, ofReference, ofBlock, nested, checked));
    mutex.withLock(() -> action());
    mutex.withLock(this::action);
    mutex.withLock(
        () -> {
          action();
        });
    mutex.withLock(() -> semaphore.withPermit(this::action));
    mutex.withLock(() -> calls.add("added"));
    assertThrows(IOException.class, () -> mutex.withLock(this::failingAction));
    assertThrows(IOException.class, () -> mutex.withLock(() -> valueOrFail(true)));
    assertThrows(
        IOException.class,
        () ->
            mutex.withLock(
                () -> {
                  throw new IOException("broken");
                }));
    assertEquals(
        List.of(
            "value", "value", "action", "value", "value", "value", "action", "action", "action",
            "action", "added"),
        calls);
  }

  @Test
  void semaphore_takesEachForm() throws IOException {
    String result = semaphore.withPermit(() -> value());
    String ofReference = semaphore.withPermits(2, this::value);
    String ofBlock =
        semaphore.withPermits(
            1,
            () -> {
              action();
              return value();
            });
    assertEquals(List.of("value", "value", "value"), List.of(result, ofReference, ofBlock));
    semaphore.withPermit(() -> action());
    semaphore.withPermit(this::action);
    semaphore.withPermits(2, () -> action());
    semaphore.withPermits(2, this::action);
    semaphore.withPermits(
        2,
        () -> {
          action();
        });
    assertThrows(IOException.class, () -> semaphore.withPermit(this::failingAction));
    assertThrows(IOException.class, () -> semaphore.withPermits(2, () -> valueOrFail(true)));
    assertEquals(2, semaphore.availablePermits());
    assertEquals(
        List.of(
            "value", "value", "action", "value", "action", "action", "action", "action", "action"),
        calls);
  }
}
