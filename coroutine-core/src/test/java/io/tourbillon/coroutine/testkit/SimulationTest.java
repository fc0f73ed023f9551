package io.tourbillon.coroutine.testkit;

import static io.tourbillon.coroutine.TestSchedulers.ENGINE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.Coroutine.State;
import io.tourbillon.coroutine.CoroutineDecorator;
import io.tourbillon.coroutine.CoroutineListener;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.FreshJvm;
import io.tourbillon.coroutine.LogCapture;
import io.tourbillon.coroutine.SpawnOptions;
import io.tourbillon.coroutine.TestSchedulers;
import io.tourbillon.coroutine.channel.Channel;
import io.tourbillon.coroutine.testkit.SimulationFailure.Reason;
import io.tourbillon.timer.TaskDecorator;
import io.tourbillon.timer.TimerService;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Logger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
@Tag("not-plain-thread") // No turns.
class SimulationTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private final Simulation simulation = new Simulation().engine(ENGINE);

  /** Returns the failure of a body of this test, which nothing outside can wake. */
  private SimulationFailure failureOf(io.tourbillon.coroutine.Action body) {
    return assertThrows(
        SimulationFailure.class, () -> simulation.grace(Duration.ZERO).run(body::run));
  }

  private static void assertMentions(String part, Throwable failure) {
    assertTrue(String.valueOf(failure.getMessage()).contains(part), failure::getMessage);
  }

  @Test
  void delays_takeNoTime_andAreExact() {
    long startNanos = System.nanoTime();
    simulation.run(
        () -> {
          for (int hours = 1; hours <= 1000; hours++) {
            Coroutines.delay(HOUR);
            assertEquals(Duration.ofHours(hours), Simulation.elapsed());
          }
        });
    assertTrue(System.nanoTime() - startNanos < TimeUnit.MINUTES.toNanos(1));
  }

  @Test
  void decoratorsAndListener_areThoseOfTheRun_alsoAfterOtherOptions() {
    List<String> told = new CopyOnWriteArrayList<>();
    CoroutineListener listener =
        new CoroutineListener() {
          @Override
          public void spawned(Coroutine<?> coroutine) {
            told.add("spawned");
          }
        };
    CoroutineDecorator decorator =
        (_, body) ->
            () -> {
              told.add("around");
              body.run();
            };
    simulation.listener(listener).decorator(decorator).seed(7).run(() -> told.add("body"));
    assertEquals(List.of("around", "body", "spawned"), told.stream().sorted().toList());
    told.clear();
    TaskDecorator ofTasks =
        task ->
            () -> {
              told.add("task");
              task.run();
            };
    simulation
        .decorator(ofTasks)
        .run(
            () -> {
              CompletableFuture<Void> done = new CompletableFuture<>();
              Coroutines.scheduler().timers().schedule(HOUR, () -> done.complete(null));
              Coroutines.await(done);
            });
    assertEquals(List.of("task", "task"), told); // Around the body, and around the timer's.
  }

  @Test
  void tick_isTheResolution() {
    simulation
        .tick(Duration.ofNanos(10_000))
        .run(
            () -> {
              Coroutines.delay(Duration.ofNanos(15_000));
              assertEquals(Duration.ofNanos(20_000), Simulation.elapsed());
            });
  }

  @Test
  void call_returnsWhatTheBodyReturns() {
    assertEquals("value", simulation.call(() -> "value"));
  }

  @Test
  void bodysFailure_isThrownAsItIs_withTheStackOfTheBody() {
    IOException thrown = new IOException("broken");
    assertSame(
        thrown,
        assertThrows(
            IOException.class,
            () ->
                simulation.run(
                    () -> {
                      throw thrown;
                    })));
    AssertionError failed =
        assertThrows(AssertionError.class, () -> simulation.run(() -> assertEquals(1, 2)));
    assertTrue(
        Arrays.stream(failed.getStackTrace())
            .anyMatch(call -> call.getClassName().equals(SimulationTest.class.getName())));
  }

  @Test
  void nestedLimits_areExact() {
    simulation.run(
        () -> {
          assertThrows(
              TimeoutException.class,
              () ->
                  Coroutines.withTimeout(
                      Duration.ofMinutes(90),
                      () -> {
                        assertThrows(
                            TimeoutException.class,
                            () ->
                                Coroutines.withTimeout(
                                    HOUR, () -> Coroutines.delay(HOUR.multipliedBy(9))));
                        assertEquals(HOUR, Simulation.elapsed());
                        Coroutines.delay(HOUR);
                      }));
          assertEquals(Duration.ofMinutes(90), Simulation.elapsed());
        });
  }

  @Test
  void timersOnTheClockOfTheRun_goByIt() {
    simulation.run(
        () -> {
          try (TimerService timers = TimerService.builder().clock(Simulation.clock()).build()) {
            Coroutines.await(timers.after(HOUR));
          }
          assertEquals(HOUR, Simulation.elapsed());
        });
  }

  /** Runs many times, because time advances too early only if the driver ends slowly. */
  @Test
  void closedService_wakesWhoCloses_beforeTimeMoves() throws Exception {
    for (int run = 0; run < 200; run++) {
      simulation.run(
          () -> {
            Coroutine<?> other = Coroutines.scheduler().spawn(() -> Coroutines.delay(HOUR));
            TimerService timers = TimerService.builder().clock(Simulation.clock()).build();
            Coroutines.yieldNow();
            timers.close();
            assertEquals(Duration.ZERO, Simulation.elapsed());
            other.join();
          });
    }
  }

  @Test
  @Tag("virtual-thread")
  void schedulerOnTheClockOfTheRun_isClosedInItsTime() throws Exception {
    try (LogCapture log = new LogCapture()) {
      simulation.run(
          () -> {
            CoroutineScheduler inner =
                CoroutineScheduler.builder()
                    .engine(simulation.engineToRunOn())
                    .clock(Simulation.clock())
                    .build();
            inner.spawn(() -> Coroutines.delay(HOUR));
            inner.close();
            assertEquals(HOUR, Simulation.elapsed());
          });
      assertEquals(List.of(), log.lines());
    }
  }

  @Test
  void blockingCall_holdsTheTime() throws Exception {
    simulation.run(
        () -> {
          String value =
              Coroutines.withTimeout(
                  HOUR,
                  () ->
                      Coroutines.blocking(
                          () -> {
                            LockSupport.parkNanos(50_000_000);
                            return "in time";
                          }));
          assertEquals("in time", value);
          assertEquals(Duration.ZERO, Simulation.elapsed());
        });
  }

  @Test
  void settle_waitsForAllOthers_andNotForTime() {
    List<String> log = new ArrayList<>();
    simulation.run(
        () -> {
          Coroutine<?> sleeper =
              Coroutines.scheduler()
                  .spawn(
                      () -> {
                        for (int turn = 0; turn < 20; turn++) {
                          Coroutines.yieldNow();
                        }
                        log.add("has come to its delay");
                        Coroutines.delay(HOUR);
                        log.add("is over it");
                      });
          Simulation.settle();
          assertEquals(List.of("has come to its delay"), log);
          assertEquals(State.SUSPENDED, sleeper.state());
          assertEquals(Duration.ZERO, Simulation.elapsed());
          sleeper.join();
        });
  }

  @Test
  void settle_waitsForBlockingCalls() {
    simulation.run(
        () -> {
          Coroutine<?> caller =
              Coroutines.scheduler()
                  .spawn(() -> Coroutines.blocking(() -> LockSupport.parkNanos(20_000_000)));
          Simulation.settle();
          assertEquals(State.DONE, caller.state());
        });
  }

  @Test
  void settle_ofSeveral_isInTurn() {
    List<String> log = new ArrayList<>();
    simulation.run(
        () -> {
          Coroutine<?> other =
              Coroutines.scheduler()
                  .spawn(
                      () -> {
                        Simulation.settle();
                        log.add("first");
                        Coroutines.yieldNow();
                        log.add("first goes on");
                      });
          Coroutines.yieldNow();
          Simulation.settle();
          log.add("second");
          other.join();
        });
    assertEquals(List.of("first", "first goes on", "second"), log);
  }

  @Test
  void deadlock_isAFailureThatSaysWhoWaitsForWhat() {
    SimulationFailure failure =
        failureOf(
            () -> {
              Channel<String> replies = Channel.<String>builder().name("replies").rendezvous();
              Coroutines.scheduler().spawn(SpawnOptions.named("client"), () -> replies.receive());
              Coroutines.delay(HOUR);
              Channel.<String>builder().name("requests").rendezvous().receive();
            });
    assertEquals(Reason.DEADLOCK, failure.reason());
    assertMentions("at PT1H", failure);
    assertMentions("client SUSPENDED for 1 h 0 min on receiving from replies", failure);
    assertMentions("body SUSPENDED for 0 s on receiving from requests", failure);
  }

  @Test
  void futureFromOutside_isWaitedForWithinTheGrace() throws Exception {
    CompletableFuture<String> future = new CompletableFuture<>();
    Thread outside =
        Thread.ofPlatform()
            .start(
                () -> {
                  LockSupport.parkNanos(50_000_000);
                  future.complete("value");
                });
    assertEquals(
        "value", simulation.grace(TestSchedulers.PATIENCE).call(() -> Coroutines.await(future)));
    outside.join();
  }

  @Test
  void leftovers_areAFailureThatNamesThem_andAreCancelled() {
    AtomicBoolean cleanedUp = new AtomicBoolean();
    SimulationFailure failure =
        failureOf(
            () -> {
              Coroutine<?> _ =
                  Coroutines.scheduler()
                      .spawn(
                          SpawnOptions.named("forgotten"),
                          () -> {
                            try {
                              Coroutines.delay(HOUR);
                            } finally {
                              Coroutines.shield(
                                  HOUR, () -> Coroutines.delay(Duration.ofMinutes(1)));
                              cleanedUp.set(true);
                            }
                          });
              Coroutines.delay(Duration.ofMinutes(1));
            });
    assertEquals(Reason.LEFTOVERS, failure.reason());
    assertMentions("at PT1M", failure);
    assertMentions("forgotten SUSPENDED for 1 min 0 s on a delay; 59 min 0 s left", failure);
    assertTrue(cleanedUp.get());
  }

  /** Time advances neither before the body nor after it, whichever thread is late. */
  @Test
  void leftovers_ofABodyThatEndsAtOnce_areAlwaysFound() {
    for (int run = 0; run < 100; run++) {
      SimulationFailure failure =
          failureOf(
              () -> {
                Coroutine<?> _ = Coroutines.scheduler().spawn(() -> Coroutines.delay(HOUR));
              });
      assertEquals(Reason.LEFTOVERS, failure.reason());
      assertMentions("at PT0S", failure);
    }
  }

  @Test
  void thoseWhoEndWithTheBody_areNoLeftovers() {
    List<String> log = new ArrayList<>();
    simulation.run(
        () -> {
          Coroutine<?> _ =
              Coroutines.scheduler()
                  .spawn(
                      () -> {
                        Coroutines.yieldNow();
                        log.add("needs no time");
                      });
          Coroutine<?> _ =
              Coroutines.spawnAttached(
                  "background",
                  () -> {
                    while (true) {
                      Coroutines.delay(HOUR);
                    }
                  });
          Coroutines.delay(HOUR.multipliedBy(2));
        });
    assertEquals(List.of("needs no time"), log);
  }

  @Test
  void failureThatNobodyJoins_endsTheRun() {
    for (Duration later : List.of(Duration.ZERO, HOUR)) {
      SimulationFailure failure =
          failureOf(
              () -> {
                Coroutine<?> _ =
                    Coroutines.scheduler()
                        .spawn(
                            SpawnOptions.named("child"),
                            () -> {
                              throw new IOException("broken");
                            });
                Coroutines.delay(later);
              });
      assertEquals(Reason.UNCAUGHT, failure.reason());
      assertEquals("child has failed, and nobody has joined it", failure.getMessage());
      assertEquals("broken", String.valueOf(failure.getCause().getMessage()));
    }
  }

  @Test
  void failureThatIsJoined_isTheJoiners() {
    simulation.run(
        () -> {
          Coroutine<?> child =
              Coroutines.scheduler()
                  .spawn(
                      () -> {
                        throw new IOException("broken");
                      });
          assertThrows(CompletionException.class, child::join);
        });
  }

  /** The body's failure reports that the run failed; the others show why. */
  @Test
  void bodysFailure_carriesTheOthers() {
    IOException failure =
        assertThrows(
            IOException.class,
            () ->
                simulation.run(
                    () -> {
                      Coroutine<?> child =
                          Coroutines.scheduler()
                              .spawn(
                                  () -> {
                                    throw new IllegalStateException("of the child");
                                  });
                      Simulation.settle();
                      assertTrue(child.state().isEnd());
                      throw new IOException("of the body");
                    }));
    assertEquals("of the child", failure.getSuppressed()[0].getCause().getMessage());
  }

  @Test
  void runThatDoesNotCome_toItsEnd_isEndedByTheLimit() {
    AtomicBoolean over = new AtomicBoolean();
    SimulationFailure failure =
        assertThrows(
            SimulationFailure.class,
            () ->
                simulation
                    .limit(Duration.ofMillis(300))
                    .run(
                        () -> {
                          while (!over.get()) {
                            Thread.onSpinWait();
                          }
                        }));
    over.set(true);
    assertEquals(Reason.LIMIT, failure.reason());
    assertMentions("the run has taken longer than PT0.3S in real time", failure);
    assertMentions("body RUNNING", failure);
  }

  /** Time keeps advancing, and nothing else happens. */
  @Test
  void runThatLeapsForEver_isEndedByTheLimit() {
    SimulationFailure failure =
        assertThrows(
            SimulationFailure.class,
            () ->
                simulation
                    .limit(Duration.ofMillis(300))
                    .run(
                        () -> {
                          while (true) {
                            Coroutines.delay(HOUR);
                          }
                        }));
    assertEquals(Reason.LIMIT, failure.reason());
  }

  @Test
  void interruptedCaller_givesUp_andStaysInterrupted() {
    Thread caller = Thread.currentThread();
    SimulationFailure failure =
        assertThrows(
            SimulationFailure.class,
            () ->
                simulation.run(
                    () -> {
                      caller.interrupt();
                      Coroutines.await(new CompletableFuture<>());
                    }));
    assertTrue(Thread.interrupted());
    assertEquals(Reason.LIMIT, failure.reason());
    assertMentions("the thread that waits for the run was interrupted", failure);
  }

  @Test
  void simulation_inACoroutine_isRefused() throws Exception {
    try (CoroutineScheduler scheduler = TestSchedulers.oneLoop()) {
      Coroutine<?> coroutine =
          scheduler.spawn(SpawnOptions.named("nested"), () -> simulation.run(() -> {}));
      assertEquals(
          "a simulation must not be run by a coroutine: nested",
          assertThrows(CompletionException.class, coroutine::join).getCause().getMessage());
    }
  }

  @Test
  void whatIsForTheInside_isRefusedOutside() {
    assertMentions(
        "Simulation.elapsed must be called by a coroutine of a simulation: called by ",
        assertThrows(IllegalStateException.class, Simulation::elapsed));
    assertThrows(IllegalStateException.class, Simulation::clock);
    assertThrows(IllegalStateException.class, Simulation::settle);
  }

  @Test
  void badOptions_areRefused() {
    assertEquals(
        "limit must be positive: PT0S",
        assertThrows(IllegalArgumentException.class, () -> simulation.limit(Duration.ZERO))
            .getMessage());
    assertEquals(
        "grace must not be negative: PT-1S",
        assertThrows(IllegalArgumentException.class, () -> simulation.grace(Duration.ofSeconds(-1)))
            .getMessage());
    assertEquals(
        "runs must be positive: 0",
        assertThrows(IllegalArgumentException.class, () -> simulation.explore(0, () -> {}))
            .getMessage());
    assertThrows(IllegalArgumentException.class, () -> simulation.tick(Duration.ofNanos(1)));
  }

  @Test
  void engine_isTheOneThatWasAskedFor() {
    assertEquals(ENGINE, simulation.call(() -> Coroutines.scheduler().engine()));
    assertFalse(simulation.call(() -> Coroutines.scheduler().isShutdown()));
  }

  /** A test that runs on another engine than production warns once. */
  @Test
  void engine_byDefaultWithoutTheFlag_isWarnedOfOnce() throws Exception {
    String warnings = ENGINE == Engine.VIRTUAL_THREAD ? "" : "HANDOFF, as the log says. ";
    assertEquals(
        warnings + "2 runs" + System.lineSeparator(),
        new FreshJvm(DefaultEngineProgram.class).run());
  }

  /** Runs simulations without setting an engine, and prints the warnings in the log. */
  static final class DefaultEngineProgram {
    private DefaultEngineProgram() {}

    public static void main(String[] arguments) {
      StringBuilder seen = new StringBuilder();
      Logger logger = Logger.getLogger("io.tourbillon.coroutine");
      logger.setFilter(
          logged -> {
            if (logged.getMessage().startsWith("simulations run on Engine.HANDOFF")
                && logged.getMessage().contains(Engine.VIRTUAL_THREAD.flag())) {
              seen.append("HANDOFF, as the log says. ");
            }
            return false;
          });
      new Simulation().run(Coroutines::yieldNow);
      new Simulation().seed(1).run(Coroutines::yieldNow);
      System.out.println(seen + "2 runs");
    }
  }
}
