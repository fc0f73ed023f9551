package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whole schedulers with one loop, and coroutines that all become ready at once. */
@Tag("not-plain-thread") // No turns.
class SchedulingPolicyTest {
  private final List<String> log = new ArrayList<>();

  /** Notes its name this many times, with a yield in between. */
  private Action noting(String name, int times) {
    return () -> {
      for (int time = 0; time < times; time++) {
        if (time > 0) {
          Coroutines.yieldNow();
        }
        log.add(name);
      }
    };
  }

  /** Notes the milliseconds at which it has its turns. */
  private Action notingTheTime(VirtualClock clock, int times) {
    return () -> {
      for (int time = 0; time < times; time++) {
        log.add(TimeUnit.NANOSECONDS.toMillis(clock.nanoTime()) + "");
        Coroutines.yieldNow();
      }
    };
  }

  private static CoroutineScheduler.Builder of(SchedulingPolicy policy) {
    return TestSchedulers.builder().loops(1).policy(policy);
  }

  /** Spawns in a coroutine, so that none begins before all are spawned. */
  private static void together(CoroutineScheduler scheduler, Action spawning) throws Exception {
    try (scheduler) {
      scheduler.spawn(spawning).join(PATIENCE);
    }
  }

  @Test
  void fifo() throws Exception {
    CoroutineScheduler scheduler = of(SchedulingPolicy.fifo()).build();
    together(
        scheduler,
        () -> {
          for (String name : List.of("a", "b", "c")) {
            scheduler.spawn(noting(name, 2));
          }
        });
    assertEquals(List.of("a", "b", "c", "a", "b", "c"), log);
  }

  @Test
  void roundRobin() throws Exception {
    CoroutineScheduler scheduler = of(SchedulingPolicy.roundRobin()).build();
    CoroutineGroup many = CoroutineGroup.named("many");
    CoroutineGroup few = CoroutineGroup.named("few");
    together(
        scheduler,
        () -> {
          for (String name : List.of("a", "b", "c")) {
            scheduler.spawn(SpawnOptions.DEFAULT.inGroup(many), noting(name, 1));
          }
          scheduler.spawn(SpawnOptions.DEFAULT.inGroup(few), noting("x", 3));
        });
    assertEquals(List.of("a", "x", "b", "x", "c", "x"), log);
  }

  @Test
  void priority() throws Exception {
    CoroutineScheduler scheduler = of(SchedulingPolicy.priority(Duration.ofSeconds(1))).build();
    together(
        scheduler,
        () -> {
          scheduler.spawn(SpawnOptions.DEFAULT.withPriority(-1), noting("low", 2));
          scheduler.spawn(noting("middle", 2));
          scheduler.spawn(SpawnOptions.DEFAULT.withPriority(1), noting("high", 2));
        });
    assertEquals(List.of("high", "high", "middle", "middle", "low", "low"), log);
  }

  /** A coroutine of the highest priority that is always ready does not starve the lowest. */
  @Test
  void priority_starvesNobody() throws Exception {
    CoroutineScheduler scheduler = of(SchedulingPolicy.priority(Duration.ofMillis(1))).build();
    together(
        scheduler,
        () -> {
          Coroutine<?> low =
              scheduler.spawn(SpawnOptions.DEFAULT.withPriority(-10), noting("low", 1));
          scheduler.spawn(
              SpawnOptions.DEFAULT.withPriority(10),
              () -> {
                while (!low.state().isEnd()) {
                  Coroutines.yieldNow();
                }
              });
        });
    assertEquals(List.of("low"), log);
  }

  @Test
  void earliestDeadline() throws Exception {
    CoroutineScheduler scheduler =
        of(SchedulingPolicy.earliestDeadline(Duration.ofMinutes(1))).build();
    CompletableFuture<String> gate = new CompletableFuture<>();
    together(
        scheduler,
        () -> {
          List<Coroutine<?>> all = new ArrayList<>();
          all.add(
              scheduler.spawn(
                  () -> {
                    Coroutines.await(gate);
                    log.add("without");
                  }));
          for (int seconds : List.of(30, 10, 20)) {
            all.add(
                scheduler.spawn(
                    () ->
                        Coroutines.withTimeout(
                            Duration.ofSeconds(seconds),
                            () -> {
                              Coroutines.await(gate);
                              log.add("within " + seconds);
                            })));
          }
          for (Coroutine<?> each : all) {
            while (each.state() != Coroutine.State.SUSPENDED) {
              Coroutines.yieldNow();
            }
          }
          gate.complete("go");
        });
    assertEquals(List.of("within 10", "within 20", "within 30", "without"), log);
  }

  @Test
  void rates_spreadTurnsEvenly() {
    VirtualClock clock = new VirtualClock();
    CoroutineScheduler scheduler = TestSchedulers.on(clock);
    Coroutine<?> slow =
        scheduler.spawn(
            SpawnOptions.DEFAULT.withRate(10),
            () -> {
              for (int turn = 0; turn < 5; turn++) {
                log.add(TimeUnit.NANOSECONDS.toMillis(clock.nanoTime()) + "");
                Coroutines.yieldNow();
              }
            });
    clock.advance(Duration.ofSeconds(1));
    slow.join();
    assertEquals(List.of("0", "100", "200", "300", "400"), log);
    scheduler.close();
  }

