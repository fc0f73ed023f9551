package io.tourbillon.timer.wheel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The arithmetic of levels agrees with the same arithmetic on unbounded numbers. */
class LevelsTest {
  private static final long LAST_TICK = Long.MAX_VALUE - 1;
  private static final BigInteger RING = BigInteger.valueOf(Levels.RING);

  /** Near the powers of 256, on both sides of 0, and at both ends of time. */
  static LongStream hostileTicks() {
    List<Long> ticks = new ArrayList<>(List.of(0L, 1L, -1L, 1000L, -1000L));
    for (int shift = Levels.SLOT_BITS; shift < Long.SIZE; shift += Levels.SLOT_BITS) {
      for (long power : new long[] {1L << shift, 2L << shift, -1L << shift, -2L << shift}) {
        ticks.addAll(List.of(power - 1, power, power + 1));
      }
    }
    for (long fromEnd : List.of(0L, 1L, 254L, 255L, 256L, 511L, 70_000L, 1L << 40, 1L << 57)) {
      ticks.add(LAST_TICK - fromEnd);
      ticks.add(Long.MIN_VALUE + fromEnd);
    }
    return ticks.stream().mapToLong(tick -> tick).distinct();
  }

  /** The limits between levels and their neighbours; unsigned, up to 2^64 - 1. */
  private static LongStream hostileDistances() {
    LongStream.Builder distances = LongStream.builder();
    for (int bits = 0; bits < Long.SIZE; bits++) {
      long power = 1L << bits;
      LongStream.of(power - 1, power, power + 1, power + power / 2).forEach(distances::add);
    }
    return distances.add(-1).add(-2).add(-256).build();
  }

  private static BigInteger exactBlock(int level, long tick) {
    return BigInteger.valueOf(tick).shiftRight(level * Levels.SLOT_BITS);
  }

  /** The first level, from the finest, at which the block of the tick is 1 to 511 ahead. */
  private static int finestLevel(long tick, long now) {
    for (int level = 0; level < Levels.COUNT; level++) {
      BigInteger ahead = exactBlock(level, tick).subtract(exactBlock(level, now));
      if (ahead.signum() > 0 && ahead.compareTo(RING) < 0) {
        return level;
      }
    }
    throw new AssertionError("no level reaches from " + now + " to " + tick);
  }

  private static void checkSlotFor(long deadlineTick, long now) {
    String where = deadlineTick + " from " + now;
    long tick = Math.max(deadlineTick, now + 1);
    int level = finestLevel(tick, now);
    BigInteger block = exactBlock(level, tick);
    int slot = level * Levels.RING + block.mod(RING).intValueExact();
    assertEquals(slot, Levels.slotFor(deadlineTick, now), where);
    long firstTick = block.shiftLeft(level * Levels.SLOT_BITS).longValueExact();
    assertEquals(firstTick, Levels.firstTick(slot, now), where);
    assertTrue(firstTick > now && firstTick <= tick, where);
    assertEquals(block.longValueExact(), Levels.block(level, tick), where);
    assertEquals(slot, Levels.slot(level, Levels.block(level, tick)), where);
  }

  @ParameterizedTest(name = "from tick {0}")
  @MethodSource("hostileTicks")
  void slotFor_hostileDistances_isOfTheFinestLevelThatReaches(long now) {
    hostileDistances()
        .map(distance -> now + distance)
        .filter(deadlineTick -> deadlineTick > now)
        .forEach(deadlineTick -> checkSlotFor(deadlineTick, now));
  }

  @ParameterizedTest(name = "from tick {0}")
  @MethodSource("hostileTicks")
  void slotFor_hostileDeadlines_isOfTheFinestLevelThatReaches(long now) {
    hostileTicks().forEach(deadlineTick -> checkSlotFor(deadlineTick, now));
    checkSlotFor(Long.MAX_VALUE, now);
  }

  @ParameterizedTest(name = "from tick {0}")
  @MethodSource("hostileTicks")
  void slotFor_deadlineNotAfterNow_isTheSlotOfTheNextTick(long now) {
    for (long deadlineTick : new long[] {now, Math.min(now, now - 1), Long.MIN_VALUE}) {
      int slot = Levels.slotFor(deadlineTick, now);
      assertEquals(now + 1, Levels.firstTick(slot, now));
      assertEquals(0, slot / Levels.RING);
    }
  }

  @Test
  void slotFor_randomTicks_isOfTheFinestLevelThatReaches() {
    Random random = new Random(1);
    for (int i = 0; i < 100_000; i++) {
      long now = Math.min(LAST_TICK, random.nextLong() >> random.nextInt(64));
      long deadlineTick = now + (random.nextLong() >>> random.nextInt(64));
      checkSlotFor(deadlineTick, now);
    }
  }

  /** The reason why a timer can stay in its slot while time advances. */
  @ParameterizedTest(name = "from tick {0}")
  @MethodSource("hostileTicks")
  void firstTick_ofASlotAsTimeGoesOn_staysTheSameUntilItsBlockBegins(long now) {
    hostileDistances()
        .map(distance -> now + distance)
        .filter(deadlineTick -> deadlineTick > now)
        .forEach(
            deadlineTick -> {
              int slot = Levels.slotFor(deadlineTick, now);
              long firstTick = Levels.firstTick(slot, now);
              long lastBefore = firstTick - 1;
              assertEquals(firstTick, Levels.firstTick(slot, lastBefore));
              assertEquals(firstTick, Levels.firstTick(slot, now + ((lastBefore - now) >>> 1)));
            });
  }

  /**
   * The cascade relies on this: a whole block fits into finer levels while it is the next block.
   */
  @ParameterizedTest(name = "from tick {0}")
  @MethodSource("hostileTicks")
  void slotFor_anyTickOfTheNextBlockOfALevel_isOfAFinerLevel(long now) {
    for (int level = 1; level < Levels.COUNT; level++) {
      BigInteger next = exactBlock(level, now).add(BigInteger.ONE);
      BigInteger first = next.shiftLeft(Levels.shift(level));
      BigInteger last = next.add(BigInteger.ONE).shiftLeft(Levels.shift(level));
      if (last.bitLength() < Long.SIZE) {
        assertTrue(Levels.slotFor(first.longValueExact(), now) < level * Levels.RING);
        assertTrue(Levels.slotFor(last.longValueExact() - 1, now) < level * Levels.RING);
      }
    }
  }
}
