package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.Cancelled.assertCancelled;
import static io.tourbillon.coroutine.Holding.holdFor;
import static io.tourbillon.coroutine.Holding.holdUntil;
import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine.State;
import io.tourbillon.coroutine.channel.Channel;
import io.tourbillon.coroutine.internal.scheduler.Internals;
import io.tourbillon.coroutine.sync.Event;
import io.tourbillon.timer.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A turn that does not end strands nothing that is ready behind it: another loop takes that over
 * during the turn. In each test one turn lasts until others have run, so without that it would last
 * for ever.
 */
@Tag("not-continuation") // Coroutines stay on their loop.
@Tag("not-plain-thread") // No turns.
@Timeout(120)
class RescueTest {
  private static final Duration FOREVER = Duration.ofDays(1);

  private static CoroutineScheduler twoLoops() {
    return options().build();
  }

  private static CoroutineScheduler.Builder options() {
    return TestSchedulers.builder().loops(2).closeGrace(Duration.ofSeconds(5));
  }

  private static SpawnOptions on(CoroutineScheduler scheduler, int loop) {
    return SpawnOptions.DEFAULT.onLoop(Internals.loop(scheduler, loop));
  }

  private static String where(CoroutineScheduler scheduler) {
    return Internals.loopOfCaller(scheduler).orElseThrow();
  }

  /** A body that waits, and then does something. */
  private static Action after(Event go, Action something) {
    return () -> {
      go.await();
      something.run();
    };
  }

  /**
   * Starts coroutines that begin on the first loop and are suspended there, though they may move.
   */
  private static List<Coroutine<?>> beginOnFirst(
      CoroutineScheduler scheduler, int count, Action body) {
    AtomicBoolean isHeld = new AtomicBoolean();
    AtomicBoolean isOver = new AtomicBoolean();
    Coroutine<Boolean> occupant =
        scheduler.spawn(
            on(scheduler, 1),
            () -> {
              isHeld.set(true);
              return holdUntil(isOver::get);
            });
    assertTrue(holdUntil(isHeld::get));
    List<Coroutine<?>> all = new ArrayList<>();
    for (int number = 0; number < count; number++) {
      all.add(scheduler.spawn(body));
    }
    all.forEach(TestSchedulers::awaitSuspended);
    isOver.set(true);
    assertTrue(occupant.join());
    return all;
  }

  /** Runs a body on the first loop, in a turn that begins while those who wait are ready. */
  private static Coroutine<Boolean> holdBefore(
      CoroutineScheduler scheduler, Event go, Callable<Boolean> body) {
    AtomicBoolean isHeld = new AtomicBoolean();
    Coroutine<Boolean> holder =
        scheduler
            .spawn(
                on(scheduler, 0),
                () -> {
                  Coroutine<Boolean> next =
                      scheduler.spawn(
                          on(scheduler, 0),
                          () -> {
                            isHeld.set(true);
                            return body.call();
                          });
                  go.set();
                  return next;
                })
            .join();
    assertTrue(holdUntil(isHeld::get));
    return holder;
  }