  @Test
  void rateOfAGroup_isSharedByAll() {
    VirtualClock clock = new VirtualClock();
    CoroutineScheduler scheduler = TestSchedulers.on(clock);
    CoroutineGroup tenant = CoroutineGroup.named("tenant").withRate(100);
    List<Coroutine<?>> all = new ArrayList<>();
    for (int number = 0; number < 10; number++) {
      all.add(
          scheduler.spawn(
              SpawnOptions.DEFAULT.inGroup(tenant),
              () -> {
                log.add(TimeUnit.NANOSECONDS.toMillis(clock.nanoTime()) + "");
              }));
    }
    clock.advance(Duration.ofMillis(45));
    assertEquals(List.of("0", "10", "20", "30", "40"), List.copyOf(log));
    clock.advance(Duration.ofMillis(100));
    all.forEach(Coroutine::join);
    scheduler.close();
  }

  /** A member that is slow by itself does not take turns of its group that it cannot use yet. */
  @Test
  void rateOfAMember_doesNotHoldUpItsGroup() {
    VirtualClock clock = new VirtualClock();
    CoroutineScheduler scheduler = TestSchedulers.on(clock);
    CoroutineGroup tenant = CoroutineGroup.named("tenant").withRate(100);
    scheduler.spawn(
        SpawnOptions.DEFAULT.inGroup(tenant).withRate(1),
        () -> {
          while (true) {
            Coroutines.yieldNow();
          }
        });
    scheduler.spawn(SpawnOptions.DEFAULT.inGroup(tenant), notingTheTime(clock, 4));
    clock.advance(Duration.ofMillis(45));
    assertEquals(List.of("10", "20", "30", "40"), List.copyOf(log));
    scheduler.close(Duration.ZERO);
  }

  /** The rate is shared even if the schedulers were made at different times. */
  @Test
  void rateOfAGroup_isSharedBySchedulers() {
    VirtualClock clock = new VirtualClock(Long.MAX_VALUE);
    CoroutineScheduler first = TestSchedulers.on(clock);
    CoroutineGroup tenant = CoroutineGroup.named("tenant").withRate(100);
    clock.advance(Duration.ofHours(1));
    CoroutineScheduler second = TestSchedulers.on(clock);
    Coroutine<?> a = first.spawn(SpawnOptions.DEFAULT.inGroup(tenant), noting("a", 1));
    clock.advance(Duration.ofMillis(1));
    Coroutine<?> b = second.spawn(SpawnOptions.DEFAULT.inGroup(tenant), noting("b", 1));
    clock.advance(Duration.ofMillis(8));
    assertEquals(List.of("a"), List.copyOf(log));
    clock.advance(Duration.ofMillis(1));
    assertEquals(List.of("a", "b"), List.copyOf(log));
    a.join();
    b.join();
    first.close();
    second.close();
  }

  @Test
  void cancel_doesNotWaitForTheRate() {
    VirtualClock clock = new VirtualClock();
    CoroutineScheduler scheduler = TestSchedulers.on(clock);
    Coroutine<?> slow =
        scheduler.spawn(
            SpawnOptions.DEFAULT.withRate(1e-6),
            () -> {
              while (true) {
                Coroutines.yieldNow();
              }
            });
    clock.advance(Duration.ofHours(1));
    slow.cancel();
    clock.advance(Duration.ofMillis(1));
    assertEquals(Coroutine.State.CANCELLED, slow.state());
    scheduler.close();
  }

  @Test
  void cancel_ofOneThatIsSuspended_doesNotWaitForTheRateEither() {
    VirtualClock clock = new VirtualClock();
    CoroutineScheduler scheduler = TestSchedulers.on(clock);
    Coroutine<?> slow =
        scheduler.spawn(
            SpawnOptions.DEFAULT.withRate(1e-6), () -> Coroutines.delay(Duration.ofDays(1000)));
    clock.advance(Duration.ofHours(1));
    slow.cancel();
    clock.advance(Duration.ofMillis(1));
    assertEquals(Coroutine.State.CANCELLED, slow.state());
    scheduler.close();
  }

  /** Whether a turn is long depends on time, so this scheduler uses the real clock. */
  @Test
  void checkpoint_yieldsOnlyWhenTheBudgetIsUsedUp() throws Exception {
    CoroutineScheduler generous =
        TestSchedulers.builder().loops(1).budget(Duration.ofHours(1)).build();
    together(
        generous,
        () -> {
          generous.spawn(noting("other", 1));
          Coroutines.checkpoint();
          log.add("first");
        });
    assertEquals(List.of("first", "other"), log);
    log.clear();
    CoroutineScheduler strict = TestSchedulers.builder().loops(1).budget(Duration.ZERO).build();
    together(
        strict,
        () -> {
          strict.spawn(noting("other", 1));
          Coroutines.checkpoint();
          log.add("last");
        });
    assertEquals(List.of("other", "last"), log);
    assertThrows(
        IllegalArgumentException.class,
        () -> TestSchedulers.builder().budget(Duration.ofNanos(-1)));
    assertTrue(log.size() == 2);
  }
}
