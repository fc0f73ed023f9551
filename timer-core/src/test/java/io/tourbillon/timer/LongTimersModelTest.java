package io.tourbillon.timer;

import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random operations on several {@link LongTimers} of one service, beside tasks of the service, and
 * on a plain map of the timers that should be pending. After each step both must agree: which
 * timers have fired and when, which are pending, and what each call returns.
 *
 * <p>Each run has a new seed, which a failure names.
 */
class LongTimersModelTest {
  private static final int STEPS = 4000;
  private static final int VIEWS = 3;

  /** The view of tasks of the service itself. */
  private static final int SERVICE = VIEWS;

  /** A timer, whose payload is its number. */
  private record Pending(int view, long id, long deadlineTick) {}

  private final VirtualClock clock = new VirtualClock();
  private final Map<Long, Pending> pending = new HashMap<>();
  private final Set<Long> idsEverGiven = new HashSet<>();

  /** Timers that have ended, by view. */
  private final List<Pending> ended = new ArrayList<>();

  /** What has fired since the last look: the time of each payload. */
  private final Map<Long, Long> fired = new TreeMap<>();

  /** The ticks of the timers that have fired since the last look, in their order. */
  private final List<Long> ticksFired = new ArrayList<>();

  private final LongTimers[] views = new LongTimers[VIEWS];
  private long seed;
  private Random random = new Random();
  private long tickNanos;
  private long lastPayload;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void randomOperations_againstAMap_agreeAfterEachStep(boolean withExecutor) {
    seed = new Random().nextLong();
    random = new Random(seed);
    tickNanos = List.of(100_000L, 1_000_000L, 7_654_321L).get(random.nextInt(3));
    TimerService.Builder builder =
        TimerService.builder().clock(clock).tick(Duration.ofNanos(tickNanos)).recordStats();
    try (TimerService timers = (withExecutor ? builder.executor(Runnable::run) : builder).build()) {
      for (int view = 0; view < VIEWS; view++) {
        open(timers, view);
      }
      for (int step = 0; step < STEPS; step++) {
        step(timers);
        assertEquals(pending.size(), timers.pending(), this::seedText);
        if (step % 16 == 0) {
          checkAtRest(timers);
        }
      }
      assertEquals(pending.size(), timers.shutdownNow().size(), this::seedText);
      assertEquals(idsEverGiven.size(), timers.stats().scheduled(), this::seedText);
    }
  }

  private String seedText() {
    return "seed " + seed + ", tick " + tickNanos;
  }

  private void open(TimerService timers, int view) {
    views[view] = timers.longTimers(this::fire, TimerOptions.tagged("view " + view));
  }

  /** Called by the driver. */
  private void fire(long payload) {
    fired.put(payload, clock.nanoTime());
    ticksFired.add(pending.get(payload).deadlineTick);
  }

  private void step(TimerService timers) {
    switch (random.nextInt(200)) {
      case 0 -> shutDownAndOpen(timers);
      case 1 -> {
        for (int i = random.nextInt(3000); i > 0; i--) {
          arm(timers);
        }
      }
      case 2 -> {
        for (Map.Entry<Long, Pending> one : List.copyOf(pending.entrySet())) {
          if (random.nextInt(10) > 0) {
            cancel(timers, one.getKey(), one.getValue());
          }
        }
      }
      default -> {
        switch (random.nextInt(8)) {
          case 0, 1, 2 -> arm(timers);
          case 3 -> cancelOrRearmEnded(timers);
          case 4 -> anyPending(timers, true);
          case 5 -> anyPending(timers, false);
          case 6 -> move(false);
          default -> move(true);
        }
      }
    }
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
    long deadline = clock.nanoTime() + Math.max(1, delayNanos);
    return deadline < 0 ? Long.MAX_VALUE : Math.ceilDiv(deadline, tickNanos);
  }

  private void arm(TimerService timers) {
    int view = random.nextInt(VIEWS + 1);
    long payload = ++lastPayload;
    long delayNanos = randomDelayNanos();
    long id;
    if (view == SERVICE) {
      id = timers.arm(delayNanos, NANOSECONDS, () -> fire(payload));
    } else if (random.nextBoolean()) {
      id = views[view].arm(delayNanos, NANOSECONDS, payload);
    } else {
      // armAt does not clamp far deadlines, and another test covers past ones.
      delayNanos = Math.clamp(delayNanos, 1, Long.MAX_VALUE / 2);
      id = views[view].armAt(clock.nanoTime() + delayNanos, payload);
    }
    assertTrue(idsEverGiven.add(id), this::seedText);
    pending.put(payload, new Pending(view, id, tickFor(delayNanos)));
  }

