package io.tourbillon.timer.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The shares of shards that processes compute for themselves. */
class FairShareTest {
  @Test
  void firstNode_takesAll() {
    assertEquals(new FairShare(64, 0), FairShare.of("a", Map.of("a", 0), 64));
  }

  @Test
  void newNode_getsItsHalf() {
    Map<String, Integer> owned = Map.of("a", 64, "b", 0);
    assertEquals(new FairShare(0, 32), FairShare.of("a", owned, 64));
    assertEquals(new FairShare(32, 0), FairShare.of("b", owned, 64));
  }

  /** 32 nodes that own two shards each are all within their share, and the 33rd has none. */
  @Test
  void nodeThatHasNone_getsOne_fromOneOfTheOthers() {
    Map<String, Integer> owned = new HashMap<>();
    for (int number = 0; number < 32; number++) {
      owned.put("node" + number, 2);
    }
    owned.put("late", 0);
    long givers =
        owned.keySet().stream().filter(node -> FairShare.of(node, owned, 64).give() > 0).count();
    assertEquals(1, givers);
    assertEquals(1, FairShare.of("late", owned, 64).take());
  }

  @Test
  void moreNodesThanShards_nobodyGivesAway() {
    assertEquals(new FairShare(0, 0), FairShare.of("a", Map.of("a", 1, "b", 0), 1));
    assertEquals(new FairShare(0, 0), FairShare.of("b", Map.of("a", 1, "b", 0), 1));
  }

  /** Nodes come and go, look at the table in any order, and take what they find free. */
  @Test
  void nodesThatComeAndGo_endWithSharesThatDifferByOne() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 2_000; round++) {
      int shards = random.nextInt(1, 80);
      Map<String, Integer> owned = new HashMap<>();
      int next = 0;
      int left = shards;
      for (int node = random.nextInt(1, 20); node > 0; node--) {
        int has = random.nextInt(left + 1);
        left -= has;
        owned.put("node" + next++, has);
      }
      String where = "seed " + seed + ", round " + round + ": " + owned + " of " + shards;
      for (int turn = 0; turn < 60; turn++) {
        List<String> order = new ArrayList<>(owned.keySet());
        while (!order.isEmpty()) {
          beat(order.remove(random.nextInt(order.size())), owned, shards);
        }
      }
      int sum = owned.values().stream().mapToInt(Integer::intValue).sum();
      assertEquals(shards, sum, where);
      for (int has : owned.values()) {
        assertTrue(has >= shards / owned.size(), where + " has become " + owned);
        assertTrue(has <= Math.ceilDiv(shards, owned.size()), where + " has become " + owned);
      }
    }
  }

  private static void beat(String node, Map<String, Integer> owned, int shards) {
    FairShare share = FairShare.of(node, owned, shards);
    int free = shards - owned.values().stream().mapToInt(Integer::intValue).sum();
    owned.merge(node, Math.min(share.take(), free) - share.give(), Integer::sum);
  }
}
