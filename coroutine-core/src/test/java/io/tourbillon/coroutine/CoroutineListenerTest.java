package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine.State;
import io.tourbillon.coroutine.CoroutineScope.Policy;
import io.tourbillon.coroutine.internal.scheduler.Internals;
import io.tourbillon.timer.Clock;
import io.tourbillon.timer.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The events of coroutines, on each engine. */
@Timeout(120)
class CoroutineListenerTest {
  private static final Duration HOUR = Duration.ofHours(1);

  /** Notes each event with the name of the coroutine. */
  private static class Notes implements CoroutineListener {
    final BlockingQueue<String> events = new LinkedBlockingQueue<>();

    @Override
    public void spawned(Coroutine<?> coroutine) {
      events.add(coroutine.name() + " spawned");
    }

    @Override
    public void begun(Coroutine<?> coroutine, long waitedNanos) {
      events.add(coroutine.name() + " begun after " + Duration.ofNanos(waitedNanos));
    }

    @Override
    public void ended(
        Coroutine<?> coroutine, State outcome, @Nullable Throwable failure, long livedNanos) {
      events.add(
          coroutine.name()
              + " "
              + outcome
              + " "
              + (failure == null ? "" : failure.getMessage() + " ")
              + "after "
              + Duration.ofNanos(livedNanos));
    }

    @Override
    public void rejected(SpawnOptions options, RuntimeException cause) {
      events.add(options.name() + " rejected: " + cause.getMessage());
    }

    /** Takes the next event, and waits for it. */
    String next() throws InterruptedException {
      return "" + events.poll(30, TimeUnit.SECONDS);
    }

    /** Takes the next events that are not those of a spawn. */
    List<String> next(int count) throws InterruptedException {
      List<String> taken = new ArrayList<>();
      while (taken.size() < count) {
        String event = next();
        if (!event.endsWith(" spawned")) {
          taken.add(event);
        }
      }
      return taken;
    }
  }

  /** Notes the turns as well. */
  private static final class Turns extends Notes implements CoroutineListener.OfTurns {
    @Override
    public void suspended(Coroutine<?> coroutine, long turnNanos) {
      events.add(coroutine.name() + " suspended after " + Duration.ofNanos(turnNanos));
    }

    @Override
    public void resumed(Coroutine<?> coroutine, long suspendedNanos) {
      events.add(coroutine.name() + " resumed after " + Duration.ofNanos(suspendedNanos));
    }
  }

  private final VirtualClock clock = new VirtualClock();

  private void passAnHour(Coroutine<?> sleeper) {
    TestSchedulers.awaitSuspended(sleeper);
    clock.advance(HOUR);
  }

  private CoroutineScheduler on(CoroutineListener listener) {
    return TestSchedulers.builder().loops(1).clock(clock).listener(listener).build();
  }

  @Test
  void coroutine_isSpawnedBegunAndEnded_withTimes() throws Exception {
    Notes notes = new Notes();
    try (CoroutineScheduler scheduler = on(notes)) {
      Coroutine<?> coroutine =
          scheduler.spawn(SpawnOptions.named("one"), () -> Coroutines.delay(HOUR));
      passAnHour(coroutine);
      coroutine.join(PATIENCE);
      assertEquals(List.of("one begun after PT0S", "one DONE after PT1H"), notes.next(2));
    }
  }

  @Test
  void spawned_isCalledByTheSpawner_onceForEach() throws Exception {
    BlockingQueue<String> spawners = new LinkedBlockingQueue<>();
    CoroutineListener listener =
        new CoroutineListener() {
          @Override
          public void spawned(Coroutine<?> coroutine) {
            spawners.add(
                coroutine.name()
                    + (Internals.isLoopsOwnThread() ? " by a loop" : " by ")
                    + Thread.currentThread().getName());
          }
        };
    try (CoroutineScheduler scheduler =
        TestSchedulers.builder().loops(1).listener(listener).build()) {
      String name = Thread.currentThread().getName();
      try (CoroutineScope scope = CoroutineScope.open(scheduler, Policy.FAIL_FAST)) {
        scope.spawn(SpawnOptions.named("child"), () -> {});
      }
      scheduler.spawn(SpawnOptions.named("one"), () -> {}).join(PATIENCE);
      assertEquals(List.of("child by " + name, "one by " + name), List.copyOf(spawners));
    }
  }

  @Test
  void failure_isReportedWithIt() throws Exception {
    Notes notes = new Notes();
    try (CoroutineScheduler scheduler = on(notes)) {
      Coroutine<?> failing =
          scheduler.spawn(
              SpawnOptions.named("one"),
              () -> {
                Coroutines.delay(HOUR);
                throw new IllegalStateException("no bread");
              });
      passAnHour(failing);
      assertThrows(RuntimeException.class, () -> failing.join(PATIENCE));
      assertEquals(
          List.of("one begun after PT0S", "one FAILED no bread after PT1H"), notes.next(2));
    }
  }