  private static void assertRan(Coroutine<Boolean> holder) throws TimeoutException {
    assertTrue(holder.join(PATIENCE.multipliedBy(2)), "some have waited for the end of the turn");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 100, 3_000})
  void readyOnes_behindALongTurn_runOnTheOtherLoop(int count) throws Exception {
    try (CoroutineScheduler scheduler = twoLoops()) {
      Event go = new Event();
      AtomicInteger ran = new AtomicInteger();
      AtomicInteger elsewhere = new AtomicInteger();
      String other = Internals.loop(scheduler, 1).name();
      beginOnFirst(
          scheduler,
          count,
          after(
              go,
              () -> {
                elsewhere.addAndGet(where(scheduler).equals(other) ? 1 : 0);
                ran.incrementAndGet();
              }));
      assertRan(holdBefore(scheduler, go, () -> holdUntil(() -> ran.get() == count)));
      assertEquals(count, elsewhere.get());
      assertEquals(count, scheduler.stats().loops().get(1).takenOver());
    }
  }

  private static Stream<SchedulingPolicy> policies() {
    return Stream.of(
        SchedulingPolicy.roundRobin(),
        SchedulingPolicy.priority(Duration.ofMillis(1)),
        SchedulingPolicy.earliestDeadline(Duration.ofMillis(10)),
        SchedulingPolicy.random(1));
  }

  @ParameterizedTest
  @MethodSource("policies")
  void readyOnes_underEachPolicy_runOnTheOtherLoop(SchedulingPolicy policy) throws Exception {
    try (CoroutineScheduler scheduler = options().policy(policy).build()) {
      Event go = new Event();
      AtomicInteger ran = new AtomicInteger();
      beginOnFirst(scheduler, 1_000, after(go, ran::incrementAndGet));
      Coroutine<Boolean> holder =
          scheduler.spawn(
              on(scheduler, 0),
              () -> {
                go.set();
                return holdUntil(() -> ran.get() == 1_000);
              });
      assertRan(holder);
    }
  }

  @Test
  void oneThatTheHolderMakesReady_answers() throws Exception {
    try (CoroutineScheduler scheduler = twoLoops()) {
      Channel<Integer> questions = Channel.unlimited();
      Channel<Integer> answers = Channel.unlimited();
      beginOnFirst(scheduler, 1, () -> answers.send(2 * questions.receive()));
      Coroutine<Boolean> holder =
          scheduler.spawn(
              on(scheduler, 0),
              () -> {
                questions.send(21);
                return holdUntil(() -> answers.tryReceive().equals(Optional.of(42)));
              });
      assertRan(holder);
    }
  }

  @Test
  void groups_thatTheHolderMakesReadyOneAfterTheOther_allRun() throws Exception {
    try (CoroutineScheduler scheduler = twoLoops()) {
      List<Event> signals = new ArrayList<>();
      AtomicInteger ran = new AtomicInteger();
      for (int group = 0; group < 20; group++) {
        Event go = new Event();
        signals.add(go);
        beginOnFirst(scheduler, 5, after(go, ran::incrementAndGet));
      }
      Coroutine<Boolean> holder =
          scheduler.spawn(
              on(scheduler, 0),
              () -> {
                boolean all = true;
                for (int group = 0; group < signals.size(); group++) {
                  signals.get(group).set();
                  int wanted = 5 * (group + 1);
                  all &= holdUntil(() -> ran.get() == wanted);
                }
                return all;
              });
      assertRan(holder);
    }
  }

  /** The broken twin of them all: these wait for the end of the turn, as all did without rescue. */
  @Test
  void thoseThatMustStay_waitForTheEndOfTheTurn() throws Exception {
    try (CoroutineScheduler scheduler = twoLoops()) {
      Event go = new Event();
      AtomicInteger stayed = new AtomicInteger();
      AtomicInteger left = new AtomicInteger();
      Action stays = after(go, stayed::incrementAndGet);
      List<Coroutine<?>> all = new ArrayList<>();
      all.add(scheduler.spawn(on(scheduler, 0), stays));
      all.add(
          scheduler
              .spawn(on(scheduler, 0), () -> scheduler.spawn(SpawnOptions.DEFAULT.here(), stays))
              .join());
      all.addAll(
          beginOnFirst(
              scheduler,
              1,
              () -> {
                scheduler.spawn(SpawnOptions.DEFAULT.here(), () -> {});
                stays.run();
              }));
      all.addAll(
          beginOnFirst(
              scheduler,
              1,
              () -> {
                Coroutine<Integer> attached =
                    Coroutines.spawnAttached(
                        "attached",
                        () -> {
                          stays.run();
                          return 1;
                        });
                stays.run();
                attached.join();
              }));
      beginOnFirst(scheduler, 10, after(go, left::incrementAndGet));
      Coroutine<Boolean> holder =
          holdBefore(
              scheduler,
              go,
              () -> {
                boolean haveLeft = holdUntil(() -> left.get() == 10);
                holdFor(Duration.ofMillis(50));
                return haveLeft && stayed.get() == 0;
              });
      assertRan(holder);
      for (Coroutine<?> each : all) {
        each.join(PATIENCE);
      }
      assertEquals(5, stayed.get());
    }
  }

  @Test
  void oneWithARate_waitsForTheEndOfTheTurn() throws Exception {
    try (CoroutineScheduler scheduler = twoLoops()) {
      Event go = new Event();
      AtomicInteger stayed = new AtomicInteger();
      AtomicInteger left = new AtomicInteger();
      Coroutine<?> throttled =
          scheduler
              .spawn(
                  on(scheduler, 0),
                  () ->
                      scheduler.spawn(
                          SpawnOptions.DEFAULT.withRate(1e6), after(go, stayed::incrementAndGet)))
              .join();
      TestSchedulers.awaitSuspended(throttled);
      beginOnFirst(scheduler, 10, after(go, left::incrementAndGet));
      Coroutine<Boolean> holder =
          holdBefore(scheduler, go, () -> holdUntil(() -> left.get() == 10) && stayed.get() == 0);
      assertRan(holder);
      throttled.join(PATIENCE);
    }
  }

  @Test
  void cancelledOnes_behindALongTurn_endDuringTheTurn() throws Exception {
    try (CoroutineScheduler scheduler = twoLoops()) {
      for (int round = 0; round < 20; round++) {
        Event go = new Event();
        List<Coroutine<?>> all =
            beginOnFirst(scheduler, 50, after(go, () -> Coroutines.delay(FOREVER)));
        Coroutine<Boolean> holder =
            holdBefore(
                scheduler,
                go,
                () -> holdUntil(() -> all.stream().allMatch(each -> each.state().isEnd())));
        holdFor(Duration.ofNanos(new SplittableRandom().nextInt(12_000_000)));
        all.forEach(Coroutine::cancel);
        assertRan(holder);
        for (Coroutine<?> each : all) {
          assertCancelled(each::join);
        }
      }
    }
  }

  @Test
  void limits_ofThoseThatHaveMoved_passDuringTheTurn() throws Exception {
    try (CoroutineScheduler scheduler = twoLoops()) {
      Event go = new Event();
      AtomicInteger late = new AtomicInteger();
      beginOnFirst(
          scheduler,
          50,
          () ->
              Coroutines.withTimeout(
                  PATIENCE,
                  () -> {
                    go.await();
                    assertThrows(
                        TimeoutException.class,
                        () ->
                            Coroutines.withTimeout(
                                Duration.ofMillis(3), () -> Coroutines.delay(FOREVER)));
                    return late.incrementAndGet();
                  }));
      assertRan(holdBefore(scheduler, go, () -> holdUntil(() -> late.get() == 50)));
    }
  }

  @Test
  void close_duringTheTurn_cancelsThoseThatAreRescued() throws Exception {
    for (int round = 0; round < 20; round++) {
      CoroutineScheduler scheduler = twoLoops();
      Event go = new Event();
      List<Coroutine<?>> all =
          beginOnFirst(scheduler, 100, after(go, () -> Coroutines.delay(FOREVER)));
      Coroutine<Boolean> holder =
          holdBefore(
              scheduler,
              go,
              () -> holdUntil(() -> all.stream().allMatch(each -> each.state().isEnd())));
      holdFor(Duration.ofNanos(new SplittableRandom().nextInt(12_000_000)));
      assertTrue(scheduler.close(Duration.ZERO));
      assertRan(holder);
      for (Coroutine<?> each : all) {
        assertEquals(State.CANCELLED, each.state());
      }
      assertEquals(0, Internals.live(scheduler));
    }
  }

  /** The holder changes what the rescuer changes, all the time. */
  @Test
  void holder_thatSpawnsAndAttachesMeanwhile_losesNobody() throws Exception {
    int rounds = 30;
    int children = 0;
    AtomicInteger ran = new AtomicInteger();
    CoroutineStats stats;
    try (CoroutineScheduler scheduler = twoLoops()) {
      for (int round = 0; round < rounds; round++) {
        List<Event> signals = new ArrayList<>();
        List<Coroutine<?>> all = new ArrayList<>();
        for (int group = 0; group < 8; group++) {
          Event go = new Event();
          signals.add(go);
          all.addAll(beginOnFirst(scheduler, 25, after(go, ran::incrementAndGet)));
        }
        int before = ran.get();
        Coroutine<Integer> holder =
            scheduler.spawn(
                on(scheduler, 0),
                () -> {
                  int spawned = 0;
                  for (int group = 0; group < signals.size(); group++) {
                    signals.get(group).set();
                    int wanted = before + 25 * (group + 1);
                    long startNanos = System.nanoTime();
                    while (ran.get() < wanted) {
                      assertTrue(System.nanoTime() - startNanos < PATIENCE.toNanos(), "stranded");
                      if (spawned < 2_000) {
                        scheduler.spawn(SpawnOptions.DEFAULT.here(), Coroutines::yieldNow);
                        Coroutines.spawnAttached(
                            "attached",
                            () -> {
                              Coroutines.yieldNow();
                              return 1;
                            });
                        spawned += 2;
                      }
                    }
                  }
                  return spawned;
                });
        children += holder.join(PATIENCE.multipliedBy(3));
        for (Coroutine<?> each : all) {
          each.join(PATIENCE);
        }
      }
      assertTrue(holdUntil(() -> Internals.live(scheduler) == 0));
      stats = scheduler.stats();
      assertTrue(scheduler.dump(10).coroutines().isEmpty());
    }
    assertEquals(200 * rounds, ran.get());
    assertTrue(children > 0);
    assertEquals(
        List.of(0L, 0L, 0L, 0L),
        List.of(stats.created(), stats.ready(), stats.running(), stats.suspended()));
    assertEquals(0, stats.failed());
  }

  /**
   * A dump that the holder takes notes those that leave at the same time. Where its wait for the
   * other loop frees this one, the turn ends there.
   */
  @Test
  void dump_byTheHolder_showsEachOnce() throws Exception {
    try (CoroutineScheduler scheduler = twoLoops()) {
      Event go = new Event();
      AtomicInteger ran = new AtomicInteger();
      Event end = new Event();
      List<Coroutine<?>> all =
          beginOnFirst(
              scheduler,
              100,
              after(
                  go,
                  () -> {
                    ran.incrementAndGet();
                    for (int turn = 0; turn < 20; turn++) {
                      Coroutines.withTimeout(PATIENCE, Coroutines::yieldNow);
                    }
                    end.await();
                  }));
      Coroutine<Boolean> holder =
          holdBefore(
              scheduler,
              go,
              () ->
                  holdUntil(
                      () -> {
                        long names =
                            scheduler.dump(1_000).coroutines().stream()
                                .map(CoroutineDump.Entry::name)
                                .distinct()
                                .count();
                        return ran.get() == 100 && names >= 50;
                      }));
      assertRan(holder);
      end.set();
      for (Coroutine<?> each : all) {
        each.join(PATIENCE);
      }
    }
  }

  // The thread.

  private static List<Thread> rescuers(String scheduler) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals(scheduler + "-rescuer"))
        .toList();
  }

  @Test
  void rescuer_ofAnIdleScheduler_sleepsWithoutALimit_andStillComes() throws Exception {
    try (CoroutineScheduler scheduler = options().name("idle").build()) {
      for (int round = 0; round < 3; round++) {
        Thread rescuer = rescuers("idle").getFirst();
        assertTrue(holdUntil(() -> rescuer.getState() == Thread.State.WAITING));
        holdFor(Duration.ofMillis(20));
        assertEquals(Thread.State.WAITING, rescuer.getState());
        Event go = new Event();
        AtomicInteger ran = new AtomicInteger();
        beginOnFirst(scheduler, 10, after(go, ran::incrementAndGet));
        assertRan(holdBefore(scheduler, go, () -> holdUntil(() -> ran.get() == 10)));
      }
    }
    assertTrue(holdUntil(() -> rescuers("idle").isEmpty()));
  }

  @Test
  void rescuer_isOnlyMadeWhereCoroutinesCanMove() {
    try (CoroutineScheduler _ = options().name("single").loops(1).build();
        CoroutineScheduler _ = options().name("virtual").clock(new VirtualClock()).build();
        CoroutineScheduler _ = options().name("unwatched").watchdog(Duration.ZERO).build()) {
      assertEquals(
          List.of(0, 0, 1),
          Stream.of("single", "virtual", "unwatched").map(name -> rescuers(name).size()).toList());
    }
  }
}