  private boolean cancel(TimerService timers, int view, long id) {
    return view == SERVICE ? timers.cancel(id) : views[view].cancel(id);
  }

  private boolean rearm(TimerService timers, int view, long id, long delayNanos) {
    return view == SERVICE
        ? timers.rearm(id, delayNanos, NANOSECONDS)
        : views[view].rearm(id, delayNanos, NANOSECONDS);
  }

  private void cancel(TimerService timers, long payload, Pending timer) {
    assertTrue(cancel(timers, timer.view, timer.id), this::seedText);
    end(payload);
  }

  private void end(long payload) {
    ended.add(pending.remove(payload));
  }

  private void anyPending(TimerService timers, boolean cancels) {
    if (pending.isEmpty()) {
      return;
    }
    List<Long> payloads = List.copyOf(pending.keySet());
    long payload = payloads.get(random.nextInt(payloads.size()));
    Pending timer = pending.get(payload);
    int stranger = (timer.view + 1 + random.nextInt(VIEWS)) % (VIEWS + 1);
    assertFalse(cancel(timers, stranger, timer.id), this::seedText);
    assertFalse(rearm(timers, stranger, timer.id, 1), this::seedText);
    if (cancels) {
      cancel(timers, payload, timer);
    } else {
      long delayNanos = randomDelayNanos();
      assertTrue(rearm(timers, timer.view, timer.id, delayNanos), this::seedText);
      pending.put(payload, new Pending(timer.view, timer.id, tickFor(delayNanos)));
    }
  }

  private void cancelOrRearmEnded(TimerService timers) {
    for (int i = Math.min(10, ended.size()); i > 0; i--) {
      Pending timer = ended.get(random.nextInt(ended.size()));
      assertFalse(cancel(timers, timer.view, timer.id), this::seedText);
      assertFalse(rearm(timers, timer.view, timer.id, 1), this::seedText);
    }
  }

  private void shutDownAndOpen(TimerService timers) {
    int view = random.nextInt(VIEWS);
    List<Long> expected = new ArrayList<>();
    pending.forEach(
        (payload, timer) -> {
          if (timer.view == view) {
            expected.add(payload);
          }
        });
    assertEquals(
        expected.stream().sorted().toList(),
        Arrays.stream(views[view].shutdownNow()).sorted().boxed().toList(),
        this::seedText);
    expected.forEach(this::end);
    open(timers, view);
  }

  private void move(boolean late) {
    Duration step = Duration.ofNanos(random.nextLong(tickNanos << random.nextInt(14)));
    if (late) {
      clock.jump(step);
    } else {
      clock.advance(step);
    }
    long nowTick = clock.nanoTime() / tickNanos;
    Map<Long, Long> expected = new TreeMap<>();
    pending.forEach(
        (payload, timer) -> {
          if (timer.deadlineTick <= nowTick) {
            expected.put(payload, late ? clock.nanoTime() : timer.deadlineTick * tickNanos);
          }
        });
    assertEquals(expected, fired, this::seedText);
    assertEquals(ticksFired.stream().sorted().toList(), ticksFired, this::seedText);
    ticksFired.clear();
    expected.keySet().forEach(this::end);
    fired.clear();
  }

  private void checkAtRest(TimerService timers) {
    clock.advance(Duration.ZERO);
    Internals.checkInvariants(timers);
    Map<String, Long> byTag = new TreeMap<>();
    for (int view = 0; view < VIEWS; view++) {
      int own = view;
      long count = pending.values().stream().filter(timer -> timer.view == own).count();
      assertEquals(count, views[view].pending(), this::seedText);
      if (count > 0) {
        byTag.put("view " + view, count);
      }
    }
    TimerDump dump = timers.dump();
    assertEquals(byTag, dump.byTag(), this::seedText);
    assertEquals(pending.size(), dump.pending(), this::seedText);
  }
}