  @Test
  void cancellation_isReportedAsSuch() throws Exception {
    Notes notes = new Notes();
    try (CoroutineScheduler scheduler = TestSchedulers.builder().loops(1).listener(notes).build()) {
      Coroutine<?> coroutine =
          scheduler.spawn(SpawnOptions.named("one"), () -> Coroutines.delay(HOUR));
      assertTrue(notes.next(1).getFirst().startsWith("one begun"));
      coroutine.cancel("enough");
      String end = notes.next(1).getFirst();
      assertTrue(end.startsWith("one CANCELLED "), end);
      assertTrue(end.contains("enough"), end);
    }
  }

  @Tag("not-plain-thread")
  @Test
  void coroutineThatIsCancelledBeforeItBegins_ends_butNotOnTheLoop() throws Exception {
    BlockingQueue<String> ended = new LinkedBlockingQueue<>();
    Notes notes =
        new Notes() {
          @Override
          public void ended(
              Coroutine<?> coroutine, State outcome, @Nullable Throwable failure, long livedNanos) {
            if (coroutine.name().equals("never")) {
              ended.add(outcome + ", " + failure + ", " + Internals.isLoopsOwnThread());
            }
          }
        };
    try (CoroutineScheduler scheduler = TestSchedulers.builder().loops(1).listener(notes).build()) {
      scheduler
          .spawn(
              () ->
                  scheduler
                      .spawn(SpawnOptions.named("never").here(), () -> notes.events.add("begun"))
                      .cancel())
          .join(PATIENCE);
      assertEquals("CANCELLED, null, false", ended.poll(30, TimeUnit.SECONDS));
    }
    assertTrue(notes.events.stream().noneMatch(each -> each.equals("begun")));
    assertEquals(0, ended.size());
  }

  @Test
  void spawnThatIsRefused_isRejected() throws Exception {
    Notes notes = new Notes();
    CoroutineScheduler scheduler = TestSchedulers.builder().loops(1).listener(notes).build();
    CoroutineScope scope = CoroutineScope.open(scheduler, Policy.FAIL_FAST);
    scope.close();
    assertThrows(
        IllegalStateException.class, () -> scope.spawn(SpawnOptions.named("child"), () -> {}));
    scheduler.close();
    assertThrows(
        RejectedExecutionException.class,
        () -> scheduler.spawn(SpawnOptions.named("late"), () -> {}));
    assertTrue(notes.next().startsWith("child rejected: "));
    assertEquals("late rejected: the scheduler is closed: coroutine", notes.next());
    assertEquals(0, notes.events.size());
  }

  @Test
  void turns_areReportedWithTheirTimes_toAListenerThatAsks() throws Exception {
    Turns turns = new Turns();
    try (CoroutineScheduler scheduler = on(turns)) {
      Coroutine<?> coroutine =
          scheduler.spawn(
              SpawnOptions.named("one"),
              () -> {
                Coroutines.delay(HOUR);
                Coroutines.await(CompletableFuture.completedFuture("no suspension"));
                Coroutines.withTimeoutOrNull(
                    HOUR, () -> Coroutines.await(new CompletableFuture<>()));
                Coroutines.yieldNow();
              });
      passAnHour(coroutine);
      while (turns.events.size() < 5) {
        Thread.onSpinWait();
      }
      passAnHour(coroutine);
      coroutine.join(PATIENCE);
      assertEquals(
          List.of(
              "one begun after PT0S",
              "one suspended after PT0S",
              "one resumed after PT1H",
              "one suspended after PT0S",
              "one resumed after PT1H",
              "one suspended after PT0S",
              "one resumed after PT0S",
              "one DONE after PT2H"),
          turns.next(8));
    }
  }

  /** A suspension that does not come about is followed by a turn like any other. */
  @Test
  void cancelledSuspension_isReportedInPairs() throws Exception {
    Turns turns = new Turns();
    try (CoroutineScheduler scheduler = TestSchedulers.builder().loops(1).listener(turns).build()) {
      Coroutine<?> coroutine =
          scheduler.spawn(SpawnOptions.named("one"), () -> Coroutines.delay(HOUR));
      assertTrue(turns.next(2).getLast().startsWith("one suspended"));
      coroutine.cancel();
      List<String> last = turns.next(2);
      assertTrue(last.getFirst().startsWith("one resumed"), last::toString);
      assertTrue(last.getLast().startsWith("one CANCELLED"), last::toString);
    }
  }

