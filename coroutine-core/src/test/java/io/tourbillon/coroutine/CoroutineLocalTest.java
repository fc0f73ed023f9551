package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CoroutineLocalTest {
  private final CoroutineScheduler scheduler = TestSchedulers.builder().loops(2).build();
  private final CoroutineLocal<String> user = new CoroutineLocal<>("user");
  private final CoroutineLocal<Integer> depth = new CoroutineLocal<>("depth");

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  private void run(Action body) throws TimeoutException {
    scheduler.spawn(body).join(PATIENCE);
  }

  @Test
  void value_isSeenInsideThePartOnly() throws Exception {
    run(
        () -> {
          assertEquals("nobody", user.orElse("nobody"));
          user.where(
              "ann",
              () -> {
                Coroutines.delay(Duration.ofMillis(1));
                assertEquals("ann", user.get());
                assertEquals("bob", user.where("bob", user::get));
                assertEquals("ann", user.get());
              });
          assertFalse(user.isBound());
        });
  }

  @Test
  void value_thatIsMissing_isAnErrorThatNamesIt() throws Exception {
    assertEquals(
        "user has no value here",
        assertThrows(NoSuchElementException.class, user::get).getMessage());
    run(() -> assertThrows(NoSuchElementException.class, user::get));
  }

  @Test
  void partThatThrows_leavesNothingBehind() throws Exception {
    run(
        () -> {
          assertThrows(
              IOException.class,
              () ->
                  user.where(
                      "ann",
                      () -> {
                        throw new IOException("broken");
                      }));
          assertFalse(user.isBound());
        });
  }

  /**
   * Children inherit on any loop and keep the value after the block has ended. They do not inherit
   * the timeouts around the parent.
   */
  @Test
  void children_inheritItForLife() throws Exception {
    CompletableFuture<String> gate = new CompletableFuture<>();
    List<Coroutine<String>> children = new ArrayList<>();
    run(
        () ->
            user.where(
                "ann",
                () ->
                    Coroutines.withTimeout(
                        Duration.ofMillis(1),
                        () ->
                            depth.where(
                                1,
                                () -> {
                                  for (int number = 0; number < 4; number++) {
                                    children.add(
                                        scheduler.spawn(
                                            () -> {
                                              Coroutines.await(gate);
                                              return user.get() + " " + depth.get();
                                            }));
                                  }
                                }))));
    Coroutine<?> pause = scheduler.spawn(() -> Coroutines.delay(Duration.ofMillis(5)));
    pause.join(PATIENCE);
    gate.complete("go on");
    for (Coroutine<String> child : children) {
      assertEquals("ann 1", child.join(PATIENCE));
    }
  }

  /**
   * On some engines a coroutine is a thread, and on one it uses the loop's thread. Locals work on
   * all.
   */
  @Test
  void coroutinesOfOneLoop_haveTheirOwn() throws Exception {
    try (CoroutineScheduler one = TestSchedulers.oneLoop()) {
      List<Coroutine<String>> all = new ArrayList<>();
      for (String name : List.of("ann", "bob", "cleo")) {
        all.add(
            one.spawn(
                () ->
                    user.where(
                        name,
                        () -> {
                          for (int turn = 0; turn < 10; turn++) {
                            Coroutines.yieldNow();
                            assertEquals(name, user.get());
                          }
                          return name;
                        })));
      }
      for (Coroutine<String> each : all) {
        each.join(PATIENCE);
      }
    }
  }

  @Test
  void nothing_isAValueToo() throws Exception {
    CoroutineLocal<String> nullable = new CoroutineLocal<>("nullable");
    run(() -> assertEquals(null, nullable.<String, RuntimeException>where(null, nullable::get)));
  }

  @Test
  void call_onAPlatformThread_findsItToo() throws Exception {
    run(
        () -> {
          assertEquals(
              "ann", user.where("ann", () -> Coroutines.blocking(() -> user.orElse("nobody"))));
          assertEquals("nobody", Coroutines.blocking(() -> user.orElse("nobody")));
        });
  }

  @Test
  void where_inAThread_isSeenThereAndByTheCoroutinesItSpawns() {
    CoroutineLocal<String> local = new CoroutineLocal<>("tenant");
    String seen =
        local.where(
            "outer",
            () -> {
              String inner = local.where("inner", () -> scheduler.spawn(local::get).join());
              return local.get() + " " + inner + " " + scheduler.spawn(local::get).join();
            });
    assertEquals("outer inner outer", seen);
    assertFalse(local.isBound());
    assertFalse(scheduler.spawn(local::isBound).join());
  }

  @Test
  void where_inAThreadThatThrows_isUndone() {
    CoroutineLocal<String> local = new CoroutineLocal<>("tenant");
    assertThrows(
        IllegalStateException.class,
        () ->
            local.where(
                "bound",
                () -> {
                  throw new IllegalStateException("in the part");
                }));
    assertFalse(local.isBound());
  }

  @Test
  void where_insideABlockingCall_keepsTheValuesAroundTheCall() {
    CoroutineLocal<String> outer = new CoroutineLocal<>("outer");
    CoroutineLocal<String> inner = new CoroutineLocal<>("inner");
    String seen =
        scheduler
            .spawn(
                () ->
                    outer.where(
                        "a",
                        () ->
                            Coroutines.blocking(
                                () ->
                                    inner.where(
                                        "b",
                                        () ->
                                            scheduler
                                                .spawn(() -> outer.get() + inner.get())
                                                .join()))))
            .join();
    assertEquals("ab", seen);
  }
}
