package io.tourbillon.coroutine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Loops and sleeping coroutines survive a heap that is full for a while. */
class FullHeapTest {
  @Test
  @Tag("virtual-thread")
  void fullHeap_forAWhile_losesNoWakeUp() throws Exception {
    sleepAndWake();
  }

  @Test
  @Tag("not-virtual-thread")
  @Tag("long")
  void fullHeap_forAWhileOnOtherEngines_losesNoWakeUp() throws Exception {
    sleepAndWake();
  }

  private static void sleepAndWake() throws Exception {
    String said =
        new FreshJvm(FullHeapProgram.class).with("-Xmx64m", "-Xms64m", "-XX:+UseSerialGC").run();
    assertTrue(said.strip().endsWith("ok"), said);
  }

  @Test
  @Tag("virtual-thread")
  @Tag("long")
  void fullHeap_whileThreadsWakeCancelAndSpawn_losesNoneOfThat() throws Exception {
    wakeCancelAndSpawn();
  }

  @Test
  @Tag("not-virtual-thread")
  @Tag("long")
  void fullHeap_whileThreadsWakeCancelAndSpawnOnOtherEngines_losesNoneOfThat() throws Exception {
    wakeCancelAndSpawn();
  }

  private static void wakeCancelAndSpawn() throws Exception {
    String said =
        new FreshJvm(FullHeapWakeUpsProgram.class)
            .with("-Xmx64m", "-Xms64m", "-XX:+UseSerialGC")
            .run();
    assertTrue(said.strip().endsWith("ok"), said);
  }
}