  @Test
  void listenerThatThrows_isLogged_andChangesNothing() throws Exception {
    class Throwing implements CoroutineListener.OfTurns {
      @Override
      public void spawned(Coroutine<?> coroutine) {
        throw new IllegalStateException("spawned");
      }

      @Override
      public void begun(Coroutine<?> coroutine, long waitedNanos) {
        throw new StackOverflowError("begun");
      }

      @Override
      public void suspended(Coroutine<?> coroutine, long turnNanos) {
        throw new IllegalStateException("suspended");
      }

      @Override
      public void resumed(Coroutine<?> coroutine, long suspendedNanos) {
        throw new IllegalStateException("resumed");
      }

      @Override
      public void ended(
          Coroutine<?> coroutine, State outcome, @Nullable Throwable failure, long livedNanos) {
        throw new IllegalStateException("ended");
      }

      @Override
      public void rejected(SpawnOptions options, RuntimeException cause) {
        throw new IllegalStateException("rejected");
      }
    }
    try (LogCapture log = new LogCapture()) {
      CoroutineScheduler scheduler =
          TestSchedulers.builder().loops(1).listener(new Throwing()).build();
      try (scheduler) {
        assertEquals(
            "done",
            scheduler
                .spawn(
                    () -> {
                      Coroutines.yieldNow();
                      return "done";
                    })
                .join());
      }
      assertThrows(RejectedExecutionException.class, () -> scheduler.spawn(() -> {}));
      while (log.lines().size() < 6) {
        Thread.sleep(1);
      }
      for (String line : log.lines()) {
        assertEquals("the coroutine listener has thrown", line);
      }
    }
  }

  /**
   * A listener that blocks or suspends at the end of a turn lets others go first, who may settle
   * what the coroutine is about to wait for. Without a look at that, the coroutine would wait for
   * ever.
   */
  @Tag("not-plain-thread")
  @Test
  void listenerThatLetsOthersGoFirst_losesNoWakeUp() throws Exception {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    CoroutineListener.OfTurns slow =
        new CoroutineListener.OfTurns() {
          @Override
          public void suspended(Coroutine<?> coroutine, long turnNanos) {
            letOthersGoFirst();
          }

          @Override
          public void resumed(Coroutine<?> coroutine, long suspendedNanos) {
            letOthersGoFirst();
          }

          private void letOthersGoFirst() {
            for (int turn = 0; turn < 5; turn++) {
              Coroutines.yieldNow(); // So that a message of the settlement comes in between.
            }
            if (TestSchedulers.ENGINE == Engine.VIRTUAL_THREAD) {
              sleep();
            }
          }
        };
    try (CoroutineScheduler scheduler =
        TestSchedulers.builder().loops(2).listener(slow).closeGrace(Duration.ZERO).build()) {
      List<Coroutine<?>> all = new ArrayList<>();
      for (int pair = 0; pair < 100; pair++) {
        boolean isAtOnce = random.nextBoolean();
        CompletableFuture<String> future = new CompletableFuture<>();
        all.add(
            scheduler.spawn(
                SpawnOptions.DEFAULT.onLoop(pair),
                () -> assertEquals("x", Coroutines.await(future))));
        all.add(
            scheduler.spawn(
                SpawnOptions.DEFAULT.onLoop(pair),
                () -> {
                  if (!isAtOnce) {
                    Coroutines.delay(Duration.ofMillis(1));
                  }
                  future.complete("x");
                }));
      }
      for (Coroutine<?> coroutine : all) {
        assertTrue(coroutine.join(PATIENCE) == null, () -> "seed " + seed);
      }
    }
  }

  private static void sleep() {
    try {
      Thread.sleep(1);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Tag("not-plain-thread")
  @Test
  void coroutinesOfALoopThatDies_end() throws Exception {
    boolean[] isBroken = new boolean[1];
    Clock clock =
        new Clock() {
          @Override
          public long nanoTime() {
            if (isBroken[0]) {
              throw new ArithmeticException("broken clock");
            }
            return System.nanoTime();
          }

          @Override
          public Alarm newAlarm(Thread thread) {
            return Clock.system().newAlarm(thread);
          }
        };
    Notes notes = new Notes();
    try (LogCapture log = new LogCapture()) {
      CoroutineScheduler scheduler =
          TestSchedulers.builder().loops(1).clock(clock).listener(notes).build();
      Coroutine<?> sleeper =
          scheduler.spawn(SpawnOptions.named("one"), () -> Coroutines.delay(HOUR));
      TestSchedulers.awaitSuspended(sleeper);
      isBroken[0] = true;
      Internals.wake(scheduler, 0);
      assertEquals("one FAILED coroutine-loop-0 has died after PT0S", notes.next(2).getLast());
      assertTrue(log.firstLine().startsWith("coroutine-loop-0 has died"));
      scheduler.close(Duration.ZERO);
    }
  }

  @Test
  void begunAndEnded_areOutsideOfTheDecorator() throws Exception {
    List<String> steps = new ArrayList<>();
    CoroutineListener listener =
        new CoroutineListener() {
          @Override
          public void begun(Coroutine<?> coroutine, long waitedNanos) {
            steps.add("begun");
          }

          @Override
          public void ended(
              Coroutine<?> coroutine, State outcome, @Nullable Throwable failure, long livedNanos) {
            steps.add("ended");
            assertSame(coroutine, Coroutines.current());
          }
        };
    try (CoroutineScheduler scheduler =
        TestSchedulers.builder()
            .loops(1)
            .listener(listener)
            .decorator(
                (_, body) ->
                    () -> {
                      steps.add("wrapper begins");
                      body.run();
                      steps.add("wrapper ends");
                    })
            .build()) {
      scheduler.spawn(() -> steps.add("body")).join();
    }
    assertEquals(List.of("begun", "wrapper begins", "body", "wrapper ends", "ended"), steps);
  }
}
