package io.tourbillon.timer;

import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random operations on the real service, and on an ordered map of the timers that should be
 * pending. After each step both must agree: which timers have fired and when, which are pending,
 * and what each call returns.
 */
class TimerModelTest {
  private static final int STEPS = 3000;

  /** One timer, known by handle or by id. */
  private static final class Tracked {
    final int number;
    TimerHandle handle;
    long id;
    long deadlineTick;
    boolean pending = true;

    Tracked(int number) {
      this.number = number;
    }
  }

  private final Map<Integer, Long> firedAtNanos = new TreeMap<>();
  private final TreeMap<Long, List<Tracked>> byTick = new TreeMap<>();
  private final List<Tracked> all = new ArrayList<>();
  private long seed;
  private Random random = new Random();
  private long tickNanos;
  private long startNanos;
  private VirtualClock clock = new VirtualClock();

  private static Stream<Arguments> kindsAndOrigins() {
    List<Long> origins =
        List.of(
            0L,
            1L,
            -1L,
            -777_777_777L,
            Long.MIN_VALUE,
            Long.MAX_VALUE,
            Long.MAX_VALUE - 40_000_000_000L,
            Long.MIN_VALUE + 5);
    return Arrays.stream(ServiceKind.values())
        .flatMap(kind -> origins.stream().map(origin -> Arguments.of(kind, origin)));
  }

  @ParameterizedTest
  @MethodSource("kindsAndOrigins")
  void randomOperations_againstAnOrderedMap_agreeAfterEachStep(ServiceKind kind, long start) {
    seed = new Random().nextLong();
    random = new Random(seed);
    tickNanos = List.of(10_000L, 100_000L, 1_000_000L, 7_654_321L).get(random.nextInt(4));
    startNanos = start;
    clock = new VirtualClock(start);
    try (TimerService timers =
        kind.build(TimerService.builder().clock(clock).tick(Duration.ofNanos(tickNanos)))) {
      for (int step = 0; step < STEPS; step++) {
        switch (random.nextInt(8)) {
          case 0, 1, 2 -> arm(timers);
          case 3 -> cancel(timers);
          case 4, 5 -> rearm(timers);
          case 6 -> advance(timers);
          default -> jump(timers);
        }
        assertEquals(countPending(), timers.pending(), this::seedAndOrigin);
        if (step % 16 == 0) {
          clock.advance(Duration.ZERO);
          Internals.checkInvariants(timers);
        }
      }
      assertEquals(countPending(), timers.shutdownNow().size(), this::seedAndOrigin);
    }
  }

  private String seedAndOrigin() {
    return "seed " + seed + ", origin " + startNanos + ", tick " + tickNanos;
  }

  private long elapsedNanos() {
    return clock.nanoTime() - startNanos;
  }

  private int countPending() {
    return byTick.values().stream().mapToInt(List::size).sum();
  }

  private long randomDelayNanos() {
    return switch (random.nextInt(12)) {
      case 0 -> 0;
      case 1 -> -random.nextLong(1_000_000_000);
      case 2 -> Duration.ofDays(random.nextInt(36_500)).toNanos();
      case 3 -> Long.MAX_VALUE;
      default -> random.nextLong(tickNanos << random.nextInt(18));
    };
  }

  private long tickFor(long delayNanos) {
    long deadline = elapsedNanos() + Math.max(1, delayNanos);
    return deadline < 0 ? Long.MAX_VALUE : Math.ceilDiv(deadline, tickNanos);
  }

  private void arm(TimerService timers) {
    Tracked timer = new Tracked(all.size());
    Runnable task = () -> firedAtNanos.put(timer.number, elapsedNanos());
    long delayNanos = randomDelayNanos();
    timer.deadlineTick = tickFor(delayNanos);
    switch (random.nextInt(4)) {
      case 0 -> timer.handle = timers.schedule(Duration.ofNanos(delayNanos), task);
      case 1 -> timer.handle = timers.schedule(delayNanos, NANOSECONDS, task);
      case 2 -> timer.id = timers.arm(delayNanos, NANOSECONDS, task);
      default -> {
        // armAt does not clamp far deadlines, and another test covers past ones.
        long ahead = Math.clamp(delayNanos, 1, Long.MAX_VALUE / 2);
        timer.deadlineTick = tickFor(ahead);
        timer.id = timers.armAt(clock.nanoTime() + ahead, task);
      }
    }
    all.add(timer);
    byTick.computeIfAbsent(timer.deadlineTick, _ -> new ArrayList<>()).add(timer);
  }

  private Tracked any() {
    // Often one of the latest timers, which are more likely to be pending.
    int back = random.nextInt(random.nextBoolean() ? all.size() : Math.min(20, all.size()));
    return all.get(all.size() - 1 - back);
  }

  private void remove(Tracked timer) {
    List<Tracked> same = byTick.get(timer.deadlineTick);
    same.remove(timer);
    if (same.isEmpty()) {
      byTick.remove(timer.deadlineTick);
    }
  }

  private void cancel(TimerService timers) {
    if (all.isEmpty()) {
      return;
    }
    Tracked timer = any();
    boolean answer = timer.handle == null ? timers.cancel(timer.id) : timer.handle.cancel();
    assertEquals(timer.pending, answer, this::seedAndOrigin);
    if (answer) {
      timer.pending = false;
      remove(timer);
    }
  }

  private void rearm(TimerService timers) {
    if (all.isEmpty()) {
      return;
    }
    Tracked timer = any();
    long delayNanos = randomDelayNanos();
    boolean answer =
        timer.handle == null
            ? timers.rearm(timer.id, delayNanos, NANOSECONDS)
            : timer.handle.reschedule(Duration.ofNanos(delayNanos));
    assertEquals(timer.pending, answer, this::seedAndOrigin);
    if (answer) {
      remove(timer);
      timer.deadlineTick = tickFor(delayNanos);
      byTick.computeIfAbsent(timer.deadlineTick, _ -> new ArrayList<>()).add(timer);
    }
  }

  private Duration randomStep() {
    return Duration.ofNanos(random.nextLong(tickNanos << random.nextInt(14)));
  }

  private void advance(TimerService timers) {
    ServiceKind.advance(timers, clock, randomStep(), random);
    expectFired(false);
  }

  private void jump(TimerService timers) {
    ServiceKind.jump(timers, clock, randomStep(), random);
    expectFired(true);
  }

  private void expectFired(boolean late) {
    TreeMap<Integer, Long> expected = new TreeMap<>();
    long nowTick = elapsedNanos() / tickNanos;
    while (!byTick.isEmpty() && byTick.firstKey() <= nowTick) {
      Map.Entry<Long, List<Tracked>> due = byTick.pollFirstEntry();
      for (Tracked timer : due.getValue()) {
        timer.pending = false;
        expected.put(timer.number, late ? elapsedNanos() : due.getKey() * tickNanos);
      }
    }
    assertEquals(expected, firedAtNanos, this::seedAndOrigin);
    firedAtNanos.clear();
  }
}
