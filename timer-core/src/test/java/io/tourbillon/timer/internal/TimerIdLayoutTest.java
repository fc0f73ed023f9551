package io.tourbillon.timer.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The ids of different sorts of timers are different. */
class TimerIdLayoutTest {
  private static final int LAST_SHARD = TimerId.MAX_SHARDS - 1;

  private static long wheelId(int generation, int index) {
    return (long) generation << 32 | index;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 1 << 30, Integer.MAX_VALUE})
  void ofLong_anyGeneration_isBelowZeroAndNamesShardAndWheelId(int generation) {
    for (int index : new int[] {0, 1, TimerId.MAX_ENTRIES - 1}) {
      long inWheel = wheelId(generation, index);
      long id = TimerId.ofLong(inWheel | TimerId.bitsOfShard(LAST_SHARD));
      assertTrue(id < 0);
      assertTrue(TimerId.isOfLong(id));
      assertEquals(LAST_SHARD, TimerId.shardNumber(id));
      assertEquals(inWheel, TimerId.inLongWheel(id));
    }
  }

  @Test
  void ids_ofAllSorts_areDistinct() {
    Random random = new Random(1);
    Set<Long> ids = new HashSet<>();
    Set<Long> used = new HashSet<>();
    for (int i = 0; i < 100_000; i++) {
      long sequence = random.nextLong(1L << random.nextInt(1, 62));
      long inWheel = wheelId(1 + random.nextInt(Integer.MAX_VALUE), random.nextInt(1 << 26));
      if (used.add(sequence) && used.add(inWheel)) {
        long inShard = inWheel | TimerId.bitsOfShard(random.nextInt(TimerId.MAX_SHARDS));
        assertTrue(ids.add(inShard));
        assertTrue(ids.add(TimerId.withHandle(inShard)));
        assertTrue(ids.add(TimerId.ofLong(inShard)));
        assertTrue(ids.add(TimerId.ofOrdered(sequence)));
        assertFalse(TimerId.isOfLong(inShard) || TimerId.isOfLong(TimerId.withHandle(inShard)));
        assertFalse(TimerId.isOfLong(TimerId.ofOrdered(sequence)));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, (1L << 31) - 1, 1L << 31, (1L << 32) + 5, (1L << 62) - 1})
  void ofOrdered_growingSequence_givesGrowingIdsBelowZero(long sequence) {
    long id = TimerId.ofOrdered(sequence);
    assertTrue(id < 0);
    assertTrue(sequence == 0 || TimerId.ofOrdered(sequence - 1) < id);
  }
}
