package io.tourbillon.bench.soak.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How connections are shared by processes. */
class SocketPlanTest {
  private static final long ENOUGH_MEGABYTES = 24_000;

  @Test
  void plan_withFilesForAll_isOneProcess() {
    SocketPlan plan = SocketPlan.of(50_000, 1_000_000, ENOUGH_MEGABYTES);
    assertEquals(1, plan.workers());
    assertEquals(50_000, plan.connections());
    assertNull(plan.shortfall());
  }

  @Test
  void plan_withFewFiles_hasAsManyProcessesAsItTakes() {
    SocketPlan plan = SocketPlan.of(50_000, 20_000, ENOUGH_MEGABYTES);
    assertEquals(6, plan.workers(), "100,000 ends, 19,800 for each process");
    assertEquals(50_000, plan.connections());
    assertNull(plan.shortfall());
  }

  @Test
  void plan_withoutALimitOfFiles_isOneProcess() {
    assertEquals(1, SocketPlan.of(50_000, Long.MAX_VALUE, ENOUGH_MEGABYTES).workers());
  }

  @Test
  void plan_withLittleMemory_hasFewerConnectionsAndSaysSo() {
    SocketPlan plan = SocketPlan.of(50_000, 20_000, 2_000);
    assertEquals(1, plan.workers());
    assertEquals(9_900, plan.connections());
    assertEquals(
        "50,000 connections were asked for, but a process may open 20,000 files (ulimit -n), and"
            + " 2,000 MiB of memory are free: there is room for 1 processes, and so for 9,900"
            + " connections",
        plan.shortfall());
  }

  @Test
  void plan_ofAnySize_staysWithinFilesAndMemory() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int run = 0; run < 1_000; run++) {
      int asked = 1 + random.nextInt(200_000);
      long descriptors = random.nextLong(300, 100_000);
      long megabytes = random.nextLong(1_000, 100_000);
      SocketPlan plan = SocketPlan.of(asked, descriptors, megabytes);
      String seen = "seed " + seed + ", run " + run + ": " + plan;
      long shared = IntStream.range(0, plan.workers()).mapToLong(plan::connectionsOf).sum();
      assertEquals(plan.connections(), shared, seen);
      for (int worker = 0; worker < plan.workers(); worker++) {
        int before = (worker + plan.workers() - 1) % plan.workers();
        int ends = plan.connectionsOf(worker) + plan.connectionsOf(before);
        assertTrue(ends + 150 <= descriptors, seen);
      }
      assertTrue(
          plan.workers() == 1 || (long) plan.workers() * plan.heapMegabytes() <= megabytes / 2,
          seen);
      assertEquals(plan.connections() < asked, plan.shortfall() != null, seen);
    }
  }
}
