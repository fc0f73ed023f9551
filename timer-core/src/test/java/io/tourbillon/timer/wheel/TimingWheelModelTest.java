package io.tourbillon.timer.wheel;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random operations on a wheel of each kind agree with an ordered map ({@link WheelModel}),
 * wherever time starts.
 *
 * <p>One seed is fixed, and one is new in each run. A failure names the seed and the start tick;
 * {@code -Dwheel.seed=N} repeats that seed only.
 */
class TimingWheelModelTest {
  private static final String SEED_PROPERTY = "wheel.seed";
  private static final long NEW_SEED = ThreadLocalRandom.current().nextLong();
  private static final long LAST_TICK = Long.MAX_VALUE - 1;

  /** Near the powers of 256, on both sides of 0, and at both ends of time. */
  static LongStream hostileStartTicks() {
    List<Long> ticks = new ArrayList<>(List.of(0L, 1L, -1L, -300L));
    for (int level = 1; level < Levels.COUNT; level++) {
      long power = 1L << (level * Levels.SLOT_BITS);
      ticks.addAll(List.of(power - 1, power, -power, -power - 2, 2 * power - 300));
    }
    for (long beforeEnd : List.of(0L, 1L, 2L, 255L, 513L, 70_000L, 1L << 33, 1L << 57)) {
      ticks.add(LAST_TICK - beforeEnd);
      ticks.add(Long.MIN_VALUE + beforeEnd);
    }
    return ticks.stream().mapToLong(tick -> tick);
  }

  private static long[] seeds() {
    Long chosen = Long.getLong(SEED_PROPERTY);
    return chosen == null ? new long[] {1, NEW_SEED} : new long[] {chosen};
  }

  @ParameterizedTest(name = "from tick {0}")
  @MethodSource("hostileStartTicks")
  void randomOperations_fromHostileStartTick_agreeWithOrderedMap(long startTick) {
    for (long seed : seeds()) {
      runBoth(seed, startTick, 700);
    }
  }

  @Test
  void randomOperations_fromRandomStartTick_agreeWithOrderedMap() {
    for (long seed : seeds()) {
      runBoth(seed, new Random(seed).nextLong() >> 1, 5_000);
    }
  }

  @Tag("long")
  @ParameterizedTest(name = "from tick {0}")
  @MethodSource("hostileStartTicks")
  void manyRandomOperations_fromHostileStartTick_agreeWithOrderedMap(long startTick) {
    for (long seed : seeds()) {
      for (int round = 0; round < 40; round++) {
        runBoth(seed + round, startTick, 2_000);
      }
    }
  }

  private static void runBoth(long seed, long startTick, int operations) {
    for (AnyWheel.Kind kind : AnyWheel.Kind.values()) {
      run(kind, seed, startTick, operations);
    }
  }

  private static void run(AnyWheel.Kind kind, long seed, long startTick, int operations) {
    Run run = new Run(kind, new Random(seed ^ Long.rotateLeft(startTick, 32)), startTick);
    int operation = 0;
    String name = "";
    try {
      for (; operation < operations; operation++) {
        name = run.operate();
        run.model.checkStructure();
        if (operation % 16 == 0) {
          run.model.checkViews();
        }
      }
      name = "drain";
      run.drain();
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(
          "%s, seed %d, start tick %d, operation %d, after '%s', at tick %d (-D%s=%2$d): %s"
              .formatted(
                  kind,
                  seed,
                  startTick,
                  operation,
                  name,
                  run.model.wheel.wheel().currentTick(),
                  SEED_PROPERTY,
                  e.getMessage()),
          e);
    }
  }

  /** A wheel, and the habits of its user. */
  private static final class Run {
    private final Random random;
    private final WheelModel model;

    /** Deadlines are less than 2 to the power of this away, in ticks; so are steps of the clock. */
    private final int deadlineBits;

    private final int stepBits;

    private int nextAge = -5;

    Run(AnyWheel.Kind kind, Random random, long startTick) {
      this.random = random;
      this.model = new WheelModel(kind, startTick);
      this.deadlineBits = pick(5, 9, 10, 12, 17, 18, 26, 40, 62);
      this.stepBits = Math.max(2, deadlineBits - pick(2, 3, 5, 8, 20));
    }

    String operate() {
      int choice = random.nextInt(1000);
      if (choice < 330) {
        model.arm(deadline());
        return "arm";
      } else if (choice < 480) {
        return cancel(1);
      } else if (choice < 650) {
        return rearm();
      } else if (choice < 900) {
        model.advance(target(), pick(1, 2, 3, 10, 100, Integer.MAX_VALUE));
        return "advance";
      } else if (choice < 930) {
        model.advanceFully(target(), pick(1, 3, 50));
        return "advance fully";
      } else if (choice < 960) {
        return stale();
      } else if (choice < 980) {
        return armMany(1 + random.nextInt(200));
      } else if (choice < 985) {
        return cancel((int) (model.pending().size() * 0.95));
      } else if (choice < 987) {
        armMany(1000 + random.nextInt(2500));
        return "flood, " + cancel((int) (model.pending().size() * random.nextDouble()));
      } else if (choice < 989) {
        cancel(model.pending().size());
        return "clear, " + trim(Integer.MAX_VALUE);
      } else if (choice < 990) {
        return thinOut();
      } else if (choice < 992) {
        model.trimFully(pick(1, 5, 64));
        return "trim fully";
      }
      return trim(random.nextInt(4));
    }

