package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.CoroutineScope.Policy;
import io.tourbillon.coroutine.channel.Channel;
import io.tourbillon.coroutine.testkit.Simulation;
import io.tourbillon.coroutine.testkit.SimulationFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Limits that others move while the code runs. */
class DeadlineTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private final CoroutineScheduler scheduler = TestSchedulers.builder().loops(2).build();
  private final Simulation simulation = new Simulation().engine(TestSchedulers.ENGINE);

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  private static Duration millis(long millis) {
    return Duration.ofMillis(millis);
  }

  private static String late(Duration limit, Deadline.Scoped<String, TimeoutException> body) {
    try {
      return Coroutines.withDeadline(limit, body);
    } catch (TimeoutException late) {
      return "late after " + Simulation.elapsed().toMillis();
    }
  }

  @Test
  void deadline_thatNobodyMoves_isATimeout() {
    simulation.run(
        () -> {
          assertEquals(
              "late after 10",
              late(
                  millis(10),
                  _ -> {
                    Coroutines.delay(HOUR);
                    return "early";
                  }));
          assertEquals("early", late(millis(10), _ -> "early"));
        });
  }

  @Test
  void delay_goesOn_whenTheDeadlineIsPutOff() {
    simulation.run(
        () ->
            assertEquals(
                "late after 27",
                late(
                    millis(10),
                    deadline -> {
                      move(deadline, millis(7), millis(20));
                      Coroutines.delay(millis(15)); // Over its first deadline.
                      assertEquals(millis(15), Simulation.elapsed());
                      Coroutines.delay(HOUR);
                      return "early";
                    })));
  }

  private static void move(Deadline deadline, Duration after, Duration limit) {
    Coroutine<?> _ =
        Coroutines.scheduler()
            .spawn(
                () -> {
                  Coroutines.delay(after);
                  assertTrue(deadline.reschedule(limit));
                });
  }

  @Test
  void receive_isCutAtTheMovedDeadline_andTakesAValueThatComesBefore() {
    simulation.run(
        () -> {
          Channel<String> values = Channel.rendezvous();
          assertEquals(
              "value",
              late(
                  millis(10),
                  deadline -> {
                    move(deadline, millis(5), millis(20));
                    Coroutine<?> _ =
                        Coroutines.scheduler()
                            .spawn(
                                () -> {
                                  Coroutines.delay(millis(24));
                                  values.send("value");
                                });
                    return values.receive();
                  }));
          assertEquals(
              "late after 49",
              late(
                  millis(10),
                  deadline -> {
                    move(deadline, millis(5), millis(20));
                    return values.receive();
                  }));
        });
  }

  /** A wait with a limit of its own inside: that one still counts. */
  @Test
  void ownLimitOfAWait_countsAfterAMove() {
    simulation.run(
        () ->
            assertEquals(
                "inner after 12",
                late(
                    millis(10),
                    deadline -> {
                      move(deadline, millis(5), HOUR);
                      try {
                        return Channel.<String>rendezvous().receive(millis(12));
                      } catch (TimeoutException inner) {
                        return "inner after " + Simulation.elapsed().toMillis();
                      }
                    })));
  }

  @Test
  void shorterDeadline_endsTheWaitAtOnce() throws Exception {
    CompletableFuture<Deadline> given = new CompletableFuture<>();
    Coroutine<String> waiting =
        scheduler.spawn(
            () ->
                Coroutines.<String, RuntimeException>withDeadline(
                    HOUR,
                    deadline -> {
                      given.complete(deadline);
                      return Channel.<String>rendezvous().receive();
                    }));
    Deadline deadline = given.join();
    assertFalse(Objects.requireNonNull(deadline.remaining()).compareTo(HOUR) > 0);
    assertTrue(deadline.reschedule(Duration.ZERO));
    Throwable cause =
        assertThrows(CompletionException.class, () -> waiting.join(PATIENCE)).getCause();
    assertInstanceOf(TimeoutException.class, cause);
    assertFalse(deadline.reschedule(HOUR));
    assertFalse(deadline.cancel());
    assertEquals(Duration.ZERO, deadline.remaining());
  }

  @Tag("not-plain-thread")
  @Test
  void blockingCall_isInterruptedAtTheMovedDeadline() throws Exception {
    CompletableFuture<Deadline> given = new CompletableFuture<>();
    Coroutine<String> waiting =
        scheduler.spawn(
            () ->
                Coroutines.withDeadline(
                    HOUR,
                    deadline -> {
                      given.complete(deadline);
                      Coroutines.blocking(() -> Thread.sleep(HOUR));
                      return "slept";
                    }));
    assertTrue(given.join().reschedule(millis(5)));
    Throwable cause =
        assertThrows(CompletionException.class, () -> waiting.join(PATIENCE)).getCause();
    assertInstanceOf(TimeoutException.class, cause);
  }

  @Test
  void cancelledDeadline_neverPasses_untilItIsSetAgain() {
    simulation.run(
        () ->
            assertEquals(
                "late after 3601005",
                late(
                    millis(10),
                    deadline -> {
                      assertTrue(deadline.cancel());
                      assertNull(deadline.remaining());
                      Coroutines.delay(HOUR.plusSeconds(1));
                      assertTrue(deadline.reschedule(millis(5)));
                      Coroutines.delay(HOUR);
                      return "early";
                    })));
  }

  @Test
  void passedDeadline_isNotRevived() {
    simulation.run(
        () -> {
          Deadline[] kept = new Deadline[1];
          assertThrows(
              TimeoutException.class,
              () ->
                  Coroutines.withDeadline(
                      millis(1),
                      deadline -> {
                        kept[0] = deadline;
                        try {
                          Coroutines.delay(HOUR);
                        } finally {
                          assertTrue(deadline.isExpired());
                          assertEquals(Duration.ZERO, deadline.remaining());
                          assertFalse(deadline.reschedule(HOUR));
                          assertThrows(
                              CoroutineCancelledException.class, Coroutines::checkCancelled);
                        }
                        return "";
                      }));
          assertFalse(kept[0].reschedule(HOUR));
          assertTrue(kept[0].isExpired());
        });
  }

  /** A deadline outside of a timeout does not lengthen that, and is not taken for it. */
  @Test
  void nestedLimits_eachCountByThemselves() {
    simulation.run(
        () -> {
          assertEquals(
              "inner after 10",
              late(
                  millis(5),
                  deadline -> {
                    assertTrue(deadline.reschedule(HOUR));
                    try {
                      Coroutines.withTimeout(millis(10), () -> Coroutines.delay(HOUR));
                    } catch (TimeoutException inner) {
                      return "inner after " + Simulation.elapsed().toMillis();
                    }
                    return "early";
                  }));
          TimeoutException outer =
              assertThrows(
                  TimeoutException.class,
                  () ->
                      Coroutines.withTimeout(
                          millis(10),
                          () ->
                              late(
                                  millis(5),
                                  deadline -> {
                                    assertTrue(deadline.reschedule(HOUR));
                                    Coroutines.delay(HOUR);
                                    return "early";
                                  })));
          assertTrue(outer.getMessage().contains("PT0.01S"), outer::getMessage);
        });
  }

  /** Many moves by others, in many orders: the code ends at the last deadline and not before. */
  @Tag("not-plain-thread")
  @Test
  void racingMoves_endTheCodeAtTheLastDeadline() {
    simulation.explore(300, () -> race(true));
  }

  /** The twin forgets the moves that come while it waits. */
  @Tag("not-plain-thread")
  @Test
  void twinThatForgetsAMove_isCaught() {
    assertThrows(SimulationFailure.class, () -> simulation.explore(300, () -> race(false)));
  }

  private static void race(boolean moves) {
    AtomicBoolean refused = new AtomicBoolean();
    AtomicReference<Duration> last = new AtomicReference<>(millis(5));
    List<Coroutine<?>> movers = new ArrayList<>();
    String end =
        late(
            millis(5),
            deadline -> {
              for (int mover = 0; mover < 3; mover++) {
                movers.add(
                    Coroutines.scheduler()
                        .spawn(
                            () -> {
                              for (int turn = 0; turn < 4; turn++) {
                                Coroutines.delay(millis(1 + Suspension.random().nextInt(3)));
                                Duration limit = millis(2 + Suspension.random().nextInt(8));
                                if (moves ? deadline.reschedule(limit) : !deadline.isExpired()) {
                                  assertFalse(refused.get(), "revived");
                                  last.set(Simulation.elapsed().plus(limit));
                                } else {
                                  refused.set(true);
                                }
                              }
                            }));
              }
              while (true) {
                Coroutines.delay(millis(1 + Suspension.random().nextInt(6)));
              }
            });
    movers.forEach(Coroutine::join);
    assertEquals("late after " + last.get().toMillis(), end);
  }

  // Scopes.

  @Test
  void deadlineOfAScope_isMovedByAChild() {
    simulation.run(
        () -> {
          CompletionException failure =
              assertThrows(
                  CompletionException.class,
                  () -> {
                    try (CoroutineScope scope = CoroutineScope.open(Policy.FAIL_FAST)) {
                      Deadline deadline = scope.deadline(millis(10));
                      scope.spawn(
                          () -> {
                            Coroutines.delay(millis(8));
                            assertTrue(deadline.reschedule(millis(30)));
                            Coroutines.delay(HOUR);
                          });
                      scope.join();
                    }
                  });
          assertInstanceOf(TimeoutException.class, failure.getCause());
          assertEquals(38, Simulation.elapsed().toMillis());
        });
  }

  @Test
  void deadlineOfAScope_thatIsCancelledOrClosed_doesNothing() {
    simulation.run(
        () -> {
          Deadline deadline;
          try (CoroutineScope scope = CoroutineScope.open(Policy.FAIL_FAST)) {
            deadline = scope.deadline(millis(10));
            assertTrue(deadline.cancel());
            assertNull(deadline.remaining());
            scope.spawn(() -> Coroutines.delay(millis(20)));
            scope.join();
            assertTrue(deadline.reschedule(millis(10)));
            assertEquals(millis(10), deadline.remaining());
          }
          assertFalse(deadline.reschedule(millis(1)));
          assertFalse(deadline.isExpired());
          assertNull(deadline.remaining());
          Coroutines.delay(millis(50));
        });
  }
}