    /** Fires everything, with budgets large and small. */
    void drain() {
      int budget = pick(1, 7, 1000);
      while (model.firstDueTick() < TimingWheel.NEVER) {
        model.advance(Math.min(model.wheel.wheel().nextEventTick(), LAST_TICK), budget);
      }
      model.checkStructure();
      cancel(model.pending().size());
      model.checkStructure();
      model.trimFully(pick(1, 64, 1000));
      model.checkStructure();
    }

    private String cancel(int count) {
      for (int i = Math.min(count, model.pending().size()); i > 0; i--) {
        model.cancel(anyPending());
      }
      return "cancel " + count;
    }

    private String rearm() {
      if (!model.pending().isEmpty()) {
        WheelModel.Timer timer = anyPending();
        long deadline = deadline();
        if (random.nextBoolean()) {
          // A little earlier or later, so that in about half of the cases it stays in its slot.
          deadline = timer.deadlineTick() + random.nextInt(-300, 300);
        }
        model.rearm(timer, deadline);
      }
      return "rearm";
    }

    private String armMany(int count) {
      long deadline = deadline();
      int spread = pick(1, 2, 256, 3000);
      for (int i = 0; i < count; i++) {
        model.arm(deadline + random.nextInt(spread));
      }
      return "arm " + count;
    }

    /** Leaves one timer in each chunk, because cells are filled in the order of arming. */
    private String thinOut() {
      long deadline = deadline();
      List<WheelModel.Timer> others = new ArrayList<>();
      for (int i = 0; i < 100 * Slots.CHUNK_SIZE; i++) {
        model.arm(deadline);
        if (i % Slots.CHUNK_SIZE > 0) {
          others.add(model.pending().getLast());
        }
      }
      others.forEach(model::cancel);
      return "thin out";
    }

    private String stale() {
      model.checkStale(random.nextLong());
      model.checkStale(random.nextInt(4096));
      List<Long> ids = model.staleIds();
      for (int i = Math.min(20, ids.size()); i > 0; i--) {
        model.checkStale(ids.get(random.nextInt(ids.size())));
      }
      return "stale";
    }

    private String trim(int limit) {
      model.trim(limit);
      EntrySlab slab = model.wheel.slab();
      if (slab != null && nextAge != 0 && random.nextBoolean()) {
        // Pages come back with the last possible generations, and retire soon.
        Internals.ageAbsentPages(slab, nextAge++);
      }
      return "trim " + limit;
    }

    private WheelModel.Timer anyPending() {
      return model.pending().get(random.nextInt(model.pending().size()));
    }

    private long deadline() {
      long now = model.wheel.wheel().currentTick();
      return switch (random.nextInt(16)) {
        case 0 -> now - random.nextInt(3);
        case 1 -> random.nextLong();
        case 2 -> Long.MAX_VALUE - random.nextInt(3);
        case 3 -> Long.MIN_VALUE + random.nextInt(3);
        case 4 -> now + (1L << random.nextInt(64)) + random.nextInt(-1, 2);
        case 5, 6 -> blockBoundary() + random.nextInt(-1, 2);
        case 7 -> model.pending().isEmpty() ? now + 1 : anyPending().deadlineTick();
        default -> later(deadlineBits);
      };
    }

    private long target() {
      long now = model.wheel.wheel().currentTick();
      long target =
          switch (random.nextInt(16)) {
            case 0 -> now - random.nextInt(3);
            case 1 -> model.wheel.wheel().nextEventTick();
            case 2 -> model.wheel.wheel().nextEventTick() - 1;
            case 3 -> model.firstDueTick();
            case 4 -> model.firstDueTick() - 1;
            case 5 -> blockBoundary() + random.nextInt(-1, 2);
            case 6 -> later(deadlineBits);
            case 7, 8, 9 -> now + 1 + random.nextInt(2);
            default -> later(stepBits);
          };
      boolean leap = (target - now) >>> Math.min(62, stepBits + 3) != 0;
      return leap && random.nextInt(8) > 0 ? later(stepBits) : Math.min(target, LAST_TICK);
    }

    /** The beginning of one of the next blocks of some level. */
    private long blockBoundary() {
      int shift = random.nextInt(Levels.COUNT) * Levels.SLOT_BITS;
      if (shift > deadlineBits) {
        shift = Levels.SLOT_BITS;
      }
      return ((model.wheel.wheel().currentTick() >> shift) + 1 + random.nextInt(3)) << shift;
    }

    private long later(int bits) {
      long now = model.wheel.wheel().currentTick();
      long tick = now + random.nextLong(1L << random.nextInt(1, bits + 1));
      return tick < now ? LAST_TICK : Math.min(tick, LAST_TICK);
    }

    private int pick(int... values) {
      return values[random.nextInt(values.length)];
    }
  }
}
